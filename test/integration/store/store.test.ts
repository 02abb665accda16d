import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { describeEngines } from './engines.ts'

describeEngines('the store', (bench) => {
  it('keeps what a transaction wrote, for its owner alone, and tells who waits for changes', async () => {
    const [store, other] = [await bench.start(), await bench.start()]
    await store.ask('set', { key: 'a', value: 1 })
    const change = { kind: 'memory', id: 'a', namespace: 'shared', by: 'tester', n: 1 }
    await vi.waitFor(async () => expect(await other.ask('heard')).toMatchObject([change]), 20_000)
    expect(statSync(join(bench.folder, 'store', '1.db')).mode & 0o777).toBe(0o600)
    expect(readFileSync(join(bench.folder, 'store', 'current'), 'utf8')).toBe('1.db\n')
    expect(await store.ask('problems')).toEqual([])
    for (const each of [store, other]) await each.end()
  })

  it('keeps nothing of a transaction that throws', async () => {
    const store = await bench.all()
    await expect(store.ask('fail')).rejects.toThrow('no')
    expect(await store.ask('cursor')).toBe(0)
    await store.ask('set', { key: 'b', value: 1 })
    expect(await store.ask('changesAfter', { n: 0 })).toHaveLength(1)
  })

  it('prints nothing, not even that an engine is experimental', async () => {
    const store = await bench.all()
    await store.ask('set', { key: 'a', value: 1 })
    await store.end()
  })
})
