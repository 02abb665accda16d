import { BRIDGE_LINK, LINK_TOOL, readStatus, STATUS_TOOL } from '../../core/doctor/bridge.ts'
import type { BridgeStatus, ClientFile, Facts, ProbeFacts } from '../../core/doctor/facts.ts'
import { isRead } from '../../core/doctor/names.ts'
import { isOfManifest } from '../../core/doctor/unstarted.ts'
import { lastWords } from '../../core/doctor/probes.ts'
import { inAddress, inArgument } from '../../core/keys/spans.ts'
import { environmentLabel } from '../../core/participants.ts'
import { type Plan, type PlanInput, startSide } from '../../core/plan/plan.ts'
import { weigh } from '../../core/tokens/weight.ts'
import { type Probe, probeAll, probeLaunch, probeRemote } from '../probe/probe.ts'
import { filledEntry } from '../probe/references.ts'
import { keepWeights } from '../sync/weights.ts'
import type { Entry } from '../../model/entry.ts'
import type { NativePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'

/** Claude Code waits 30 s for a server, or what MCP_TIMEOUT says; the others are given as long. */
const ANSWER_MS = 30_000
/** More at once would make all of them slow. */
const AT_ONCE = 10

export interface DeepOptions {
  readonly signal: AbortSignal
  /** Masks a value in all output. */
  hide(value: string): void
  mask(text: string): string
  told(done: number, all: number, waiting: readonly string[]): void
  /** The project of these files: the folder that is open in their clients. */
  readonly project: NativePath | null
  /** What doctor stored at home, to be read through every bridge; null: nothing. */
  readonly link: string | null
  /** Whether what the tools cost is kept. */
  readonly keep: boolean
}

interface Job {
  readonly file: ClientFile
  readonly name: string
  readonly server: string | null
  readonly isBridge: boolean
  readonly entry: Entry
}

/** Returns a key for entries that are started in the same way; clients differ in the variables that they pass on. */
const startOf = ({ file, file: { client }, entry }: Job): string =>
  JSON.stringify([startSide(file).id, client.starting?.passesOn === undefined ? null : client.id, entry])

function jobsFor(system: System, files: readonly ClientFile[], options: DeepOptions): Job[] {
  const jobs = new Map<string, Job>()
  for (const file of files.filter(isRead)) {
    for (const { name, server, isBridge, entry, disabled } of file.entries) {
      if ('unreadable' in entry || disabled) continue
      const job = {
        file,
        name,
        server,
        isBridge,
        entry: filledEntry(system, entry, { ...options, client: file.client, environment: startSide(file) }),
      }
      if (!jobs.has(startOf(job))) jobs.set(startOf(job), job)
    }
  }
  return [...jobs.values()]
}

/** Masks values of a foreign entry that look like keys. */
function keysIn(entry: Entry): string[] {
  if (entry.kind === 'remote')
    return [...Object.values(entry.headers), ...inAddress(entry.url).map(({ start, end }) => entry.url.slice(start, end))]
  return entry.args.flatMap((word, at) => inArgument(word, entry.args[at - 1]).map(({ start, end }) => word.slice(start, end)))
}

function answerMs({ variables }: System): number {
  const told = Number(variables.MCP_TIMEOUT)
  return Number.isFinite(told) && told > 0 ? told : ANSWER_MS
}

function ask(
  system: System,
  { render }: PlanInput,
  { file, name, isBridge, entry }: Job,
  { signal, mask, project, link }: DeepOptions,
): Promise<Probe> {
  const timeoutMs = answerMs(system)
  const { client } = file
  const environment = startSide(file)
  const second = link === null ? {} : { second: { name: LINK_TOOL, arguments: { ...BRIDGE_LINK } } }
  const tool = isBridge ? { tool: STATUS_TOOL, ...second } : {}
  if (entry.kind === 'stdio')
    return probeLaunch(system, entry, { client, environment, world: render.world, timeoutMs, signal, mask, project, ...tool })
  const prefix = environment.prefix === undefined ? {} : { prefix: environment.prefix }
  return probeRemote(system, entry, { server: name, keys: [], home: environment.home, ...prefix, timeoutMs, signal, mask })
}

/** Starts every entry of every client as that client does, concurrently; ends each with its child processes. */
export async function probeEntries(
  system: System,
  input: PlanInput,
  plan: Plan,
  files: readonly ClientFile[],
  options: DeepOptions,
): Promise<NonNullable<Facts['probes']>> {
  const jobs = jobsFor(system, files, options)
  for (const { entry } of jobs) for (const key of keysIn(entry)) options.hide(key)
  const waiting = new Map(jobs.map((job, at) => [at, `${job.name} (${environmentLabel(job.file.environment)})`]))
  options.told(0, jobs.length, [...waiting.values()])
  const answers = await probeAll(
    jobs.map((job) => () => ask(system, input, job, options)),
    (at) => {
      waiting.delete(at)
      options.told(jobs.length - waiting.size, jobs.length, [...waiting.values()])
    },
    AT_ONCE,
  )
  // What an edited entry starts says nothing about the manifest's server.
  const asked = jobs.flatMap(({ file, name, server, isBridge }, at) =>
    server === null || isBridge || isOfManifest(plan, file, name) !== 'same' ? [] : [{ server, side: startSide(file), probe: answers[at] }],
  )
  if (options.keep) await keepWeights(system, input, asked)
  return jobs.flatMap((job, at): ProbeFacts[] => {
    const probe = answers[at]
    return probe === undefined ? [] : [factsOf(job, probe, options)]
  })
}

function statusIn(probe: Probe, link: string | null): BridgeStatus | null {
  if (!probe.ok || probe.toolResult === undefined) return null
  const read = link === null || probe.read === undefined ? null : probe.read.value === link
  return readStatus(probe.toolResult.data, probe.toolResult.roundTripMs, read)
}

function factsOf({ file, name, server, isBridge }: Job, probe: Probe, { mask, link }: DeepOptions): ProbeFacts {
  return {
    environment: file.environment,
    client: file.client,
    file: file.file,
    name,
    server,
    ms: probe.ms,
    tools: probe.ok ? probe.tools : null,
    ...(probe.ok ? { weights: weigh(probe.listed) } : {}),
    reason: probe.ok ? null : mask(probe.reason),
    stderr: probe.ok ? [] : lastWords(mask(probe.stderrTail)),
    noise: probe.stdoutNoise === undefined ? null : mask(probe.stdoutNoise),
    ...(isBridge ? { bridge: { status: statusIn(probe, link) } } : {}),
  }
}
