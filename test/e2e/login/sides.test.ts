import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type DesktopEntry, startAsDesktopOn } from '../../support/desktop.ts'
import { nodePath } from '../../support/machine.ts'
import { oauthServer } from '../../support/oauth-server.ts'
import { filesWith } from '../../support/processes.ts'
import { world } from '../../support/world.ts'

/** Home in WSL, Claude Desktop on Windows, whose browser goes to each address that it is given. */
async function twins() {
  const server = await oauthServer()
  const planted = world().wsl().client('claude-code', '{}').windows().client('claude-desktop', '{}').build()
  const windows = planted.side('windows')
  const system = windows.here('C:\\Windows\\System32')
  mkdirSync(system, { recursive: true })
  const browser = join(planted.scratch.root, 'browser.js')
  writeFileSync(browser, 'fetch(process.argv[2]).catch(() => {})')
  writeFileSync(join(system, 'rundll32.exe'), `#!/bin/sh\nexec ${nodePath} ${browser} "$2"\n`, { mode: 0o755 })
  const servers = { far: { url: server.url } }
  planted.self.write('.mcp-twin/mcp-twin.json', JSON.stringify({ version: 1, servers, bridge: { enabled: false } }))
  const entries = (id: string, client: string): Record<string, DesktopEntry> =>
    JSON.parse(planted.side(id).read(planted.side(id).clientFile(client))).mcpServers
  return { server, planted, entries }
}

describe('one login for both sides, with home in WSL', () => {
  it('is made in the browser of Windows, kept at home alone, and renewed once for four starts on two sides', async () => {
    const { server, planted, entries } = await twins()
    const { code, output } = await planted.cli(['login', 'far'])
    expect(code, output).toBe(0)
    const there = entries('windows', 'claude-desktop').far
    const here = entries(planted.self.facts.id, 'claude-code').far
    if (there === undefined || here === undefined) throw new Error(`no entry was written\n${output}`)
    expect(there.command).toBe('C:\\Windows\\System32\\wsl.exe')
    expect(there.args?.slice(0, 5)).toEqual(['-d', 'Ubuntu', '-u', expect.any(String), '--exec'])
    expect(there.args?.slice(-2)).toEqual(['run', 'far'])
    expect(here.args?.slice(-2)).toEqual(['run', 'far'])
    for (let round = 1; round <= 2; round++) {
      server.expire()
      const starts = [there, there].map((entry) => startAsDesktopOn(planted, 'windows', entry))
      starts.push(...[here, here].map((entry) => startAsDesktopOn(planted, planted.self.facts.id, entry)))
      const answers = await Promise.all(starts)
      expect(answers.map(({ tools }) => tools.map(({ name }) => name))).toEqual(Array(4).fill(['tell']))
      const refreshes = server.asked.filter((each) => each === 'token refresh_token')
      expect([refreshes.length, server.reused, server.logins()]).toEqual([round, [], 1])
    }
    const found = new Set(server.given.flatMap((token) => filesWith(token, [planted.scratch.root])))
    expect([...found].map((file) => file.split('/').slice(-2).join('/'))).toEqual(['.mcp-twin/logins.json'])
  })
})
