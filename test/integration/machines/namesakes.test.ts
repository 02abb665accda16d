import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { addressIn } from '../../../src/bridge/machines/address.ts'
import { isConnected } from '../../../src/bridge/machines/looking.ts'
import { outboxCounts } from '../../../src/bridge/machines/outbox.ts'
import { grantsSql, schemaSql } from '../../../src/bridge/machines/schema.ts'
import { set } from '../../../src/bridge/memory/memory.ts'
import { describeUnless } from '../../support/left-out.ts'
import { lacksPostgres, postgres, type Postgres } from '../../support/postgres.ts'
import { type Machine, startMachine } from './machine.ts'

const minute = 60_000

describeUnless(lacksPostgres(), 'two machines of one name', () => {
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
    folder = mkdtempSync(join(tmpdir(), 'namesakes-'))
    person = newPerson()
  })
  afterEach(async () => {
    await Promise.all(machines.map((each) => each.close()))
    machines = []
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  })

  function newPerson(): string {
    const name = `person${++people}`
    server.sql(`CREATE ROLE ${name} LOGIN PASSWORD 'x'; ${grantsSql(name)}`)
    return name
  }
  interface Starting {
    readonly as?: string
    readonly speaks?: () => boolean
    readonly now?: () => number
  }
  const start = async (place: string, { as = person, speaks, now = Date.now }: Starting = {}): Promise<Machine> => {
    const machine = await startMachine(join(folder, place), 'laptop', server.url(as, 'x'), now, true, speaks)
    machines.push(machine)
    return machine
  }
  const put = async ({ store }: Machine, key: string) =>
    (await store.keep({ client: 'code', session: key }, (transaction) => set(transaction, { namespace: 'shared', key, value: 1 }))).isUnsent
  const why = ({ ordering }: Machine) => ordering.begin().then(() => 'connected', String)
  const connected = (as: string) => isConnected(addressIn(server.url(as, 'x')), {}, 'laptop', Date.now)

  it('are not connected at once: the second one is cut off, keeps what it writes, and comes back once the first has gone', async () => {
    let ahead = 0
    const first = await start('first')
    const second = await start('second', { now: () => Date.now() + ahead })
    await expect.poll(() => why(second), { timeout: minute }).toContain('another machine is connected as laptop')
    expect(await put(first, 'of the first')).toBe(false)
    expect(await put(second, 'of the second')).toBe(true)
    ahead = minute
    expect(await why(second)).toContain('mcp-twin store move --machine NAME')
    expect((await second.store.read(outboxCounts)).unsent).toBe(1)

    await first.close()
    machines = machines.filter((each) => each !== first)
    ahead = 2 * minute
    expect(await why(second)).toBe('connected')
    expect((await second.store.read(outboxCounts)).unsent).toBe(0)
  })

  it('are found before one joins, and not where the other is of another person, or has gone', async () => {
    expect(await connected(person)).toBe(false)
    const first = await start('first')
    expect(await connected(person)).toBe(true)
    expect(await connected(newPerson())).toBe(false)
    await first.close()
    machines = []
    expect(await connected(person)).toBe(false)
  })

  it('are one where the other is a process of the same machine that no longer speaks for it', async () => {
    await start('first', { speaks: () => false })
    const second = await start('first')
    expect(await connected(person)).toBe(true)
    expect(await put(second, 'a')).toBe(false)
    expect(await why(second)).toBe('connected')
  })

  it('are one where a connection takes the place of another that has not ended yet', async () => {
    const machine = await start('first')
    for (let round = 0; round < 20; round++) {
      const { facts } = machine.ordering
      expect(facts).not.toBeNull()
      // The first request finds the connection gone and makes another, while the end of the former one is under way.
      server.sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${person}'`)
      expect(await put(machine, `round ${round}`)).toBe(false)
    }
    expect(await why(machine)).toBe('connected')
  })

  it('are not feigned by another person, who can announce what he likes', async () => {
    const [machine, other] = [await start('first'), newPerson()]
    const channel = server.sql(`SELECT 'mcp_twin_' || md5('${person}')`)
    const own = server.sql(`SELECT string_agg(application_name, ',') FROM pg_stat_activity WHERE usename = '${person}'`)
    expect(own).toBe('mcp-twin')
    // He hears every question there, and answers each of them.
    const shout = (payload: string) => server.sql(`SET SESSION AUTHORIZATION ${other}; SELECT pg_notify('${channel}', '${payload}')`)
    const { default: pg } = await import('pg')
    const listener = new pg.Client({ connectionString: server.url(other, 'x') })
    await listener.connect()
    const asked: string[] = []
    listener.on('notification', ({ payload = '' }) => {
      if (!payload.startsWith('?')) return
      asked.push(payload)
      void listener.query('SELECT pg_notify($1, $2)', [channel, payload.replace('?', '!')])
    })
    try {
      await listener.query(`LISTEN "${channel}"`)
      shout('? 0123456789abcdef laptop')
      shout('! not even one')
      server.sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${person}'`)
      const isAskedAgain = async () => `${await why(machine)} ${asked.length > 1}`
      await expect.poll(isAskedAgain, { timeout: minute }).toBe('connected true')
      expect(await put(machine, 'a')).toBe(false)
      expect(await why(machine)).toBe('connected')
    } finally {
      await listener.end()
    }
  })
})
