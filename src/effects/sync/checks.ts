import { BRIDGE } from '../../core/manifest/new-name.ts'
import { quoted } from '../../core/doctor/names.ts'
import { lookUp } from '../../core/lookup.ts'
import { type PlanInput, type PlannedFile, startSide } from '../../core/plan/plan.ts'
import { meaning } from '../../core/launch/meaning.ts'
import { keysOf } from '../../core/manifest/names.ts'
import { isMcpRemote } from '../../core/launch/mcp-remote.ts'
import { environmentLabel } from '../../core/participants.ts'
import type { Heard } from '../../context.ts'
import type { Entry } from '../../model/entry.ts'
import type { NativePath } from '../../model/path.ts'
import { reveal } from '../../model/secret.ts'
import type { System } from '../../model/system.ts'
import { programOn } from '../machine/program.ts'
import { filledEntry } from '../probe/references.ts'
import { type Probe, probeAll, probeLaunch, probeRemote } from '../probe/probe.ts'
import { keepWeights } from './weights.ts'

/** Time limit for a server's first answer, in ms. Claude Code waits 30 s. */
const ANSWER_MS = 30_000

/** A server as a client starts it on one side, and its answer. */
export interface ServerCheck {
  readonly server: string
  readonly environment: string
  readonly client: string
  readonly ok: boolean
  readonly ms: number
  readonly tools: number | null
  readonly reason: string | null
  readonly stderr: string | null
}

interface Job {
  readonly server: string
  readonly file: PlannedFile
  readonly entry: Entry
}

/** The bridge's entries differ only in the client that they name, which does not affect its start. */
const startOf = ({ server, entry }: Job): string => (server === BRIDGE ? BRIDGE : JSON.stringify(entry))

/** Returns one job for all entries that start the same program on the same side. */
function jobsFor(files: readonly PlannedFile[]): Job[] {
  const jobs = new Map<string, Job>()
  for (const file of files) {
    const refused = new Set(file.plan.entries.flatMap(({ step }) => (step.kind === 'refuse' ? [step.server] : [])))
    for (const wanted of file.desired.wanted) {
      // A refused entry was not written, so there is nothing to start.
      if (file.plan.refusal !== null || refused.has(wanted.server) || !file.plan.present.has(wanted.name)) continue
      const entry = meaning(reveal(wanted.value), file.observed.client)
      if ('unreadable' in entry) continue
      const job = { server: wanted.server, file, entry }
      const key = `${file.observed.environment.id}\n${startOf(job)}`
      if (!jobs.has(key)) jobs.set(key, job)
    }
  }
  return [...jobs.values()]
}

/** An entry that was not tried, and why. */
export interface Untried extends Pick<ServerCheck, 'server' | 'environment' | 'client'> {
  readonly reason: string
  readonly hint: string | null
  /** Nobody is logged in to it, and `mcp-twin login` helps. */
  readonly login?: true
}

export interface Checked {
  readonly checks: readonly ServerCheck[]
  readonly untried: readonly Untried[]
}

export interface CheckOptions {
  readonly signal: AbortSignal
  /** The folder that is open in the clients; absent: none. */
  readonly project?: NativePath | null
  /** Tells the terminal to hide a value. */
  hide(value: string): void
  told(left: number): void
  readonly listen?: ListenToTried
}

/** Hears what a server that is tried says on stderr, as it comes; `values` of its variables, which are keys perhaps, are in it. */
export type ListenToTried = (tried: Pick<ServerCheck, 'server' | 'environment' | 'client'>, values: readonly string[]) => Heard

/**
 * Starts every server that was written, on its side and as its client would, and asks it for its tools. What logs in by itself, or
 * cannot be started from here, is left out.
 */
