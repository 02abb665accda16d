import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addressIn } from '../../../src/bridge/machines/address.ts'
import type { Batch, ChangedRow } from '../../../src/bridge/machines/batch.ts'
import { grantsSql, quotedName, schemaSql } from '../../../src/bridge/machines/schema.ts'
import { ServerConnection } from '../../../src/bridge/machines/server.ts'
import { Unreachable } from '../../../src/bridge/machines/trouble.ts'
import { describeUnless } from '../../support/left-out.ts'
import { lacksPostgres, postgres, type Postgres } from '../../support/postgres.ts'

describeUnless(lacksPostgres(), 'a store server', () => {
  let server: Postgres
  const open: ServerConnection[] = []
  beforeAll(async () => {
    server = await postgres()
    server.sql(schemaSql)
    for (const name of ['anna', 'Bo "b"'])
      server.sql(`CREATE ROLE ${quotedName(name)} LOGIN PASSWORD 'pass word'; ${grantsSql(quotedName(name))}`)
  })
  afterAll(async () => {
    await Promise.all(open.map((each) => each.close()))
    await server.remove()
  })

  const person = (role: string) => addressIn(server.url(encodeURIComponent(role), 'pass%20word'))
  async function connect(role = 'anna', machine = 'laptop', onNews: (n: number) => void = () => undefined): Promise<ServerConnection> {
    const connection = await ServerConnection.open({ address: person(role), machine, onNews, onEnd: () => undefined }, Date.now)
    open.push(connection)
    return connection
  }
  const row = (key: string, body: string | null, seen = 0): ChangedRow => ({ kind: 'memory', key, body, seen, behind: '', own: '{}' })
  const batch = (...rows: readonly ChangedRow[]): Batch => ({
    ...{ id: randomUUID(), author: { client: 'code', session: 's1' }, at: 5, rows },
    changes: rows.map(({ key }) => ({ kind: 'memory', id: key, namespace: 'shared' })),
  })
  const upToDate = async (connection: ServerConnection) => (await connection.newsAfter(0)).last

  it('numbers what is written without gaps, and tells it to the other machines', async () => {
    let heard = 0
    const laptop = await connect()
    const desktop = await connect('anna', 'desktop', (n) => {
      heard = n
    })
    const before = await upToDate(laptop)
    expect(await laptop.write(batch(row('a', '{"value":1}')))).toEqual({ n: before + 1, isStale: false })
    expect(await laptop.write(batch(row('b', '{"value":"\\u0000 \\ud800"}')))).toEqual({ n: before + 2, isStale: false })
    await expect.poll(() => heard).toBe(before + 2)
    const { rows, batches, upTo } = await desktop.newsAfter(before)
    expect(upTo).toBe(before + 2)
    expect(rows).toEqual([
      { kind: 'memory', key: 'a', body: '{"value":1}', n: before + 1 },
      { kind: 'memory', key: 'b', body: '{"value":"\\u0000 \\ud800"}', n: before + 2 },
    ])
    expect(batches.map(({ machine, client, session, at, changes }) => [machine, client, session, at, changes[0]?.id])).toEqual([
      ['laptop', 'code', 's1', 5, 'a'],
      ['laptop', 'code', 's1', 5, 'b'],
    ])
  })

  it('keeps a batch once, however often it is sent', async () => {
    const laptop = await connect()
    const one = batch(row('once', '1'))
    const first = await laptop.write(one)
    await laptop.write(batch(row('later', '1')))
    expect(await laptop.write(one)).toEqual(first)
  })

  it('keeps nothing of a batch with a row that was changed meanwhile', async () => {
    const laptop = await connect()
    const { n } = await laptop.write(batch(row('held', '1')))
    expect(await laptop.write(batch(row('beside', '1'), row('held', '2')))).toEqual({ n, isStale: true })
    expect(await laptop.write(batch(row('held', null, n)))).toEqual({ n: n + 1, isStale: false })
    expect((await laptop.newsAfter(n)).rows).toEqual([{ kind: 'memory', key: 'held', body: null, n: n + 1 }])
  })

  it('gives exactly one of many the next state of a row, and nobody a number below one that was seen', async () => {
    const machines = await Promise.all(['m1', 'm2', 'm3', 'm4', 'm5'].map((machine) => connect('anna', machine)))
    const before = await upToDate(machines[0] as ServerConnection)
    const claims = await Promise.all(machines.map((each) => each.write(batch(row('claimed', 'x')))))
    expect(claims.filter(({ isStale }) => !isStale)).toHaveLength(1)
    let seen = before
    let missed = 0
    const follower = await connect('anna', 'follower')
    let busy = true
    const following = (async () => {
      while (busy || seen < before + 101) {
        const { batches, upTo } = await follower.newsAfter(seen)
        missed += upTo - seen - batches.length
        seen = upTo
      }
    })()
    await Promise.all(
      machines.map(async (each, m) => {
        for (let i = 0; i < 20; i++) await each.write(batch(row(`many ${m} ${i}`, 'x')))
      }),
    )
    busy = false
    await following
    expect([seen, missed]).toEqual([before + 101, 0])
  })

  describe('another person', () => {
    it('sees nothing, by the program or by SQL of his own', async () => {
      const [anna, bo] = [await connect(), await connect('Bo "b"')]
      await anna.write(batch(row('secret plan', '"of anna"')))
      expect(await bo.newsAfter(0)).toEqual({ last: 0, upTo: 0, rows: [], batches: [] })
      const as = (sql: string) => () => server.sql(`SET SESSION AUTHORIZATION ${quotedName('Bo "b"')}; ${sql}`)
      for (const table of ['people', 'entries', 'batches']) {
        expect(as(`SELECT count(*) FROM mcp_twin.${table}`)()).toBe('0')
        expect(as(`DELETE FROM mcp_twin.${table}`)).toThrow(/permission denied/)
      }
      expect(as('SET ROLE anna')).toThrow(/permission denied/)
      // The same key is free for him.
      expect(await bo.write(batch(row('secret plan', '"of bo"')))).toEqual({ n: 1, isStale: false })
    })

    it('gets no rights by a function of his own in the way of ours', async () => {
      server.sql(`CREATE SCHEMA bo AUTHORIZATION ${quotedName('Bo "b"')}`)
      const result = server.sql(
        `SET SESSION AUTHORIZATION ${quotedName('Bo "b"')};
         CREATE FUNCTION bo.md5(text) RETURNS text LANGUAGE sql AS $$ SELECT current_user::text $$;
         SET search_path = bo, pg_catalog;
         SELECT n > 0 FROM mcp_twin.write('x', 'm', 'c', 's', 1, '[]', '{memory}', '{k}', '{0}', '{1}')`,
      )
      expect(result).toBe('t')
    })
  })

  it('says that it cannot be reached when it is killed, and knows what it had kept', async () => {
    const laptop = await connect()
    const one = batch(row('before the end', '1'))
    const { n } = await laptop.write(one)
    await server.kill()
    await expect(laptop.write(batch(row('after the end', '1')))).rejects.toThrow(Unreachable)
    await expect(connect()).rejects.toThrow(Unreachable)
    await server.start()
    expect(await (await connect()).write(one)).toEqual({ n, isStale: false })
  })

  it('takes nothing from variables that drivers read', async () => {
    const variables = { PGHOST: '192.0.2.1', PGUSER: 'nobody', PGPASSWORD: 'x', PGOPTIONS: '-c search_path=bo', PGSSLMODE: 'require' }
    Object.assign(process.env, variables)
    try {
      expect((await connect()).facts.person).toBe('anna')
    } finally {
      for (const name of Object.keys(variables)) delete process.env[name]
    }
  })

  it('refuses a wrong password without repeating it', async () => {
    const address = { ...person('anna'), password: 'not-this-one' }
    const attempt = ServerConnection.open({ address, machine: 'm', onNews: () => undefined, onEnd: () => undefined }, Date.now)
    const error = await attempt.then(String, String)
    expect(error).toMatch(/password authentication failed/)
    expect(error).not.toContain('not-this-one')
  })
})
