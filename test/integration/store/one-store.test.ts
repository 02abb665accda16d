import {
  closeSync,
  copyFileSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { MemoryEntry } from '../../../src/bridge/memory/entry.ts'
import { describeEngines } from './engines.ts'
import type { StoreProcess } from './processes.ts'

const entries = 150
const pageBytes = 4096

/** What happens to the files of a store. `log`: it is away too. */
const damages = [
  'a zeroed page',
  'an emptied file',
  'a cut file',
  'a deleted file',
  'a copy in its place',
  'no log',
  'another log',
] as const
type Damage = (typeof damages)[number]

describeEngines('all processes work on one store', (bench) => {
  const path = (name: string) => join(bench.folder, 'store', name)
  const inUse = () => path(readFileSync(path('current'), 'utf8').trim())
  const damage = (kind: Damage) => {
    const file = inUse()
    const bytes = statSync(file).size
    if (kind === 'a zeroed page') {
      const fd = openSync(file, 'r+')
      writeSync(fd, Buffer.alloc(20 * pageBytes), 0, 20 * pageBytes, Math.floor(bytes / pageBytes / 2) * pageBytes)
      closeSync(fd)
    } else if (kind === 'an emptied file') truncateSync(file, 0)
    else if (kind === 'a cut file') truncateSync(file, Math.floor(bytes / pageBytes / 2) * pageBytes)
    else if (kind === 'a deleted file') rmSync(file)
    else if (kind === 'a copy in its place') {
      copyFileSync(file, path('copy'))
      renameSync(path('copy'), file)
    } else {
      rmSync(`${file}-wal`, { force: true })
      if (kind === 'another log') writeFileSync(`${file}-wal`, '')
    }
  }
  const filled = async (): Promise<StoreProcess> => {
    const store = await bench.start()
    await store.ask('setAll', { entries: Array.from({ length: entries }, (_, n) => ({ key: `k${n}`, value: `${n} ${'x'.repeat(300)}` })) })
    await store.ask('checkpoint')
    return store
  }
  let number = 0
  /** Each writes, and all of them find it. */
  const areOne = async (all: readonly StoreProcess[]) => {
    for (const writer of all) {
      const key = `told${number++}`
      await writer.ask('set', { key, value: 1 })
      for (const each of all) expect(await each.ask('get', { key }), `${key} in ${await problemsOf(all)}`).toMatchObject({ value: '1' })
    }
  }
  const problemsOf = async (all: readonly StoreProcess[]) =>
    (await Promise.all(all.map((each) => each.ask<string[]>('problems')))).flat().join('\n')

  /** A program that looked at the file in use and closed it: SQLite removes the log with the last that closes it. */
  const looked = async (doctor: StoreProcess) => {
    await doctor.ask('examine')
    if (statSync(inUse(), { throwIfNoEntry: false }) !== undefined)
      await doctor
        .ask('sql', { file: inUse(), text: 'SELECT count(*) FROM meta' })
        .catch((error) => expect(String(error)).toMatch(/meta|malformed/))
  }

  it('after a salvage, though a program has opened and closed the file before the second came', async () => {
    await (await filled()).end()
    damage('a zeroed page')
    const doctor = await bench.start(false)
    const first = await bench.start()
    await first.ask('list')
    expect(inUse()).toBe(path('2.db'))
    await looked(doctor)
    const second = await bench.start()
    await areOne([first, second])
    await looked(doctor)
    await areOne([second, first])
    expect(await problemsOf([second])).toBe('')
  })

  for (const kind of damages)
    it(`after ${kind} while they were down, in every order of two bridges, doctor and a command`, async () => {
      for (const [at, order] of [
        ['first', 'doctor', 'second', 'command'],
        ['doctor', 'command', 'first', 'second'],
        ['command', 'first', 'doctor', 'second'],
      ].entries()) {
        await (await filled()).end()
        damage(kind)
        const told: string[] = []
        const open: StoreProcess[] = []
        for (const who of order) {
          const each = await bench.start(who !== 'doctor')
          if (who === 'doctor') await looked(each)
          else {
            await each.ask('set', { key: `by-${who}`, value: 1 })
            told.push(`by-${who}`)
            await each.ask('list')
          }
          if (who === 'command') await each.end()
          else if (who !== 'doctor') open.push(each)
        }
        await areOne(open)
        for (const each of open) for (const key of told) expect(await each.ask('get', { key }), `${at} ${key}`).not.toBeNull()
        for (const each of open) await each.end()
        rmSync(path('.'), { recursive: true })
      }
    })

  for (const kind of ['a deleted file', 'a copy in its place', 'no log', 'another log'] as const)
    for (const next of ['first', 'second', 'command', 'doctor'] as const)
      it(`after ${kind} while both have it open, noticed by the ${next}: nothing that was acknowledged is lost`, async () => {
        const all = { first: await filled(), second: await bench.start() }
        await all.second.ask('set', { key: 'before', value: 1 })
        await all.first.ask('set', { key: 'k0', value: 'newer' })
        damage(kind)
        const third = await bench.start(next === 'command')
        if (next === 'doctor') await looked(third)
        else {
          const actor = next === 'command' ? third : all[next]
          await actor.ask('set', { key: 'by-next', value: 1 })
          if (next === 'command') await third.end()
        }
        await areOne([all.first, all.second])
        for (const each of [all.first, all.second]) {
          expect((await each.ask<MemoryEntry[]>('list')).length).toBeGreaterThanOrEqual(entries + 1)
          expect(await each.ask('get', { key: 'before' })).toMatchObject({ value: '1' })
          expect(await each.ask('get', { key: 'k0' })).toMatchObject({ value: '"newer"' })
          if (next !== 'doctor') expect(await each.ask('get', { key: 'by-next' })).toMatchObject({ value: '1' })
          expect(await each.ask<unknown[]>('search', { query: 'before' })).not.toEqual([])
        }
        for (const each of [all.first, all.second]) await each.end()
        const last = await bench.start()
        expect((await last.ask<MemoryEntry[]>('list')).length).toBeGreaterThanOrEqual(entries + 1)
      })

  it('after copies in its place, again and again, while both write', async () => {
    const all = [await filled(), await bench.start()]
    let written = 0
    const some = (each: StoreProcess) => Array.from({ length: 4 }, () => each.ask('set', { key: `again${written++}`, value: 1 }))
    for (let round = 0; round < 40; round++) {
      damage('a copy in its place')
      await Promise.all(all.flatMap(some))
    }
    for (const each of all) expect((await each.ask<MemoryEntry[]>('list')).length).toBe(entries + written)
    for (const each of all) await each.end()
  })

  for (const [title, change] of [
    ['names one that is not there', () => writeFileSync(path('current'), '7.db\n')],
    ['names the one before', () => writeFileSync(path('current'), '1.db\n')],
    ['is away', () => rmSync(path('current'))],
  ] as const)
    for (const running of [true, false])
      it(`when "current" ${title} ${running ? 'while they run' : 'while they were down'}`, async () => {
        await (await filled()).end()
        damage('a zeroed page')
        const first = await bench.start()
        await first.ask('list')
        await first.ask('set', { key: 'kept', value: 1 })
        if (!running) await first.end()
        change()
        const all = [running ? first : await bench.start(), await bench.start()]
        await areOne(all)
        for (const each of all) expect(await each.ask('get', { key: 'kept' })).toMatchObject({ value: '1' })
        expect(inUse()).toBe(path('2.db'))
      })

  it('is judged alike by doctor and all bridges when the end of the log was cut off after a kill', async () => {
    const store = await filled()
    for (const n of [1, 2, 3]) await store.ask('set', { key: `late${n}`, value: 'x'.repeat(3000) })
    const log = `${inUse()}-wal`
    await store.kill('SIGKILL')
    // The log begins anew after a checkpoint: this is within the first of its pages.
    truncateSync(log, 4000)
    const doctor = await bench.start(false)
    const missing = expect.stringMatching(/(?:1 change is|[23] changes are) missing from 1\.db/)
    expect(await doctor.ask('examine')).toMatchObject({ trouble: null, missing })
    expect(await doctor.ask('examine')).toMatchObject({ missing })
    const [first, second] = [await bench.start(), await bench.start()]
    const [said] = await first.ask<string[]>('problems')
    expect(said).toEqual(missing)
    expect(await second.ask('problems')).toEqual([said])
    expect(await doctor.ask('examine')).toMatchObject({ missing: said })
    await doctor.ask('at', { ms: Date.now() + 8 * 24 * 3600_000 })
    expect(await doctor.ask('examine')).toMatchObject({ missing: null })
  })
})
