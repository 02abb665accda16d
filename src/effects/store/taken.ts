import { lookUp } from '../../core/lookup.ts'
import type { Fingerprint } from '../../core/plan/fingerprint.ts'
import type { JsonValue } from '../../model/entry.ts'
import type { Original } from '../../model/original.ts'
import type { OldestBackup } from './oldest.ts'

/** One entry as it became ours. */
export interface TakenEntry {
  /** What it said; null: there was none of that name. */
  readonly was: JsonValue | null
  /** Of what we wrote then, or left as it was; null: it could not be read. */
  readonly made: Fingerprint | null
  /** Names of keys that are in `was` in place of themselves. */
  readonly keys?: string[] | undefined
  /** `deleted`: its person took it out since, and it does not come back. `overruled`: it is its person's, and --force took it out. */
  readonly fate?: 'deleted' | 'overruled' | undefined
}

/** What older versions' backups tell of single entries. */
export const takenBefore = (oldest: OldestBackup | null): Record<string, TakenEntry> =>
  Object.fromEntries(Object.entries(oldest?.entries ?? {}).map(([name, was]) => [name, { was, made: null }]))

/** Sets one entry, whatever its name. */
export const setEntry = (original: Original, name: string, value: Original['entries'][string] | TakenEntry): void => {
  Object.defineProperty(original.entries, name, { value, enumerable: true, configurable: true, writable: true })
}

/**
 * Notes what one entry says that becomes ours. One that is not there now may have been taken out by us: what it said before counts
 * on. `before`: the file as it was before us.
 */
export function takeEntry(original: Original, name: string, value: TakenEntry, before: ReadonlyMap<string, JsonValue> | null): void {
  const known = lookUp(original.entries, name)
  // What stood there before us, was none of ours since, and is gone: its person took it out.
  const isDeleted = known === undefined && value.was === null && before?.has(name) === true
  if (isDeleted) setEntry(original, name, { ...value, fate: 'deleted' })
  else if (value.was !== null || value.fate !== undefined || known === undefined) setEntry(original, name, value)
  else if (known.fate === 'overruled') setEntry(original, name, { ...known, made: value.made })
}
