import { count } from '../../core/count.ts'
import { limits } from '../base/limits.ts'
import type { LastChange } from './change-file.ts'
import { lastChange } from './connection.ts'
import type { Database } from './database.ts'

/** A store as it was opened. */
export interface OpenedStore {
  readonly database: Database
  readonly generation: number
  /** The id of the store. */
  readonly id: string
}

/**
 * Says what a store has lost, in a sentence; null: nothing. `expected`: the last change that any process announced. Bridges note
 * the loss in the store, doctor only reads; notes of the last days count too.
 */
export function missingFrom({ database, generation, id }: OpenedStore, expected: LastChange | null, now: number): string | null {
  if (expected !== null && expected.store !== id)
    return `The store (${generation}.db) is not the one of before: earlier entries are not in it.`
  const missing = (expected?.n ?? 0) - lastChange(database)
  if (missing > 0) return `The store is older than it was: ${count(missing, 'change is', 'changes are')} missing from ${generation}.db.`
  const noted = database.get<{ value: string }>(`SELECT value FROM meta WHERE name = 'missing'`)?.value ?? ''
  const [, at = '0', words = ''] = /^(\d+) (.*)$/s.exec(noted) ?? []
  return words !== '' && now - Number(at) < limits.storeMissingMs ? words : null
}

export function noteMissing(database: Database, words: string, now: number): void {
  database.run(`INSERT OR REPLACE INTO meta (name, value) VALUES ('missing', ?)`, `${now} ${words}`)
}
