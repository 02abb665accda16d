import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { sharedTables } from '../../../src/bridge/machines/tables.ts'
import { chooseEngine } from '../../../src/bridge/store/engine.ts'
import { StorePlace } from '../../../src/bridge/store/place.ts'
import { cli } from '../../support/cli.ts'
import { describeUnless } from '../../support/left-out.ts'
import { lacksPostgres, postgres, type Postgres } from '../../support/postgres.ts'
import { factor, sample } from '../../support/runs.ts'
import { type Scratch, scratch } from '../../support/scratch.ts'
import { callsIn, diskCalls, lacksStrace, steadyThreads, tampering, tracing } from '../../support/strace.ts'

const password = 'open sesame, please'
const hour = 3_600_000

/** What a home's store holds of what machines share. */
function digestOf(place: Scratch): string {
  const stored = new StorePlace(place.path('.mcp-twin/bridge'))
  const database = chooseEngine(process.platform, process.arch).open(stored.database(stored.generation() ?? 0))
  try {
    const rows = Object.entries(sharedTables).map(([table, { number, own }]) => {
      const shared = ([name]: [string, unknown]) => name !== number && name !== 'uid' && !own.includes(name)
      // Actions for other machines are in copies alone.
      const isThere = database.get(`SELECT 1 AS one FROM sqlite_schema WHERE name = '${table}'`) !== undefined
      const held = (isThere ? database.all(`SELECT * FROM ${table}`) : []).map((row) => JSON.stringify(Object.entries(row).filter(shared)))
      return [table, held.sort()]
    })
    return createHash('sha256').update(JSON.stringify(rows)).digest('hex')
  } finally {
    database.close()
  }
}

describeUnless(lacksPostgres() ?? lacksStrace(), 'a move of the store that is killed at one of its system calls', () => {
  let server: Postgres
  let people = 0
  beforeAll(async () => {
    server = await postgres()
  })
  afterAll(() => server.remove())

  const answered = async (place: Scratch, ...args: string[]) => {
    const done = await cli(place, [...args, '--json'])
    expect([args, done.code, done.output]).toEqual([args, 0, expect.anything()])
    return done.json
  }
  const nextPerson = () => {
    server.sql(
      `SET client_min_messages = error; DROP SCHEMA IF EXISTS mcp_twin CASCADE; CREATE ROLE anna${++people} LOGIN PASSWORD '${password}'; GRANT CREATE ON DATABASE postgres TO anna${people}`,
    )
    return server.url(`anna${people}`, '${secret:STORE}')
  }
  async function used(): Promise<Scratch> {
    const place = scratch()
    place.write('.mcp-twin/mcp-twin.json', '{ "version": 1, "servers": {} }')
    expect(await cli(place, ['secret', 'set', 'STORE'], { input: password })).toMatchObject({ code: 0 })
    for (const words of [
      ['port', '4000'],
      ['port', '5000'],
      ['plan', 'blue'],
    ])
      await answered(place, 'memory', 'set', ...words)
    return place
  }

  const ways = [
    ['there', 'postgres'],
    ['back', 'embedded'],
  ] as const
  const cases = ways.flatMap(([way, end]) => sample(diskCalls.slice(0, -1), 3).map((call) => [way, end, call] as const))

  it('is really killed', async () => {
    const place = await used()
    const killed = await cli(place, ['store'], { env: steadyThreads, wrapper: tampering('openat', 'signal=KILL:when=2') })
    expect(killed).toMatchObject({ signal: 'SIGKILL', stdout: '' })
  })

  it.each(cases)(
    'leaves a whole store in use, and typed again it finishes: %s, to %s, at %s',
    async (way, end, call) => {
      const place = await used()
      const before = digestOf(place)
      const to = () => ['store', 'move', nextPerson(), '--machine', 'laptop', '--yes']
      if (way === 'back') await answered(place, ...to())
      const kept = `${place.root}/kept`
      execFileSync('cp', ['-a', place.home, kept])
      const log = `${place.root}/trace`
      const words = way === 'there' ? to() : ['store', 'move', 'embedded', '--yes']
      expect(await cli(place, words, { env: steadyThreads, wrapper: tracing(log) })).toMatchObject({ code: 0 })
      const all = callsIn(readFileSync(log, 'utf8'), call)
      expect(all.length).toBeGreaterThan(0)
      for (const { name, at } of factor > 1 ? all : all.slice(Math.floor(all.length / 2)).slice(0, 1)) {
        rmSync(place.home, { recursive: true })
        execFileSync('cp', ['-a', kept, place.home])
        const again = way === 'there' ? to() : words
        await cli(place, again, { env: steadyThreads, wrapper: tampering(name, `signal=KILL:when=${at}`) })
        const where = `killed at ${name} ${at}`
        expect(digestOf(place), where).toBe(before)
        expect((await answered(place, 'store')).counts, where).toMatchObject({ memory: 2, versions: 1 })
        await answered(place, ...again)
        expect(digestOf(place), where).toBe(before)
        const manifest = place.read('.mcp-twin/mcp-twin.json')
        expect([(await answered(place, 'store')).engine, manifest.includes('postgres:')], where).toEqual([end, end === 'postgres'])
        expect(await answered(place, 'memory', 'set', 'port', '6000'), where).toMatchObject({ version: 3 })
      }
    },
    factor > 1 ? hour : 120_000,
  )
})
