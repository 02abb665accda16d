import { count } from '../../core/count.ts'
import { carryRows } from './carry.ts'
import type { ChangeFile } from './change-file.ts'
import type { CopyMaker } from './transaction.ts'
import { endTransaction, isCopy, lastChange, newer } from './connection.ts'
import { type Database, SqlError, sqlCodes } from './database.ts'
import { generationIn, type StoreGeneration, hold, holdsAllOf, type StoreOpening } from './held.ts'
import { missingFrom, noteMissing } from './missing.ts'
import { salvage } from './salvage.ts'

export interface Crossing extends StoreOpening {
  now(): number
  rebuild(database: Database): Promise<void>
  report(problem: string): void
  /** Loaded where the store is the copy of a server's. */
  copies?(): Promise<CopyMaker>
}

/**
 * Opens the store that its place names now, and copies the rows that only `old`, the store until now, holds. `trying` gets the
 * generation before it is opened. Throws SQLite's error for a damaged one.
 */
export async function openCurrent(
  options: Crossing,
  changes: ChangeFile,
  old: StoreGeneration | null,
  trying: (generation: number) => void,
): Promise<StoreGeneration> {
  const { place, engine, random, report, now } = options
  const generation = await settled(options, changes, old, generationIn(place, engine, old?.generation ?? null) ?? old?.generation ?? 1)
  trying(generation)
  // Two processes may both begin: they name the same file.
  if (place.generation() !== generation) place.moveTo(generation, random(4))
  const expected = changes.read()
  // SQLite would begin anew in it, and wait for those who have it open.
  if (expected !== null && place.isEmpty(generation)) throw new SqlError('the file is empty', sqlCodes.corrupt)
  const next = hold(options, generation)
  try {
    if (old !== null && !holdsAllOf(next.database, old)) await carry(options, old, next)
    const last = lastChange(next.database)
    const missing = missingFrom(next, expected, now())
    const isNew = expected !== null && (expected.store !== next.id || expected.n > last)
    if (missing !== null && isNew) noteMissing(next.database, missing, now())
    if (missing !== null && (isNew || old === null)) report(missing)
    if (expected === null || isNew) changes.write({ store: next.id, n: last })
    return { ...next, last, copy: await copyOf(options, next.database) }
  } catch (error) {
    next.database.close()
    throw error
  }
}

async function copyOf({ copies }: Crossing, database: Database): Promise<StoreGeneration['copy']> {
  if (!isCopy(database)) return null
  if (copies === undefined) throw newer()
  return (await copies()).open(database)
}

/** Moves to a new generation where `generation` is damaged. `own`: what this process alone still holds of it. */
export async function salvageFrom(options: Crossing, changes: ChangeFile, generation: number, own: StoreGeneration | null): Promise<void> {
  const told = await salvage({ ...options, generation, own, last: changes.read() })
  if (told !== null) options.report(told)
}

/** The generation to open. A new one is made where the file of the one that `old` is was removed or replaced, or its log was. */
async function settled(options: Crossing, changes: ChangeFile, old: StoreGeneration | null, generation: number): Promise<number> {
  const { place, random } = options
  if (old === null || old.generation !== generation) return generation
  const { file, log } = place.files(generation)
  if (file === old.files.file && log === old.files.log) return generation
  if (place.generation() === null) place.moveTo(generation, random(4))
  // SQLite cannot open one file with two logs. Nor may a process have two files of one name open: they share the memory that SQLite
  // locks, and closing one file gives up the locks of both. So what is held here goes on under another name.
  await salvageFrom(options, changes, generation, old)
  return place.generation() ?? generation
}

/** Rows and what is derived from them are taken over together or not at all. */
async function carry({ rebuild, report }: Crossing, old: StoreGeneration, { database }: StoreGeneration): Promise<void> {
  database.exec('BEGIN IMMEDIATE')
  let carried: number
  try {
    carried = carryRows(old.database, database)
    if (carried > 0) await rebuild(database)
    database.exec('COMMIT')
  } catch (error) {
    endTransaction(database)
    throw error
  }
  if (carried > 0)
    report(
      `The store moved while ${old.generation}.db was open; ${count(carried, 'row of that file was', 'rows of that file were')} copied into the new one.`,
    )
}
