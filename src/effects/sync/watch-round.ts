import { environmentLabel } from '../../core/participants.ts'
import { makePlan, type PlannedFile } from '../../core/plan/plan.ts'
import { withRecord, recordOf } from '../../core/plan/records.ts'
import { makeStep } from '../../core/plan/step.ts'
import {
  dueAgain,
  type Dropped,
  droppedEntries,
  mayRestore,
  restored,
  RESTORES_MAX,
  settled,
  stopped,
  watchedFile,
} from '../../core/watch/restores.ts'
import type { Step } from '../../model/plan.ts'
import type { State } from '../../model/state.ts'
import type { System } from '../../model/system.ts'
import type { WatchRecord } from '../../model/watch.ts'
import type { Situation } from '../manifest/open.ts'
import type { SyncOptions } from './options.ts'
import { prepare } from './prepare.ts'
import type { SyncResult } from './result.ts'
import { runSync } from './sync.ts'
import { programRuns } from './running-clients.ts'
import { serversIn } from './watch-files.ts'

const nameOf = ({ environment, client, file }: { environment: string; client: string; file: string }): string =>
  `${environment}\n${client}\n${file}`

const CONTENTS_MAX = 8

/**
 * The servers of each file before each of our own writes. A program that kept its file in memory writes exactly those back; a
 * person who removes an entry leaves something else, unless it is the one that we wrote last.
 */
export class EarlierContents {
  readonly #earlier = new Map<string, string[]>()

  /** Records what a file held before a run wrote it. */
  add(file: PlannedFile): void {
    const kept = this.#earlier.get(nameOf(file.plan)) ?? []
    this.#earlier.set(nameOf(file.plan), [...kept, serversIn(file.observed.client, file.observed.bytes)].slice(-CONTENTS_MAX))
  }

  /** Returns whether the file holds again what it held before one of our writes. */
  isBack(file: PlannedFile): boolean {
    return this.#earlier.get(nameOf(file.plan))?.includes(serversIn(file.observed.client, file.observed.bytes)) === true
  }
}

export interface RoundInput {
  readonly open: () => Promise<Situation>
  readonly options: SyncOptions
  readonly earlier: EarlierContents
  readonly record: WatchRecord
  /** Does not write the file of a running program that writes it back from memory. */
  readonly waitForExit: boolean
}

export interface Round {
  readonly result: SyncResult
  readonly record: WatchRecord
  /** When the next round is due even without a change, in ms since the epoch. */
  readonly againAt: number | null
}

/** How often a program that has to quit first is looked for. */
const EXIT_LOOK_MS = 3000

/** Runs one round of the watcher: a sync that restores dropped entries, up to a limit for each file. */
export async function watchRound(system: System, { open, options, earlier, record: before, waitForExit }: RoundInput): Promise<Round> {
  const situation = await open()
  const { input } = await prepare(system, situation, options)
  const plan = makePlan(input)
  const dropped = await reallyDropped(system, situation, plan.files, earlier, options.signal)
  const now = system.now()
  const allowed = dropped.filter(({ file }) => mayRestore(before, file.plan, now))
  const held = dropped.filter((each) => !allowed.includes(each))
  const busy = waitForExit ? await busyFiles(system, situation, plan.files, options.signal) : []
  const left = new Set([...held.map(({ file }) => nameOf(file.plan)), ...busy.map((file) => nameOf(file.plan))])
  const result = await runSync(
    system,
    { open: async () => forgetting(await open(), allowed) },
    { ...options, leaveOut: (file) => left.has(nameOf(file)) },
    'sync',
  )
  const { listSharedTools } = await import('./shared-tools.ts')
  const shared = await listSharedTools(system, await open(), options, !options.offline)
  for (const file of plan.files) if (hasWritten(result, file)) earlier.add(file)
  let record = plan.files
    .filter((file) => !held.some((each) => each.file === file))
    .reduce((sum, { plan: key }) => settled(sum, key), before)
  const notices: string[] = [...shared.notices]
  for (const each of allowed.filter(({ file }) => hasWritten(result, file))) {
    record = restored(record, each.file.plan, each.entries, now)
    notices.push(words(each, `put back (${watchedFile(record, each.file.plan).restored.length} of ${RESTORES_MAX} times in an hour)`))
  }
  for (const each of held) record = stopped(record, each.file.plan, each.entries, now)
  return {
    result: {
      ...result,
      inSync: result.inSync && left.size === 0,
      steps: [...result.steps, ...held.map((each) => heldStep(each)), ...busy.map(busyStep)],
      notices: [...result.notices, ...notices],
    },
    record,
    againAt: dueAgain(
      record,
      held.map(({ file }) => file.plan),
      now,
      busy.length > 0 ? [now + EXIT_LOOK_MS] : [],
    ),
  }
}

const hasWritten = (result: SyncResult, { plan }: PlannedFile): boolean =>
  result.steps.some(
    (step) =>
      step.outcome === 'done' &&
      step.environment === plan.environment &&
      step.client === plan.client &&
      step.file === plan.file &&
      ['add', 'update', 'remove'].includes(step.change),
  )

/** Returns the entries dropped by their program. One that vanished alone counts only if the program is running and wrote its memory back. */
async function reallyDropped(
  system: System,
  { state, world }: Situation,
  files: readonly PlannedFile[],
  earlier: EarlierContents,
  signal: AbortSignal,
): Promise<Dropped[]> {
  const found: Dropped[] = []
  for (const each of droppedEntries(files, state, (file) => earlier.isBack(file))) {
    const { environment, client } = each.file.observed
    if (!each.wroteBack || (await programRuns(system, world, environment.id, client, signal)) === true) found.push(each)
  }
  return found
}

/** Returns the situation without the records of these entries, so that the plan adds them again. */
function forgetting(situation: Situation, allowed: readonly Dropped[]): Situation {
  const state = allowed
    .filter(({ wroteBack }) => wroteBack)
    .reduce((sum: State, { file, entries }) => {
      const known = recordOf(sum, file.plan)
      const left = Object.fromEntries(Object.entries(known.entries).filter(([name]) => !entries.includes(name)))
      return withRecord(sum, file.plan, { ...known, entries: left })
    }, situation.state)
  return { ...situation, state }
}

/** Returns the files to be written whose program is running and would write them back from memory. */
async function busyFiles(system: System, { world }: Situation, files: readonly PlannedFile[], signal: AbortSignal): Promise<PlannedFile[]> {
  const found: PlannedFile[] = []
  for (const file of files) {
    const { client, environment } = file.observed
    const writes = file.plan.entries.some(({ change }) => change !== null)
    if (client.writesBack === true && writes && (await programRuns(system, world, environment.id, client, signal)) === true)
      found.push(file)
  }
  return found
}

const words = ({ file, entries }: Dropped, what: string): string =>
  `${file.observed.client.label} (${environmentLabel(file.observed.environment)}) had dropped ${entries.join(', ')}: ${what}`

const heldStep = ({ file, entries }: Dropped): Step =>
  makeStep({
    kind: 'refuse',
    environment: file.plan.environment,
    client: file.plan.client,
    file: file.plan.file,
    reason: `${entries.join(', ')} dropped again: put back ${RESTORES_MAX} times within an hour, so now left out`,
    hint: `quit ${file.observed.client.label} fully, then: mcp-twin sync`,
  })

const busyStep = ({ observed, plan }: PlannedFile): Step =>
  makeStep({
    kind: 'refuse',
    environment: plan.environment,
    client: plan.client,
    file: plan.file,
    reason: `${observed.client.label} is running; its file is written when it has quit`,
    hint: `quit ${observed.client.label} fully`,
  })
