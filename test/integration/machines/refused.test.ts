import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { outboxCounts } from '../../../src/bridge/machines/outbox.ts'
import { grantsSql, schemaSql } from '../../../src/bridge/machines/schema.ts'
import { forgetHistory, get, remove, set } from '../../../src/bridge/memory/memory.ts'
import type { Transaction } from '../../../src/bridge/store/transaction.ts'
import { describeUnless } from '../../support/left-out.ts'
import { lacksPostgres, postgres, type Postgres } from '../../support/postgres.ts'
import { type Link, linkTo } from './link.ts'
import { type Machine, startMachine } from './machine.ts'

const namespace = 'shared'
const gigabyte = 1024 ** 3
const author = { client: 'code', session: 'of code' }

describeUnless(lacksPostgres(), 'unsent writes that the server refuses', () => {
  let server: Postgres
  let folder: string
  let people = 0
  let person: string
  let now: number
  let link: Link
  let laptop: Machine
  beforeAll(async () => {
    server = await postgres()
    server.sql(schemaSql)
  })
  afterAll(() => server.remove())
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'refused-'))
    person = `person${++people}`
    now = Date.now()
    server.sql(`CREATE ROLE ${person} LOGIN PASSWORD 'x'; ${grantsSql(person)}`)
    link = await linkTo(server.port)
    laptop = await startMachine(folder, 'laptop', server.url(person, 'x').replace(`:${server.port}`, `:${link.port}`), () => now)
    await put('old', 'x'.repeat(1000))
  })
  afterEach(async () => {
    await laptop.close()
    link.close()
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  })

  const keep = async <T>(work: (transaction: Transaction) => T) => (await laptop.store.keep(author, work)).isUnsent
  const put = (key: string, value: string) => keep((transaction) => set(transaction, { namespace, key, value }))
  const forget = (key: string) =>
    keep((transaction) => {
      remove(transaction, { namespace, key })
      forgetHistory(transaction, namespace, key)
    })
  const value = (key: string) =>
    laptop.store.read((database) => {
      const entry = get(database, namespace, key, now)
      return entry === null ? null : JSON.parse(entry.value)
    })
  const counts = () => laptop.store.read(outboxCounts)
  const onServer = () =>
    server
      .sql(`SELECT key FROM mcp_twin.entries WHERE person = '${person}' AND kind = 'memory' AND body IS NOT NULL ORDER BY key`)
      .split('\n')
      .filter((line) => line !== '')
      .map((key) => JSON.parse(key)[1])
  /** Has the server count that much of this person's, whatever it holds. */
  const fill = (bytes: number) => server.sql(`UPDATE mcp_twin.people SET bytes = ${bytes} WHERE person = '${person}'`)
  const online = async () => {
    link.isCut = false
    await expect.poll(() => laptop.ordering.begin().then(() => 'reached', String), { timeout: 60_000 }).toBe('reached')
  }

  it('let those behind them go on, wait with what lies over them, and go once there is room', async () => {
    link.cut()
    await put('large', 'y'.repeat(5000))
    await put('large', 'z'.repeat(5000))
    await forget('old')
    fill(2 * gigabyte)
    await online()
    expect(onServer()).toEqual([])
    expect(await counts()).toMatchObject({ unsent: 2, refused: expect.stringContaining('2 GB'), conflicts: 0 })
    expect(await value('large')).toBe('z'.repeat(5000))

    fill(gigabyte)
    await laptop.ordering.sendWaiting()
    expect((await counts()).unsent).toBe(2)
    now += 60_000
    await laptop.ordering.sendWaiting()
    expect(await counts()).toEqual({ unsent: 0, oldest: null, refused: null, conflicts: 0 })
    expect(onServer()).toEqual(['large'])
  })

  it('do not delay others: a new key goes at once, a new value of theirs waits, and what needs an agreement is refused in words', async () => {
    link.cut()
    await put('large', 'y'.repeat(5000))
    fill(2 * gigabyte)
    await online()
    await expect(put('other', 'small')).rejects.toThrow('Remove what nobody needs')
    fill(2 * gigabyte - 4000)
    expect(await put('other', 'small')).toBe(false)
    // There is room by now, and it is tried again within the minute, in its order.
    fill(0)
    expect(await put('large', 'newer')).toBe(true)
    await laptop.ordering.sendWaiting()
    expect((await counts()).unsent).toBe(2)
    const agreed = laptop.store.write(author, (transaction) => set(transaction, { namespace, key: 'large', value: 'v', ifVersion: 2 }))
    await expect(agreed).rejects.toThrow('An earlier change of the same is not on the store server, so nothing was done.')
    expect(
      await laptop.store.write(author, (transaction) => set(transaction, { namespace, key: 'sure', value: 'v', ifVersion: 0 })),
    ).toBeTruthy()
    expect(onServer()).toEqual(['old', 'other', 'sure'])
    expect(await value('large')).toBe('newer')
  })

  it('stay through a restart, and give way to what another machine wrote meanwhile', async () => {
    link.cut()
    await put('large', 'y'.repeat(5000))
    fill(2 * gigabyte)
    await online()
    fill(0)
    const desktop = await startMachine(join(folder, 'desktop'), 'desktop', server.url(person, 'x'))
    try {
      await desktop.store.write({ client: 'desk', session: 'd' }, (transaction) =>
        set(transaction, { namespace, key: 'large', value: 'there' }),
      )
    } finally {
      await desktop.close()
    }
    await laptop.ordering.totals()
    now += 60_000
    await laptop.ordering.sendWaiting()
    expect(await value('large')).toBe('there')
    expect(await counts()).toEqual({ unsent: 0, oldest: null, refused: null, conflicts: 1 })
  })
})