export async function checkServers(
  system: System,
  input: PlanInput,
  files: readonly PlannedFile[],
  options: CheckOptions,
): Promise<Checked> {
  const jobs = jobsFor(files)
  const reasons = jobs.map((job) => whyUntried(input, job))
  const tried = jobs.filter((_, at) => reasons[at] === null)
  let left = tried.length
  const probes = await probeAll(
    tried.map((job) => () => ask(system, input, job, options)),
    () => options.told(--left),
  )
  const asked = tried.map(({ server, file }, at) => ({ server, side: startSide(file.observed), probe: probes[at] }))
  await keepWeights(system, input, asked)
  const untried = jobs.flatMap((job, at) => (reasons[at] ? [{ ...placeOf(job), ...reasons[at] }] : []))
  const checks: ServerCheck[] = []
  for (const [at, job] of tried.entries()) {
    const probe = probes[at]
    if (probe === undefined) continue
    const login = probe.ok ? null : await loginFor(system, input, job, probe.reason)
    if (login !== null) untried.push({ ...placeOf(job), ...login })
    else checks.push({ ...placeOf(job), ...outcomeOf(probe) })
  }
  return { checks, untried }
}

const placeOf = ({ server, file: { observed } }: Job): Pick<ServerCheck, 'server' | 'environment' | 'client'> => ({
  ...{ server, environment: observed.environment.id, client: observed.client.id },
})

const outcomeOf = (probe: Probe): Pick<ServerCheck, 'ok' | 'ms' | 'tools' | 'reason' | 'stderr'> => ({
  ...{ ok: probe.ok, ms: Math.round(probe.ms) },
  tools: probe.ok ? probe.tools.length : null,
  reason: probe.ok ? null : probe.reason,
  stderr: probe.ok || probe.stderrTail === '' ? null : probe.stderrTail,
})

type Why = Pick<Untried, 'reason' | 'hint' | 'login'>

const LOGIN: Why = { reason: 'it asks for a login (OAuth), which only its client can do', hint: 'log in from that program' }

function whyUntried({ manifest, render }: PlanInput, { server, entry, file }: Job): Why | null {
  const spec = lookUp(manifest.servers, server)
  const words = entry.kind === 'stdio' ? [entry.command, ...entry.args] : []
  if ((spec !== undefined && isMcpRemote(spec)) || words.some((word) => /^mcp-remote(?:@|$)/.test(word)))
    return { reason: 'mcp-remote may open a browser to log in', hint: null }
  const side = startSide(file.observed)
  // What was written lies on a disk that is reached; that side itself need not run.
  if (entry.kind === 'stdio' && programOn(render.world, side, words, { timeoutMs: ANSWER_MS }) === null)
    return { reason: `programs of ${environmentLabel(side)} cannot be started from here`, hint: 'typed there: mcp-twin doctor --deep' }
  return null
}

/** Who can log in where a remote server wants to know who asks; null: that is not what it wants. */
async function loginFor(system: System, { manifest, home }: PlanInput, { server, entry }: Job, reason: string): Promise<Why | null> {
  const spec = lookUp(manifest.servers, server)
  const hint = `mcp-twin login ${quoted(server)}`
  if (spec?.auth === 'oauth') return reason.includes('needs a login') ? { reason: 'it needs a login', hint, login: true } : null
  if (spec?.url === undefined || keysOf(spec).length > 0 || !reason.includes('(HTTP 401)')) return null
  const { homeFetch } = await import('../login/home-fetch.ts')
  const { offersLogin } = await import('../login/log-in.ts')
  const isOffered = entry.kind === 'remote' && (await offersLogin(await homeFetch(system, home), entry.url))
  return isOffered ? { reason: 'it asks for a login (OAuth)', hint: `once for every program: ${hint}`, login: true } : LOGIN
}

async function ask(system: System, input: PlanInput, job: Job, { signal, project = null, hide, listen }: CheckOptions): Promise<Probe> {
  const { server, file, entry } = job
  const { client } = file.observed
  const environment = startSide(file.observed)
  const filled = filledEntry(system, entry, { client, environment, project, hide })
  if (filled.kind === 'stdio') {
    const heard = listen?.(placeOf(job), Object.values(filled.env))
    const onStderr = heard === undefined ? {} : { onStderr: heard.push }
    const how = { client, environment, world: input.render.world, timeoutMs: ANSWER_MS, signal, project, ...onStderr }
    return probeLaunch(system, filled, how).finally(() => heard?.end())
  }
  const spec = lookUp(input.manifest.servers, server)
  return probeRemote(system, filled, {
    server,
    keys: spec === undefined ? [] : keysOf(spec),
    home: input.home.home,
    ...(input.home.prefix === undefined ? {} : { prefix: input.home.prefix }),
    timeoutMs: ANSWER_MS,
    signal,
  })
}
