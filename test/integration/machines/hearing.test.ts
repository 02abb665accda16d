import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { grantsSql, schemaSql } from '../../../src/bridge/machines/schema.ts'
import { get, set } from '../../../src/bridge/memory/memory.ts'
import { describeUnless } from '../../support/left-out.ts'
import { lacksPgBouncer, pgbouncer, type PgBouncer } from '../../support/pgbouncer.ts'
import { lacksPostgres, postgres, type Postgres } from '../../support/postgres.ts'
import { type Machine, startMachine } from './machine.ts'

const namespace = 'shared'
const put = ({ store }: Machine, key: string, value: number) =>
  store.write({ client: 'code', session: 's1' }, (transaction) => set(transaction, { namespace, key, value }))
const value = ({ store }: Machine, key: string) => store.read((database) => get(database, namespace, key, Date.now())?.value)

/** Machines over one server, each ended after its test. */
function scratchMachines() {
  const place: { server: Postgres; folder: string } = { server: undefined as never, folder: '' }
  const machines: Machine[] = []
  beforeAll(async () => {
    place.server = await postgres()
    place.server.sql(`${schemaSql} CREATE ROLE anna LOGIN PASSWORD 'x'; ${grantsSql('anna')}`)
  })
  afterAll(() => place.server.remove())
  beforeEach(() => {
    place.folder = mkdtempSync(join(tmpdir(), 'hearing-'))
  })
  afterEach(async () => {
    await Promise.all(machines.splice(0).map((each) => each.close()))
    rmSync(place.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  })
  return {
    place,
    async start(name: string, url = place.server.url('anna', 'x')) {
      const machine = await startMachine(join(place.folder, name), name, url)
      machines.push(machine)
      return machine
    },
  }
}

describeUnless(lacksPostgres(), 'a machine that is connected to the server itself', () => {
  const { place, start } = scratchMachines()

  it('knows that it hears, by its one connection', async () => {
    expect((await start('laptop')).ordering.facts?.hears).toBe(true)
    expect(place.server.sql(`SELECT count(*) FROM pg_stat_activity WHERE usename = 'anna'`)).toBe('1')
  })

  it('knows that it does not, where the link carries everything but news', async () => {
    const sockets: Socket[] = []
    const gate = createServer((socket) => {
      const there = connect(place.server.port, '127.0.0.1')
      sockets.push(socket, there)
      for (const each of [socket, there]) each.on('error', () => undefined)
      socket.pipe(there)
      there.on(
        'data',
        withoutNews((part) => socket.write(part)),
      )
    })
    await new Promise<void>((resolve) => gate.listen(0, '127.0.0.1', resolve))
    try {
      const url = place.server.url('anna', 'x').replace(`:${place.server.port}`, `:${(gate.address() as AddressInfo).port}`)
      const [muted, desktop] = [await start('muted', url), await start('desktop')]
      expect([muted.ordering.facts?.hears, desktop.ordering.facts?.hears]).toEqual([false, true])
      await put(desktop, 'link', 1)
      await muted.ordering.ask()
      expect(await value(muted, 'link')).toBe('1')
    } finally {
      for (const socket of sockets) socket.destroy()
      gate.close()
    }
  })
})

describeUnless(lacksPgBouncer(), 'a machine behind PgBouncer', () => {
  const { place, start } = scratchMachines()
  const poolers: PgBouncer[] = []
  afterEach(async () => {
    await Promise.all(poolers.splice(0).map((each) => each.remove()))
  })
  async function through(mode: 'transaction' | 'session'): Promise<string> {
    const pooler = await pgbouncer(place.server, { anna: 'x' }, mode)
    poolers.push(pooler)
    return pooler.url('anna', 'x')
  }

  it('in session mode knows that it hears', async () => {
    const url = await through('session')
    const [laptop, desktop] = [await start('laptop', url), await start('desktop')]
    expect(laptop.ordering.facts?.hears).toBe(true)
    await put(desktop, 'session', 1)
    await expect.poll(() => value(laptop, 'session')).toBe('1')
  })

  it('in transaction mode knows that it does not, and gets by asking what others wrote', async () => {
    const url = await through('transaction')
    // The second one may be given the server process that listens already.
    const [laptop, desktop] = [await start('laptop', url), await start('desktop', url)]
    expect([laptop.ordering.facts?.hears, desktop.ordering.facts?.hears]).toEqual([false, false])
    await put(desktop, 'asked', 1)
    expect(await value(laptop, 'asked')).toBeUndefined()
    await laptop.ordering.ask()
    expect(await value(laptop, 'asked')).toBe('1')
  })

  it('in transaction mode writes, reads and counts as over a connection of its own', async () => {
    const url = await through('transaction')
    const machines = [await start('laptop', url), await start('desktop', url), await start('server', url)]
    await Promise.all(
      machines.map(async (machine, m) => {
        for (let i = 0; i < 40; i++) await put(machine, `${m} ${i}`, i)
      }),
    )
    await Promise.all(machines.map(({ ordering }) => ordering.totals()))
    const rows = ({ store }: Machine) =>
      store.read((database) => database.all(`SELECT key, value, version FROM memory WHERE key GLOB '[0-2] *' ORDER BY key`))
    const [first = [], ...others] = await Promise.all(machines.map(rows))
    expect(first).toHaveLength(120)
    for (const each of others) expect(each).toEqual(first)
  })
})

/** Passes on the messages of a server but for those that announce, whose type is A. The first answer of a session has no other form. */
function withoutNews(pass: (part: Buffer) => void): (data: Buffer) => void {
  let held = Buffer.alloc(0)
  return (data) => {
    held = Buffer.concat([held, data])
    // A type, and a length that counts itself.
    while (held.length >= 5 && held.length > held.readUInt32BE(1)) {
      const message = held.subarray(0, 1 + held.readUInt32BE(1))
      held = held.subarray(message.length)
      if (message[0] !== 0x41) pass(message)
    }
  }
}
