import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { MemoryEntry } from '../../../src/bridge/memory/entry.ts'
import { factor, runs } from '../../support/runs.ts'
import { describeEngines } from './engines.ts'
import type { StoreProcess } from './processes.ts'

/** Writes `<name>-0`, `<name>-1` … one after another until the process is gone; returns how many were acknowledged. */
async function writeUntilKilled(store: StoreProcess, name: string): Promise<number> {
  for (let n = 0; ; n++)
    try {
      await store.ask('set', { key: `${name}-${n}`, value: 'x'.repeat(200) })
    } catch {
      return n
    }
}

const keysOf = async (store: StoreProcess, prefix = '') => (await store.ask<MemoryEntry[]>('list', { prefix })).map(({ key }) => key)

describeEngines('several processes that write one store', (bench) => {
  it('keep all of 2 × 20 writes at the same moment', async () => {
    const processes = [await bench.start(), await bench.start()]
    const entries = (name: string) => Array.from({ length: 20 }, (_, n) => ({ key: `${name}-${n}`, value: n }))
    await Promise.all(processes.map((each, at) => each.ask('setAll', { entries: entries(`p${at}`) })))
    for (const each of processes) expect(await keysOf(each)).toHaveLength(40)
    for (const each of processes) await each.end()
  })

  it('count to exactly the sum of their compare-and-set steps', async () => {
    const [count, times] = factor > 1 ? [8, 250] : [4, 25]
    const processes: StoreProcess[] = []
    for (let n = 0; n < count; n++) processes.push(await bench.start())
    await Promise.all(processes.map((each) => each.ask('increment', { key: 'n', times })))
    expect(await processes[0]?.ask('get', { key: 'n' })).toMatchObject({ value: String(count * times), version: count * times })
    for (const each of processes) await each.end()
  })

  it('lose no acknowledged write when they are killed in the middle of writing', async () => {
    for (let round = 0; round < runs(5); round++) {
      const writers = [await bench.start(), await bench.start()]
      const done = writers.map((each, at) => writeUntilKilled(each, `r${round}w${at}`))
      const target = `r${round}w0-${5 + ((round * 7) % 20)}`
      const reader = await bench.start()
      while (!(await keysOf(reader, target)).includes(target)) await reader.ask('cursor')
      await Promise.all(writers.map((each) => each.kill('SIGKILL')))
      const acknowledged = await Promise.all(done)
      for (const [at, count] of acknowledged.entries()) {
        const kept = await keysOf(reader, `r${round}w${at}-`)
        expect(kept).toEqual(expect.arrayContaining(Array.from({ length: count }, (_, n) => `r${round}w${at}-${n}`)))
        expect(kept.length).toBeLessThanOrEqual(count + 1)
      }
      expect(await reader.ask('problems')).toEqual([])
      await reader.end()
    }
  })

  it('wait for one that holds the lock, without holding up who only reads', async () => {
    const [store, other, holder] = [await bench.start(), await bench.start(), await bench.start()]
    await store.ask('set', { key: 'a', value: 1 })
    await holder.ask('hold', { file: join(bench.folder, 'store', '1.db') })
    let written = false
    const writing = store.ask('set', { key: 'a', value: 2 }).then(() => {
      written = true
    })
    for (let n = 0; n < 20; n++)
      for (const each of [store, other]) expect(await each.ask('get', { key: 'a' })).toMatchObject({ value: '1' })
    expect(written).toBe(false)
    await holder.kill('SIGKILL')
    await writing
    expect(await other.ask('get', { key: 'a' })).toMatchObject({ value: '2' })
    for (const each of [store, other]) await each.end()
  })
})
