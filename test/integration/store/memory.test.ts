import { beforeEach, expect, it } from 'vitest'
import type { MemoryEntry } from '../../../src/bridge/memory/entry.ts'
import { describeEngines } from './engines.ts'
import type { StoreProcess } from './processes.ts'

describeEngines('memory', (bench) => {
  let store: StoreProcess
  let now: number
  beforeEach(async () => {
    store = await bench.all()
    await at(1_700_000_000_000)
  })
  const at = (ms: number) => {
    now = ms
    return store.ask('at', { ms })
  }
  const put = (key: string, value: unknown, more: object = {}) => store.ask('set', { key, value, ...more })
  const read = (key: string, version?: number) => store.ask<MemoryEntry | null>('get', { key, version })
  const find = async (query: string, limit = 10) => (await store.ask<MemoryEntry[]>('search', { query, limit })).map(({ key }) => key)

  it('keeps a decision with its rationale, tags and author', async () => {
    const value = { method: 'JWT', library: 'jose', rationale: 'stateless' }
    expect(await put('auth-approach', value, { rationale: 'no session store', tags: ['auth'] })).toBe(1)
    expect(await read('auth-approach')).toEqual({
      ...{ namespace: 'shared', key: 'auth-approach', version: 1, rationale: 'no session store', tags: ['auth'] },
      ...{ value: JSON.stringify(value), by: 'tester', at: now },
    })
  })

  it('gives versions that are never given twice, also after a deletion', async () => {
    expect([await put('a', 1), await put('a', 2)]).toEqual([1, 2])
    expect((await read('a', 1))?.value).toBe('1')
    expect(await store.ask('remove', { key: 'a' })).toBe(true)
    expect(await read('a')).toBeNull()
    expect(await put('a', 3)).toBe(4)
    expect((await store.ask<MemoryEntry[]>('history', { key: 'a' })).map(({ version, value }) => [version, value])).toEqual([
      [4, '3'],
      [3, null],
      [2, '2'],
      [1, '1'],
    ])
  })

  it('refuses a version that is not the present one, and names that', async () => {
    await put('a', 1)
    await expect(put('a', 2, { ifVersion: 2 })).rejects.toThrow(/at version 1, not 2/)
    await expect(put('b', 2, { ifVersion: 2 })).rejects.toThrow(/expected version 2, but there is no "b"/)
    expect(await put('a', 2, { ifVersion: 1 })).toBe(2)
  })

  it('forgets what has expired', async () => {
    await put('a', 'soon gone', { ttlSeconds: 10 })
    await at(now + 10_000)
    expect([await read('a'), await find('gone')]).toEqual([null, []])
    await put('b', 1)
    expect(await store.ask('everywhere', { key: 'a' })).toEqual([])
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
    const keys = async (query: object) => (await store.ask<MemoryEntry[]>('list', query)).map(({ key }) => key)
    expect(await keys({ prefix: 'a_' })).toEqual(['a_b'])
    expect(await keys({ tags: ['t'] })).toEqual(['b'])
    expect(await keys({ limit: 2 })).toEqual(['a%', 'a_b'])
    expect(await keys({ limit: 2, after: { namespace: 'shared', key: 'a_b' } })).toEqual(['axb', 'b'])
  })
})
