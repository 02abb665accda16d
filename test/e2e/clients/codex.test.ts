import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { type Expected, judge } from '../../fixtures/toml/judge.mjs'
import { cli } from '../../support/cli.ts'
import { codexList, lacksCodex } from '../../support/codex.ts'
import { describeUnless } from '../../support/left-out.ts'
import { sample } from '../../support/runs.ts'
import { scratch } from '../../support/scratch.ts'

const file = '.codex/config.toml'
const servers = {
  twin: { command: '/bin/echo', args: ['a b', '"quoted"', '\\'], env: { LEVEL: 'é' } },
  far: { url: 'https://x.example/mcp', headers: { 'X-Who': 'ana' } },
}
const manifest = JSON.stringify({ version: 1, servers, clients: { codex: true }, bridge: { enabled: false } })

describeUnless(await lacksCodex(), 'the real Codex', () => {
  it('reads what sync wrote beside what was there', async () => {
    const place = scratch()
    const theirs = '# mine\nmodel = "gpt-5"\n\n[mcp_servers.own]\ncommand = "theirs" # keep\n\n[profiles.x]\nmodel = "o4"\n'
    place.write(file, theirs)
    place.write('.mcp-twin/mcp-twin.json', manifest)
    const sync = await cli(place, ['sync', '--json'])
    expect(sync.json).toMatchObject({ changed: true, inSync: true })
    const listed = await codexList(place)
    expect(listed.map(({ name, enabled }) => [name, enabled])).toEqual([
      ['far', true],
      ['own', true],
      ['twin', true],
    ])
    const transport = (name: string) => listed.find((each) => each.name === name)?.transport
    expect(transport('twin')).toMatchObject({ command: '/bin/echo', args: servers.twin.args, env: servers.twin.env })
    expect(transport('far')).toMatchObject({ url: servers.far.url, http_headers: servers.far.headers })
    expect((await cli(place, ['undo', '--yes'])).code).toBe(0)
    expect(place.read(file)).toBe(theirs)
  })
})

const folder = fileURLToPath(new URL('../../fixtures/toml/', import.meta.url))
const nasty = readdirSync(folder)
  .filter((name) => name.endsWith('.expect.json'))
  .map((name) => name.slice(0, -'.expect.json'.length))
  .map((id) => ({ id, expected: JSON.parse(readFileSync(join(folder, `${id}.expect.json`), 'utf8')) as Expected }))

describe('a nasty config of Codex', () => {
  it.each(sample(nasty, 8))('$id keeps every foreign byte through sync, remove and uninstall', async ({ id, expected }) => {
    const place = scratch()
    const before = readFileSync(join(folder, `${id}.toml`))
    const bytes = () => readFileSync(place.path(file))
    place.write(file, before)
    place.write('.mcp-twin/mcp-twin.json', JSON.stringify({ ...JSON.parse(manifest), servers: { twin: servers.twin } }))
    const sync = await cli(place, ['sync'])
    if (expected.refuse !== undefined) {
      expect(sync.code).toBe(3)
      expect(bytes().equals(before)).toBe(true)
      return
    }
    expect(sync.code, sync.output).toBe(0)
    expect(judge(expected, 'add', before, bytes())).toEqual([])
    expect((await cli(place, ['remove', 'twin', '--yes'])).code).toBe(0)
    expect(bytes().toString()).toBe(before.toString())
    expect((await cli(place, ['uninstall', '--yes'])).code).toBe(0)
    expect(bytes().equals(before)).toBe(true)
  })
})
