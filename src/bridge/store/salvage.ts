import { setTimeout as sleep } from 'node:timers/promises'
import { limits } from '../base/limits.ts'
import { failed } from '../base/refusal.ts'
import type { LastChange } from './change-file.ts'
import type { CopyMaker } from './transaction.ts'
import { closedDatabase, endTransaction, isCopy, lastChange, prepare } from './connection.ts'
import { type Database, hasCode, isDamage } from './database.ts'
import type { Engine } from './engine.ts'
import type { StorePlace } from './place.ts'
import { type StoreGeneration, originName } from './held.ts'
import { carryRows } from './carry.ts'
import { replacement } from './replacement.ts'
import { copyRows, readable, type SavedTable } from './salvage-rows.ts'
import { headsFromTexts, recipientsFound } from './schema.ts'

export interface Salvage {
  readonly place: StorePlace
  readonly engine: Engine
  /** The damaged generation. */
  readonly generation: number
  /** What this process has open of it, where its files were removed or replaced: that is read instead. */
  readonly own: StoreGeneration | null
  /** The store's id and last change, as far as they are known: the new generation is the same store, and counts on from there. */
  readonly last: LastChange | null
  random(bytes: number): string
  now(): number
  /** Makes again what is derived from the rows, and so is not copied. */
  rebuild(database: Database): Promise<void>
  copies?(): Promise<CopyMaker>
}

/**
 * Copies what can be read of a damaged store into a new generation, and makes that the one in use. The damaged file stays as it
 * is. Of several processes one does it, and the others go on with its result. Returns what was saved, in words; null where another
 * process has done it.
 */
export async function salvage(work: Salvage): Promise<string | null> {
  const { place, engine, generation, own, random, now } = work
  const lock = await lockOf(place, engine, now)
  try {
    if (place.generation() !== generation) return null
    // An empty file is not even opened: SQLite would make a new store in it.
    const damaged = own?.database ?? (place.isEmpty(generation) ? closedDatabase : engine.open(place.database(generation)))
    try {
      // Who writes to the damaged file now would write what nobody reads again. Where not even a lock can be had nobody writes.
      await locked(damaged, 'BEGIN IMMEDIATE', now)
      const next = place.nextGeneration()
      const report = await copyInto(damaged, next, work)
      place.moveTo(next, random(4))
      return report
    } finally {
      endTransaction(damaged)
      if (own === null) damaged.close()
    }
  } finally {
    lock.close()
  }
}

async function copyInto(damaged: Database, next: number, salvage: Salvage): Promise<string> {
  const { place, engine, random, last, generation, own, copies } = salvage
  place.make(next)
  try {
    const fresh = engine.open(place.database(next))
    try {
      prepare(fresh, random)
      const maker = copies !== undefined && readable(() => isCopy(damaged)) === true ? await copies() : null
      maker?.make(fresh)
      fresh.exec('PRAGMA synchronous = FULL; BEGIN IMMEDIATE')
      const id = last?.store ?? fresh.get<{ value: string }>(`SELECT value FROM meta WHERE name = 'store'`)?.value ?? ''
      // The new store's own row would stand in the way of the old one's, which names the same store as before.
      fresh.exec('DELETE FROM meta')
      const tables = await copyRows(damaged, fresh)
      maker?.renew(fresh)
      fresh.exec(headsFromTexts)
      if (own !== null) replacement(place, engine, own, (other) => carryRows(other, fresh))
      fresh.exec(recipientsFound)
      fresh.run(`INSERT OR IGNORE INTO meta (name, value) VALUES ('store', ?)`, id)
      const n = Math.max(last?.n ?? 0, readable(() => lastChange(damaged)) ?? 0)
      const counted = fresh.run(`UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = 'changes'`, n)
      if (counted === 0) fresh.run(`INSERT INTO sqlite_sequence (name, seq) VALUES ('changes', ?)`, n)
      await salvage.rebuild(fresh)
      const report = inWords(tables, own === null ? damagedWords(generation, next) : replacedWords(generation, next))
      const origin = originName(generation, own?.files ?? place.files(generation))
      fresh.run('INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)', origin, String(n))
      fresh.run(`INSERT OR REPLACE INTO meta (name, value) VALUES ('salvaged', ?)`, report)
      fresh.exec('COMMIT')
      fresh.get('PRAGMA wal_checkpoint(TRUNCATE)')
      return report
    } finally {
      fresh.close()
    }
  } catch (error) {
    place.remove(next)
    throw error
  }
}

/** SQLite's lock on a file of its own: it ends with the process that holds it. */
async function lockOf(place: StorePlace, engine: Engine, now: () => number): Promise<Database> {
  const lock = engine.open(place.salvageLock)
  try {
    await locked(lock, 'BEGIN EXCLUSIVE', now)
    return lock
  } catch (error) {
    lock.close()
    throw error
  }
}

async function locked(database: Database, begin: string, now: () => number): Promise<void> {
  for (const until = now() + limits.salvageLockMs; ; await sleep(limits.storeRetryMs))
    try {
      return database.exec(begin)
    } catch (error) {
      if (isDamage(error)) return
      if (!hasCode(error, 'busy', 'locked')) throw error
      if (now() > until) throw failed('The store is damaged, and another process is repairing it; try again.')
    }
}

/** The tables that a report names, in words for people. The others can be made again, or nobody misses them. */
const words: Readonly<Record<string, string>> = {
  memory: 'memory entries',
  memory_versions: 'older versions',
  handoff_texts: 'handoffs',
  handoff_notes: 'notes',
  questions: 'questions',
  actions: 'actions',
  searches: 'calls of shared servers',
  outbox: 'unsent writes',
  changes: 'change records',
}

const damagedWords = (from: number, to: number) => `The store was damaged (${from}.db, which is kept) and goes on as ${to}.db.`
const replacedWords = (from: number, to: number) =>
  `The store's files were removed or replaced while they were open (${from}.db); it goes on as ${to}.db.`

function inWords(tables: readonly SavedTable[], begin: string): string {
  if (tables.every(({ saved, lost }) => saved === 0 && lost === null))
    return `${begin} Nothing of it could be read: all that it held is lost.`
  const told = Object.entries(words).flatMap(([name, word]) =>
    tables.filter(({ table }) => table === name).map((each) => ({ ...each, word })),
  )
  const saved = told.flatMap((each) => (each.saved > 0 ? [`${each.saved} ${each.word}`] : []))
  const lost = told.flatMap((each) => (each.lost !== 0 ? [`${each.lost ?? 'an unknown number of'} ${each.word}`] : []))
  return `${begin} Saved: ${saved.join(', ') || 'nothing'}. Lost: ${lost.join(', ') || 'nothing'}.`
}
