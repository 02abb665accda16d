import { describe, expect, it } from 'vitest'
import { cli } from '../../support/cli.ts'
import { describeUnless } from '../../support/left-out.ts'
import { realOpencode } from '../../support/real-programs.ts'
import { scratch } from '../../support/scratch.ts'

const [older, newer] = ['.config/opencode/opencode.json', '.config/opencode/opencode.jsonc']
const manifest = JSON.stringify({
  ...{ version: 1, servers: { twin: { command: '/bin/echo', args: ['a b'] } } },
  ...{ clients: { opencode: true }, bridge: { enabled: false } },
})

describe('opencode, which reads two names of its file', () => {
  it('has its entries moved to opencode.jsonc once that exists', async () => {
    const place = scratch()
    const [first, second] = ['{\n  "theme": "x"\n}\n', '{\n  // mine\n  "mcp": {},\n}\n']
    place.write('.mcp-twin/mcp-twin.json', manifest)
    place.write(older, first)
    expect((await cli(place, ['sync'])).code).toBe(0)
    expect(JSON.parse(place.read(older)).mcp).toEqual({ twin: { type: 'local', command: ['/bin/echo', 'a b'] } })
    place.write(newer, second)
    const sync = await cli(place, ['sync', '--json'])
    expect(sync.json).toMatchObject({ changed: true, inSync: true })
    expect(JSON.parse(place.read(older)).mcp).toEqual({})
    expect(place.read(newer)).toContain('// mine')
    expect(place.read(newer)).toContain('"twin"')
    expect((await cli(place, ['uninstall', '--yes'])).code).toBe(0)
    expect([place.read(older), place.read(newer)]).toEqual([first, second])
  })
})

describeUnless(await realOpencode.lacks(), 'the real opencode', () => {
  it('reads what sync wrote beside what was there', async () => {
    const place = scratch()
    // It adds this address by itself where that is missing.
    const theirs =
      '{\n  "$schema": "https://opencode.ai/config.json",\n  // mine\n  "mcp": { "own": { "type": "local", "command": ["theirs"] } },\n}\n'
    const servers = {
      twin: { command: '/bin/echo', args: ['a b', '"quoted"', '\\'], env: { LEVEL: 'é' } },
      far: { url: 'https://x.example/mcp', headers: { 'X-Who': 'ana' } },
      filled: { command: '/bin/echo', args: ['{env:HOME}'] },
    }
    place.write(newer, theirs)
    place.write('.mcp-twin/mcp-twin.json', JSON.stringify({ ...JSON.parse(manifest), servers }))
    expect((await cli(place, ['sync', '--json'])).json).toMatchObject({ changed: true, inSync: true })
    const { mcp } = JSON.parse(await realOpencode.run(place, ['debug', 'config']))
    expect(mcp).toMatchObject({
      own: { type: 'local', command: ['theirs'] },
      twin: { type: 'local', command: ['/bin/echo', ...servers.twin.args], environment: servers.twin.env },
      // It shows no value of a header.
      far: { type: 'remote', url: servers.far.url, headers: { 'X-Who': expect.anything() } },
    })
    expect(mcp.filled.command.slice(-2)).toEqual(['run', 'filled'])
    expect((await cli(place, ['undo', '--yes'])).code).toBe(0)
    expect(place.read(newer)).toBe(theirs)
  })
})
