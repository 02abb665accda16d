import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { create, list, update } from '../../../src/bridge/handoff/handoff.ts'
import { answer, ask } from '../../../src/bridge/handoff/question.ts'
import { outboxCounts } from '../../../src/bridge/machines/outbox.ts'
import { grantsSql, schemaSql } from '../../../src/bridge/machines/schema.ts'
import { get, history, remove, set } from '../../../src/bridge/memory/memory.ts'
import type { Transaction } from '../../../src/bridge/store/transaction.ts'
import { describeUnless } from '../../support/left-out.ts'
import { lacksPostgres, postgres, type Postgres } from '../../support/postgres.ts'
import { factor } from '../../support/runs.ts'
import { type Link, linkTo } from './link.ts'
import { type Machine, startMachine } from './machine.ts'

const namespace = 'shared'
const minute = 60_000

/** Numbers below a bound, the same in each run. */
const randomFrom = (seed: number): ((below: number) => number) => {
  let state = seed
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor((state / 2_147_483_648) * below)
  }
}

describeUnless(lacksPostgres(), 'a machine whose server is away', () => {
  let server: Postgres
  let folder: string
  let people = 0
  let person: string
  let machines: Machine[] = []
  let links: Link[] = []
  /** How far the clock of the machines is ahead, in ms. */
  let ahead = 0
  beforeAll(async () => {
    server = await postgres()
    server.sql(schemaSql)
  })
  afterAll(() => server.remove())
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'offline-'))
    person = `person${++people}`
    server.sql(`CREATE ROLE ${person} LOGIN PASSWORD 'x'; ${grantsSql(person)}`)
  })
  afterEach(async () => {
    await Promise.all(machines.map((each) => each.close()))
    for (const each of links) each.close()
    machines = []
    links = []
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  })

  async function start(name: string): Promise<Machine & { readonly link: Link }> {
    const link = await linkTo(server.port)
    links.push(link)
    const url = server.url(person, 'x').replace(`:${server.port}`, `:${link.port}`)
    const machine = await startMachine(join(folder, name), name, url, () => Date.now() + ahead, !link.isCut)
    machines.push(machine)
    return { ...machine, link }
  }
  const both = async () => [await start('laptop'), await start('desktop')] as const
  const by = (client: string) => ({ client, session: `session of ${client}` })
  const keep = async <T>({ store }: Machine, work: (transaction: Transaction) => T, client = 'code') =>
    (await store.keep(by(client), work)).isUnsent
  const put = (machine: Machine, key: string, value: unknown, client = 'code') =>
    keep(machine, (transaction) => set(transaction, { namespace, key, value: value as string }), client)
  const value = async ({ store }: Machine, key: string) => {
    const entry = await store.read((database) => get(database, namespace, key, Date.now()))
    return entry === null ? null : JSON.parse(entry.value)
  }
  const versions = ({ store }: Machine, key: string) =>
    store.read((database) =>
      history(database, namespace, key).map((each) => [each.version, each.value === null ? null : JSON.parse(each.value)]),
    )
  const counts = ({ store }: Machine) => store.read(outboxCounts)
  const conflicts = ({ store }: Machine) =>
    store.read((database) => database.all('SELECT key, client, version, kept FROM conflicts ORDER BY key'))
  const online = async ({ link, ordering }: Machine & { readonly link: Link }) => {
    link.isCut = false
    link.isMute = false
    // An attempt from before may still be under way.
    await expect.poll(() => ordering.begin().then(() => 'reached', String), { timeout: minute }).toBe('reached')
  }
  const whole = ({ store }: Machine) =>
    store.read((database) =>
      ['memory', 'memory_versions', 'handoff_heads', 'handoff_notes', 'questions'].map((table) => {
        const own = ['id AS n', 'n', 'answer_seen', 'claim_pid', 'claim_start']
        const names = database
          .all<{ name: string }>('SELECT name FROM pragma_table_info(?)', table)
          .map(({ name }) => name)
          .filter((name) => !own.includes(name) && !(table === 'memory' && name === 'id'))
        return database.all(`SELECT ${names.join(', ')} FROM ${table} ORDER BY ${names.join(', ')}`)
      }),
    )

  it('keeps new things, shows them at once, and sends them in their order', async () => {
    const [laptop, desktop] = await both()
    expect(await put(laptop, 'port', 1)).toBe(false)
    await desktop.ordering.totals()
    laptop.link.cut()
    expect(await put(laptop, 'port', 2)).toBe(true)
    expect(await put(laptop, 'port', 3)).toBe(true)
    expect(await put(laptop, 'gone', 1)).toBe(true)
    expect(await keep(laptop, (transaction) => remove(transaction, { namespace, key: 'gone' }))).toBe(true)
    await keep(laptop, (transaction) => {
      create(transaction, { id: 'h-1', title: 'Do', goal: 'it', acceptance: null, namespace, to: null, files: [], sections: [] })
      ask(transaction, { id: 'q-1', question: 'Which?', handoff: 'h-1', to: null })
    })
    await keep(laptop, (transaction) => update(transaction, 'h-1', { note: 'half' }, { ...by('code'), pid: 1, start: '' }, () => true))
    expect([await value(laptop, 'port'), await value(laptop, 'gone'), (await counts(laptop)).unsent]).toEqual([3, null, 6])
    expect(await value(desktop, 'port')).toBe(1)
    await laptop.store
      .write(by('code'), (transaction) => set(transaction, { namespace, key: 'port', value: 4, ifVersion: 3 }))
      .then(
        () => expect.unreachable(),
        (error: Error) => expect(error.message).toMatch(/not reached since .*; nothing was done/),
      )
    await online(laptop)
    expect((await counts(laptop)).unsent).toBe(0)
    await desktop.ordering.totals()
    expect(await versions(desktop, 'port')).toEqual([
      [3, 3],
      [2, 2],
      [1, 1],
    ])
    expect(await whole(desktop)).toEqual(await whole(laptop))
    expect(await conflicts(laptop)).toEqual([])
  })

  it('leaves the value of the server current, and keeps the late one in the history, named to its author', async () => {
    const [laptop, desktop] = await both()
    await put(laptop, 'port', 1)
    await put(laptop, 'kept', 1)
    await desktop.ordering.totals()
    laptop.link.cut()
    await put(laptop, 'port', 2)
    await put(laptop, 'port', 3)
    await keep(laptop, (transaction) => remove(transaction, { namespace, key: 'kept' }))
    await put(desktop, 'port', 10, 'desk')
    await put(desktop, 'kept', 10, 'desk')
    await online(laptop)
    await desktop.ordering.totals()
    expect(await whole(desktop)).toEqual(await whole(laptop))
    expect([await value(laptop, 'port'), await value(laptop, 'kept')]).toEqual([10, 10])
    expect(await versions(laptop, 'port')).toEqual([
      [6, 10],
      [5, 3],
      [4, 10],
      [3, 2],
      [2, 10],
      [1, 1],
    ])
    expect(await conflicts(laptop)).toEqual([
      { key: 'kept', client: 'code', version: null, kept: 2 },
      { key: 'port', client: 'code', version: 5, kept: 6 },
    ])
    await put(laptop, 'port', 11)
    expect((await counts(laptop)).conflicts).toBe(1)
  })

  it('sends what it wrote after it had heard of a conflict on top', async () => {
    const [laptop, desktop] = await both()
    await put(laptop, 'port', 1)
    await desktop.ordering.totals()
    laptop.link.cut()
    await put(laptop, 'port', 2)
    await put(desktop, 'port', 10, 'desk')
    // The news come, and the link is cut before anything is sent.
    laptop.link.isCut = false
    const { n } = { n: Number(server.sql(`SELECT n FROM mcp_twin.people WHERE person = '${person}'`)) }
    await laptop.ordering.follow(n)
    laptop.link.cut()
    expect(await value(laptop, 'port')).toBe(10)
    await put(laptop, 'port', 20)
    expect(await value(laptop, 'port')).toBe(20)
    await online(laptop)
    await desktop.ordering.totals()
    expect(await value(desktop, 'port')).toBe(20)
    expect((await versions(laptop, 'port')).map(([, each]) => each)).toEqual(expect.arrayContaining([20, 10, 2, 1]))
    expect(await whole(desktop)).toEqual(await whole(laptop))
    expect(await conflicts(laptop)).toEqual([])
  })

  it('keeps what the server may hold already, and it counts once', async () => {
    const [laptop, desktop] = await both()
    await put(laptop, 'port', 1)
    laptop.link.isMute = true
    expect(await put(laptop, 'port', 2)).toBe(true)
    expect(server.sql(`SELECT count(*) FROM mcp_twin.batches WHERE person = '${person}'`)).toBe('2')
    await put(laptop, 'port', 3)
    await online(laptop)
    await desktop.ordering.totals()
    expect(await versions(desktop, 'port')).toEqual([
      [3, 3],
      [2, 2],
      [1, 1],
    ])
    expect(await whole(desktop)).toEqual(await whole(laptop))
    expect(await conflicts(laptop)).toEqual([])
    expect(server.sql(`SELECT count(*) FROM mcp_twin.batches WHERE person = '${person}'`)).toBe('3')
  })

  it('says that it may have been done where only the answer was lost', async () => {
    const laptop = await start('laptop')
    await put(laptop, 'port', 1)
    laptop.link.isMute = true
    const writing = laptop.store.write(by('code'), (transaction) => set(transaction, { namespace, key: 'port', value: 2, ifVersion: 1 }))
    await expect(writing).rejects.toThrow('it may have kept this all the same')
    await online(laptop)
    expect(await value(laptop, 'port')).toBe(2)
  })

  it('brings notes and answers together with what others did meanwhile', async () => {
    const [laptop, desktop] = await both()
    const claimer = (client: string) => ({ ...by(client), pid: 1, start: '' })
    await keep(laptop, (transaction) => {
      create(transaction, { id: 'h-1', title: 'Do', goal: 'it', acceptance: null, namespace, to: null, files: [], sections: [] })
      ask(transaction, { id: 'q-1', question: 'Which?', handoff: 'h-1', to: null })
    })
    await desktop.ordering.totals()
    laptop.link.cut()
    await keep(laptop, (transaction) => update(transaction, 'h-1', { note: 'late' }, claimer('code'), () => true))
    await keep(laptop, (transaction) => answer(transaction, 'q-1', 'this'), 'other')
    await keep(desktop, (transaction) => update(transaction, 'h-1', { status: 'done', note: 'first' }, claimer('desk'), () => true), 'desk')
    await keep(desktop, (transaction) => answer(transaction, 'q-1', 'that'), 'desk')
    await online(laptop)
    await desktop.ordering.totals()
    expect(await whole(desktop)).toEqual(await whole(laptop))
    expect(await laptop.store.read((database) => list(database, {}, () => true, Date.now()))).toMatchObject([{ status: 'done', bytes: 17 }])
    expect(await laptop.store.read((database) => database.all('SELECT note FROM handoff_notes ORDER BY note'))).toEqual([
      { note: 'first' },
      { note: 'late' },
    ])
    expect(await laptop.store.read((database) => database.all('SELECT answer FROM questions ORDER BY answer'))).toEqual([
      { answer: 'that' },
      { answer: 'this' },
    ])
  })

  it('loses and doubles nothing in long random lives of three machines, also while the server is full', {
    timeout: 10 * minute,
  }, async () => {
    /** Has the server count that much of this person's. */
    const fill = (bytes: number) => server.sql(`UPDATE mcp_twin.people SET bytes = ${bytes} WHERE person = '${person}'`)
    for (let life = 0; life < (factor > 1 ? 20 : 2); life++) {
      const next = randomFrom(life + 1)
      const all = [await start(`one ${life}`), await start(`two ${life}`), await start(`three ${life}`)]
      const acknowledged = new Map<string, number[]>()
      for (let step = 0; step < 120; step++) {
        const at = next(3)
        const machine = all[at]
        if (machine === undefined) continue
        const what = next(14)
        if (what === 0) machine.link.cut()
        else if (what === 1) machine.link.isMute = true
        else if (what === 2) await online(machine)
        else if (what === 3) fill(next(2) === 0 ? 2 ** 31 : 0)
        else if (what === 4) {
          // Its process ends, and the next one goes on.
          await machine.close()
          machines = machines.filter(({ store }) => store !== machine.store)
          all[at] = await start(machine.name)
        } else {
          const key = `${life} ${next(8)}`
          const isKept = await put(machine, key, step, machine.name).then(
            () => true,
            (error) => {
              expect(String(error)).toContain('Remove what nobody needs')
              return false
            },
          )
          if (isKept) acknowledged.set(key, [...(acknowledged.get(key) ?? []), step])
        }
      }
      fill(0)
      ahead += minute
      for (const each of [...all, ...all]) await online(each)
      for (const each of all) await each.ordering.totals()
      const [one, two, three] = all
      if (one === undefined || two === undefined || three === undefined) throw new Error('no machines')
      expect([await whole(two), await whole(three)]).toEqual([await whole(one), await whole(one)])
      for (const each of all) expect(await counts(each)).toMatchObject({ unsent: 0, refused: null })
      for (const [key, values] of acknowledged) {
        const found = (await versions(one, key)).map(([, each]) => each)
        for (const each of values) expect([key, each, found]).toEqual([key, each, expect.arrayContaining([each])])
      }
    }
  })

  it('sends thousands of writes', { timeout: 4 * minute }, async () => {
    const [laptop, desktop] = await both()
    laptop.link.cut()
    const all = factor > 1 ? 5000 : 600
    for (let i = 0; i < all; i++) await put(laptop, `key ${i % 200}`, i)
    await online(laptop)
    await desktop.ordering.totals()
    expect(await whole(desktop)).toEqual(await whole(laptop))
    expect([(await counts(laptop)).unsent, await value(desktop, 'key 199')]).toEqual([0, all - 1])
    expect(server.sql(`SELECT count(*) FROM mcp_twin.batches WHERE person = '${person}'`)).toBe(String(all))
  })
})
