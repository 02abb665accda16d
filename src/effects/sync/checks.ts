import { BRIDGE } from '../../core/manifest/new-name.ts'
import { lookUp } from '../../core/lookup.ts'
import { type PlanInput, type PlannedFile, startSide } from '../../core/plan/plan.ts'
import { meaning } from '../../core/launch/meaning.ts'
import { keysOf } from '../../core/manifest/names.ts'
import type { Entry } from '../../model/entry.ts'
import { reveal } from '../../model/secret.ts'
import type { System } from '../../model/system.ts'
import { type Probe, probeAll, probeLaunch, probeRemote } from '../probe/probe.ts'

/** How long a server may take to answer for the first time, in ms. Claude Code itself waits 30 s. */
const ANSWER_MS = 30_000

/** One server as one side's client starts it, and how it answered. */
export interface Check {
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

/** The bridge's entries differ in the client that they name, and in nothing that decides whether it starts. */
const startOf = ({ server, entry }: Job): string => (server === BRIDGE ? BRIDGE : JSON.stringify(entry))

/** Entries that start the same thing on the same side are asked once: the first client that has it speaks for all. */
function jobsFor(files: readonly PlannedFile[]): Job[] {
  const jobs = new Map<string, Job>()
  for (const file of files) {
    const refused = new Set(file.plan.entries.flatMap(({ step }) => (step.kind === 'refuse' ? [step.server] : [])))
    for (const wanted of file.desired.wanted) {
      // What was refused or could not be installed does not stand there, so there is nothing to start.
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

/** Starts every server that was written, on its side and as its client would, and asks it for its tools. */
export async function checkServers(
  system: System,
  input: PlanInput,
  files: readonly PlannedFile[],
  signal: AbortSignal,
  told: (check: Check, left: number) => void,
): Promise<Check[]> {
  const jobs = jobsFor(files)
  const checks: Check[] = []
  await probeAll(
    jobs.map((job) => () => ask(system, input, job, signal)),
    (at, probe) => {
      const job = jobs[at]
      if (job === undefined) return
      const check: Check = {
        server: job.server,
        environment: job.file.observed.environment.id,
        client: job.file.observed.client.id,
        ok: probe.ok,
        ms: Math.round(probe.ms),
        tools: probe.ok ? probe.tools.length : null,
        reason: probe.ok ? null : probe.reason,
        stderr: probe.ok || probe.stderrTail === '' ? null : probe.stderrTail,
      }
      checks.push(check)
      told(check, jobs.length - checks.length)
    },
  )
  const order = new Map(jobs.map((job, at) => [`${job.server} ${job.file.observed.environment.id}`, at]))
  return checks.sort((a, b) => (order.get(`${a.server} ${a.environment}`) ?? 0) - (order.get(`${b.server} ${b.environment}`) ?? 0))
}

function ask(system: System, input: PlanInput, { server, file, entry }: Job, signal: AbortSignal): Promise<Probe> {
  const { client } = file.observed
  const environment = startSide(file.observed)
  if (entry.kind === 'stdio')
    return probeLaunch(system, entry, { client, environment, world: input.render.world, timeoutMs: ANSWER_MS, signal })
  const spec = lookUp(input.manifest.servers, server)
  return probeRemote(system, entry, {
    server,
    keys: spec === undefined ? [] : keysOf(spec),
    home: input.home.home,
    ...(input.home.prefix === undefined ? {} : { prefix: input.home.prefix }),
    timeoutMs: ANSWER_MS,
    signal,
  })
}
