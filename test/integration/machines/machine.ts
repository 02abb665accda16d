import { mkdirSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { addressIn } from '../../../src/bridge/machines/address.ts'
import { renewCopy } from '../../../src/bridge/machines/apply.ts'
import { makeCopy, openCopy } from '../../../src/bridge/machines/copy.ts'
import { Ordering } from '../../../src/bridge/machines/ordering.ts'
import { indexAgain } from '../../../src/bridge/memory/index-again.ts'
import { Unreachable } from '../../../src/bridge/machines/trouble.ts'
import { prepare } from '../../../src/bridge/store/connection.ts'
import { chooseEngine } from '../../../src/bridge/store/engine.ts'
import { StorePlace } from '../../../src/bridge/store/place.ts'
import type { SentWrite } from '../../../src/bridge/store/transaction.ts'
import { Store } from '../../../src/bridge/store/store.ts'

/** A machine with one bridge over its copy. */
export interface Machine {
  readonly name: string
  readonly store: Store
  readonly ordering: Ordering
  readonly problems: readonly string[]
  close(): Promise<void>
}

const random = (bytes: number): string => randomBytes(bytes).toString('hex')

const asAway = (error: unknown): SentWrite => {
  if (!(error instanceof Unreachable)) throw error
  return { kind: 'away', why: error.message, since: Date.now(), isSure: error.isSure }
}

/** Starts a machine whose copy is in a folder; where there is none it is made. `begins`: it connects at once. */
export async function startMachine(
  folder: string,
  name: string,
  url: string,
  now: () => number = Date.now,
  begins = true,
  speaks = (): boolean => true,
): Promise<Machine> {
  const place = new StorePlace(folder)
  const engine = chooseEngine(process.platform, process.arch)
  mkdirSync(join(folder, 'store'), { recursive: true })
  if (place.generation() === null) {
    place.make(1)
    const database = engine.open(place.database(1))
    prepare(database, random)
    makeCopy(database)
    database.close()
    place.moveTo(1, random(4))
  }
  const problems: string[] = []
  const ordering: Ordering = new Ordering({
    address: addressIn(url),
    machine: name,
    now,
    store: () => Promise.resolve(store),
    speaks,
  })
  const store: Store = await Store.open({
    ...{ place, engine, machine: name, now, random },
    rebuild: indexAgain,
    report: (problem) => problems.push(problem),
    copies: () =>
      Promise.resolve({
        make: makeCopy,
        renew: (database) => renewCopy({ ...database, machine: name }),
        open: (database) => openCopy(database, { machine: name, random, send: (batch) => ordering.order(batch).catch(asAway) }),
      }),
  })
  if (begins) await ordering.begin()
  return {
    ...{ name, store, ordering, problems },
    async close() {
      await ordering.close()
      store.close()
    },
  }
}
