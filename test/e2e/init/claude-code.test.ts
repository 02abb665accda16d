import { mkdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { claude, claudeList, lacksClaudeCode } from '../../support/claude-code.ts'
import { type DesktopEntry, startAsDesktop, startAsDesktopOn } from '../../support/desktop.ts'
import { modern } from '../../support/http-servers.ts'
import { describeUnless } from '../../support/left-out.ts'
import { leftovers } from '../../support/processes.ts'
import { world } from '../../support/world.ts'
import { codeFile, desktopFile, expectTidy, type Home, home, settingsFor, tinyRegistry, tinyServer } from '../support/place.ts'

const KEY = 'remote-key-0123456789abcdef'

/** Every entry of Claude Code's file, as Claude Code itself starts and greets it. */
async function judged(place: Home): Promise<Record<string, boolean>> {
  const { servers, text } = await claudeList(place, { network: 'host' })
  expect(servers.length, text).toBe(Object.keys(place.servers(codeFile)).length)
  return Object.fromEntries(servers.map(({ name, connected, state }) => [name, connected || state === 'connected']))
}

const allOf = (place: Home) => Object.fromEntries(Object.keys(place.servers(codeFile)).map((name) => [name, true]))

describeUnless(await lacksClaudeCode(), 'what init and sync write for the real Claude Code', () => {
  it('connects, before and after its own commands have written the same file', async () => {
    const far = await modern({ key: KEY })
    const place = home()
    mkdirSync(place.path('.config/Claude'), { recursive: true })
    place.manifest(
      {
        typed: place.tiny,
        'by-launcher': { ...place.tiny, launch: 'run' },
        far: { url: far.url, headers: { 'x-api-key': '${secret:FAR_KEY}' } },
        'odd name (새)': place.tiny,
      },
      { bridge: { enabled: true } },
    )
    place.write(
      codeFile,
      JSON.stringify({
        mcpServers: {
          before: { type: 'stdio', command: 'npx', args: ['-y', '@modelcontextprotocol/server-sequential-thinking'], env: {} },
        },
      }),
    )
    const first = await place.json(['init', '--yes', '--server', 'memory', '--server', 'filesystem'], {
      env: { MCP_TWIN_SECRET_FAR_KEY: KEY },
    })
    expect(first, JSON.stringify(first.steps)).toMatchObject({ code: 0, inSync: true })
    expect(Object.keys(place.servers(codeFile))).toHaveLength(8)
    expect(place.servers(codeFile)).toHaveProperty('mcp-twin')
    expect(await judged(place)).toEqual(allOf(place))

    for (const words of [
      ['add', '-s', 'user', 'theirs', '--', process.execPath, place.path('tiny.cjs')],
      ['add', '-s', 'user', 'short-lived', '--', 'node', 'x.js'],
      ['remove', '-s', 'user', 'short-lived'],
    ]) {
      expect(await claude(place, ['mcp', ...words])).toMatchObject({ code: 0 })
    }
    const added = await place.run(['add', '--json', 'later', '--command', process.execPath, '--', place.path('tiny.cjs')])
    expect(added).toMatchObject({ code: 0, json: { inSync: true, unmanaged: [{ client: 'claude-code', server: 'theirs' }] } })
    expect(Object.keys(place.servers(codeFile))).toEqual(expect.arrayContaining(['theirs', 'later', 'memory']))
    expect(await judged(place)).toEqual(allOf(place))

    expect(await claude(place, ['mcp', 'remove', '-s', 'user', 'memory'])).toMatchObject({ code: 0 })
    const refused = await place.json(['sync'])
    expect(refused.code).toBe(3)
    expect(refused.steps).toEqual([
      expect.objectContaining({ kind: 'refuse', client: 'claude-code', server: 'memory', reason: expect.stringContaining('by hand') }),
    ])
    expect(await place.json(['sync', '--force'])).toMatchObject({ code: 0, inSync: true })
    expect(await judged(place)).toEqual(allOf(place))
    expect(await claude(place, ['mcp', 'remove', '-s', 'user', 'memory'])).toMatchObject({ code: 0 })
    expect(await place.json(['sync', '--adopt'])).toMatchObject({ code: 0, inSync: true })
    expect(Object.keys(place.servers(desktopFile))).not.toContain('memory')
    expect(Object.keys(place.servers(desktopFile))).toContain('theirs')
    expect(await judged(place)).toEqual(allOf(place))
    expectTidy(place.home)
    expect(await leftovers(place.root)).toEqual([])
  })
})

/** How many tools a server of these tests has; the bridge's number is its own business. */
const toolsOf = (name: string): unknown => (name === 'mcp-twin' ? expect.any(Number) : name === 'far' ? 2 : 1)

describe('what init and sync write for Claude Desktop', () => {
  const manifestFor = (tiny: object, url: string) => ({
    typed: tiny,
    pkg: { package: 'tiny-server@1.0.0', env: { TINY_API_KEY: '${secret:FAR_KEY}' } },
    'by-launcher': { package: '@tiny/other', launch: 'run' },
    far: { url, headers: { 'x-api-key': '${secret:FAR_KEY}' } },
  })

  it('starts with its sixteen variables, in another folder, on this machine', async () => {
    const registry = await tinyRegistry()
    const far = await modern({ key: KEY })
    const place = home({ npmrc: settingsFor(registry) })
    mkdirSync(place.path('.config/Claude'), { recursive: true })
    place.manifest(manifestFor(place.tiny, far.url), { bridge: { enabled: true } })
    expect(await place.json(['sync'], { env: { MCP_TWIN_SECRET_FAR_KEY: KEY } })).toMatchObject({ code: 0, inSync: true })
    for (const [name, entry] of Object.entries(place.servers(desktopFile))) {
      const answer = await startAsDesktop(place, entry as DesktopEntry)
      expect({ name, tools: answer.tools.length, stray: answer.stray, code: answer.code }).toEqual({
        name,
        tools: toolsOf(name),
        stray: [],
        code: 0,
      })
    }
    expect(await leftovers(place.root)).toEqual([])
  })

  it('starts so on Windows, with home in WSL', async () => {
    const registry = await tinyRegistry()
    const npmrc = settingsFor(registry)
    const far = await modern({ key: KEY })
    const tiny = { command: 'C:\\Program Files\\nodejs\\node.exe', args: ['C:\\srv\\tiny.cjs'], only: ['windows'] }
    const planted = world()
      .wsl('Ubuntu')
      .file(
        '.mcp-twin/mcp-twin.json',
        JSON.stringify({ version: 1, servers: { ...manifestFor(tiny, far.url), across: { package: 'tiny-server@1.0.0', runIn: 'wsl' } } }),
      )
      .windows()
      .file('.npmrc', npmrc)
      .file('C:\\srv\\tiny.cjs', tinyServer)
      .build({ npmrc })
    const result = await planted.cli(['sync', '--json'], { env: { MCP_TWIN_SECRET_FAR_KEY: KEY } })
    expect(result, result.output).toMatchObject({ code: 0, json: { inSync: true } })
    const { mcpServers } = planted.side('windows').config('claude-desktop') as { mcpServers: Record<string, DesktopEntry> }
    expect(Object.keys(mcpServers)).toEqual(['typed', 'pkg', 'by-launcher', 'far', 'across', 'mcp-twin'])
    expect(mcpServers.across?.command.toLowerCase()).toMatch(/wsl\.exe$/)
    for (const [name, entry] of Object.entries(mcpServers)) {
      const answer = await startAsDesktopOn(planted, 'windows', entry)
      expect({ name, tools: answer.tools.length, stray: answer.stray }).toEqual({ name, tools: toolsOf(name), stray: [] })
    }
    expect(await leftovers(planted.scratch.root)).toEqual([])
  })
})
