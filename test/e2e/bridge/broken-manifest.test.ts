import { mkdirSync, symlinkSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { cli, cliPath } from '../../support/cli.ts'
import { nodePath } from '../../support/machine.ts'
import { session } from '../../support/mcp.ts'
import { type Scratch, scratch } from '../../support/scratch.ts'

const own = '.mcp-twin/mcp-twin.json'
const hello = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 't', version: '1' } }

async function open(place: Scratch, args: readonly string[] = []) {
  const start = { command: nodePath, args: [cliPath, 'serve', '--client', 'tester', ...args], env: place.env, cwd: place.root }
  const server = session(start)
  const { instructions } = (await server.ask('initialize', hello)) as { instructions: string }
  server.notify('notifications/initialized')
  const { tools } = (await server.ask('tools/list', {})) as { tools: { name: string }[] }
  return {
    ...server,
    ...{ instructions, names: tools.map(({ name }) => name) },
    async text(name: string, params: object = {}) {
      const result = (await server.ask('tools/call', { name, arguments: params })) as { content: { text: string }[]; isError?: boolean }
      return (result.isError ? 'REFUSED ' : '') + result.content.map(({ text }) => text).join('\n')
    },
  }
}

const shut = '"readOnly": true, "deny": ["~/.mcp-twin/bridge/workspace/shut"], "families": ["files", "bridge", "memory"]'
const inside = (bridge: string, rest = '') => `{"version": 1${rest}, "bridge": {${bridge}}}`

/** Manifests that are there and cannot be read, and what a refusal says of them. `kept`: what they close can still be read. */
const broken: readonly { what: string; text: string; said: RegExp; kept: boolean }[] = [
  { what: 'an unknown key beside it', text: inside(`${shut}, "redonly": 1`), said: /mcp-twin\.json:1:\d+: .*redonly/, kept: true },
  { what: 'an unknown key above', text: inside(shut, ', "brigde": {}'), said: /:1:\d+: .*brigde/, kept: true },
  { what: 'a text for a flag', text: inside(shut.replace('true', '"yes"')), said: /:1:\d+: .*true or false/, kept: true },
  { what: 'a text for the list of what is closed', text: inside(shut.replace(/\[("~.*?)\]/, '$1')), said: /a list/, kept: true },
  { what: 'a brace that is missing', text: inside(shut).slice(0, -2), said: /:1:\d+/, kept: true },
  { what: 'a comma that is missing', text: inside(shut.replace(', "families"', ' "families"')), said: /:1:\d+/, kept: true },
  { what: 'another bridge after it', text: inside(shut).slice(0, -1).concat(', "bridge": {"x": 1}}'), said: /:1:\d+/, kept: true },
  { what: 'a byte that is no text', text: inside(shut).concat('\u0000'), said: /mcp-twin\.json/, kept: true },
  { what: 'a wrong version', text: inside(shut).replace('1', '2'), said: /version/, kept: true },
  { what: 'a bridge that is a list', text: '{"version": 1, "bridge": ["readOnly"]}', said: /bridge/, kept: false },
  { what: 'no object at all', text: 'readOnly: true', said: /:1:\d+/, kept: false },
  { what: 'nothing in it', text: '', said: /empty/, kept: false },
  { what: 'braces ten thousand deep', text: '['.repeat(10_000), said: /mcp-twin\.json/, kept: false },
]

const wide = ['--root', '/', '--terminal', 'on', '--tools', 'files,terminal,shared,plugins,bridge']

describe('serve with a manifest that is there and cannot be read', () => {
  it.each(broken)('only reads, in its workspace alone, and says so: $what', async ({ text, said, kept }) => {
    for (const args of [[], wide]) {
      const place = scratch()
      place.write(own, text)
      place.write('elsewhere/x', 'text')
      place.write('.mcp-twin/bridge/workspace/shut/x', 'text')
      place.write('.mcp-twin/bridge/workspace/open', 'text')
      const server = await open(place, args)
      expect(server.instructions).toMatch(said)
      expect(server.instructions).toMatch(/only reads.*mcp-twin doctor --user/)
      expect(server.names).toContain('read_file')
      expect(server.names).not.toContain('write_file')
      expect(server.names.includes('search_files')).toBe(!kept && args.length === 0)
      for (const [tool, params] of [
        ['write_file', { path: 'x', content: '1' }],
        ['execute_command', { command: 'date' }],
        ['read_file', { path: place.path('elsewhere/x') }],
      ] as const) {
        const answer = await server.text(tool, params)
        expect(answer).toMatch(/^REFUSED/)
        expect(answer).toMatch(said)
        expect(answer).toContain('mcp-twin doctor --user')
      }
      expect(await server.text('read_file', { path: 'open' })).toMatch(/text/)
      expect(await server.text('read_file', { path: 'shut/x' })).toMatch(kept ? /REFUSED .*closed/ : /text/)
      expect(await server.text('bridge_status')).toMatch(said)
      await server.end()
      expect((await cli(place, ['doctor', '--user'])).code).not.toBe(0)
    }
  })

  it.each([
    ['a directory', (place: Scratch) => mkdirSync(place.path(own), { recursive: true })],
    ['a link that leads nowhere', (place: Scratch) => symlinkSync('nowhere', place.path(own))],
  ])('the same for %s', async (_what, make) => {
    const place = scratch()
    mkdirSync(place.path('.mcp-twin'), { recursive: true })
    make(place)
    const server = await open(place, wide)
    expect(server.instructions).toMatch(/mcp-twin\.json.*only reads/)
    expect(await server.text('write_file', { path: 'x', content: '1' })).toMatch(/REFUSED .*mcp-twin\.json/)
    expect(await server.text('read_file', { path: '/etc/hostname' })).toMatch(/REFUSED .*mcp-twin\.json/)
    await server.end()
  })

  it('obeys it again once it is repaired and the program restarted', async () => {
    const place = scratch()
    place.write(own, inside('"readOnly": true, "x": 1'))
    const first = await open(place)
    place.write(own, inside('"families": ["files", "bridge"]'))
    expect(await first.text('write_file', { path: 'x', content: '1' })).toMatch(/REFUSED/)
    await first.end()
    const next = await open(place)
    expect(next.instructions).not.toMatch(/only reads/)
    expect(await next.text('write_file', { path: 'x', content: '1' })).toMatch(/Created/)
    await next.end()
  })
})
