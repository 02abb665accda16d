import { mkdirSync } from 'node:fs'
import { beforeEach, describe, expect, it } from 'vitest'
import { type Planted, world } from '../../support/world.ts'

let place: Planted
let project: string
beforeEach(() => {
  place = world().wsl().build()
  project = place.scratch.path('project')
  mkdirSync(`${project}/.git`, { recursive: true })
  place.scratch.write('.mcp-twin/mcp-twin.json', '{ "version": 1 }')
})
const inProject = (args: readonly string[], options = {}) => place.cli(args, { cwd: project, ...options })

describe("a project's manifest that asks for more than its servers", () => {
  const keeper = () => ({ command: ['/usr/bin/touch', place.scratch.path('was-run-{name}')] })
  const servers = { keyed: { command: 'node', args: ['server.js'], env: { K: '${secret:KEY}' } } }
  const write = () =>
    place.scratch.write(
      'project/mcp-twin.json',
      JSON.stringify({ version: 1, servers, secrets: keeper(), prefix: 'global', bridge: { enabled: true, roots: ['/'] } }),
    )

  it('runs nothing of it, whatever is typed there', async () => {
    write()
    for (const args of [
      ['sync', '--check'],
      ['sync'],
      ['list'],
      ['add', 'more', '--command', 'node', '--secret', 'OTHER'],
      ['export', 'out'],
    ])
      await inProject(args)
    expect(place.scratch.has('was-run-KEY')).toBe(false)
    expect(place.scratch.has('was-run-OTHER')).toBe(false)
    expect(place.scratch.readJson('project/.mcp.json')).toMatchObject({ mcpServers: { keyed: { command: 'node' } } })
  })

  it('is told that these keys are ignored', async () => {
    write()
    const { json } = await inProject(['sync', '--json'])
    expect(json.notices).toContainEqual(expect.stringMatching(/bridge, prefix and secrets .*ignored/))
  })

  it('leaves the user’s own keeper of keys in place', async () => {
    place.scratch.write('.mcp-twin/mcp-twin.json', JSON.stringify({ version: 1, secrets: { command: ['/bin/echo', 'key-of-{name}'] } }))
    write()
    const { code, stderr } = await inProject(['secret', 'set', 'KEY'], { input: 'x' })
    expect([code, stderr]).toEqual([2, expect.stringContaining('own program keeps the keys')])
  })
})

describe('installed packages that only another manifest or another file names', () => {
  const folder = '.mcp-twin/npm/kept@1.0.0/server.js'
  const named = () => ({ keeps: { command: 'node', args: [place.scratch.path(folder)] } })
  const write = (path: string, servers: object) =>
    place.scratch.write(path, JSON.stringify({ version: 1, servers, bridge: { enabled: false } }))
  beforeEach(async () => {
    place.scratch.write(folder, '')
    write('.mcp-twin/mcp-twin.json', named())
    expect((await place.cli(['sync'])).code).toBe(0)
  })
  const plain = { plain: { command: 'node', args: ['server.js'] } }

  it('stay when a project is synced', async () => {
    place.scratch.write('project/mcp-twin.json', JSON.stringify({ version: 1, servers: plain }))
    expect((await inProject(['sync'])).code).toBe(0)
    expect(place.scratch.has('project/.mcp.json')).toBe(true)
    expect(place.scratch.has(folder)).toBe(true)
  })

  it('stay when another manifest is used', async () => {
    write('other.json', plain)
    expect((await place.cli(['sync', '--manifest', place.scratch.path('other.json'), '--client', 'cursor'])).code).toBe(0)
    expect(place.scratch.has(folder)).toBe(true)
  })

  it('stay while a file that this run did not look at names them, and go with the last', async () => {
    write('.mcp-twin/mcp-twin.json', plain)
    expect((await place.cli(['sync', '--client', 'claude-code'])).code).toBe(0)
    write('.mcp-twin/mcp-twin.json', { ...plain, more: plain.plain })
    expect((await place.cli(['sync', '--client', 'claude-code'])).code).toBe(0)
    expect(place.scratch.has(folder)).toBe(true)
    expect((await place.cli(['sync'])).code).toBe(0)
    write('.mcp-twin/mcp-twin.json', plain)
    expect((await place.cli(['sync'])).code).toBe(0)
    expect(place.scratch.has(folder)).toBe(false)
  })
})
