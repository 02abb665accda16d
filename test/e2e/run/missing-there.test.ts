import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { cliPath } from '../../support/cli.ts'
import { nodePath } from '../../support/machine.ts'
import { session } from '../../support/mcp.ts'
import { miniRegistry } from '../../support/mini-registry.ts'
import { world } from '../../support/world.ts'
import { KEY, keyed, legacyServer, published } from './missing.ts'

const SITE = 'C:\\Users\\Ana\\work\\site'
const HELLO = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } }

describe('a project that a program of the other side opens', () => {
  it("is installed there, by that side's npm and its user's settings, from what home has trusted", async () => {
    const registry = await miniRegistry()
    onTestFinished(() => registry.close())
    const planted = world().wsl().windows().build()
    const windows = planted.side('windows')
    // Both sides reach the Windows drive, each by its own spelling.
    for (const id of ['wsl:Ubuntu', 'windows']) {
      const file = planted.env(id).MCP_TWIN_WORLD ?? ''
      const seen = JSON.parse(readFileSync(file, 'utf8'))
      for (const each of seen.environments)
        if (each.kind === 'wsl') each.files = [{ native: '/mnt/c', here: windows.here('C:\\') }, ...each.files]
      writeFileSync(file, JSON.stringify(seen))
    }
    // A server of home's own makes home known there.
    const servers = { cat: { command: 'cat', launch: 'run', env: { K: '${secret:MINE}' } } }
    planted.self.write('.mcp-twin/mcp-twin.json', JSON.stringify({ version: 1, servers }))
    await planted.cli(['secret', 'set', 'MINE'], { input: KEY })
    expect((await planted.cli(['sync'])).code).toBe(0)
    windows.write('.npmrc', `registry=${registry.url}\n`)
    windows.write(`${SITE}\\.npmrc`, 'registry=http://127.0.0.1:9/\n')
    windows.write(`${SITE}\\mcp-twin.json`, JSON.stringify({ version: 1, servers: { tool: keyed('pkg@1.0.0') } }))
    windows.write(`${SITE}\\mcp-twin.lock.json`, JSON.stringify({ version: 1, packages: published(registry, 'pkg', legacyServer) }))
    expect((await planted.cli(['trust', '--offline', SITE])).code).toBe(0)
    const args = [cliPath, 'run', '--project=.', 'tool']
    const server = session({ command: nodePath, args, env: planted.env('windows'), cwd: windows.here(SITE) })
    await server.ask('initialize', HELLO)
    expect(await server.ask('tools/call', { name: 'tell' })).toEqual({ content: [{ type: 'text', text: `key ${KEY}` }] })
    expect(await server.end()).toMatchObject({ code: 0 })
    expect(readdirSync(windows.here('C:\\Users\\Ana\\.mcp-twin\\npm'))).toEqual(['pkg@1.0.0'])
  })
})
