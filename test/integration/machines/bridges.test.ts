import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { resolve } from 'node:path'
import { randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { addressIn } from '../../../src/bridge/machines/address.ts'
import { spawn } from 'node:child_process'
import { startOf } from '../../../src/bridge/base/proc.ts'
import { liveIn } from '../../../src/bridge/handoff/claims.ts'
import { claim } from '../../../src/bridge/handoff/handoff.ts'
import { joinServer, leaveServer } from '../../../src/bridge/machines/joining.ts'
import { grantsSql, schemaSql } from '../../../src/bridge/machines/schema.ts'
import { chooseEngine } from '../../../src/bridge/store/engine.ts'
import { StorePlace } from '../../../src/bridge/store/place.ts'
import { openBridge } from '../../../src/bridge/start/open.ts'
import type { Bridge } from '../../../src/bridge/contract/bridge.ts'
import { type Desk, desk } from '../../support/desk.ts'
import { describeUnless } from '../../support/left-out.ts'
import { lacksPostgres, postgres, type Postgres } from '../../support/postgres.ts'
import { deskOfCopy } from './desk-of-copy.ts'

const random = (bytes: number): string => randomBytes(bytes).toString('hex')

describeUnless(lacksPostgres(), 'bridges of two machines over one server', () => {
  let server: Postgres
  const opened: (Desk | Bridge)[] = []
  beforeAll(async () => {
    server = await postgres()
    server.sql(`${schemaSql} CREATE ROLE anna LOGIN PASSWORD 'p@ss/word'; ${grantsSql('anna')}`)
  })
  afterAll(() => server.remove())
  afterEach(async () => {
    for (const each of opened.splice(0).reverse()) await each.close()
  })

  function machine(name: string, more: Parameters<typeof desk>[0] = {}): Desk {
    const made = deskOfCopy(name, server.url('anna', '${secret:STORE}'), {
      keyNamed: (key) => Promise.resolve(key === 'STORE' ? 'p@ss/word' : null),
      ...more,
    })
    opened.push(made)
    return made
  }

  it('remember and read the same, and the second bridge of a machine asks the first', async () => {
    const [laptop, desktop] = [machine('laptop'), machine('desktop')]
    const second = openBridge(laptop.bridge.settings, () => [])
    opened.push(second)

    expect(await laptop.data('memory_set', { key: 'auth', value: 'jose', namespace: 'shared' })).toMatchObject({ version: 1 })
    const got = (from: Desk) => from.data('memory_get', { key: 'auth', namespace: 'shared' })
    await expect.poll(async () => (await got(desktop)).value).toBe('jose')
    await desktop.data('memory_set', { key: 'auth', value: 'passport', namespace: 'shared', if_version: 1 })
    await expect.poll(async () => (await got(laptop)).value).toBe('passport')
    expect(await laptop.refused('memory_set', { key: 'auth', value: 'x', namespace: 'shared', if_version: 1 })).toMatch(/at version 2/)
    const store = await second.store()
    await store.write({ client: 'second', session: 's2' }, (transaction) =>
      transaction.run(
        `INSERT INTO memory (namespace, key, value, version, client, session, machine, at) VALUES ('shared', 'two', '2', 1, 'second', 's2', ?, 1)`,
        transaction.machine,
      ),
    )
    await expect.poll(async () => (await desktop.data('memory_get', { key: 'two', namespace: 'shared' })).value).toBe(2)
  })

  it('name the machine of a memory where it is another one, in each answer that names its author', async () => {
    const [laptop, desktop] = [machine('laptop'), machine('desktop')]
    await laptop.data('memory_set', { key: 'port', value: 'of the laptop', namespace: 'shared' })
    await laptop.data('memory_set', { key: 'large', value: 'word '.repeat(20_000), namespace: 'shared' })
    const all = async (at: Desk) => [
      await at.call('memory_get', { key: 'port', namespace: 'shared' }),
      await at.call('memory_get', { key: 'large', namespace: 'shared', max_tokens: 500 }),
      await at.call('memory_list', { namespace: 'shared', prefix: 'port' }),
      await at.call('memory_search', { query: 'laptop', namespace: 'shared' }),
      await at.call('memory_history', { key: 'port', namespace: 'shared' }),
      await at.call('memory_get', { key: 'port', namespace: 'elsewhere' }),
    ]
    await expect.poll(async () => (await desktop.data('memory_get', { key: 'large', namespace: 'shared' })).found).toBe(true)
    for (const [n, { content, structuredContent }] of (await all(desktop)).entries()) {
      expect([n, JSON.stringify(structuredContent)]).toEqual([n, expect.stringContaining('"machine":"laptop"')])
      expect([n, JSON.stringify(content)]).toEqual([n, expect.stringMatching(/by \S+ on laptop/)])
    }
    for (const { content, structuredContent } of await all(laptop)) {
      expect(JSON.stringify(structuredContent)).not.toContain('machine')
      expect(JSON.stringify(content)).not.toContain(' on laptop')
    }
    await desktop.data('memory_delete', { key: 'port', namespace: 'shared' })
    const history = async () => JSON.stringify((await laptop.call('memory_history', { key: 'port', namespace: 'shared' })).content)
    await expect.poll(history).toMatch(/deleted by \S+ on desktop/)
  })

  it('name a namespace of another machine that is likely the same project, until that machine has joined this one', async () => {
    const shop = resolve(realpathSync(mkdtempSync(resolve(tmpdir(), 'pairs-'))), 'shop')
    mkdirSync(shop)
    const [laptop, desktop] = [machine('pairs-a', { variables: { CLAUDE_PROJECT_DIR: shop } }), machine('pairs-b')]
    const [own = ''] = /shop-[0-9a-f]{4}/.exec(await laptop.ok('bridge_status')) ?? []
    const other = own.endsWith('0') ? 'shop-1111' : 'shop-0000'
    await desktop.data('memory_set', { key: 'a', value: 1, namespace: 'shopping-0000' })
    await desktop.data('memory_set', { key: 'a', value: 1, namespace: other })
    const pairs = async () => (await laptop.data('bridge_status')).likely_pairs
    await expect.poll(pairs).toEqual([{ namespace: other, machine: 'pairs-b' }])
    expect(await laptop.ok('bridge_status')).toContain(`mcp-twin store link ${shop} ${other}`)
    await desktop.data('memory_set', { key: 'a', value: 1, namespace: own })
    await expect.poll(pairs).toBeUndefined()
    rmSync(resolve(shop, '..'), { recursive: true })
  })

  it('go over to the copy while they run, when their machine joins', async () => {
    const laptop = desk({ client: 'joins', keyNamed: () => Promise.resolve('p@ss/word') })
    opened.push(laptop)
    await laptop.data('memory_set', { key: 'old', value: 1, namespace: 'joins' })
    await joinServer({
      ...{ place: new StorePlace(laptop.folder), engine: chooseEngine(process.platform, process.arch), now: Date.now, random },
      server: { url: server.url('anna', '${secret:STORE}'), machine: 'joins' },
      address: addressIn(server.url('anna', encodeURIComponent('p@ss/word'))),
      holdsKey: () => false,
    })
    expect(await laptop.data('memory_set', { key: 'old', value: 2, namespace: 'joins' })).toMatchObject({ version: 2 })
    const desktop = machine('desktop4')
    await expect.poll(async () => (await desktop.data('memory_get', { key: 'old', namespace: 'joins' })).value).toBe(2)
    await desktop.data('memory_set', { key: 'old', value: 3, namespace: 'joins' })
    await expect.poll(async () => (await laptop.data('memory_get', { key: 'old', namespace: 'joins' })).value).toBe(3)
    expect(laptop.bridge.problems().filter((problem) => /store/.test(problem))).toEqual([])
    await leaveServer({ place: new StorePlace(laptop.folder), engine: chooseEngine(process.platform, process.arch), now: Date.now, random })
    expect(await laptop.data('memory_set', { key: 'old', value: 4, namespace: 'joins' })).toMatchObject({ version: 4 })
    expect(await desktop.data('memory_get', { key: 'old', namespace: 'joins' })).toMatchObject({ value: 3 })
  })

  it('go on through the next bridge when the one that speaks ends', async () => {
    const laptop = machine('laptop2')
    await laptop.data('memory_set', { key: 'one', value: 1, namespace: 'next' })
    const second = openBridge(laptop.bridge.settings, () => [])
    opened.push(second)
    await second.store()
    await laptop.bridge.close()
    const store = await second.store()
    await store.write({ client: 'second', session: 's2' }, (transaction) =>
      transaction.run(
        `INSERT INTO memory (namespace, key, value, version, client, session, machine, at) VALUES ('next', 'two', '2', 1, 'second', 's2', ?, 1)`,
        transaction.machine,
      ),
    )
    const desktop = machine('desktop2')
    await expect.poll(async () => (await desktop.data('memory_get', { key: 'two', namespace: 'next' })).value).toBe(2)
  })

  it('open a handoff again whose claimer has ended, for other machines too', async () => {
    const [laptop, desktop] = [machine('laptop5'), machine('desktop5')]
    const { id } = await laptop.data('handoff_create', { title: 'Finish', goal: 'Green', sections: [{ heading: 'Now', body: 'half' }] })
    const status = async (at: Desk) => (await at.data('handoff_read', { id })).status
    const claimed = async (at: Desk, pid: number) => {
      const by = { client: 'code', session: `s${pid}`, pid, start: startOf(pid) }
      await (await at.bridge.store()).write(by, (transaction) => claim(transaction, String(id), by, liveIn(at.bridge.settings)))
    }
    const claimer = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] })
    try {
      await claimed(laptop, claimer.pid ?? 0)
      await expect.poll(() => status(desktop), { timeout: 30_000 }).toBe('claimed')
    } finally {
      claimer.kill('SIGKILL')
    }
    await expect.poll(() => status(desktop), { timeout: 30_000 }).toBe('open')
    await claimed(desktop, process.pid)
    await expect.poll(() => status(laptop), { timeout: 30_000 }).toBe('claimed')
  })

  it('end their connection when their machine goes back, and connect again when it joins again', async () => {
    const laptop = machine('laptop6')
    const connections = () => Number(server.sql(`SELECT count(*) FROM pg_stat_activity WHERE usename = 'anna'`))
    await laptop.data('memory_set', { key: 'a', value: 1, namespace: 'back' })
    await expect.poll(connections, { timeout: 30_000 }).toBe(1)
    const move = { place: new StorePlace(laptop.folder), engine: chooseEngine(process.platform, process.arch), now: Date.now, random }
    await leaveServer(move)
    await laptop.data('memory_set', { key: 'a', value: 2, namespace: 'back' })
    await expect.poll(connections, { timeout: 30_000 }).toBe(0)
    await joinServer({
      ...move,
      server: { url: server.url('anna', '${secret:STORE}'), machine: 'laptop6' },
      address: addressIn(server.url('anna', encodeURIComponent('p@ss/word'))),
      holdsKey: () => false,
    })
    await laptop.data('memory_get', { key: 'a', namespace: 'back' })
    const desktop = machine('desktop6')
    await desktop.data('memory_set', { key: 'b', value: 3, namespace: 'back' })
    await expect.poll(async () => (await laptop.data('memory_get', { key: 'b', namespace: 'back' })).value, { timeout: 30_000 }).toBe(3)
  })

  it('keep new things while the server is away, read on, and refuse what needs agreement', async () => {
    const laptop = machine('laptop3')
    await laptop.data('memory_set', { key: 'away', value: 1, namespace: 'away' })
    await server.kill()
    try {
      const kept = await laptop.data('memory_set', { key: 'away', value: 2, namespace: 'away' })
      expect(kept).toMatchObject({ version: null, unsent: true })
      const said = await laptop.ok('memory_set', { key: 'away', value: 3, namespace: 'away' })
      expect(said).toMatch(/Remembered .*unsent/)
      expect(said).toMatch(/The store server is not reached since \d{4}-.* \(.+\)\./)
      const refused = await laptop.refused('memory_set', { key: 'away', value: 4, namespace: 'away', if_version: 3 })
      expect(refused).toMatch(/not reached since .*; nothing was done/)
      const asked = await laptop.data('handoff_create', { title: 'Finish', goal: 'Green', sections: [{ heading: 'Now', body: 'half' }] })
      expect(asked).toMatchObject({ unsent: true, status: 'open' })
      expect(await laptop.refused('handoff_claim', { id: asked.id })).toMatch(/nothing was done/)
      expect(await laptop.data('handoff_update', { id: asked.id, note: 'more' })).toMatchObject({ unsent: true })
      const read = await laptop.data('memory_get', { key: 'away', namespace: 'away' })
      expect(read).toMatchObject({ value: 3, as_of: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) })
      const words = await laptop.ok('memory_get', { key: 'away', namespace: 'away' })
      expect(words).toMatch(/\[as of \d{4}-\d\d-\d\d \d\d:\d\d\]/)
      // Told by an earlier answer of this session.
      expect(words).not.toMatch(/The store server is not reached/)
    } finally {
      await server.start()
    }
    const desktop = machine('desktop3')
    await expect.poll(async () => (await desktop.data('memory_get', { key: 'away', namespace: 'away' })).value, { timeout: 30_000 }).toBe(3)
    const unsent = async () => Number(new Map(Object.entries(Object((await laptop.data('bridge_status')).store).server)).get('unsent'))
    await expect.poll(unsent, { timeout: 30_000 }).toBe(0)
    expect(await laptop.data('memory_set', { key: 'away', value: 5, namespace: 'away' })).toMatchObject({ version: 4 })
  })

  it('show a conflict in the inbox of its author until he writes the key', async () => {
    const [laptop, desktop] = [machine('laptop7'), machine('desktop7')]
    const set = (at: Desk, value: number, more = {}) => at.data('memory_set', { key: 'port', value, namespace: 'late', ...more })
    await set(laptop, 1)
    await expect.poll(async () => (await desktop.data('memory_get', { key: 'port', namespace: 'late' })).value, { timeout: 30_000 }).toBe(1)
    await server.kill()
    try {
      expect([await set(laptop, 2), await set(desktop, 3)]).toMatchObject([{ unsent: true }, { unsent: true }])
    } finally {
      await server.start()
    }
    const conflicts = async () => (await Promise.all([laptop, desktop].map((at) => at.data('inbox')))).map((each) => each.conflicts ?? null)
    // Whose value came first does not matter: the other one has it named.
    const named = { kind: 'conflict', namespace: 'late', key: 'port', version: 3, kept: 4 }
    await expect.poll(async () => (await conflicts()).flat().filter((each) => each !== null), { timeout: 60_000 }).toEqual([named])
    const late = (await conflicts())[0] === null ? desktop : laptop
    expect(await late.ok('inbox')).toMatch(/Conflict: another machine changed .*version 4 is kept, and your value is version 3/)
    await expect.poll(async () => (await set(late, 9)).version, { timeout: 30_000 }).toBe(5)
    expect(await conflicts()).toEqual([null, null])
  })
})
