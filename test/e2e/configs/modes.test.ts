import { chmodSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { world } from '../../support/world.ts'
import { settingsFor, tinyRegistry } from '../support/place.ts'

const registry = await tinyRegistry()
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8)
const manifest = JSON.stringify({ version: 1, servers: { tiny: { package: 'tiny-server@1.0.0' } } })

describe("our folder on a person's disk", () => {
  it('is private on both sides, whichever creates it first', async () => {
    const place = world()
      .wsl()
      .windows()
      .build({ npmrc: settingsFor(registry) })
    const windows = place.side('windows')
    windows.write('.npmrc', settingsFor(registry))
    place.scratch.write('.mcp-twin/mcp-twin.json', manifest)
    chmodSync(place.scratch.path('.mcp-twin'), 0o755)
    const result = await place.cli(['sync', '--json'])
    expect(result.code, result.output).toBe(0)
    expect(modeOf(place.scratch.path('.mcp-twin'))).toBe('700')
    expect(modeOf(windows.here(windows.native('.mcp-twin')))).toBe('700')
  })

  it('stays as it is where nothing is changed', async () => {
    const place = world().wsl().build()
    place.scratch.write('.mcp-twin/mcp-twin.json', '{ "version": 1, "bridge": { "enabled": false } }')
    chmodSync(place.scratch.path('.mcp-twin'), 0o755)
    expect((await place.cli(['sync', '--check'])).code).toBe(0)
    expect(modeOf(place.scratch.path('.mcp-twin'))).toBe('755')
  })
})

describe('a file that a client did not have', () => {
  const keyed = { command: 'node', env: { K: '${secret:KEY}' } }

  it('is private in the home folder, and as open as its project in a project', async () => {
    const place = world().wsl().build()
    place.scratch.write('.mcp-twin/mcp-twin.json', JSON.stringify({ version: 1, servers: { keyed } }))
    const env = { MCP_TWIN_SECRET_KEY: 'marker-of-the-modes-test' }
    expect((await place.cli(['sync'], { env })).code).toBe(0)
    expect(modeOf(place.scratch.path('.claude.json'))).toBe('600')

    const project = place.scratch.path('project')
    mkdirSync(join(project, '.git'), { recursive: true })
    mkdirSync(join(project, '.cursor'))
    place.scratch.write('project/mcp-twin.json', JSON.stringify({ version: 1, servers: { plain: { command: 'node' }, keyed } }))
    expect((await place.cli(['sync'], { cwd: project, env })).code).toBe(0)
    expect(modeOf(join(project, '.mcp.json'))).toBe('644')
    expect(modeOf(join(project, '.cursor/mcp.json'))).toBe('644')
  })
})
