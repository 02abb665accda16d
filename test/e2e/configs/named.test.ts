import { describe, expect, it } from 'vitest'
import { world } from '../../support/world.ts'

const servers = { x: { command: 'node' } }
const twoSides = () => world().wsl().windows().build()
type Place = ReturnType<typeof twoSides>
const manifest = (place: Place, clients: object) =>
  place.scratch.write('.mcp-twin/mcp-twin.json', JSON.stringify({ version: 1, bridge: { enabled: false }, servers, clients }))

describe('a client’s file that the manifest names', () => {
  it('may begin with ~, and is the file of its own side alone', async () => {
    const place = twoSides()
    place.side('windows').write('.cursor\\mcp.json', '{}')
    manifest(place, { cursor: { file: '~/dotfiles/cursor.json' }, 'claude-code': { file: '~/dotfiles/claude.json' } })
    const { code, json, output } = await place.cli(['sync', '--json'])
    expect(code, output).toBe(0)
    expect(place.scratch.readJson('dotfiles/cursor.json')).toEqual({ mcpServers: servers })
    expect(place.scratch.readJson('dotfiles/claude.json')).toEqual({ mcpServers: servers })
    expect(place.side('windows').config('cursor')).toEqual({ mcpServers: servers })
    expect(
      json.steps.filter((each: { environment: string; client: string }) => each.environment === 'windows' && each.client === 'claude-code'),
    ).toEqual([])
  })

  it('may be spelled as the other side spells it', async () => {
    const place = twoSides()
    manifest(place, { 'claude-desktop': { file: '/mnt/c/alt/desktop.json' }, 'claude-code-config': false })
    const { code, output } = await place.cli(['sync'])
    expect(code, output).toBe(0)
    expect(JSON.parse(place.side('windows').read('C:\\alt\\desktop.json'))).toEqual({ mcpServers: servers })
  })
})

describe('--desktop-config', () => {
  it('given to init is kept, so that later commands know the file', async () => {
    const place = twoSides()
    place.side('windows').write('C:\\alt\\desktop.json', '{}')
    const quick = { version: 1, bridge: { enabled: false }, servers: { x: { command: '/bin/true' } } }
    place.scratch.write('.mcp-twin/mcp-twin.json', JSON.stringify(quick))
    const init = ['init', '--yes', '--no-bridge', '--no-import', '--desktop-config', '/mnt/c/alt/desktop.json']
    const first = await place.cli(init)
    // `true` is no server, so what was written does not answer.
    expect(first.code, first.output).toBe(3)
    expect(place.scratch.readJson('.mcp-twin/mcp-twin.json')).toMatchObject({
      clients: { 'claude-desktop': { file: 'C:\\alt\\desktop.json' } },
    })
    const again = await place.cli(init)
    expect(again.output).toMatch(/nothing to do/)
    const removed = await place.cli(['remove', 'x'])
    expect(removed.code, removed.output).toBe(0)
    expect(JSON.parse(place.side('windows').read('C:\\alt\\desktop.json'))).toEqual({ mcpServers: {} })
  })

  it.each(['C:\\alt\\desktop.json', '/mnt/c/alt/desktop.json'])('takes %s', async (path) => {
    const place = twoSides()
    manifest(place, {})
    const { code, json, output } = await place.cli(['sync', '--desktop-config', path, '--json'])
    expect(code, output).toBe(0)
    expect(json.steps.find((each: { client: string }) => each.client === 'claude-desktop').file).toBe('C:\\alt\\desktop.json')
    expect(JSON.parse(place.side('windows').read('C:\\alt\\desktop.json'))).toEqual({ mcpServers: servers })
    const again = await place.cli(['sync', '--check', '--desktop-config', path])
    expect(again.code, again.output).toBe(0)
  })

  it('is relative to where it is typed, on a side of its own', async () => {
    const place = world().linux().build()
    manifest(place, {})
    place.scratch.write('sub/.keep', '')
    const result = await place.cli(['sync', '--client', 'claude-desktop', '--desktop-config', 'desktop.json'], {
      cwd: place.scratch.path('sub'),
    })
    expect(result.code, result.output).toBe(0)
    expect(place.scratch.readJson('sub/desktop.json')).toEqual({ mcpServers: servers })
  })
})
