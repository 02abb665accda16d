import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { addressIn } from '../../../src/bridge/machines/address.ts'
import { lookAtSchema, upgradeSchema } from '../../../src/bridge/machines/looking.ts'
import { grantsSql, schemaSql, serverSchema } from '../../../src/bridge/machines/schema.ts'
import { describeUnless } from '../../support/left-out.ts'
import { lacksPostgres, postgres, type Postgres } from '../../support/postgres.ts'

/** As the first program made it. */
const first = readFileSync(join(import.meta.dirname, 'first-schema.sql'), 'utf8')

describeUnless(lacksPostgres(), 'the schema of an older store server', () => {
  let server: Postgres
  beforeAll(async () => {
    server = await postgres()
    server.sql(
      `CREATE ROLE owner LOGIN PASSWORD 'x'; GRANT CREATE ON DATABASE postgres TO owner; SET SESSION AUTHORIZATION owner; ${first}`,
    )
    for (const role of ['anna', 'bo']) server.sql(`CREATE ROLE ${role} LOGIN PASSWORD 'x'; ${grantsSql(role)}`)
  })
  afterAll(() => server.remove())

  const as = (role: string) => addressIn(server.url(role, 'x'))
  const write = (role: string, key: string, body: string) =>
    server.sql(
      `SET SESSION AUTHORIZATION ${role}; SELECT n FROM mcp_twin.write('${role} ${body}', 'm', 'c', 's', 1, '[]', '{memory}', ARRAY[${key}], '{0}', '{${body}}')`,
    )
  const shape = () =>
    server.sql(`SELECT indexdef FROM pg_indexes WHERE schemaname = 'mcp_twin' ORDER BY 1;
      SELECT prosrc FROM pg_proc WHERE pronamespace = 'mcp_twin'::regnamespace;
      SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class WHERE relnamespace = 'mcp_twin'::regnamespace AND relkind = 'r' ORDER BY 1`)

  it('becomes that of a new one, with all that people keep there, by its owner, however often', async () => {
    write('anna', `'a'`, 'of anna')
    write('bo', `'a'`, 'of bo')
    const kept = () => server.sql('SELECT person, kind, key, n, body FROM mcp_twin.entries ORDER BY person, key')
    const before = kept()
    expect(await lookAtSchema(as('anna'), {})).toEqual({ person: 'anna', schema: 1, mayUpgrade: false })
    await expect(upgradeSchema(as('anna'), {})).rejects.toThrow(/must be owner|permission denied/)
    expect(await lookAtSchema(as('owner'), {})).toMatchObject({ schema: 1, mayUpgrade: true })
    await upgradeSchema(as('owner'), {})
    await upgradeSchema(as('owner'), {})
    expect(await lookAtSchema(as('owner'), {})).toMatchObject({ schema: serverSchema })
    expect(kept()).toBe(before)
    // A key, its row, and `[]` of what is said of changes.
    expect(server.sql('SELECT person, bytes FROM mcp_twin.people ORDER BY person')).toBe('anna|10\nbo|8')
    expect(server.sql('SET SESSION AUTHORIZATION bo; SELECT body FROM mcp_twin.entries')).toBe('of bo')
    expect(write('anna', `'b'`, 'more')).toBe('2')
    const upgraded = shape()
    server.sql(`DROP SCHEMA mcp_twin CASCADE; ${schemaSql}`)
    expect(upgraded).toBe(shape())
  })

  it('stays as it was where somebody holds it longer than the upgrade waits', async () => {
    server.sql(`DROP SCHEMA mcp_twin CASCADE; SET SESSION AUTHORIZATION owner; ${first}`)
    const held = new (await import('pg')).default.Client(server.url())
    await held.connect()
    await held.query('BEGIN; LOCK TABLE mcp_twin.people')
    await expect(upgradeSchema(as('owner'), {})).rejects.toThrow(/lock timeout/)
    await held.end()
    expect(await lookAtSchema(as('owner'), {})).toMatchObject({ schema: 1 })
  })
})
