import { describe, expect, it } from 'vitest'
import { codeFile, documentOf, home } from '../support/place.ts'

describe('words that nearly mean something', () => {
  it.each([
    [['add', 'tavly'], 'tavily'],
    [['init', '--yes', '--server', 'memroy'], 'memory'],
    [['snyc'], 'sync'],
    [['sync', '--client', 'claude-dekstop'], 'claude-desktop'],
    [['list', '--on', 'linx'], 'linux'],
    [['remove', 'thign'], 'thing'],
    [['list', '--on', 'mars'], 'available: linux'],
  ])('suggest the right one: %j', async (args, meant) => {
    const place = home()
    place.manifest({ thing: { command: '/bin/true' } })
    const said = await place.run(args)
    expect([args, said.code]).toEqual([args, 2])
    expect(said.stderr).toContain(meant)
    expect(place.has(codeFile)).toBe(false)
  })

  it('memory@VERSION means the built-in memory in that version', async () => {
    const place = home()
    const said = await place.run(['init', '--yes', '--no-bridge', '--no-install', '--server', 'memory@2026.8.31'])
    expect(said.code).toBe(0)
    expect(place.readJson('.mcp-twin/mcp-twin.json')).toMatchObject({
      servers: { memory: { package: '@modelcontextprotocol/server-memory@2026.8.31' } },
    })
  })

  it('a server whose name is taken is reported', async () => {
    const place = home()
    place.write(codeFile, JSON.stringify({ mcpServers: { memory: { command: '/opt/mine' } } }))
    const document = documentOf(await place.run(['init', '--yes', '--no-bridge', '--no-install', '--server', 'memory', '--json']))
    expect(document.notices.join()).toMatch(/memory: another server has this name.*server-memory was not added/)
  })
})

it('a manifest that is a folder is reported by its path', async () => {
  const place = home()
  place.write('.mcp-twin/mcp-twin.json/x', '')
  expect(await place.run(['list', '--json'])).toMatchObject({
    code: 2,
    json: {
      error: { code: 'bad-manifest', file: place.path('.mcp-twin/mcp-twin.json'), message: expect.stringContaining('that is a folder') },
    },
  })
})

describe('a reader that goes away', () => {
  it.each(['stdout', 'stderr'] as const)('%s: no crash, and the work is done', async (stream) => {
    const place = home()
    place.manifest({ a: { command: '/bin/true' } })
    const { code } = await place.run(['sync'], { started: (child) => void child[stream]?.destroy() })
    expect(code).toBe(0)
    expect((await place.run(['sync', '--check'])).code).toBe(0)
  })
})

describe('an output that takes nothing, as on a full disk', () => {
  const lost = 'mcp-twin: standard output cannot be written: no space left on device (ENOSPC).\n'
  const wrapper = ['sh', '-c', 'exec "$0" "$@" >/dev/full']

  it.each([[['list']], [['list', '--json']], [['--help']], [['add', '--help']], [['--version']], [['schema']], [['completion', 'bash']]])(
    '%j: one sentence and a failure',
    async (args) => {
      const place = home()
      place.manifest({ a: { command: '/bin/true' } })
      expect(await place.run(args, { wrapper })).toMatchObject({ code: 1, stderr: lost })
    },
  )

  it('breaks off no work', async () => {
    const place = home()
    place.manifest({ a: { command: '/bin/true' } })
    const said = await place.run(['sync'], { wrapper })
    expect([said.code, said.stderr.endsWith(lost)]).toEqual([1, true])
    expect((await place.run(['sync', '--check'])).code).toBe(0)
    expect((await place.run(['list'], { wrapper: ['sh', '-c', 'exec "$0" "$@" 2>/dev/full'] })).code).toBe(0)
  })
})

it('init --no-install starts nothing, also where a program has a server of the name of ours', async () => {
  const place = home()
  place.write(codeFile, JSON.stringify({ mcpServers: { 'mcp-twin': { command: 'touch', args: [place.path('started')] } } }))
  const said = await place.run(['init', '--yes', '--no-install'])
  expect([said.code, said.stdout.includes('Checked'), place.has('started')]).toEqual([0, false, false])
  expect(said.output).toMatch(/no config was changed/)
  expect((await place.run(['init', '--yes', '--no-install', '--server', 'memory', '--json'])).json.checks).toEqual([])
})
