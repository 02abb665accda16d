import { afterEach, describe, expect, it } from 'vitest'
import { claudeList, lacksClaudeCode } from '../../support/claude-code.ts'
import { cli } from '../../support/cli.ts'
import { startAsDesktop, startAsDesktopOn } from '../../support/desktop.ts'
import { describeUnless } from '../../support/left-out.ts'
import { putProgram } from '../../support/own-program.ts'
import { leftovers } from '../../support/processes.ts'
import { type Scratch, scratch } from '../../support/scratch.ts'
import { type Planted, world } from '../../support/world.ts'

interface Entry {
  command: string
  args: string[]
}

const empty = '{ "version": 1, "servers": {} }'
const MANIFEST = '.mcp-twin/mcp-twin.json'
let places: Scratch[] = []

afterEach(async () => {
  for (const place of places) {
    expect(await leftovers(place.root)).toEqual([])
    place.remove()
  }
  places = []
})

function home(): Scratch {
  const place = scratch()
  places.push(place)
  putProgram(place.path('.mcp-twin'))
  place.write(MANIFEST, empty)
  place.write('.config/Claude/claude_desktop_config.json', '{}')
  return place
}

const entryIn = (place: Scratch, file: string) => (place.readJson(file) as { mcpServers: Record<string, Entry> }).mcpServers['mcp-twin']

describe('the bridge on one side', () => {
  it('has an entry in every client, goes when it is switched off, and comes back', async () => {
    const place = home()
    expect(await cli(place, ['sync'])).toMatchObject({ code: 0 })
    for (const [file, client] of [
      ['.claude.json', 'claude-code'],
      ['.config/claude/claude_code_config.json', 'claude-code-config'],
      ['.config/Claude/claude_desktop_config.json', 'claude-desktop'],
    ] as const) {
      expect(entryIn(place, file)?.args).toEqual([place.path('.mcp-twin/bin/mcp-twin.mjs'), 'serve', '--client', client])
    }
    expect((await cli(place, ['list'])).stdout).toMatch(/mcp-twin +✓ in sync/)
    expect(await cli(place, ['sync', '--check'])).toMatchObject({ code: 0 })
    place.write(MANIFEST, '{ "version": 1, "servers": {}, "bridge": { "enabled": false } }')
    expect(await cli(place, ['sync'])).toMatchObject({ code: 0 })
    expect(entryIn(place, '.claude.json')).toBeUndefined()
    expect(await cli(place, ['undo'])).toMatchObject({ code: 0 })
    expect(entryIn(place, '.claude.json')).toBeDefined()
  })

  it('is removed everywhere by --adopt after a removal by hand in one program, and comes back by --force', async () => {
    const place = home()
    await cli(place, ['sync'])
    const without = '{ "mcpServers": {} }'
    place.write('.claude.json', without)
    place.write('.config/claude/claude_code_config.json', '{ "mcpServers": { "mcp-twin": { "command": "/opt/other" } } }')
    const said = await cli(place, ['sync'])
    expect(said.stdout).toMatch(/removed by hand[\s\S]*to remove it everywhere:\n *mcp-twin sync --adopt/)
    // What it starts is not for a manifest to say.
    expect(said.stdout).toMatch(/edited by hand[\s\S]*to put ours back:\n *mcp-twin sync --force/)
    expect(said.stdout).not.toMatch(/to take the edit/)
    const forced = await cli(place, ['sync', '--force'])
    expect(forced).toMatchObject({ code: 0 })
    expect(entryIn(place, '.claude.json')).toBeDefined()
    place.write('.claude.json', without)
    expect(await cli(place, ['sync', '--adopt'])).toMatchObject({ code: 0 })
    expect(place.readJson(MANIFEST)).toEqual({ version: 1, servers: {}, bridge: { enabled: false } })
    expect(entryIn(place, '.config/Claude/claude_desktop_config.json')).toBeUndefined()
    expect(await cli(place, ['sync', '--check'])).toMatchObject({ code: 0 })
  })

  it('is left out by --no-bridge, for every later sync', async () => {
    const place = scratch()
    places.push(place)
    expect(await cli(place, ['init', '--yes', '--no-bridge'])).toMatchObject({ code: 0 })
    expect(await cli(place, ['sync', '--check'])).toMatchObject({ code: 0 })
    expect(place.readJson(MANIFEST)).toMatchObject({ bridge: { enabled: false } })
    expect(place.has('.claude.json') && entryIn(place, '.claude.json')).toBeFalsy()
  })

  it('is not added by add on a machine that was never set up, and turned on by init', async () => {
    const place = scratch()
    places.push(place)
    const added = await cli(place, ['add', 'x', '--command', '/bin/true', '--no-try'])
    expect(added).toMatchObject({ code: 0, stdout: expect.stringContaining('To turn it on:\n  mcp-twin init\n') })
    expect(place.readJson(MANIFEST)).toEqual({ version: 1, servers: { x: { command: '/bin/true' } }, bridge: { enabled: false } })
    expect(entryIn(place, '.claude.json')).toBeUndefined()
    await cli(place, ['init', '--yes'])
    expect(place.readJson(MANIFEST)).toMatchObject({ bridge: { enabled: true } })
    expect(entryIn(place, '.claude.json')).toBeDefined()
  })

  it('stays off after init --no-bridge, also when add came first', async () => {
    const place = scratch()
    places.push(place)
    await cli(place, ['add', 'x', '--command', '/bin/true', '--no-try'])
    const off = ['init', '--yes', '--no-install']
    expect(await cli(place, [...off, '--no-bridge'])).toMatchObject({ code: 0 })
    expect(await cli(place, off)).toMatchObject({ code: 0 })
    expect(place.readJson(MANIFEST)).toMatchObject({ bridge: { enabled: false } })
  })

  it('does not replace an entry of somebody else with its name', async () => {
    const place = home()
    place.write('.claude.json', '{ "mcpServers": { "mcp-twin": { "command": "/opt/other" } } }')
    const result = await cli(place, ['sync', '--json'])
    expect(result.code).toBe(3)
    expect(entryIn(place, '.claude.json')).toEqual({ command: '/opt/other' })
  })

  it('answers as Claude Desktop starts it', async () => {
    const place = home()
    await cli(place, ['sync'])
    const entry = entryIn(place, '.config/Claude/claude_desktop_config.json')
    if (entry === undefined) throw new Error('no entry')
    expect((await startAsDesktop(place, entry)).tools.map((tool) => tool.name)).toEqual(
      expect.arrayContaining(['read_file', 'search_text', 'bridge_status']),
    )
  })
})

