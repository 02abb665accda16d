import {
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { MemoryEntry } from '../../../src/bridge/memory/entry.ts'
import { sample } from '../../support/runs.ts'
import { describeEngines } from './engines.ts'
import type { StoreProcess } from './processes.ts'

const entries = 300
const pageBytes = 4096
const value = (n: number): string => `value ${n} ${'x'.repeat(300)}`

describeEngines('a store whose file was damaged', (bench) => {
  const file = (generation = 1) => join(bench.folder, 'store', `${generation}.db`)
  const wal = () => `${file()}-wal`
  const zero = (page: number) => {
    const fd = openSync(file(), 'r+')
    writeSync(fd, Buffer.alloc(pageBytes), 0, pageBytes, (page - 1) * pageBytes)
    closeSync(fd)
  }
  /** A store with many entries, all of them in the file. */
  const filled = async (): Promise<StoreProcess> => {
    const store = await bench.start()
    await store.ask('setAll', { entries: Array.from({ length: entries }, (_, n) => ({ key: `k${n}`, value: value(n) })) })
    await store.ask('checkpoint')
    return store
  }
  const closed = async () => (await filled()).end()
  const problems = async (store: StoreProcess) => (await store.ask<string[]>('problems')).join('\n')
  /** Every entry that is there is as it was written, and the count of what was lost is that of what is missing. */
  const isSalvaged = async (store: StoreProcess): Promise<string> => {
    const kept = await store.ask<MemoryEntry[]>('list')
    for (const each of kept) expect(each.value).toBe(JSON.stringify(value(Number(each.key.slice(1)))))
    const said = await problems(store)
    expect(said).toMatch(/damaged \(1\.db, which is kept\) and goes on as 2\.db/)
    const lost = /Lost: (\d+|an unknown number of) memory entries/.exec(said)?.[1]
    if (!/Nothing of it|Lost: an unknown number of memory/.test(said)) expect(entries - kept.length).toBe(Number(lost ?? 0))
    expect(await store.ask('set', { key: 'after', value: 1 })).toBe(1)
    expect(readFileSync(join(bench.folder, 'store', 'current'), 'utf8')).toBe('2.db\n')
    expect(existsSync(file())).toBe(true)
    return said
  }

  it('is salvaged row by row with a zeroed page, whichever it is, and says what was lost', async () => {
    await closed()
    const pages = statSync(file()).size / pageBytes
    copyFileSync(file(), join(bench.folder, 'whole'))
    const hit: number[] = []
    for (const page of sample(
      Array.from({ length: pages }, (_, at) => at + 1),
      8,
    )) {
      rmSync(join(bench.folder, 'store'), { recursive: true })
      const before = await bench.start()
      await before.end()
      copyFileSync(join(bench.folder, 'whole'), file())
      for (const end of ['wal', 'shm']) rmSync(`${file()}-${end}`, { force: true })
      rmSync(join(bench.folder, 'store', 'changed'))
      zero(page)
      const store = await bench.start()
      await store.ask('list')
      await store.ask('search', { query: 'value' })
      if ((await problems(store)) !== '') {
        hit.push(page)
        await isSalvaged(store)
      }
      await store.end()
    }
    expect(hit).toContain(1)
    expect(hit.length).toBeGreaterThan(2)
  })

  it('is found by doctor, which changes nothing, and is salvaged when the holder checks it', async () => {
    const doctor = await bench.start(false)
    expect(await doctor.ask('examine')).toBeNull()
    const store = await filled()
    expect(await doctor.ask('examine')).toMatchObject({ file: file(), trouble: null, salvaged: null })
    await store.end()
    zero(Math.floor(statSync(file()).size / pageBytes / 2))
    const before = readFileSync(file())
    expect(await doctor.ask('examine')).toMatchObject({ trouble: expect.stringMatching(/damaged/), isDamaged: true })
    expect(readFileSync(file())).toEqual(before)
    const next = await bench.start()
    await next.ask('verify')
    const said = await isSalvaged(next)
    expect(await doctor.ask('examine')).toMatchObject({ file: file(2), trouble: null, salvaged: said })
    for (const bytes of [0, 100]) {
      truncateSync(file(2), bytes)
      expect(await doctor.ask('examine')).toMatchObject({ isDamaged: true })
    }
  })

  it('is salvaged by one of several processes that meet the damage, and all go on with the result', async () => {
    const first = await filled()
    const pages = statSync(file()).size / pageBytes
    await first.end()
    for (let page = 10; page < pages; page += 5) zero(page)
    const all = [await bench.start(), await bench.start()]
    const keys = await Promise.all(all.map(async (each) => (await each.ask<MemoryEntry[]>('list')).map(({ key }) => key)))
    expect(keys[0]).toEqual(keys[1])
    expect((await Promise.all(all.map(problems))).filter((said) => said.includes('goes on as 2.db'))).toHaveLength(1)
    await all[0]?.ask('set', { key: 'from-first', value: 1 })
    expect(await all[1]?.ask('get', { key: 'from-first' })).toMatchObject({ value: '1' })
    expect(existsSync(file(3))).toBe(false)
  })

  it('says that all is lost when the file was emptied', async () => {
    await closed()
    truncateSync(file(), 0)
    const store = await bench.start()
    expect(await store.ask('list')).toEqual([])
    expect(await problems(store)).toMatch(/goes on as 2\.db\. Nothing of it could be read/)
    expect(await store.ask('set', { key: 'a', value: 1 })).toBe(1)
  })

  it('continues, and says so, when the file is emptied or cut while it is open', async () => {
    for (const size of [0, 10 * pageBytes]) {
      const store = await filled()
      truncateSync(file(), size)
      const other = await bench.start()
      await store.ask('list')
      await other.ask('list')
      expect(await store.ask('set', { key: 'a', value: 1 })).toBeGreaterThan(0)
      expect(await other.ask('get', { key: 'a' })).toMatchObject({ value: '1' })
      expect(`${await problems(store)}${await problems(other)}`).not.toBe('')
      for (const each of [store, other]) await each.kill('SIGKILL')
      rmSync(join(bench.folder, 'store'), { recursive: true })
    }
  })

  it('says how many changes are missing when the log was cut', async () => {
    const store = await filled()
    await store.ask('setAll', { entries: Array.from({ length: 50 }, (_, n) => ({ key: `late${n}`, value: 'x'.repeat(3000) })) })
    await store.kill('SIGKILL')
    truncateSync(wal(), 20 * (pageBytes + 24))
    const next = await bench.start()
    const late = (await next.ask<MemoryEntry[]>('list', { prefix: 'late' })).length
    expect(late).toBeLessThan(50)
    expect(await problems(next)).toMatch(`The store is older than it was: ${50 - late} change`)
  })

  it('continues when the log is cut while it is open', async () => {
    const store = await filled()
    await store.ask('setAll', { entries: Array.from({ length: 50 }, (_, n) => ({ key: `late${n}`, value: 'x'.repeat(3000) })) })
    const other = await bench.start()
    truncateSync(wal(), 20 * (pageBytes + 24))
    await other.ask('list')
    await store.ask('set', { key: 'a', value: 1 })
    expect(await other.ask('get', { key: 'a' })).toMatchObject({ value: '1' })
    expect(`${await problems(store)}${await problems(other)}`).toMatch(/goes on as 2\.db/)
  })

  it('reports what is saved of actions and of calls of shared servers', async () => {
    const store = await filled()
    const text = `
      INSERT INTO actions (id, type, params, carrier, claimable, status, client, session, machine, at, updated, expires)
        VALUES ('a-1', 'analyze_file', '{}', 'twin', 1, 'pending', 'c', 's', 'm', 1, 1, 1);
      INSERT INTO searches (id, server, tool, arguments, outcome, bytes, client, session, machine, at)
        VALUES ('s-1', 's', 't', '{}', 'done', 2, 'c', 's', 'm', 1);`
    await store.ask('sql', { file: file(), text })
    const [root] = await store.ask<{ page: number }[]>('rows', {
      ...{ file: file(), sql: `SELECT rootpage AS page FROM sqlite_schema WHERE name = 'memory'` },
    })
    await store.ask('checkpoint')
    await store.end()
    zero(root?.page ?? 0)
    const next = await bench.start()
    await next.ask('list')
    expect(await problems(next)).toMatch(/Saved: .*1 actions, 1 calls of shared servers/)
  })

  it('says that it is older when an older file was put back', async () => {
    const store = await filled()
    await store.end()
    copyFileSync(file(), join(bench.folder, 'old'))
    const more = await bench.start()
    for (let n = 0; n < 3; n++) await more.ask('set', { key: `more${n}`, value: n })
    await more.ask('checkpoint')
    await more.end()
    for (const end of ['', '-wal', '-shm']) rmSync(`${file()}${end}`, { force: true })
    copyFileSync(join(bench.folder, 'old'), file())
    const next = await bench.start()
    expect(await problems(next)).toMatch('The store is older than it was: 3 changes are missing')
    expect(await next.ask<MemoryEntry[]>('list')).toHaveLength(entries)
  })

  it('is salvaged to nothing, which is reported, when its file is no database at all', async () => {
    await closed()
    writeFileSync(file(), 'not a database '.repeat(1000))
    const store = await bench.start()
    expect(await store.ask('list')).toEqual([])
    expect(await problems(store)).toMatch(/Nothing of it could be read/)
    expect(readFileSync(file(), 'utf8')).toBe('not a database '.repeat(1000))
  })

  it('refuses the database of another program, and leaves it as it is', async () => {
    const store = await bench.start(false)
    const place = join(bench.folder, 'theirs.db')
    await store.ask('sql', { file: place, text: "CREATE TABLE theirs (x); INSERT INTO theirs VALUES ('kept')" })
    const own = await bench.start()
    await own.end()
    for (const end of ['', '-wal', '-shm']) rmSync(`${file()}${end}`, { force: true })
    copyFileSync(place, file())
    await expect(store.ask('open')).rejects.toThrow(/database of another program/)
    expect(readFileSync(file())).toEqual(readFileSync(place))
  })

  it('refuses a store of a newer version, opened before it became one or after', async () => {
    const [store, other] = [await filled(), await bench.start(false)]
    await other.ask('sql', { file: file(), text: 'PRAGMA user_version = 1000' })
    await expect(store.ask('set', { key: 'a', value: 1 })).rejects.toThrow(/newer mcp-twin/)
    await expect(other.ask('open')).rejects.toThrow(/newer mcp-twin/)
  })
})
