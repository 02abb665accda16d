import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { grantsSql, schemaSql } from '../../../src/bridge/machines/schema.ts'
import { claim, create, list, read, update } from '../../../src/bridge/handoff/handoff.ts'
import { answer, answersFor, ask, markShown, questionsFor } from '../../../src/bridge/handoff/question.ts'
import { get, history, remove, set } from '../../../src/bridge/memory/memory.ts'
import { search } from '../../../src/bridge/memory/search.ts'
import { chooseEngine } from '../../../src/bridge/store/engine.ts'
import type { Author } from '../../../src/bridge/store/transaction.ts'
import { describeUnless } from '../../support/left-out.ts'
import { lacksPostgres, postgres, type Postgres } from '../../support/postgres.ts'
import { type Machine, startMachine } from './machine.ts'

const author: Author = { client: 'code', session: 's1' }
const namespace = 'shared'

describeUnless(lacksPostgres(), 'copies of two machines', () => {
  let server: Postgres
  let folder: string
  let people = 0
  let person: string
  let machines: Machine[] = []
  let laptop: Machine
  let desktop: Machine
  beforeAll(async () => {
    server = await postgres()
    server.sql(schemaSql)
  })
  afterAll(() => server.remove())
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'machines-'))
    person = `person${++people}`
    server.sql(`CREATE ROLE ${person} LOGIN PASSWORD 'x'; ${grantsSql(person)}`)
    laptop = await start('laptop')
    desktop = await start('desktop')
  })
  afterEach(async () => {
    await Promise.all(machines.map((each) => each.close()))
    machines = []
    rmSync(folder, { recursive: true, force: true })
  })

  async function start(name: string): Promise<Machine> {
    const machine = await startMachine(join(folder, name), name, server.url(person, 'x'))
    machines.push(machine)
    return machine
  }
  const put = ({ store }: Machine, key: string, value: string | number, more: { ifVersion?: number; ttlSeconds?: number } = {}) =>
    store.write(author, (transaction) => set(transaction, { namespace, key, value, ...more }))
  const value = ({ store }: Machine, key: string) => store.read((database) => get(database, namespace, key, Date.now())?.value)
  /** Waits until another machine has what was written. */
  const arrives = (machine: Machine, key: string, text: string) => expect.poll(() => value(machine, key)).toBe(text)

  it('hold what either of them has written, with its words and versions', async () => {
    expect(await put(laptop, 'plan', 'a red fox')).toBe(1)
    expect(await value(laptop, 'plan')).toBe('"a red fox"')
    await arrives(desktop, 'plan', '"a red fox"')
    expect(await put(desktop, 'plan', 'a blue whale')).toBe(2)
    await arrives(laptop, 'plan', '"a blue whale"')
    for (const { store } of [laptop, desktop]) {
      const found = (query: string) => store.read((database) => search(database, { query, limit: 5 }, Date.now()).map(({ key }) => key))
      expect([await found('whale'), await found('fox')]).toEqual([['plan'], []])
      expect(await store.read((database) => history(database, namespace, 'plan').map((each) => [each.version, each.value]))).toEqual([
        [2, '"a blue whale"'],
        [1, '"a red fox"'],
      ])
    }
    expect(await desktop.store.write(author, (transaction) => remove(transaction, { namespace, key: 'plan' }))).toBe(true)
    await expect.poll(() => value(laptop, 'plan')).toBeUndefined()
    expect(await put(laptop, 'plan', 'again')).toBe(4)
  })

  it('refuse a version that another machine has replaced, though the copy had not heard of it', async () => {
    await put(laptop, 'count', 1)
    await arrives(desktop, 'count', '1')
    const both = await Promise.allSettled([put(laptop, 'count', 2, { ifVersion: 1 }), put(desktop, 'count', 3, { ifVersion: 1 })])
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(both.flatMap((each) => (each.status === 'rejected' ? [String(each.reason)] : []))[0]).toMatch(/is at version 2, not 1/)
  })

  it('carry handoffs, notes and questions, and give a handoff to one session alone', async () => {
    const by = (machine: Machine) => ({ client: 'code', session: `s-${machine.name}`, pid: process.pid, start: 'x' })
    const isLive = () => true
    await laptop.store.write(author, (transaction) => {
      create(transaction, {
        ...{ id: 'h-1', title: 'Finish it', goal: 'All green', acceptance: null, namespace, to: null },
        ...{ files: ['/a'], sections: [{ heading: 'State', body: 'half', priority: 1 }] },
      })
      ask(transaction, { id: 'q-1', question: 'Which port?', handoff: 'h-1', to: null })
    })
    await expect.poll(() => desktop.store.read((database) => list(database, {}, isLive, Date.now()).map(({ id }) => id))).toEqual(['h-1'])
    const claims = await Promise.allSettled(
      [laptop, desktop].map(({ store }, at) =>
        store.write(author, (transaction) => claim(transaction, 'h-1', by([laptop, desktop][at] as Machine), isLive)),
      ),
    )
    expect(claims.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(claims.flatMap((each) => (each.status === 'rejected' ? [String(each.reason)] : []))[0]).toMatch(/is claimed by code/)
    const winner = claims[0]?.status === 'fulfilled' ? laptop : desktop
    const loser = winner === laptop ? desktop : laptop
    // A process that is not known here does not end the claim.
    expect((await loser.store.read((database) => read(database, 'h-1', () => false, Date.now()))).status).toBe('claimed')
    expect((await winner.store.read((database) => read(database, 'h-1', () => false, Date.now()))).status).toBe('open')
    await winner.store.write({ ...author, session: `s-${winner.name}` }, (transaction) =>
      update(transaction, 'h-1', { status: 'done', note: 'all green' }, by(winner), isLive),
    )
    const seen = ({ store }: Machine) =>
      store.read((database) => ({
        status: read(database, 'h-1', isLive, Date.now()).status,
        notes: database.all('SELECT note, status FROM handoff_notes ORDER BY n'),
      }))
    await expect.poll(async () => (await seen(loser)).status).toBe('done')
    expect(await seen(loser)).toEqual(await seen(winner))
    await desktop.store.write({ client: 'desk', session: 's2' }, (transaction) => answer(transaction, 'q-1', '8080'))
    const reading = { limit: 5, characters: 100 }
    const answers = ({ store }: Machine) => store.read((database) => answersFor(database, 'code', reading).map((each) => each.answer.text))
    await expect.poll(() => answers(laptop)).toEqual(['8080'])
    await laptop.store.write(author, (transaction) => markShown(transaction, ['q-1']))
    // What was shown here is still news elsewhere.
    expect([await answers(laptop), await answers(desktop)]).toEqual([[], ['8080']])
    expect(await desktop.store.read((database) => questionsFor(database, 'desk', reading))).toEqual([])
  })

  it('announce each change with its author to the other machine, once', async () => {
    const since = await desktop.store.cursor()
    await put(laptop, 'news', 1)
    await arrives(desktop, 'news', '1')
    const changes = await desktop.store.changesAfter(since)
    expect(changes).toMatchObject([{ kind: 'memory', id: 'news', namespace, by: 'code', session: 's1' }])
  })

  it('continue after the server was killed and started again', async () => {
    await put(laptop, 'before', 1)
    await server.kill()
    await expect(put(laptop, 'during', 1)).rejects.toThrow()
    expect(await value(laptop, 'during')).toBeUndefined()
    await server.start()
    expect(await put(laptop, 'after', 1)).toBe(1)
    await desktop.ordering.begin()
    await arrives(desktop, 'after', '1')
  })

  it('send once more what was under way when the server ended their connection, and keep it once', async () => {
    await put(laptop, 'before', 1)
    await arrives(desktop, 'before', '1')
    const locking = new pg.Client(server.url())
    await locking.connect()
    await locking.query('BEGIN; LOCK TABLE mcp_twin.entries IN ACCESS EXCLUSIVE MODE')
    const writing = put(laptop, 'torn', 1)
    await expect.poll(() => server.sql("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")).toBe('1')
    server.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    await locking.query('ROLLBACK')
    await locking.end()
    expect(await writing).toBe(1)
    await arrives(desktop, 'torn', '1')
    expect(server.sql("SELECT count(*) FROM mcp_twin.entries WHERE key LIKE '%torn%'")).toBe('1')
  })

  it('connect anew for a write that joined an attempt from before the server was there', async () => {
    const held: Socket[] = []
    const gate = createServer((socket) => {
      if (held.push(socket) === 1) return
      const there = connect(server.port, '127.0.0.1')
      socket.pipe(there).pipe(socket)
      for (const each of [socket, there]) each.on('error', () => socket.destroy())
    })
    await new Promise<void>((resolve) => gate.listen(0, '127.0.0.1', resolve))
    const { port } = gate.address() as AddressInfo
    const gated = await startMachine(
      join(folder, 'gated'),
      'gated',
      server.url(person, 'x').replace(`:${server.port}`, `:${port}`),
      Date.now,
      false,
    )
    machines.push(gated)
    const attempt = gated.ordering.begin().catch((error: Error) => error.name)
    await expect.poll(() => held.length).toBe(1)
    const writing = put(gated, 'gated', 1)
    await expect.poll(() => Reflect.get(gated.ordering, 'sending')).toBe(1)
    held[0]?.destroy()
    expect([await attempt, await writing]).toEqual(['Unreachable', 1])
    await gated.close()
    machines = machines.filter((each) => each !== gated)
    gate.close()
  })

  it('get what was lost from the server after they were salvaged', async () => {
    for (let i = 0; i < 20; i++) await put(laptop, `key ${i}`, 'x'.repeat(1000))
    const since = await laptop.store.cursor()
    await laptop.close()
    machines = machines.filter((each) => each !== laptop)
    const file = join(folder, 'laptop', 'store', '1.db')
    const database = chooseEngine(process.platform, process.arch).open(file)
    const page = database.get<{ rootpage: number }>(`SELECT rootpage FROM sqlite_schema WHERE name = 'memory'`)?.rootpage ?? 0
    database.get('PRAGMA wal_checkpoint(TRUNCATE)')
    database.close()
    const fd = openSync(file, 'r+')
    writeSync(fd, Buffer.alloc(4096), 0, 4096, (page - 1) * 4096)
    closeSync(fd)
    const again = await start('laptop')
    await value(again, 'key 1')
    expect(again.problems.join()).toMatch(/damaged/)
    await again.ordering.begin()
    expect(await value(again, 'key 19')).toBe(`"${'x'.repeat(1000)}"`)
    expect(await again.store.changesAfter(since)).toEqual([])
    expect(await put(again, 'key 1', 'after')).toBe(2)
    await arrives(desktop, 'key 1', '"after"')
  })

  it('take the longest names, in any script', async () => {
    const long = Array.from({ length: 512 }, (_, at) => String.fromCodePoint(0x1f300 + (at % 500))).join('')
    await laptop.store.write(author, (transaction) => set(transaction, { namespace: long, key: long, value: 1 }))
    const read = () => desktop.store.read((database) => get(database, long, long, Date.now())?.value)
    await expect.poll(read).toBe('1')
  })

  it('send nothing to another database, or to one that an older backup has replaced, and stay readable', async () => {
    await put(laptop, 'kept', 1)
    const before = server.sql(`SELECT n FROM mcp_twin.people WHERE person = '${person}'`)
    await put(laptop, 'lost', 1)
    await laptop.ordering.close()
    await desktop.ordering.close()
    const again = async () => {
      const machine = await startMachine(join(folder, 'laptop'), 'laptop', server.url(person, 'x'), undefined, false)
      machines.push(machine)
      return machine
    }
    server.sql(
      `DELETE FROM mcp_twin.entries WHERE person = '${person}' AND n > ${before};
       DELETE FROM mcp_twin.batches WHERE person = '${person}' AND n > ${before};
       UPDATE mcp_twin.people SET n = ${before} WHERE person = '${person}'`,
    )
    const restored = await again()
    await expect(put(restored, 'new', 1)).rejects.toThrow(/older than it was: 1 changes are missing/)
    expect(await value(restored, 'lost')).toBe('1')
    const id = server.sql(`SELECT value FROM mcp_twin.about WHERE name = 'id'`)
    server.sql(`UPDATE mcp_twin.about SET value = 'other' WHERE name = 'id'`)
    try {
      const other = await again()
      await expect(put(other, 'new', 1)).rejects.toThrow(/another database/)
      expect(await value(other, 'kept')).toBe('1')
    } finally {
      server.sql(`UPDATE mcp_twin.about SET value = '${id}' WHERE name = 'id'`)
    }
  })

  it('catch up with all that was written while a machine was off', async () => {
    await desktop.close()
    machines = machines.filter((each) => each !== desktop)
    for (let i = 0; i < 250; i++) await put(laptop, `key ${i}`, i)
    await put(laptop, 'key 0', 'newer')
    const again = await start('desktop')
    expect([await value(again, 'key 249'), await value(again, 'key 0')]).toEqual(['249', '"newer"'])
    const third = await start('third')
    expect(await value(third, 'key 0')).toBe('"newer"')
  })

  it('are changed nowhere else by a write: entries that have expired stay until somebody writes them', async () => {
    await put(laptop, 'short', 1, { ttlSeconds: 0 })
    await put(laptop, 'other', 1)
    const rows = await laptop.store.read((database) => database.all('SELECT key FROM memory ORDER BY key'))
    expect(rows).toEqual([{ key: 'other' }, { key: 'short' }])
    // Nobody is shown it, and its next version is a new entry.
    expect(await value(laptop, 'short')).toBeUndefined()
    expect(await put(laptop, 'short', 2, { ifVersion: 0 })).toBe(3)
  })

  it('leave a store that an older program would not open', async () => {
    expect(await laptop.store.read((database) => database.get('PRAGMA user_version'))).toEqual({ user_version: 4_000_005 })
  })
})
