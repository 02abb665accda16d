import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { chooseEngine } from '../../../src/bridge/store/engine.ts'
import type { Change } from '../../../src/bridge/store/changes.ts'
import { StorePlace } from '../../../src/bridge/store/place.ts'
import { Store } from '../../../src/bridge/store/store.ts'

let folder: string
let problems: string[]
const open: Store[] = []
const author = { client: 'claude-code', session: 's1' }

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mcp-twin-store-'))
  problems = []
})
afterEach(() => {
  for (const store of open.splice(0)) store.close()
  rmSync(folder, { recursive: true, force: true })
})

async function opened(): Promise<Store> {
  const store = await Store.open({
    place: new StorePlace(folder),
    engine: chooseEngine(process.platform, process.arch),
    machine: 'here',
    now: () => Date.now(),
    random: (bytes) => 'ab'.repeat(bytes),
    report: (problem) => problems.push(problem),
  })
  open.push(store)
  return store
}

describe('the store', () => {
  it('keeps what a transaction wrote, for its owner alone, and tells who waits for changes', async () => {
    const store = await opened()
    const other = await opened()
    const heard = new Promise<readonly Change[]>((resolve) => other.onChange(resolve))
    await store.write(author, (tx) => tx.changed('memory', 'a', 'shared'))
    expect(await heard).toMatchObject([{ kind: 'memory', id: 'a', namespace: 'shared', by: 'claude-code', session: 's1', n: 1 }])
    expect(statSync(join(folder, 'store', '1.db')).mode & 0o777).toBe(0o600)
    expect(readFileSync(join(folder, 'store', 'current'), 'utf8')).toBe('1.db\n')
    expect(problems).toEqual([])
  })

  it('keeps nothing of a transaction that throws', async () => {
    const store = await opened()
    await expect(
      store.write(author, (tx) => {
        tx.changed('memory', 'a')
        throw new Error('no')
      }),
    ).rejects.toThrow('no')
    expect(await store.cursor()).toBe(0)
    await store.write(author, (tx) => tx.changed('memory', 'b'))
    expect(await store.changesAfter(0)).toHaveLength(1)
  })

  it('refuses the database of another program', async () => {
    const engine = chooseEngine(process.platform, process.arch)
    const place = new StorePlace(folder)
    place.prepare()
    const database = engine.open(place.database(1))
    database.exec('CREATE TABLE theirs (x)')
    database.close()
    await expect(opened()).rejects.toThrow(/another program/)
  })
})
