import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { claim, create, read } from '../../../src/bridge/handoff/handoff.ts'
import { grantsSql, schemaSql } from '../../../src/bridge/machines/schema.ts'
import { get, set } from '../../../src/bridge/memory/memory.ts'
import { bundle } from '../../support/bundle.ts'
import { describeUnless } from '../../support/left-out.ts'
import { nodePath, projectFolder } from '../../support/machine.ts'
import { lacksPostgres, postgres, type Postgres } from '../../support/postgres.ts'
import { factor } from '../../support/runs.ts'
import { type Machine, startMachine } from './machine.ts'

/** How many of a thing a usual run makes, and a whole one. */
const many = (usual: number, whole: number): number => (factor > 1 ? whole : usual)
const upTo = (count: number): number[] => Array.from({ length: count }, (_, at) => at)
const author = { client: 'code', session: 's1' }
const namespace = 'shared'
const minute = 60_000

describeUnless(lacksPostgres(), 'several machines that write at once', () => {
  let server: Postgres
  let folder: string
  let people = 0
  let person: string
  let machines: Machine[] = []
  beforeAll(async () => {
    server = await postgres()
    server.sql(schemaSql)
  })
  afterAll(() => server.remove())
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'exact-'))
    person = `person${++people}`
    server.sql(`CREATE ROLE ${person} LOGIN PASSWORD 'x'; ${grantsSql(person)}`)
  })
  afterEach(async () => {
    await Promise.all(machines.map((each) => each.close()))
    machines = []
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  })

  const start = async (name: string): Promise<Machine> => {
    const machine = await startMachine(join(folder, name), name, server.url(person, 'x'))
    machines.push(machine)
    return machine
  }
  const started = (...names: string[]) => Promise.all(names.map(start))
  const put = ({ store }: Machine, key: string, value: number, ifVersion?: number) =>
    store.write(author, (transaction) => set(transaction, { namespace, key, value, ...(ifVersion === undefined ? {} : { ifVersion }) }))
  const held = ({ store }: Machine) =>
    store.read((database) => database.all<{ key: string; version: number }>('SELECT key, value, version FROM memory ORDER BY key'))
  /** What two copies hold once both have all of the server's; fails where they differ. */
  async function heldBy(one: Machine, other: Machine) {
    await Promise.all([one, other].map(({ ordering }) => ordering.totals()))
    const rows = await held(one)
    expect(await held(other)).toEqual(rows)
    return rows
  }

  it('lose none of their writes', { timeout: 4 * minute }, async () => {
    const [laptop, desktop] = (await started('laptop', 'desktop')) as [Machine, Machine]
    const each = many(15, 100)
    const writers = upTo(20).map(async (writer) => {
      for (const i of upTo(each)) await put(writer % 2 === 0 ? laptop : desktop, `${writer} ${i}`, i)
    })
    await Promise.all(writers)
    expect(await heldBy(laptop, desktop)).toHaveLength(20 * each)
    expect(server.sql(`SELECT count(*), max(n) FROM mcp_twin.batches WHERE person = '${person}'`)).toBe(`${20 * each}|${20 * each}`)
  })

  it('count exactly, each from what it saw last', { timeout: 4 * minute }, async () => {
    const [laptop, desktop] = (await started('laptop', 'desktop')) as [Machine, Machine]
    const each = many(40, 250)
    const counting = [laptop, desktop].map(async (machine) => {
      for (let done = 0; done < each; ) {
        const now = await machine.store.read((database) => get(database, namespace, 'count', Date.now()))
        try {
          await put(machine, 'count', Number(now?.value ?? 0) + 1, now?.version ?? 0)
          done++
        } catch (error) {
          if (!/Conflict/.test(String(error))) throw error
        }
      }
    })
    await Promise.all(counting)
    expect(await heldBy(laptop, desktop)).toEqual([{ key: 'count', value: String(2 * each), version: 2 * each }])
  })

  it('give a handoff to one of five alone, and the others hear to whom', { timeout: 2 * minute }, async () => {
    const five = await started('laptop', 'desktop', 'server', 'tablet', 'phone')
    const isLive = () => true
    for (const round of upTo(many(3, 20))) {
      const id = `h-${round}`
      const about = { id, title: 'Finish it', goal: 'Green', acceptance: null, namespace, to: null, files: [], sections: [] }
      await five[round % 5]?.store.write(author, (transaction) => create(transaction, about))
      await Promise.all(five.map(({ ordering }) => ordering.totals()))
      const claims = await Promise.allSettled(
        five.map(({ name, store }) => {
          const by = { client: `code of ${name}`, session: name, pid: process.pid, start: 'x' }
          return store.write(by, (transaction) => claim(transaction, id, by, isLive))
        }),
      )
      const winners = five.filter((_, at) => claims[at]?.status === 'fulfilled').map(({ name }) => name)
      expect(winners).toHaveLength(1)
      for (const each of claims)
        if (each.status === 'rejected') expect(String(each.reason)).toContain(`is claimed by code of ${winners[0]} on ${winners[0]} since`)
      await Promise.all(five.map(({ ordering }) => ordering.totals()))
      for (const { store } of five)
        expect((await store.read((database) => read(database, id, isLive, Date.now()))).claim?.session).toBe(winners[0])
    }
  })

  it('lose nothing and make nothing twice while their server is killed and started again', { timeout: 5 * minute }, async () => {
    const both = (await started('laptop', 'desktop')) as [Machine, Machine]
    const kept: string[] = []
    let isOver = false
    /** Makes a key, however often it takes. That it is there already tells that a try without an answer was kept. */
    const make = async (machine: Machine, key: string) => {
      for (;;)
        try {
          await put(machine, key, 1, 0)
          break
        } catch (error) {
          if (/is at version 1, not 0/.test(String(error))) break
          await sleep(20)
        }
      kept.push(key)
    }
    const writers = both.flatMap((machine) =>
      upTo(4).map(async (writer) => {
        for (let i = 0; !isOver; i++) await make(machine, `${machine.name} ${writer} ${i}`)
      }),
    )
    const enough = async () => {
      for (const name of both.map((each) => each.name)) {
        const before = kept.length
        await expect.poll(() => kept.slice(before).some((key) => key.startsWith(name)), { timeout: minute }).toBe(true)
      }
    }
    for (const _ of upTo(many(3, 10))) {
      await enough()
      await server.kill()
      await server.start()
    }
    await enough()
    isOver = true
    await Promise.all(writers)
    const rows = await heldBy(...both)
    expect(rows.map(({ key }) => key)).toEqual([...kept].sort())
    expect(rows.filter(({ version }) => version !== 1)).toEqual([])
    expect(server.sql(`SELECT count(*), max(n) FROM mcp_twin.batches WHERE person = '${person}'`)).toBe(`${kept.length}|${kept.length}`)
  })

  it('keep what was acknowledged to a process that is killed anywhere', { timeout: 4 * minute }, async () => {
    const program = await bundle(fileURLToPath(new URL('writer.ts', import.meta.url)), join(folder, 'writer.mjs'))
    const desktop = await start('desktop')
    const env = { PATH: '', TMPDIR: tmpdir(), NODE_PATH: join(projectFolder, 'node_modules') }
    const acknowledged: string[] = []
    const rounds = many(3, 20)
    for (const round of upTo(rounds)) {
      const place = [join(folder, 'laptop'), 'laptop', server.url(person, 'x'), `round ${round}`]
      const child = spawn(nodePath, [program, ...place], { env, stdio: ['ignore', 'pipe', 'pipe'] })
      let said = ''
      child.stderr.on('data', (bytes: Buffer) => {
        said += bytes
      })
      const ended = new Promise((resolve) => child.on('close', (code, signal) => resolve(signal ?? code)))
      let left = 5 + ((round * 7) % 20)
      createInterface({ input: child.stdout }).on('line', (key) => {
        acknowledged.push(key)
        if (--left === 0) child.kill('SIGKILL')
      })
      expect([await ended, said]).toEqual(['SIGKILL', ''])
    }
    const rows = await heldBy(await start('laptop'), desktop)
    const keys = rows.map(({ key }) => key)
    expect(keys).toEqual(expect.arrayContaining(acknowledged))
    // The last write of each round may have been kept without a word of it.
    expect(keys.length).toBeLessThanOrEqual(acknowledged.length + rounds)
    expect(rows.filter(({ version }) => version !== 1)).toEqual([])
  })
})
