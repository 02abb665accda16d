import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { addressIn } from '../../../src/bridge/machines/address.ts'
import { Ordering } from '../../../src/bridge/machines/ordering.ts'
import { grantsSql, schemaSql } from '../../../src/bridge/machines/schema.ts'
import { get, set } from '../../../src/bridge/memory/memory.ts'
import { describeUnless } from '../../support/left-out.ts'
import { lacksPostgres, postgres, type Postgres } from '../../support/postgres.ts'
import { type Machine, startMachine } from './machine.ts'

const namespace = 'shared'

describeUnless(lacksPostgres(), 'a machine that connects to its server', () => {
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
    folder = mkdtempSync(join(tmpdir(), 'reconnecting-'))
    person = `person${++people}`
    server.sql(`CREATE ROLE ${person} LOGIN PASSWORD 'x'; ${grantsSql(person)}`)
  })
  afterEach(async () => {
    vi.restoreAllMocks()
    await Promise.all(machines.map((each) => each.close()))
    machines = []
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  })

  async function start(name: string, begins = true, url = server.url(person, 'x')): Promise<Machine> {
    const machine = await startMachine(join(folder, name), name, url, Date.now, begins)
    machines.push(machine)
    return machine
  }
  const put = ({ store }: Machine, key: string) =>
    store.write({ client: 'code', session: 's1' }, (transaction) => set(transaction, { namespace, key, value: 1 }))
  const value = ({ store }: Machine, key: string) => store.read((database) => get(database, namespace, key, Date.now())?.value)

  it('hears of what another one writes while it connects', async () => {
    const [desktop, laptop] = [await start('desktop'), await start('laptop', false)]
    const [seen, { query }] = [new Set<string>(), pg.Client.prototype]
    vi.spyOn(pg.Client.prototype, 'query').mockImplementation(async function (this: pg.Client, ...words: unknown[]) {
      // Only the laptop connects. It begins to listen and reads the last number: the desktop writes in between.
      const step = ['LISTEN', 'about'].find((word) => String(words[0]).includes(word))
      if (step !== undefined && seen.add(step).size === 2) await put(desktop, 'between')
      return Reflect.apply(query, this, words)
    } as never)
    await laptop.ordering.begin()
    expect([...seen].sort()).toEqual(['LISTEN', 'about'])
    await expect.poll(() => value(laptop, 'between')).toBe('1')
  })

  it('notices that the connection ends before it is in use, and makes another', async () => {
    const laptop = await start('laptop', false)
    const connections = () => server.sql(`SELECT count(*) FROM pg_stat_activity WHERE usename = '${person}'`)
    let isFirst = true
    const ordering = new Ordering({
      ...{ address: addressIn(server.url(person, 'x')), machine: 'laptop', now: Date.now, speaks: () => true },
      store: async () => ({
        take: laptop.store.take.bind(laptop.store),
        async read(work) {
          if (isFirst) {
            isFirst = false
            server.sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${person}'`)
            await expect.poll(connections).toBe('0')
          }
          return laptop.store.read(work)
        },
      }),
    })
    try {
      await ordering.begin().catch(() => undefined)
      await expect.poll(() => ordering.facts).toBeNull()
      await ordering.begin()
      expect(connections()).toBe('1')
    } finally {
      await ordering.close()
    }
    await expect(ordering.begin()).rejects.toThrow('this process is ending')
  })

  it('asks by another connection when one that is there no longer answers', async () => {
    const laptop = await start('laptop')
    const desktop = await start('desktop')
    const query = vi.spyOn(pg.Client.prototype, 'query').mockImplementationOnce((() => Promise.reject(new Error('no answer'))) as never)
    await expect(laptop.ordering.totals()).rejects.toThrow('no answer')
    query.mockRestore()
    expect(laptop.ordering.facts).toBeNull()
    await put(desktop, 'after')
    await laptop.ordering.begin()
    expect(await value(laptop, 'after')).toBe('1')
  })

  it('ends though the link to it is frozen', async () => {
    const sockets: Socket[] = []
    const gate: Server = createServer({ allowHalfOpen: true }, (socket) => {
      const there = connect(server.port, '127.0.0.1')
      sockets.push(socket, there)
      for (const each of [socket, there]) each.on('error', () => undefined)
      socket.pipe(there).pipe(socket)
    })
    await new Promise<void>((resolve) => gate.listen(0, '127.0.0.1', resolve))
    const { port } = gate.address() as AddressInfo
    const laptop = await start('laptop', true, server.url(person, 'x').replace(`:${server.port}`, `:${port}`))
    for (const socket of sockets) socket.unpipe().pause()
    try {
      await laptop.close()
      machines = []
    } finally {
      for (const socket of sockets) socket.destroy()
      gate.close()
    }
  })
})
