import { mkdirSync, rmSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { startAsDesktopOn, type DesktopEntry } from '../../support/desktop.ts'
import { modern } from '../../support/http-servers.ts'
import { leftovers, textHolds } from '../../support/processes.ts'
import { world } from '../../support/world.ts'

const MARKER = 'sides-key-0d4f6b8a2c1e3957'
const OTHER = 'not-for-windows-7a5c3e1f9b2d'

/** Home in WSL, Claude Desktop on Windows: a remote server reaches Desktop by the relay alone. */
async function twins() {
  const far = await modern({ key: MARKER })
  const planted = world().wsl().windows().build()
  mkdirSync(planted.side('windows').here('C:\\Windows\\System32'), { recursive: true })
  const servers = {
    far: { url: far.url, headers: { 'x-api-key': '${secret:FAR}' } },
    here: { command: 'cat', only: ['wsl'], env: { K: '${secret:OTHER}' } },
  }
  planted.self.write('.mcp-twin/mcp-twin.json', JSON.stringify({ version: 1, servers, bridge: { enabled: false } }))
  const keys = { MCP_TWIN_SECRET_FAR: MARKER, MCP_TWIN_SECRET_OTHER: OTHER }
  const synced = await planted.cli(['sync', '--json'], { env: { ...planted.env(), ...keys } })
  const desktop = (): Record<string, DesktopEntry> =>
    JSON.parse(planted.side('windows').read(planted.side('windows').clientFile('claude-desktop'))).mcpServers
  return { far, planted, synced, desktop }
}

describe('a remote server for Claude Desktop on Windows, with home in WSL', () => {
  it('is relayed on Windows, from what the sync left there, without WSL', async () => {
    const { far, planted, synced, desktop } = await twins()
    expect(synced.stderr + JSON.stringify(synced.json)).not.toContain(MARKER)
    expect(synced.code, synced.output).toBe(0)
    const entry = desktop().far
    if (entry === undefined) throw new Error('no entry was written')
    expect(JSON.stringify(entry)).not.toContain(MARKER)
    const launches = planted.side('windows').read('.mcp-twin\\launches.json')
    expect(launches).toContain(MARKER)
    expect(launches).not.toContain(OTHER)
    // WSL is asleep: nothing of its home can be read.
    rmSync(planted.side('wsl:Ubuntu').here('.mcp-twin'), { recursive: true })
    const answer = await startAsDesktopOn(planted, 'windows', entry)
    expect(answer).toMatchObject({ serverInfo: { name: 'modern' }, stray: [], code: 0 })
    expect(answer.tools.map(({ name }) => name)).toEqual(['echo', 'slow'])
    expect(textHolds(answer.stderr, MARKER)).toBe(false)
    expect(far.requests.at(-1)?.headers['x-api-key']).toBe(MARKER)
    expect(await leftovers(planted.scratch.root)).toEqual([])
  })
})
