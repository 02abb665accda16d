import { beforeEach, describe, expect, it } from 'vitest'
import { type Planted, world } from '../../support/world.ts'

let place: Planted
const read = (file: string) => JSON.parse(place.scratch.read(file))
const servers = (file: string) => Object.keys(read(file).mcpServers)
const [code, cursor] = ['.claude.json', '.cursor/mcp.json']
beforeEach(async () => {
  place = world().wsl().client('cursor', '{}').build()
  const both = { a: { command: 'node' }, b: { command: 'node' } }
  place.scratch.write('.mcp-twin/mcp-twin.json', JSON.stringify({ version: 1, bridge: { enabled: false }, servers: both }))
  expect((await place.cli(['sync'])).code).toBe(0)
})

describe('a server that is taken out of one program', () => {
  it.each(['remove', 'disable'])('by %s --client stays in the others, and comes back by enable', async (command) => {
    expect((await place.cli([command, 'a', '--client', 'cursor'])).code).toBe(0)
    expect([servers(code), servers(cursor)]).toEqual([['a', 'b'], ['b']])
    expect((await place.cli(['enable', 'a', '--client', 'cursor'])).code).toBe(0)
    expect([servers(code).sort(), servers(cursor).sort()]).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ])
    expect(read('.mcp-twin/mcp-twin.json').servers).toEqual({ a: { command: 'node' }, b: { command: 'node' } })
  })

  it('on one side only needs --client or --on', async () => {
    expect((await place.cli(['remove', 'a', '--client', 'cursor', '--on', 'wsl'])).code).toBe(2)
    expect((await place.cli(['remove', 'a', '--on', 'wsl'])).code).toBe(0)
    expect([servers(code), servers(cursor)]).toEqual([['b'], ['b']])
  })
})

describe('a server that was removed without a sync', () => {
  it('is listed by list as long as it is in some file', async () => {
    expect((await place.cli(['remove', 'a', 'b', '--no-sync'])).code).toBe(0)
    expect((await place.cli(['list'])).stdout).toContain('2 no longer wanted. To remove them:\n  mcp-twin sync\n')
    expect((await place.cli(['list', '--json'])).json.leftover).toContainEqual({ environment: 'wsl:Ubuntu', client: 'cursor', server: 'a' })
    expect((await place.cli(['sync'])).code).toBe(0)
    expect((await place.cli(['list', '--json'])).json.leftover).toEqual([])
  })
})

it('a server that stood in no config is named by remove, as gone from the manifest', async () => {
  await place.cli(['add', 'c', '--command', 'node', '--no-sync'])
  expect((await place.cli(['remove', 'c'])).stdout).toContain('c removed from the manifest; every config is in sync.')
  expect((await place.cli(['remove', 'b'])).stdout).toMatch(/^b removed from the manifest; 3 entries removed\.$/m)
  expect((await place.cli(['undo', 'list'])).stdout).toMatch(/remove +\d files?\n {2}manifest: c\n/)
  expect((await place.cli(['sync'])).stdout).toContain('Everything is in sync; nothing to do.')
})
