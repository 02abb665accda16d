import { placeOf } from '../../core/formats/text/place.ts'
import { offsetOf } from '../../core/formats/json/tree.ts'
import { LOCK_HINT, lockBreaches } from '../../core/manifest/locked.ts'
import { isPython, withoutPrefix } from '../../core/packages/python.ts'
import { EXIT, TwinError } from '../../errors.ts'
import { type Lock, lockSchema } from '../../model/lock.ts'
import type { ReachablePath } from '../../model/path.ts'
import { type State, stateSchema } from '../../model/state.ts'
import type { System } from '../../model/system.ts'
import type { VettedPath } from '../store/vet.ts'

interface Shape<T> {
  safeParse(value: unknown): { success: true; data: T } | { success: false; error: { message: string } }
}

/** Reads one of our own JSON files. A damaged one stops the command: nothing derived from a failed read is written. */
async function load<T>(system: System, path: ReachablePath, shape: Shape<T>, empty: T, hint: string): Promise<T> {
  const bytes = await system.files.read(path)
  return bytes === null ? empty : parse(bytes, path, shape, hint)
}

function parse<T>(bytes: Uint8Array, path: ReachablePath, shape: Shape<T>, hint: string): T {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    throw new TwinError('damaged', `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`, {
      place: { file: path },
      hint,
      cause: error,
    })
  }
  const parsed = shape.safeParse(value)
  if (!parsed.success) throw new TwinError('damaged', `${path} is damaged: it is not what mcp-twin writes`, { place: { file: path }, hint })
  return parsed.data
}

const text = (value: unknown): Uint8Array => new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`)

export const emptyState: State = { version: 1, files: {} }
export const emptyLock: Lock = { version: 1, packages: {} }

/** `state.json`: which entries are ours. */
export const loadState = (system: System, path: ReachablePath): Promise<State> =>
  load(system, path, stateSchema, emptyState, 'move it away; to have the entries that are correct managed again: mcp-twin sync --adopt')

export const stateBytes = (state: State): Uint8Array => text(state)

export const saveState = (system: System, path: ReachablePath, state: State): Promise<void> =>
  system.files.replace(path, stateBytes(state), 0o600)

/** A lock as read: what it pins, and its very bytes; null: there is no file. */
export interface LoadedLock {
  readonly lock: Lock
  readonly bytes: Uint8Array | null
}

/**
 * Reads `mcp-twin.lock.json`: which exact versions. One that pins anything else than one exact version of the package that
 * it is filed under, or a program outside its package, is a TwinError with file, line and column, exit code 2.
 */
export async function readLock(system: System, path: VettedPath): Promise<LoadedLock> {
  const bytes = await system.files.read(path)
  if (bytes === null) return { lock: emptyLock, bytes }
  const lock = parse(bytes, path, lockSchema, LOCK_HINT)
  const [breach] = lockBreaches(lock)
  if (breach === undefined) return { lock, bytes }
  const text = new TextDecoder().decode(bytes)
  throw new TwinError('bad-lock', `The lock is not valid: ${breach.message}.`, {
    exit: EXIT.usage,
    place: { file: path, ...placeOf(text, offsetOf(text, breach.path)) },
    hint: LOCK_HINT,
  })
}

export const loadLock = async (system: System, path: VettedPath): Promise<Lock> => (await readLock(system, path)).lock

export const lockBytes = (lock: Lock): Uint8Array => {
  const sorted = Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1))
  const packages = Object.fromEntries(sorted.filter(([words]) => !isPython(words)))
  const python = sorted.flatMap(([words, { name, version, python: pin, bin }]) =>
    pin === undefined
      ? []
      : [[withoutPrefix(words), { name, version, excludeNewer: pin.excludeNewer, python: pin.version, bin: Object.keys(bin) }]],
  )
  return text({ version: lock.version, packages, ...(python.length === 0 ? {} : { python: Object.fromEntries(python) }) })
}
