import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { limits } from '../../../src/bridge/base/limits.ts'
import { grantsSql, schemaSql } from '../../../src/bridge/machines/schema.ts'
import { Ordering } from '../../../src/bridge/machines/ordering.ts'
import { ServerConnection } from '../../../src/bridge/machines/server.ts'
import type { Desk } from '../../support/desk.ts'
import { describeUnless } from '../../support/left-out.ts'
import { lacksPgBouncer, pgbouncer, type PgBouncer } from '../../support/pgbouncer.ts'
import { lacksPostgres, postgres, type Postgres } from '../../support/postgres.ts'
import { deskOfCopy } from './desk-of-copy.ts'

const slow = { timeout: 60_000 }
/** Long enough for two rounds of asking. */
const twoRounds = () => new Promise((resolve) => setTimeout(resolve, 2.2 * limits.serverAskMs))

describeUnless(lacksPostgres(), 'a bridge over a store server', () => {
  let server: Postgres
  let ahead = 0
  let password = 'x'
  const opened: Desk[] = []
  beforeAll(async () => {
    server = await postgres()
    server.sql(`${schemaSql} CREATE ROLE anna LOGIN PASSWORD 'x'; ${grantsSql('anna')}`)
  })
  afterAll(() => server.remove())
  afterEach(async () => {
    vi.restoreAllMocks()
    ahead = 0
    password = 'x'
    for (const each of opened.splice(0).reverse()) await each.close()
  })

  function machine(name: string, url = server.url('anna', '${secret:STORE}')): Desk {
    const made = deskOfCopy(name, url, { keyNamed: () => Promise.resolve(password), now: () => Date.now() + ahead })
    opened.push(made)
    return made
  }
  const put = (desk: Desk, key: string, value: number) => desk.data('memory_set', { key, value, namespace: 'shared' })
  /** What a machine reads without a call, which would count as use. */
  const held = async (desk: Desk, key: string) =>
    (await (await desk.bridge.store()).read((database) => database.get<{ value: string }>('SELECT value FROM memory WHERE key = ?', key)))
      ?.value
  const shown = async (desk: Desk) => ((await desk.data('bridge_status')).store as { server: Record<string, unknown> }).server
  const known = (desk: Desk) => desk.bridge.knownServer(new AbortController().signal)

  it('says in bridge_status how it learns what others write', slow, async () => {
    const laptop = machine('laptop')
    await put(laptop, 'status', 1)
    expect(await shown(laptop)).toMatchObject({ person: 'anna', machine: 'laptop', reached: true, live: 'notified' })
    expect(await laptop.ok('bridge_status')).toMatch(
      /Store server: .*this machine is laptop there; you are anna; schema 2; reached .*; news: notified\./,
    )
  })

  it('tries a password that was refused once a minute, and another one at once', slow, async () => {
    const tries = vi.spyOn(ServerConnection, 'open')
    password = 'wrong'
    const laptop = machine('refused')
    // The server has to agree to it, so it does not wait.
    const wish = (value: number) => laptop.refused('memory_set', { key: 'k', value, if_version: 0 })
    for (let n = 0; n < 3; n++) expect(await wish(n)).toMatch(/password authentication failed/)
    // The loop that keeps the connection would have tried again meanwhile.
    await twoRounds()
    expect(tries).toHaveBeenCalledTimes(1)
    ahead = limits.serverRefusedMs
    await expect.poll(() => tries.mock.calls.length, { timeout: 20_000 }).toBe(2)
    await Promise.allSettled(tries.mock.results.map((each) => each.value))
    password = 'x'
    await put(laptop, 'k', 5)
    expect(tries).toHaveBeenCalledTimes(3)
  })

  it('is back within ten seconds, however long the server was away', slow, async () => {
    const [laptop, tries] = [machine('waits'), vi.spyOn(Ordering.prototype, 'begin')]
    await put(laptop, 'away', 1)
    await server.kill()
    try {
      // After so many tries the time between them grows no longer.
      tries.mockClear()
      await expect.poll(() => tries.mock.calls.length, { timeout: 40_000 }).toBeGreaterThan(4)
    } finally {
      await server.start()
    }
    expect(limits.serverRetryMostMs + limits.serverConnectMs).toBeLessThan(10_000)
    await expect.poll(async () => (await known(laptop))?.reached, { timeout: 20_000 }).toBe(true)
  })

  it('makes no new connection while nobody calls, until somebody does', slow, async () => {
    const laptop = machine('sleeps')
    await put(laptop, 'asleep', 1)
    expect((await known(laptop))?.live).toBe('notified')
    ahead = limits.serverAwakeMs
    expect((await known(laptop))?.live).toBe('asleep')
    const tries = vi.spyOn(ServerConnection, 'open')
    server.sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'anna'`)
    await expect.poll(async () => (await known(laptop))?.reached).toBe(false)
    expect(tries).not.toHaveBeenCalled()
    await laptop.data('memory_get', { key: 'asleep', namespace: 'shared' })
    await expect.poll(async () => (await known(laptop))?.live).toBe('notified')
  })

  it('makes one, though nobody calls, while something of here is not on the server', slow, async () => {
    const laptop = machine('unsent')
    await put(laptop, 'sent', 1)
    await server.kill()
    await put(laptop, 'unsent', 2)
    ahead = limits.serverAwakeMs
    await server.start()
    const there = () => server.sql(`SELECT count(*) FROM mcp_twin.entries WHERE key LIKE '%unsent%'`)
    await expect.poll(there).not.toMatch(/^0/)
  })

  it('is shown as asleep by a look that wakes it', slow, async () => {
    const laptop = machine('looked')
    await put(laptop, 'looked', 1)
    expect((await known(laptop))?.live).toBe('notified')
    ahead = limits.serverAwakeMs
    const looked = () => laptop.bridge.storeServer(new AbortController().signal)
    expect(await looked()).toMatchObject({ reached: true, live: 'asleep' })
    expect(await looked()).toMatchObject({ reached: true, live: 'notified' })
  })

  describeUnless(lacksPgBouncer(), 'that PgBouncer keeps silent', () => {
    let pooler: PgBouncer
    beforeAll(async () => {
      pooler = await pgbouncer(server, { anna: 'x' })
    })
    afterAll(() => pooler.remove())

    it('asks it every two seconds while somebody calls, and nothing afterwards', slow, async () => {
      const [laptop, desktop] = [machine('asks', pooler.url('anna', '${secret:STORE}')), machine('tells')]
      await put(laptop, 'mine', 1)
      expect((await known(laptop))?.live).toBe('asked')
      await put(desktop, 'theirs', 2)
      await expect.poll(() => held(laptop, 'theirs')).toBe('2')
      ahead = limits.serverAwakeMs
      expect((await known(laptop))?.live).toBe('asleep')
      const asked = vi.spyOn(ServerConnection.prototype, 'newsAfter')
      await twoRounds()
      expect(asked).not.toHaveBeenCalled()
      await put(desktop, 'later', 3)
      expect(await held(laptop, 'later')).toBeUndefined()
      await laptop.data('memory_get', { key: 'mine', namespace: 'shared' })
      await expect.poll(() => held(laptop, 'later')).toBe('3')
    })
  })
})
