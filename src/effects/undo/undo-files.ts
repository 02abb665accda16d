import { clientById } from '../../catalog/clients/index.ts'
import { describeRefusal } from '../../core/formats/text/place.ts'
import { layout } from '../../core/layout.ts'
import { lookUp } from '../../core/lookup.ts'
import { toHere } from '../../core/paths.ts'
import { editOptions, readClientFile } from '../../core/plan/file.ts'
import { recordOf, withRecord } from '../../core/plan/records.ts'
import { revertEntries } from '../../core/plan/revert.ts'
import type { BackedUpFile } from '../../model/backup.ts'
import { native } from '../../model/path.ts'
import { type FileState, type State, stateSchema } from '../../model/state.ts'
import type { System } from '../../model/system.ts'
import type { Decision } from '../store/decision.ts'
import { revertHook } from '../hook/revert.ts'
import { revertSetting } from '../../core/formats/json/setting.ts'
import { keepMode } from '../machine/far-modes.ts'
import { heldBeside } from '../store/held-file.ts'
import { projectBounds } from '../store/project-bounds.ts'
import type { Locate, Revert } from '../store/undo.ts'
import type { Situation } from '../manifest/open.ts'
import { stateBytes } from '../manifest/records.ts'
import { type IsOurs, revertManifest } from './undo-manifest.ts'

/** Returns where each file of a backup is now. */
export const locator =
  (system: System, situation: Situation): Locate =>
  async (file) => {
    const side = situation.world.environments.find((each) => each.id === file.environment)
    const here = side === undefined ? null : toHere(side, native(file.file))
    if (side === undefined || here === null)
      return { reason: `${file.environment} cannot be reached from here`, hint: `once ${file.environment} can be reached: mcp-twin undo` }
    const client = file.client === null ? null : clientById(file.client)
    const bounds = await projectBounds(system, { ...file, environment: side, client })
    const isUserFile = client !== null && bounds.within === null && file.hook !== true && file.setting === undefined
    return {
      here,
      shown: file.file,
      ...keepMode(system, side, here),
      ...(side.kind === 'windows' && client !== null ? { holder: client.label } : {}),
      side: situation.self.id,
      ...bounds,
      ...(isUserFile && client.ownLock !== undefined ? { ownLock: client.ownLock } : {}),
      ...(isUserFile ? heldBeside(client, here) : {}),
    }
  }

/**
 * Reverts a file that was written since the run: entry by entry for a client's file. `left`: our records as the run left them; null:
 * no later run has changed them.
 */
export function reverter(
  situation: Situation,
  runFiles: readonly BackedUpFile[],
  left: State | null,
  { force, isOurs }: { readonly force: boolean; readonly isOurs: IsOurs },
): Revert {
  const statePath = layout(situation.home.environment, situation.home.folder).state
  return (current, before, names, file) => {
    if (file.setting !== undefined) return revertSetting(current, before, file.setting, force)
    if (file.hook === true) return revertHook(current, before, situation.state.hook, force)
    if (file.client === null)
      return file.file === statePath
        ? revertState(current, before, runFiles, left)
        : revertManifest(current, before, file, runFiles, force, isOurs)
    const client = clientById(file.client)
    if (client === null) return { kind: 'refuse', reason: `unknown client "${file.client}"`, hint: 'restore it by hand from the backup' }
    const state = recordOf(situation.state, { ...file, client: client.id })
    const reverted = revertEntries(client, current, before, names, state, force)
    if ('reason' in reverted) return { kind: 'refuse', ...reverted }
    if (reverted.changes.length === 0) return { kind: 'nothing' }
    const read = readClientFile(client, current)
    if (!read.ok) return { kind: 'refuse', reason: read.refusal.reason }
    const { document } = read
    const options = editOptions(client)
    const edit = document.edit(reverted.changes, options)
    if (!edit.ok) return { kind: 'refuse', reason: describeRefusal(edit.refusal) }
    return {
      kind: 'replace',
      bytes: edit.bytes,
      holdsKey: false,
      check: () => document.check(edit.bytes, reverted.changes, options),
      ...(reverted.left === undefined ? {} : { left: reverted.left }),
    }
  }
}

