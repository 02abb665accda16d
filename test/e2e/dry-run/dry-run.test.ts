import { mkdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { cli } from '../../support/cli.ts'
import { dryRuns } from '../../support/dry-runs.ts'
import { putProgram } from '../../support/own-program.ts'
import { restored } from '../../support/restored.ts'
import { type Scratch, scratch } from '../../support/scratch.ts'
import { treeOf } from '../support/place.ts'

const manifest = (servers: object, more: object = {}): string => JSON.stringify({ version: 1, servers, ...more })
let session = ''

const home = restored(
  async () => {
    const place = scratch()
    putProgram(place.path('.mcp-twin'))
    for (const folder of ['project', 'trusted']) {
      mkdirSync(place.path(folder))
      place.write(`${folder}/mcp-twin.json`, manifest({ its: { command: '/bin/true' } }))
    }
    place.write('.claude.json', '{"mcpServers":{"foreign":{"command":"/bin/true"}}}')
    const run = async (...args: readonly string[]) => {
      const done = await cli(place, [...args, '--offline'], { cwd: place.home, input: 'value-of-a-key' })
      expect(done.code, done.output).toBe(0)
      return done
    }
    await run('init', '--yes', '--no-import')
    for (const name of ['mine', 'off']) await run('add', name, '--command', '/bin/true', '--no-try')
    await run('disable', 'off')
    const url = 'http://127.0.0.1:1/mcp'
    await run('add', 'remote', '--url', url, '--no-try')
    const login = { issuer: url, tokenAddress: url, clientId: 'c', tokens: { access: 'a' } }
    place.write('.mcp-twin/logins.json', JSON.stringify({ version: 1, logins: { [url]: login } }), 0o600)
    for (const name of ['A_KEY', 'B_KEY']) await run('secret', 'set', name)
    await run('trust', 'trusted')
    await run('roots', 'add', 'trusted')
    await run('export', 'setup')
    await run('plugin', 'new', 'words')
    await run('plugin', 'allow', 'words.js')
    session = (await run('session', 'new', '--json')).json.id
    return place
  },
  ({ root }) => root,
)

const looked = (place: Scratch) => treeOf(place.home, ['.cache', 'cache.json'])

describe('--dry-run', () => {
  it.each(Object.entries(dryRuns).flatMap(([name, all]) => all.map((words) => [...name.split(' '), ...words])))(
    'leaves every byte as it is: %s %s %s',
    async (...words) => {
      const place = await home()
      const before = looked(place)
      const typed = words.filter((word) => word !== undefined).map((word) => (word === 'SESSION' ? session : word))
      const done = await cli(place, [...typed, '--dry-run', '--offline'], { cwd: place.home })
      expect(done.code, done.output).toBeOneOf([0, 3])
      expect(done.stdout).not.toBe('')
      expect(looked(place)).toEqual(before)
    },
  )
})
