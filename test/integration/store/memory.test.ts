import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { everywhere, get, history, list, remove, set } from '../../../src/bridge/memory/memory.ts'
import { search } from '../../../src/bridge/memory/search.ts'
import { chooseEngine } from '../../../src/bridge/store/engine.ts'
import { StorePlace } from '../../../src/bridge/store/place.ts'
import { Store } from '../../../src/bridge/store/store.ts'

let folder: string
let store: Store
let now: number
const author = { client: 'claude-desktop', session: 's1' }

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mcp-twin-memory-'))
  now = 1_700_000_000_000
  store = await Store.open({
    place: new StorePlace(folder),
    engine: chooseEngine(process.platform, process.arch),
    machine: 'here',
    now: () => now,
    random: (bytes) => 'ab'.repeat(bytes),
    report: (problem) => {
      throw new Error(problem)
    },
  })
})
afterEach(() => {
  store.close()
  rmSync(folder, { recursive: true, force: true })
})

const put = (key: string, value: unknown, more: object = {}) =>
  store.write(author, (tx) => set(tx, { namespace: 'shared', key, value: value as never, ...more }))
const read = (key: string, version?: number) => store.read((database) => get(database, 'shared', key, now, version))
const find = (query: string, limit = 10) => store.snapshot((database) => search(database, { query, limit }, now).map(({ key }) => key))

describe('memory', () => {
  it('keeps a decision with its rationale, tags and author', async () => {
    const value = { method: 'JWT', library: 'jose', rationale: 'stateless' }
    expect(await put('auth-approach', value, { rationale: 'no session store', tags: ['auth'] })).toBe(1)
    expect(await read('auth-approach')).toEqual({
      ...{ namespace: 'shared', key: 'auth-approach', version: 1, rationale: 'no session store', tags: ['auth'] },
      ...{ value: JSON.stringify(value), by: 'claude-desktop', at: now },
    })
  })

  it('gives versions that are never given twice, also after a deletion', async () => {
    expect([await put('a', 1), await put('a', 2)]).toEqual([1, 2])
    expect((await read('a', 1))?.value).toBe('1')
    expect(await store.write(author, (tx) => remove(tx, { namespace: 'shared', key: 'a' }))).toBe(true)
    expect(await read('a')).toBeNull()
    expect(await put('a', 3)).toBe(4)
    expect((await store.read((database) => history(database, 'shared', 'a'))).map(({ version, value }) => [version, value])).toEqual([
      [4, '3'],
      [3, null],
      [2, '2'],
      [1, '1'],
    ])
  })

  it('refuses a version that does not hold, and says the present one', async () => {
    await put('a', 1)
    await expect(put('a', 2, { ifVersion: 2 })).rejects.toThrow(/at version 1, not 2/)
    await expect(put('b', 2, { ifVersion: 2 })).rejects.toThrow(/There is no "b"/)
    expect(await put('a', 2, { ifVersion: 1 })).toBe(2)
  })

  it('forgets what has expired', async () => {
    await put('a', 'soon gone', { ttlSeconds: 10 })
    now += 10_000
    expect([await read('a'), await find('gone')]).toEqual([null, []])
    await put('b', 1)
    expect(await store.read((database) => everywhere(database, 'a', now))).toEqual([])
    expect(await put('a', 2)).toBe(3)
  })

  it.each([
    ['C++', 'lang'],
    ["what's the approach", 'auth'],
    ['AND', 'lang'],
    ['"quoted" NOT (x OR', 'lang'],
    ['CAFÉ', 'place'],
    ['café*', 'place'],
    ['jwt tokens for the api', 'auth'],
  ])('takes %s for words, not for syntax', async (query, key) => {
    await put('lang', { text: 'C++ and Rust, quoted or not x' })
    await put('auth', { approach: "what's used: JWT tokens", where: ['api'] })
    await put('place', 'cafe')
    expect((await find(query))[0]).toBe(key)
  })

  it('finds entries that hold all words before those that hold any', async () => {
    await put('both', 'red fox and more and more and more words that make it long')
    await put('one', 'red red red')
    expect(await find('red fox')).toEqual(['both', 'one'])
    expect(await find('')).toEqual([])
    expect(await find('nothing here')).toEqual([])
  })

  it('lists by prefix, tag and page, taking no character for a pattern', async () => {
    for (const key of ['a_b', 'axb', 'a%', 'b']) await put(key, 1, { tags: key === 'b' ? ['t'] : [] })
    const keys = (query: object) => store.read((database) => list(database, { limit: 10, ...query }, now).map(({ key }) => key))
    expect(await keys({ prefix: 'a_' })).toEqual(['a_b'])
    expect(await keys({ tag: 't' })).toEqual(['b'])
    expect(await keys({ limit: 2 })).toEqual(['a%', 'a_b'])
    expect(await keys({ limit: 2, after: { namespace: 'shared', key: 'a_b' } })).toEqual(['axb', 'b'])
  })
})