/** Our records as a backup has them. */
export const parseState = (bytes: Uint8Array | null): State =>
  bytes === null ? { version: 1, files: {} } : stateSchema.parse(JSON.parse(new TextDecoder().decode(bytes)))

/** Restores our records only for the files of the run, and in them only what no later run has changed. */
function revertState(current: Uint8Array, before: Uint8Array | null, files: readonly BackedUpFile[], left: State | null): Decision {
  const [now, then] = [parseState(current), parseState(before)]
  const state = files.reduce(
    (next, file) => {
      const { environment, client } = file
      if (client === null || file.hook === true || left === null) return withRecords(next, then, [file])
      const place = { environment, client, file: file.file }
      return withRecord(next, place, withoutRun(file, recordOf(now, place), recordOf(left, place), recordOf(then, place)))
    },
    withImportsOf(now, left, then),
  )
  return { kind: 'replace', bytes: stateBytes(state), holdsKey: false }
}

/** What a run remembered of exports is forgotten, unless a later one remembers something else. */
function withImportsOf(now: State, left: State | null, then: State): State {
  const of = (state: State | null, from: string) => lookUp(state?.imported ?? {}, from)
  const folders = [...new Set([now, then].flatMap(({ imported = {} }) => Object.keys(imported)))]
  const imported = folders.flatMap((from) => {
    const isLater = left !== null && JSON.stringify(of(now, from)) !== JSON.stringify(of(left, from))
    const record = of(isLater ? now : then, from)
    return record === undefined ? [] : [[from, record] as const]
  })
  return folders.length === 0 ? now : { ...now, imported: Object.fromEntries(imported) }
}

/** The record of a file without what a run did to it: what later runs recorded of other entries stays. Null: nothing is left. */
function withoutRun({ entries: changed }: BackedUpFile, now: FileState, left: FileState, then: FileState): FileState | null {
  const same = (name: string): boolean => JSON.stringify(lookUp(now.entries, name)) === JSON.stringify(lookUp(left.entries, name))
  const later = Object.entries(now.entries).filter(([name]) => !changed.includes(name) && !same(name))
  const gone = Object.keys(left.entries).filter((name) => !changed.includes(name) && lookUp(now.entries, name) === undefined)
  const restored = Object.entries(then.entries).filter(([name]) => !gone.includes(name))
  const entries = Object.fromEntries([...restored, ...later])
  if (Object.keys(entries).length === 0 && then.created !== true)
    return Object.keys(then.entries).length === 0 ? null : { ...then, entries }
  return later.length === 0 ? { ...then, entries } : { ...now, ...then, entries }
}

/** Returns `state` with the record that `from` has of the hook. */
function withHookOf({ hook: _, ...state }: State, { hook }: State): State {
  return hook === undefined ? state : { ...state, hook }
}

/** Returns `state` with the record that `from` has of the command of a side, if `file` is that command. */
function withCommandOf(state: State, from: State, environment: string, file: string): State {
  const { [environment]: now, ...others } = state.commands ?? {}
  const before = from.commands?.[environment]
  return now?.file === file ? { ...state, commands: { ...others, ...(before === undefined ? {} : { [environment]: before }) } } : state
}

/** Returns `state` with the records that `from` has of these files, of the hook in one of them too. */
export const withRecords = (
  state: State,
  from: State,
  files: readonly Pick<BackedUpFile, 'environment' | 'client' | 'file' | 'hook'>[],
): State =>
  files.reduce((next, { environment, client, file, hook }) => {
    if (hook === true) return withHookOf(next, from)
    if (client === null) return withCommandOf(next, from, environment, file)
    return withRecord(next, { environment, client, file }, from.files[environment]?.[client]?.[file] ?? null)
  }, state)

/** Returns `state` with the records that `from` has of these entries of one file. */
export function withEntries(state: State, from: State, { environment, client, file }: BackedUpFile, names: readonly string[]): State {
  if (client === null) return state
  const place = { environment, client, file }
  const [now, had] = [recordOf(state, place), recordOf(from, place)]
  const kept = Object.entries(had.entries).filter(([name]) => names.includes(name))
  return withRecord(state, place, { ...now, entries: { ...now.entries, ...Object.fromEntries(kept) } })
}
