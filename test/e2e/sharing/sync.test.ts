import { afterEach, describe, expect, it } from 'vitest'
import { cli } from '../../support/cli.ts'
import type { Bridge } from '../../support/mcp.ts'
import { type Counted, counted } from './counted.ts'

let at: Counted
const open: Bridge[] = []
afterEach(async () => {
  for (const each of open.splice(0)) await each.end()
})

interface Lists {
  readonly shared: Record<string, { digest: string; tools: { name: string; cache?: true; as?: string }[] }>
}
const lists = () => at.place.readJson('.mcp-twin/bridge/tools.json') as Lists
const manifest = (change: (server: Record<string, unknown>) => object) => {
  const all = at.place.readJson('.mcp-twin/mcp-twin.json') as { servers: { count: Record<string, unknown> } }
  at.place.write('.mcp-twin/mcp-twin.json', JSON.stringify({ ...all, ...change(all.servers.count) }))
}
const sync = (...args: string[]) => cli(at.place, ['sync', ...args], { tries: true })
const claude = () => at.place.readJson('.claude.json') as { mcpServers: Record<string, unknown> }

describe('a sync of a manifest with a shared server', () => {
  it('lists its tools for the bridge, asks it once, and gives clients no entry of it', async () => {
    at = counted()
    const first = await sync('--json')
    expect(first.code, first.output).toBe(0)
    expect(at.starts()).toBe(1)
    expect(lists().shared.count?.tools.find(({ name }) => name === 'find')).toEqual({
      ...{ name: 'find', description: 'Does find.', annotations: { readOnlyHint: true }, cache: true },
      inputSchema: { type: 'object', properties: { q: { type: 'string' } } },
    })
    expect(lists().shared.count?.tools.find(({ name }) => name === 'create_issue')).not.toHaveProperty('cache')
    expect(Object.keys(claude().mcpServers)).toEqual(['mcp-twin'])
    expect((await sync('--json')).json).toMatchObject({ inSync: true, changed: false, notices: [] })
    expect(at.starts()).toBe(1)
    expect((await cli(at.place, ['list', '--json'])).json.servers).toMatchObject([
      { name: 'mcp-twin' },
      { name: 'count', cells: expect.arrayContaining([expect.objectContaining({ client: 'claude-code', state: 'shared' })]) },
    ])
    const code = await at.bridge('claude-code')
    open.push(code)
    expect((await code.call('count__find', { q: 'x' })).text).toBe('found x, call 1')
  })

  it('takes the entry out that the server had, and says how its tools are called now', async () => {
    at = counted({ share: false })
    expect((await sync()).code).toBe(0)
    expect(Object.keys(claude().mcpServers).sort()).toEqual(['count', 'mcp-twin'])
    manifest((count) => ({ servers: { count: { ...count, share: { tools: ['find', 'find_again', 'none'], cache: ['find_again'] } } } }))
    const shared = await sync('--json')
    expect(shared.code, shared.output).toBe(0)
    expect(shared.json.notices.join('\n')).toMatch(/mcp__count__\* must become mcp__mcp-twin__count__\*/)
    expect(shared.json.notices.join('\n')).toMatch(/count has no tool none/)
    expect(Object.keys(claude().mcpServers)).toEqual(['mcp-twin'])
    expect(lists().shared.count?.tools.map(({ name, cache }) => [name, cache])).toEqual([
      ['find', true],
      ['find_again', true],
    ])
    // And back.
    manifest((count) => ({ servers: { count: { ...count, share: false } } }))
    expect((await sync()).code).toBe(0)
    expect(Object.keys(claude().mcpServers).sort()).toEqual(['count', 'mcp-twin'])
    expect(lists().shared).toEqual({})
  })

  it('keeps the earlier list of a server that does not answer, and says so', async () => {
    at = counted()
    await sync()
    const before = lists()
    manifest((count) => ({ servers: { count: { ...count, command: '/nowhere/x' } } }))
    const failed = await sync('--json')
    expect(failed.code).toBe(3)
    expect(failed.json.notices.join('\n')).toMatch(/count, which is shared, did not answer: .*tools that it had stay listed/)
    expect(lists()).toEqual(before)
  })

  it('tells running bridges', async () => {
    at = counted({ share: false })
    await sync()
    const code = await at.bridge('claude-code')
    open.push(code)
    await code.ask('tools/list')
    manifest((count) => ({ servers: { count: { ...count, share: true } } }))
    await sync()
    expect((await code.call('bridge_status')).text).toMatch(/14 tools were added after this program asked for its tools .*Claude Desktop/)
    expect(JSON.stringify(await code.ask('tools/list'))).toContain('"count__find"')
    expect((await code.call('bridge_status')).text).not.toMatch(/were added/)
  })

  it('without the bridge, or kept from home, makes it an ordinary server', async () => {
    at = counted()
    manifest((count) => ({ servers: { count }, bridge: { enabled: false } }))
    const off = await sync('--json')
    expect(Object.keys(claude().mcpServers)).toEqual(['count'])
    expect(off.json.notices.join('\n')).toMatch(/count is not shared: the bridge is switched off/)
    expect(at.place.has('.mcp-twin/bridge/tools.json') ? lists().shared : {}).toEqual({})
  })

  it('lists a name that clients would refuse under another one', async () => {
    at = counted()
    manifest((count) => ({ servers: { 'a.very.long.name.of.a.server.that.nobody.needs': count } }))
    await sync()
    const code = await at.bridge('claude-code')
    open.push(code)
    const { tools } = (await code.ask('tools/list')) as { tools: { name: string }[] }
    const made = tools.map(({ name }) => name).filter((name) => name.startsWith('a_very'))
    expect(made).toHaveLength(14)
    for (const name of made) expect(name).toMatch(/^[A-Za-z0-9_-]{1,49}$/)
    const answers = await Promise.all(made.slice(0, 1).map((name) => code.call(name, { q: 'x' })))
    expect(answers[0]?.text).toBe('found x, call 1')
  })
})
