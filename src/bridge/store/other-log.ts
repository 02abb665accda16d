import { copyFileSync, rmSync } from 'node:fs'
import { isDamage, type Database } from './database.ts'
import type { Engine } from './engine.ts'
import type { Held } from './held.ts'
import { verifyFile } from './integrity.ts'
import type { StorePlace } from './place.ts'

/** How long the copy may be checked, in ms. */
const checkMs = 5000

/**
 * Lets `use` read the store as a process sees it that opened the file with the log beside it now, which is not the log that is held here:
 * what a command wrote that has ended since is nowhere else. SQLite cannot open one file with two logs, so both are copied. Copying
 * opens the file and so gives this process's locks on it up: only for a file that is left for good. Nothing happens where they do not fit.
 */
export function otherLog(place: StorePlace, engine: Engine, held: Held, use: (database: Database) => void): void {
  const { file, log } = place.files(held.generation)
  if (file !== held.files.file || log === '' || log === held.files.log) return
  const copy = `${place.database(held.generation)}.other`
  const remove = () => {
    for (const end of ['', '-wal', '-shm']) rmSync(`${copy}${end}`, { force: true })
  }
  remove()
  try {
    for (const end of ['', '-wal']) copyFileSync(`${place.database(held.generation)}${end}`, `${copy}${end}`)
    const database = engine.open(copy)
    try {
      verifyFile(database, checkMs)
      use(database)
    } finally {
      database.close()
    }
  } catch (error) {
    if (!isDamage(error)) throw error
  } finally {
    remove()
  }
}
