import { afterAll, beforeAll, expect, it } from 'vitest'
import { addressIn } from '../../../src/bridge/machines/address.ts'
import { grantsSql, quotedName, schemaSql } from '../../../src/bridge/machines/schema.ts'
import { ServerConnection } from '../../../src/bridge/machines/server.ts'
import { describeUnless } from '../../support/left-out.ts'
import { lacksPostgres, postgres, type Postgres } from '../../support/postgres.ts'

describeUnless(lacksPostgres(), 'a colleague with a role of his own', () => {
  let server: Postgres
  const heard: number[] = []
  const open: ServerConnection[] = []
  beforeAll(async () => {
    server = await postgres()
    const roles = ['anna', 'bo'].map((role) => `CREATE ROLE ${role} LOGIN PASSWORD 'p'; ${grantsSql(quotedName(role))}`)
    server.sql(`${schemaSql} ${roles.join(' ')} CREATE SCHEMA bo AUTHORIZATION bo`)
    const anna = await ServerConnection.open(
      { address: addressIn(server.url('anna', 'p')), machine: 'laptop', onNews: (n) => heard.push(n), onEnd: () => undefined },
      Date.now,
    )
    open.push(anna)
    const row = { kind: 'memory', key: '["shared","plan"]', seen: 0, behind: '', body: '{"value":"canary of anna"}', own: '{}' }
    await anna.write({ id: 'one', author: { client: 'c', session: 's' }, at: 1, rows: [row], changes: [] })
    server.sql('ANALYZE mcp_twin.entries')
  })
  afterAll(async () => {
    for (const each of open) await each.close()
    await server.remove()
  })

  const bo = (sql: string) => server.sql(`SET SESSION AUTHORIZATION bo; ${sql}`)
  const write = (more: Readonly<Record<string, string>> = {}) => {
    const values = { id: `'i'`, machine: `'laptop'`, client: `'c'`, session: `'s'`, at: '1', changes: `'[]'`, ...more }
    const arrays = { kinds: `'{memory}'`, keys: `'{k}'`, seen: `'{0}'`, bodies: `'{1}'`, ...more }
    const { id, machine, client, session, at, changes } = values
    const { kinds, keys, seen, bodies } = arrays
    return `SELECT n FROM mcp_twin.write(${[id, machine, client, session, at, changes, kinds, keys, seen, bodies].join(', ')})`
  }

  it.each([
    ['copies a table', 'COPY mcp_twin.entries TO STDOUT'],
    ['reads what the planner knows of it', `SELECT most_common_vals::text FROM pg_stats WHERE schemaname = 'mcp_twin'`],
    ['asks with a function that tells what it is given', `SELECT count(*) FILTER (WHERE false) FROM mcp_twin.entries WHERE bo.tells(body)`],
    ['looks what others do', `SELECT query FROM pg_stat_activity WHERE usename = 'anna' AND query LIKE '%mcp_twin%'`],
  ])('gets nothing of another person when he %s', (_, sql) => {
    bo(`CREATE OR REPLACE FUNCTION bo.tells(text) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS
      $$ BEGIN RAISE EXCEPTION 'it is %', $1; END $$`)
    expect(bo(sql)).not.toMatch(/canary|anna|plan/)
  })

  it.each([
    'CREATE OR REPLACE FUNCTION mcp_twin.md5(text) RETURNS text LANGUAGE sql AS $$ SELECT 1::text $$',
    'ALTER TABLE mcp_twin.entries DISABLE ROW LEVEL SECURITY',
    'DROP POLICY own ON mcp_twin.entries',
    'TRUNCATE mcp_twin.entries',
    'SELECT * FROM mcp_twin.people FOR UPDATE',
    'BEGIN; LOCK TABLE mcp_twin.people IN EXCLUSIVE MODE',
    `INSERT INTO mcp_twin.people (person) VALUES ('anna')`,
    `UPDATE mcp_twin.about SET value = '9'`,
    'CREATE TRIGGER t BEFORE INSERT ON mcp_twin.entries EXECUTE FUNCTION suppress_redundant_updates_trigger()',
    'CREATE TABLE bo.r (person name, n bigint, FOREIGN KEY (person, n) REFERENCES mcp_twin.batches (person, n))',
  ])('may not: %s', (sql) => {
    expect(() => bo(sql)).toThrow(/permission denied|must be owner/)
  })

  it('writes to his own rows alone, whatever machine he names and whatever lies in his temporary schema', () => {
    const shadows = ['people', 'entries', 'batches'].map((table) => `CREATE TEMP TABLE ${table} (LIKE mcp_twin.${table}); `)
    const functions = `CREATE FUNCTION pg_temp.md5(text) RETURNS text LANGUAGE sql AS $$ SELECT 'x' $$; SET search_path = pg_temp, mcp_twin;`
    bo(`${shadows.join('')} ${functions} ${write({ id: `'shadowed'`, keys: `'{"[\\"shared\\",\\"plan\\"]"}'` })}`)
    expect(server.sql(`SELECT person, n, body FROM mcp_twin.entries ORDER BY person`)).toBe('anna|1|{"value":"canary of anna"}\nbo|1|1')
  })

  it.each([
    ['a key', { keys: `ARRAY[repeat('k', 100000)]` }],
    ['the name of a kind', { kinds: `ARRAY[repeat('k', 2000)]` }],
    ['the name of a machine', { machine: `repeat('m', 100000)` }],
    ['the name of a client', { client: `repeat('m', 100000)` }],
    ['a session', { session: `repeat('m', 100000)` }],
    ['an id', { id: `repeat('m', 100000)` }],
    ['what is said of a change', { changes: `repeat('m', 17000000)` }],
    ['a row', { bodies: `ARRAY[repeat('b', 17000000)]` }],
  ])('gets no place for more than is allowed as %s', (_, more) => {
    const before = server.sql(`SELECT n, bytes FROM mcp_twin.people WHERE person = 'bo'`)
    expect(() => bo(write({ id: `'large'`, ...more }))).toThrow(/mcp_twin: .* too large/)
    expect(server.sql(`SELECT n, bytes FROM mcp_twin.people WHERE person = 'bo'`)).toBe(before)
  })

  it.each([
    ['more keys than kinds', { keys: `'{a,b}'`, seen: `'{0,0}'`, bodies: `'{1,1}'` }],
    ['no kinds', { kinds: 'NULL', keys: `'{a}'` }],
    ['more than 10000 rows', { kinds: `'{}'`, keys: `(SELECT array_agg(g::text) FROM generate_series(1, 10001) g)` }],
  ])('sends %s in vain', (_, more) => {
    expect(() => bo(write({ id: `'odd'`, ...more }))).toThrow(/mcp_twin: /)
  })

  it('has keys and changes counted into what a person may keep', () => {
    const bytes = () => Number(server.sql(`SELECT bytes FROM mcp_twin.people WHERE person = 'bo'`))
    const before = bytes()
    bo(
      write({
        id: `'counted'`,
        kinds: `'{memory}'`,
        keys: `ARRAY[repeat('k', 3000)]`,
        bodies: `ARRAY[repeat('b', 500)]`,
        changes: `repeat('c', 700)`,
      }),
    )
    expect(bytes() - before).toBe(4200)
    server.sql(`UPDATE mcp_twin.people SET bytes = 2147483648 WHERE person = 'bo'`)
    expect(() => bo(write({ id: `'full'`, keys: "'{new}'", bodies: `'{1}'` }))).toThrow(/mcp_twin: full/)
    server.sql(`UPDATE mcp_twin.people SET bytes = ${before} WHERE person = 'bo'`)
  })

  it('stops no news of others by announcing what is no number', async () => {
    heard.length = 0
    const channel = server.sql(`SELECT 'mcp_twin_' || md5('anna')`)
    for (const payload of ['nonsense', '', '-1', '1e400']) bo(`SELECT pg_notify('${channel}', '${payload}')`)
    bo(`SELECT pg_notify('${channel}', '7')`)
    await expect.poll(() => heard).toContain(7)
    expect(heard).toEqual([7])
  })
})
