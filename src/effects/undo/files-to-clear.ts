import { clientById } from '../../catalog/clients/index.ts'
import { type FileName, recordOf } from '../../core/plan/records.ts'
import type { World } from '../../model/environment.ts'
import type { FileState, State } from '../../model/state.ts'
import type { System } from '../../model/system.ts'
import type { Originals } from '../store/originals.ts'
import { projectBounds } from '../store/project-bounds.ts'
import { filesThatNameUs, type KnownFiles } from './unrecorded.ts'

export interface FileWithRecord {
  readonly name: FileName
  readonly record: FileState
}

/** Returns every client file of our records. */
export const recordedFiles = (state: State): FileWithRecord[] =>
  Object.entries(state.files).flatMap(([environment, clients]) =>
    Object.entries(clients).flatMap(([client, files]) =>
      Object.entries(files).map(([file, record]) => ({ name: { environment, client, file }, record })),
    ),
  )

/**
 * The files that an uninstall looks at, of all or of the project with this root: those of our records, those that only a first copy
 * is kept of, since an undo may have taken the record away, and those that name our files all the same.
 */
export async function filesToClear(
  system: System,
  known: KnownFiles,
  originals: Originals,
  project: string | undefined,
): Promise<FileWithRecord[]> {
  const { world, state } = known
  const key = ({ environment, client, file }: FileName) => JSON.stringify([environment, client, file])
  const all = new Map(recordedFiles(state).map((each) => [key(each.name), each]))
  for (const { environment, client, file } of (await originals.load()).files) {
    const name = { environment, client, file }
    if (!all.has(key(name))) all.set(key(name), { name, record: recordOf(state, name) })
  }
  for (const { name, project: root } of await filesThatNameUs(system, known, project === undefined))
    if (!all.has(key(name))) all.set(key(name), { name, record: { entries: {}, ...(root === undefined ? {} : { project: root }) } })
  const found: FileWithRecord[] = []
  for (const { name, record } of all.values()) {
    const root = await projectOf(system, world, name, record)
    if (project === undefined || root === project) found.push({ name, record: root === null ? record : { ...record, project: root } })
  }
  return found
}

/** The real root of the project that a file belongs to; null: it is a user's, or on a side that is gone. */
export async function projectOf(
  system: System,
  world: World,
  { environment: id, client, file }: FileName,
  { project }: FileState,
): Promise<string | null> {
  if (project !== undefined) return project
  const [environment, definition] = [world.environments.find((each) => each.id === id), clientById(client)]
  if (environment === undefined || definition === null) return null
  return (await projectBounds(system, { environment, client: definition, file })).within
}