describeUnless(await lacksClaudeCode(), 'the bridge in the real Claude Code', () => {
  it('is connected', async () => {
    const place = home()
    await cli(place, ['sync'])
    expect((await claudeList(place)).servers).toEqual([expect.objectContaining({ name: 'mcp-twin', connected: true })])
  })
})

describe('the bridge across the border', () => {
  const start = async (planted: Planted, side: string): Promise<string[]> => {
    const entry = (planted.side(side).config('claude-desktop') as { mcpServers: Record<string, Entry> }).mcpServers['mcp-twin']
    if (entry === undefined) throw new Error('no entry')
    return (await startAsDesktopOn(planted, side, entry)).tools.map((tool) => tool.name)
  }

  it('is started by Claude Desktop through wsl.exe when home is in WSL', async () => {
    const planted = world().wsl('Ubuntu').file(MANIFEST, empty).windows().client('claude-desktop', '{}').build()
    places.push(planted.scratch)
    expect((await planted.cli(['sync'])).code).toBe(0)
    const config = planted.side('windows').config('claude-desktop') as { mcpServers: Record<string, Entry> }
    expect(config.mcpServers['mcp-twin']).toMatchObject({ command: 'C:\\Windows\\System32\\wsl.exe' })
    expect(config.mcpServers['mcp-twin']?.args.slice(0, 5)).toEqual(['-d', 'Ubuntu', '-u', 'ana', '--exec'])
    expect(await start(planted, 'windows')).toContain('read_file')
  })

  it('is started natively by Claude Desktop, and across by Claude Code, when home is on Windows', async () => {
    const planted = world().windows().file(MANIFEST, empty).client('claude-desktop', '{}').wsl('Ubuntu').build()
    places.push(planted.scratch)
    expect((await planted.cli(['sync'])).code).toBe(0)
    expect(await start(planted, 'windows')).toContain('read_file')
    const code = planted.side('wsl:Ubuntu').config('claude-code') as { mcpServers: Record<string, Entry> }
    expect(code.mcpServers['mcp-twin']?.command).toMatch(/node\.exe$/)
  })
})
