import { clientById } from '../../catalog/clients/index.ts'
import { isDecisive } from '../../core/launch/decisive.ts'
import { meaning } from '../../core/launch/meaning.ts'
import { toHere } from '../../core/paths.ts'
import { readClientFile } from '../../core/plan/file.ts'
import { makePlan, type PlannedFile } from '../../core/plan/plan.ts'
import type { Afterwards } from '../../model/afterwards.ts'
import type { ClientDefinition } from '../../model/client.ts'
import type { JsonValue } from '../../model/entry.ts'
import { native, type ReachablePath } from '../../model/path.ts'
import { reveal } from '../../model/secret.ts'
import type { System } from '../../model/system.ts'
import { openSituation, type Situation } from '../manifest/open.ts'
import type { UndoneFile } from '../store/undo.ts'
import type { SyncOptions } from './options.ts'
import { prepare } from './prepare.ts'

/** What stands after an undo, as its preview says. A program starts what its config holds, so entries count that no manifest explains. */
export async function afterUndo(system: System, now: Situation, files: readonly UndoneFile[], options: SyncOptions): Promise<Afterwards> {
  const written = files.filter(({ bytes }) => bytes !== undefined)
  const places = new Map<ReachablePath, Uint8Array | null>()
  for (const { file, bytes = null } of written) {
    const here = hereOf(now, file)
    if (here !== null) places.set(here, bytes)
  }
  // A file that the undo removes reads as absent.
  const read = async (path: ReachablePath) => (places.has(path) ? (places.get(path) ?? null) : system.files.read(path))
  const then: System = { ...system, files: { ...system.files, read } }
  const after = await openSituation(then, now.world, now.home, now.place, { mayBeAbsent: true })
  const { input, lock } = await prepare(then, after, { ...options, resolve: false })
  const planned = makePlan(input).files
  const foreign: string[] = []
  for (const undone of written) foreign.push(...(await foreignIn(system, now, undone, planned)))
  return { manifest: after.manifest, lock, state: now.savedState, sides: after.sides, foreign }
}

const hereOf = ({ world }: Situation, { environment, file }: UndoneFile['file']): ReachablePath | null => {
  const side = world.environments.find(({ id }) => id === environment)
  return side === undefined ? null : toHere(side, native(file))
}

/** What an undo brings into one file that the manifest does not explain. */
async function foreignIn(
  system: System,
  now: Situation,
  { file, bytes = null }: UndoneFile,
  planned: readonly PlannedFile[],
): Promise<string[]> {
  const here = hereOf(now, file)
  const client = file.client === null ? null : clientById(file.client)
  if (here === null) return [file.file]
  if (client === null) return [now.place.here, now.place.lockHere, now.statePath].includes(here) ? [] : [file.file]
  if (file.hook === true || file.setting !== undefined) return [file.file]
  const [is, then] = [entriesIn(client, await system.files.read(here)), entriesIn(client, bytes)]
  if (then === null) return [file.file]
  const wanted = planned.find(
    ({ observed }) => observed.environment.id === file.environment && observed.client.id === client.id && observed.file === file.file,
  )?.desired.wanted
  return [...then].flatMap(([name, value]) => {
    if (JSON.stringify(is?.get(name)) === JSON.stringify(value)) return []
    const ours = wanted?.find((each) => each.name === name)
    const isOurs = ours !== undefined && startWords(client, reveal(ours.value)) === startWords(client, value)
    return isOurs ? [] : [`${name} in ${file.file}, which is no server of the manifest as it is then`]
  })
}

/** Null: it cannot be read, or has a name twice. */
function entriesIn(client: ClientDefinition, bytes: Uint8Array | null): Map<string, JsonValue> | null {
  const read = readClientFile(client, bytes)
  if (!read.ok || read.document.entries().some(({ duplicate }) => duplicate)) return null
  return new Map(read.document.entries().map(({ name, value }) => [name, value]))
}

/** What an entry starts. Values of variables and headers may be others, as in what a person agrees to; null as a text: it cannot be read. */
function startWords(client: ClientDefinition, value: JsonValue): string {
  const entry = meaning(value, client)
  if ('unreadable' in entry) return JSON.stringify(value)
  const names = (values: Readonly<Record<string, string>>) =>
    Object.entries(values)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map((each) => (isDecisive(each) ? each : [each[0]]))
  return entry.kind === 'remote'
    ? JSON.stringify({ ...entry, headers: names(entry.headers) })
    : JSON.stringify({ ...entry, env: names(entry.env) })
}
