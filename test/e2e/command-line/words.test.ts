import { describe, expect, it } from 'vitest'
import { world } from '../../support/world.ts'

describe('a message', () => {
  it('does not claim that everything is in sync where only the manifest was read', async () => {
    const place = world().wsl().build()
    const first = await place.cli(['add', 'x', '--command', 'node', '--no-sync'])
    expect(first.code).toBe(0)
    expect(first.stdout).toContain('Manifest saved')
    expect(first.stdout).not.toContain('Everything is in sync')
    const again = await place.cli(['init', '--yes', '--no-install', '--no-bridge'])
    const third = await place.cli(['init', '--yes', '--no-install', '--no-bridge'])
    expect([again.code, third.code]).toEqual([0, 0])
    expect(third.stdout).toContain('The manifest needed no change')
  })

  it('names the keeper of keys that lacks a key', async () => {
    const place = world().wsl().build()
    const servers = { keyed: { command: 'node', env: { K: '${secret:MISSING}' } } }
    place.scratch.write(
      '.mcp-twin/mcp-twin.json',
      JSON.stringify({ version: 1, bridge: { enabled: false }, secrets: { command: ['/bin/false', '{name}'] }, servers }),
    )
    const { code, json } = await place.cli(['sync', '--json'])
    expect(code).toBe(3)
    expect(json.steps[0]).toMatchObject({
      kind: 'refuse',
      reason: 'the key MISSING is not given by "/bin/false {name}"',
      hint: 'put it there, then: mcp-twin sync; or give it as the variable MCP_TWIN_SECRET_MISSING',
    })
  })

  it('guesses a name only where it is near', async () => {
    const place = world().wsl().build()
    place.scratch.write(
      '.mcp-twin/mcp-twin.json',
      JSON.stringify({ version: 1, servers: { x: { command: 'node' }, tavily: { command: 'node' } } }),
    )
    const far = await place.cli(['remove', 'ab', '--json'])
    expect(far.json.error.hint).toBe('to see all servers: mcp-twin list')
    const near = await place.cli(['remove', 'tavliy', '--json'])
    expect(near.json.error.hint).toContain('tavily')
  })
})

describe('undo --list', () => {
  it('names every file of the user’s that a run changed, its manifest too', async () => {
    const place = world().wsl().build()
    await place.cli(['add', 'x', '--command', 'node', '--no-sync'])
    const { json } = await place.cli(['undo', '--list', '--json'])
    expect(json.runs).toEqual([
      { id: expect.any(String), at: expect.any(String), command: 'add', files: [place.scratch.path('.mcp-twin/mcp-twin.json')] },
    ])
  })
})

describe('a distribution that is not there', () => {
  it('is reported, with those that are', async () => {
    const place = world().wsl('Ubuntu').wsl('Debian').build()
    const { code, json } = await place.cli(['init', '--yes', '--distro', 'Debain', '--json'])
    expect(code).toBe(2)
    expect(json.error).toMatchObject({ message: 'No distribution "Debain" on this machine.', hint: 'did you mean "Debian"?' })
    expect(place.scratch.has('.mcp-twin')).toBe(false)
    const plain = await world().linux().build().cli(['init', '--yes', '--distro', 'Ubuntu', '--json'])
    expect([plain.code, plain.json.error.hint]).toEqual([2, 'no WSL found on this machine; without --distro: mcp-twin init'])
  })
})
