import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import * as memory from '../../../src/bridge/memory/memory.ts'
import { chooseEngine } from '../../../src/bridge/store/engine.ts'
import { StorePlace } from '../../../src/bridge/store/place.ts'
import { Store } from '../../../src/bridge/store/store.ts'
import type { Transaction } from '../../../src/bridge/store/transaction.ts'
import { rehearsedStore, storeMembers } from '../../../src/commands/rehearsal.ts'

const author = { client: 'terminal', session: 's' }
const changing = Object.entries(storeMembers).flatMap(([name, does]) => (does === 'changes' ? [name] : []))

describe('the store of a dry run', () => {
  let folder: string
  let store: Store
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'mcp-twin-store-'))
    store = await Store.open({
      ...{ place: new StorePlace(folder), engine: chooseEngine(process.platform, process.arch), machine: 'm', now: Date.now },
      random: (bytes) => 'ab'.repeat(bytes),
      rebuild: async () => undefined,
      report: () => undefined,
    })
  })
  afterEach(() => {
    store.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const set = (transaction: Transaction) => memory.set(transaction, { namespace: 'n', key: 'k', value: 'v' })
  const kept = () => store.read((database) => memory.get(database, 'n', 'k', Date.now()))

  // A way of writing with other arguments needs a row of its own here.
  it.each(changing)('answers what %s would have done, and keeps nothing of it', async (name) => {
    const rehearsed = rehearsedStore(store)
    const write = Reflect.get(rehearsed, name) as (by: typeof author, work: typeof set) => Promise<object>
    expect(JSON.stringify(await write(author, set))).toMatch(/^1$|"result":1,/)
    expect(await kept()).toBeNull()
    expect(await store.cursor()).toBe(0)
    // The same call of the store itself does keep it.
    await (Reflect.get(store, name) as typeof write).call(store, author, set)
    expect(await kept()).toMatchObject({ version: 1 })
  })

  it('reads what is there', async () => {
    await store.write(author, set)
    expect(await rehearsedStore(store).read((database) => memory.get(database, 'n', 'k', Date.now()))).toMatchObject({ version: 1 })
    expect(await rehearsedStore(store).cursor()).toBe(1)
  })

  it('knows every member of a store that could be called, and refuses one that it does not know', () => {
    const members = Object.keys(Object.getOwnPropertyDescriptors(Store.prototype)).filter((name) => name !== 'constructor')
    const hidden = ['announced', 'isAstray', 'commit', 'current', 'patiently', 'once', 'salvage', 'goOver', 'tell']
    expect(members.filter((name) => !hidden.includes(name)).sort()).toEqual(
      Object.keys(storeMembers)
        .filter((name) => name !== 'engine')
        .sort(),
    )
    const other = Object.assign(store, { replaceAll: async () => undefined })
    expect(() => Reflect.get(rehearsedStore(other), 'replaceAll')).toThrow('knows nothing of store.replaceAll')
  })
})
