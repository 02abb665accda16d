import { describe, expect, it } from 'vitest'
import { codeFile, home } from '../support/place.ts'

describe('the home folder', () => {
  it('is ~ in the values of a difference, and whole in JSON', async () => {
    const place = home()
    place.manifest({ one: { command: 'node', args: [place.path('one.mjs')] } })
    const { stdout } = await place.run(['diff'])
    expect(stdout).toContain('"~/one.mjs"')
    expect(stdout).not.toContain(place.path('one.mjs'))
    expect(JSON.stringify((await place.json(['diff'])).steps)).toContain(place.path('one.mjs'))
  })
})

describe('without a manifest', () => {
  it('doctor says how to make one, and claims of no server that it starts', async () => {
    const place = home()
    expect((await place.run(['doctor', '--deep'])).stdout).toContain('no program has a server to start')
    expect((await place.run(['doctor'])).output).not.toContain('doctor --deep')
    place.write(codeFile, JSON.stringify({ mcpServers: { one: place.tiny } }))
    expect((await place.run(['doctor'])).stdout).toMatch(/(?:mcp-twin|mcp-twin\.mjs) init\n/)
  })

  it('uninstall speaks of no manifest that undo has removed', async () => {
    const place = home()
    place.write(codeFile, JSON.stringify({ mcpServers: { one: place.tiny } }))
    expect((await place.run(['init', '--yes', '--no-bridge', '--offline'])).code).toBe(0)
    expect((await place.run(['undo', '--yes'])).code).toBe(0)
    expect((await place.run(['uninstall', '--dry-run'])).stdout).toContain('removed; backups are kept (--purge deletes them too).\n')
    expect((await place.run(['uninstall', '--purge', '--dry-run'])).stdout).toContain('removed; backups are deleted too, for good.\n')
    const { code, stdout } = await place.run(['uninstall', '--yes'])
    expect(code, stdout).toBe(0)
    expect(stdout).toContain('Your backups are in ~/.mcp-twin.\n')
    expect(stdout).toContain('to begin anew:\n    npx mcp-twin init\n')
    expect(stdout).not.toContain('sync --adopt')
  })
})
