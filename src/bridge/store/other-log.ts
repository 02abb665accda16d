import { isDamage, type Database } from './database.ts'
import type { Engine } from './engine.ts'
import type { StoreGeneration } from './held.ts'
import { verifyFile } from './check-file.ts'
import type { StorePlace } from './place.ts'

/** How long the copy may be checked, in ms. */
const checkMs = 5000

/**
 * Lets `use` read the file with the log beside it now, which is another log than the one held here: it alone has the writes of
 * commands that have ended since. SQLite cannot open one file with two logs, so both are copied. Copying gives up this process's
 * locks on the file: call it only for a file that is left for good. Does nothing where file and log do not fit.
 */
export function otherLog(place: StorePlace, engine: Engine, held: StoreGeneration, use: (database: Database) => void): void {
  const { file, log } = place.files(held.generation)
  if (file !== held.files.file || log === '' || log === held.files.log) return
  try {
    const database = engine.open(place.copy(held.generation))
    try {
      verifyFile(database, checkMs)
      use(database)
    } finally {
      database.close()
    }
  } catch (error) {
    if (!isDamage(error)) throw error
  } finally {
    place.removeCopy(held.generation)
  }
}
