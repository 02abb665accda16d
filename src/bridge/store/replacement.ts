import { codeOf } from '../base/refusal.ts'
import { type Database, isDamage, SqlError, sqlCodes } from './database.ts'
import type { Engine } from './engine.ts'
import type { StoreGeneration } from './held.ts'
import { verifyFile } from './check-file.ts'
import type { StorePlace } from './place.ts'

/** How long the copy may be checked, in ms. */
const checkMs = 5000

/**
 * Lets `use` read the file and the log that are there now instead of those held here: they alone have the writes of commands that have
 * ended since. Both are copied, since SQLite cannot open one file with two logs. Copying gives up this process's locks on the file:
 * call it only for a file that is left for good. Does nothing where file and log do not fit.
 */
export function replacement(place: StorePlace, engine: Engine, held: StoreGeneration, use: (database: Database) => void): void {
  const { file, log } = place.files(held.generation)
  if (place.isEmpty(held.generation) || (file === held.files.file && (log === '' || log === held.files.log))) return
  try {
    const database = engine.open(place.copy(held.generation))
    try {
      verifyFile(database, checkMs)
      use(database)
    } finally {
      database.close()
    }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') throw new SqlError('the file was replaced', sqlCodes.busy)
    if (!isDamage(error)) throw error
  } finally {
    place.removeCopy(held.generation)
  }
}
