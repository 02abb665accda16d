import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join, makeCopy } from '../../../src/bridge/machines/copy.ts'
import { prepare } from '../../../src/bridge/store/connection.ts'
import { chooseEngine } from '../../../src/bridge/store/engine.ts'
import { StorePlace } from '../../../src/bridge/store/place.ts'
import { type Desk, desk } from '../../support/desk.ts'

const random = (bytes: number): string => randomBytes(bytes).toString('hex')

/** A machine whose store is the copy of a server's, with one bridge. */
export function deskOfCopy(name: string, url: string, settings: Parameters<typeof desk>[0], runner?: Parameters<typeof desk>[2]): Desk {
  const made = desk({ client: name, ...settings }, [], runner)
  const place = new StorePlace(made.folder)
  mkdirSync(place.folder, { recursive: true })
  place.make(1)
  const database = chooseEngine(process.platform, process.arch).open(place.database(1))
  prepare(database, random)
  makeCopy(database)
  join(database, { url, machine: name })
  database.close()
  place.moveTo(1, random(4))
  return made
}
