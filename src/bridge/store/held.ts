import { failed } from '../base/refusal.ts'
import type { StoreCopy } from './transaction.ts'
import { lastChange, prepare } from './connection.ts'
import { type Database, type Row, SqlError, sqlCodes } from './database.ts'
import type { Engine } from './engine.ts'
import type { StoreFiles, StorePlace } from './place.ts'
import { readable } from './salvage-rows.ts'

/** One generation of the store as this process has it open. */
export interface StoreGeneration {
  readonly database: Database
  readonly generation: number
  readonly files: StoreFiles
  /** Of its place, when it was opened. */
  readonly mark: string
  /** The id of the store. */
  readonly id: string
  /** What orders its writes, where it is the copy of a server's. */
  readonly copy: StoreCopy | null
  /** The number of its last change when it was opened. */
  readonly last: number
}

export interface StoreOpening {
  readonly place: StorePlace
  readonly engine: Engine
  random(bytes: number): string
}

/** Opens, makes or migrates a generation. Throws SQLite's error for a damaged one, and `busy` if its files were replaced meanwhile. */
export function hold({ place, engine, random }: StoreOpening, generation: number): StoreGeneration {
  place.make(generation)
  const { file } = place.files(generation)
  const database = engine.open(place.database(generation))
  try {
    const id = prepare(database, random)
    const last = lastChange(database)
    const [files, mark] = [place.files(generation), place.mark(generation)]
    if (files.file !== file) throw new SqlError('the file was replaced', sqlCodes.busy)
    return { database, generation, files, mark, id, last, copy: null }
  } catch (error) {
    database.close()
    throw error
  }
}

/**
 * The generation to open: usually the one that `current` names. Generations only go up: a finished one with a higher number wins
 * over it. Any other wins where the named one is gone and this process does not hold it (`held`). Null: there is none.
 */
export function generationIn(place: StorePlace, engine: Engine, held: number | null): number | null {
  const named = place.generation()
  const there = place.generations()
  const newest = there.find((each) => each <= (named ?? 0) || isFinished(place, engine, each))
  if (named === null) return newest ?? null
  return newest !== undefined && (newest > named || (named !== held && place.files(named).file === '')) ? newest : named
}

/** Whether a generation is whole: one that a killed salvage has left behind does not say what was saved. */
function isFinished(place: StorePlace, engine: Engine, generation: number): boolean {
  if (generation === 1) return true
  const database = readable(() => engine.open(place.database(generation)))
  try {
    const row = readable(() => database?.get(`SELECT 1 AS one FROM meta WHERE name = 'salvaged'`))
    return row !== null && row !== undefined
  } catch (error) {
    // A file that is no store of ours, or that another process is just making.
    if (error instanceof SqlError) return false
    throw error
  } finally {
    database?.close()
  }
}

interface ChangeRow extends Row {
  kind: string
  id: string
  session: string
  at: number
}

const changeAt = (database: Database, n: number): ChangeRow | undefined =>
  database.get<ChangeRow>('SELECT kind, id, session, at FROM changes WHERE n = ?', n)

/** Under which name a salvaged store says of which files it was made, and up to which change. */
export const originName = (generation: number, { file, log }: StoreFiles): string => `from ${generation} ${file} ${log}`

/** Whether `next` holds all that `held` does. A file that cannot be read holds nothing more. */
export function holdsAllOf(next: Database, held: StoreGeneration): boolean {
  const last = readable(() => lastChange(held.database))
  if (last === null || last === 0) return true
  const origin = next.get<{ value: string }>('SELECT value FROM meta WHERE name = ?', originName(held.generation, held.files))
  if (origin !== undefined && last <= Number(origin.value)) return true
  const [own, there] = [readable(() => changeAt(held.database, last)), changeAt(next, last)]
  return own != null && there !== undefined && own.at === there.at && own.session === there.session && own.id === there.id
}

export const restless = () => failed('Another program keeps replacing the files of the store; stop it, then try again.')
