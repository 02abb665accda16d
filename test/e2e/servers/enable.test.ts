import { describe, expect, it } from 'vitest'
import { nodePath } from '../../support/machine.ts'
import { world } from '../../support/world.ts'
import { documentOf, errorOf } from '../support/place.ts'

const planted = (servers: Record<string, unknown>, more: Record<string, unknown> = {}, clients: readonly string[] = []) => {
  const plan = world().wsl().windows()
  for (const id of clients) plan.client(id, '{}')
  const place = plan.build()
  place.scratch.write('.mcp-twin/mcp-twin.json', JSON.stringify({ version: 1, bridge: { enabled: false }, servers, ...more }))
  const has = (side: string, client: string): string[] =>
    Object.keys((place.side(side).config(client) as { mcpServers?: object } | null)?.mcpServers ?? {}).sort()
  const server = (name: string) => JSON.parse(place.scratch.read('.mcp-twin/mcp-twin.json')).servers[name]
  return { place, has, server }
}
const url = { url: 'https://mcp.example.com/mcp' }

describe('enable --on', () => {
  it('brings a server of one side to the other one', async () => {
    const { place, has, server } = planted({ a: { ...url, only: ['wsl'] } })
    expect((await place.cli(['sync', '--offline'])).code).toBe(0)
    expect([has('windows', 'claude-desktop'), has('wsl:Ubuntu', 'claude-code')]).toEqual([[], ['a']])
    const done = await place.cli(['enable', 'a', '--on', 'windows', '--json'])
    expect([done.code, documentOf(done).inSync]).toEqual([0, true])
    expect([has('windows', 'claude-desktop'), has('wsl:Ubuntu', 'claude-code')]).toEqual([['a'], ['a']])
    expect(server('a')).toEqual(url)
  })

  it('brings a disabled server to the named places alone, with --client too, and says how to have it everywhere', async () => {
    const { place, has, server } = planted({ a: url, b: url, c: { ...url, only: ['windows'] } }, {}, ['cursor'])
    expect((await place.cli(['sync', '--offline'])).code).toBe(0)
    expect((await place.cli(['disable', 'a', 'b', 'c'])).code).toBe(0)
    const done = await place.cli(['enable', 'a', 'c', '--on', 'wsl', '--json'])
    expect([done.code, documentOf(done).notices]).toEqual([
      0,
      expect.arrayContaining(['a: on Ubuntu alone, since it was disabled; to have it in every program: mcp-twin enable a --everywhere']),
    ])
    expect((await place.cli(['enable', 'b', '--client', 'cursor', '--on', 'windows'])).code).toBe(0)
    const all = [has('windows', 'claude-desktop'), has('windows', 'cursor'), has('wsl:Ubuntu', 'claude-code')]
    expect(all).toEqual([[], ['b'], ['a', 'c']])
    expect([server('a').only, server('b').only]).toEqual([['wsl'], ['cursor', 'windows']])
    expect((await place.cli(['disable', 'a'])).code).toBe(0)
    expect((await place.cli(['enable', 'a'])).code).toBe(0)
    expect([has('windows', 'claude-desktop'), has('wsl:Ubuntu', 'claude-code')]).toEqual([[], ['a', 'c']])
  })

  it('names what still keeps a server out of every program', async () => {
    const { place } = planted({ a: url })
    for (const side of ['wsl', 'windows']) expect((await place.cli(['disable', 'a', '--on', side, '--no-sync'])).code).toBe(0)
    const asked = await place.cli(['enable', 'a', '--no-sync', '--json'])
    expect(documentOf(asked).notices).toContainEqual(
      'a: "only" or "except" in the manifest keep it from every program; to take them away: mcp-twin enable a --everywhere',
    )
  })

  it('says so when it changes nothing', async () => {
    const { place } = planted({ a: url })
    await place.cli(['sync', '--offline'])
    const again = await place.cli(['enable', 'a', '--on', 'windows'])
    expect([again.code, again.stdout]).toEqual([0, expect.stringContaining('a: already enabled for Windows; nothing to change')])
  })

  it('reaches a program across that is on one side only', async () => {
    const { place, server } = planted({ local: { command: nodePath, args: ['/nowhere.cjs'], only: ['wsl'] } })
    const done = await place.cli(['enable', 'local', '--on', 'windows', '--json'])
    expect(server('local')).toEqual({ command: nodePath, args: ['/nowhere.cjs'], runIn: 'wsl' })
    expect(documentOf(done).notices).toContainEqual(expect.stringMatching(/^local: its program is not on Windows, so it runs on Ubuntu/))
    const { mcpServers } = place.side('windows').config('claude-desktop') as { mcpServers: { local: { command: string } } }
    expect(mcpServers.local.command).toMatch(/wsl\.exe$/)
  })

  it('spells a path of the one side for the other', async () => {
    const { place, server } = planted({
      a: { package: 'x', args: ['--at=/home/ana/notes', '/c'], env: { FILE: '/tmp/mem.json' }, only: ['wsl'] },
    })
    const done = await place.cli(['enable', 'a', '--on', 'windows', '--no-sync', '--json'])
    expect(documentOf(done).notices).toContainEqual(
      expect.stringMatching(/^a: \/home\/ana\/notes, \/tmp\/mem\.json is spelled for each side/),
    )
    expect(server('a')).toEqual({
      ...{ package: 'x', args: ['--at=${path:/home/ana/notes}', '/c'], env: { FILE: '${path:/tmp/mem.json}' } },
    })
  })

  it('refuses a combination that the manifest cannot express, with the nearest command', async () => {
    const { place, server } = planted({ a: { ...url, only: ['wsl', 'linux'] } }, {}, ['cursor'])
    const asked = await place.cli(['enable', 'a', '--on', 'windows', '--client', 'claude-desktop', '--json'])
    expect([asked.code, errorOf(asked)]).toEqual([
      2,
      expect.objectContaining({
        message: 'No "only" or "except" of a says Claude Desktop (Windows) without Cursor (Windows).',
        hint: expect.stringContaining('mcp-twin enable a --everywhere'),
      }),
    ])
    expect(server('a').only).toEqual(['wsl', 'linux'])
    expect((await place.cli(['enable', 'a', '--everywhere', '--no-sync'])).code).toBe(0)
    expect(server('a')).toEqual(url)
  })

  it('names a client that is switched off as the reason', async () => {
    const { place } = planted({ a: { ...url, only: ['wsl'] } }, { clients: { 'claude-desktop': false } })
    for (const words of [
      ['--on', 'windows'],
      ['--client', 'claude-desktop'],
      ['--client', 'vscode'],
    ]) {
      const asked = await place.cli(['enable', 'a', ...words, '--json'])
      expect([asked.code, errorOf(asked).message]).toEqual([2, expect.stringContaining('is switched off ("clients" in the manifest)')])
    }
    expect((await place.cli(['enable', 'a', '--client', 'claude-desktop', '--on', 'wsl'])).code).toBe(2)
    expect((await place.cli(['enable', 'a', '--everywhere', '--on', 'wsl'])).code).toBe(2)
  })

  it.each([['vscode'], ['claude-desktop']])('reaches %s by the printed command', async (id) => {
    const { place } = planted({ a: { ...url, only: ['wsl'] } }, { clients: { 'claude-desktop': false } })
    const asked = await place.cli(['enable', 'a', '--client', id, '--on', 'windows', '--json'])
    const way = /mcp-twin (init --client \S+)/.exec(errorOf(asked).hint ?? '')?.[1]
    expect(way).toBe(`init --client ${id}`)
    expect((await place.cli(['init', '--client', id, '--yes', '--no-install', '--no-bridge'])).code).toBe(0)
    const done = await place.cli(['enable', 'a', '--client', id, '--on', 'windows', '--no-sync', '--json'])
    expect([done.code, JSON.parse(place.scratch.read('.mcp-twin/mcp-twin.json')).clients[id]]).toEqual([0, true])
  })

  it('is switched on by add --client too', async () => {
    const { place } = planted({})
    expect((await place.cli(['add', 'a', '--url', url.url, '--client', 'vscode', '--no-sync'])).code).toBe(0)
    expect(JSON.parse(place.scratch.read('.mcp-twin/mcp-twin.json')).clients).toEqual({ vscode: true })
  })
})
