import { statSync } from 'node:fs'
import type { StoreFacts } from '../../core/doctor/bridge-facts.ts'
import { Refusal } from '../base/refusal.ts'
import { lastRecord } from './change-file.ts'
import { type Database, hasCode, isDamage } from './database.ts'
import { explained, ownVersion, within } from './connection.ts'
import { chooseEngine, type EngineName } from './engine.ts'
import { verifyFile } from './check-file.ts'
import { missingFrom } from './missing.ts'
import { StorePlace } from './place.ts'

export interface StoreState {
  readonly engine: EngineName
  readonly generation: number
  readonly bytes: number
  /** Bytes of the write-ahead log: what is not in the file itself yet. */
  readonly logBytes: number
}

/** The store of a bridge's folder as its files show it, without opening it; null where nothing was ever stored. Throws a Refusal. */
export function storeState(folder: string, platform: NodeJS.Platform, arch: string): StoreState | null {
  const place = new StorePlace(folder)
  const generation = place.generation()
  if (generation === null) return null
  const size = (end: string) => statSync(`${place.database(generation)}${end}`, { throwIfNoEntry: false })?.size ?? 0
  return { engine: chooseEngine(platform, arch).name, generation, bytes: size(''), logBytes: size('-wal') }
}

/** How much of each kind a store holds. */
export interface StoredCounts {
  readonly memory: number
  readonly versions: number
  readonly handoffs: number
  readonly questions: number
  readonly searches: number
  readonly actions: number
}

const countedTables = {
  memory: 'memory',
  versions: 'memory_versions',
  handoffs: 'handoff_heads',
  questions: 'questions',
  searches: 'searches',
  actions: 'actions',
} as const satisfies Record<keyof StoredCounts, string>

/** `database`: an open store; null: there is none yet. */
export const storedCounts = (database: Pick<Database, 'get'> | null): StoredCounts =>
  Object.fromEntries(
    Object.entries(countedTables).map(([kind, table]) => [
      kind,
      database?.get<{ n: number }>(`SELECT count(*) AS n FROM ${table}`)?.n ?? 0,
    ]),
  ) as Record<keyof StoredCounts, number>

/** How long a look at the store may take, and the time now; both in ms. */
export interface StoreLook {
  readonly ms: number
  readonly now: number
}

/** Looks for damage and for what is missing, without repairing or migrating anything; null where nothing was ever stored. */
export function examineStore(folder: string, platform: NodeJS.Platform, arch: string, { ms, now }: StoreLook): StoreFacts | null {
  let file: string | null = null
  try {
    const place = new StorePlace(folder)
    const generation = place.generation()
    if (generation === null) return null
    file = place.database(generation)
    const found = { file, isDamaged: false, salvaged: null, missing: null }
    if (place.isEmpty(generation)) return { ...found, isDamaged: true, trouble: 'Its file is empty or missing.' }
    const database = chooseEngine(platform, arch).open(file)
    try {
      database.exec('PRAGMA query_only = ON')
      within(database, 'BEGIN', ownVersion)
      const salvaged = database.get<{ value: string }>(`SELECT value FROM meta WHERE name = 'salvaged'`)?.value ?? null
      verifyFile(database, ms)
      const id = database.get<{ value: string }>(`SELECT value FROM meta WHERE name = 'store'`)?.value ?? ''
      const missing = missingFrom({ database, generation, id }, lastRecord(place.changed), now)
      return { ...found, salvaged, missing, trouble: null }
    } catch (error) {
      if (isDamage(error)) return { ...found, isDamaged: true, trouble: `Its file is damaged: ${error.message}.` }
      // A bridge that writes to it now knows more of it than this look can find out.
      if (hasCode(error, 'busy', 'locked')) return { ...found, trouble: null }
      throw explained(error, folder)
    } finally {
      database.close()
    }
  } catch (error) {
    if (error instanceof Refusal) return { file, isDamaged: false, salvaged: null, missing: null, trouble: error.message }
    throw error
  }
}
