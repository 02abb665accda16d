import { describe, expect, it } from 'vitest'
import { counted, key } from '../sharing/counted.ts'
import { home, type Home } from '../support/place.ts'

const tries = { tries: true }
/** A server that notes each of its starts. */
const noting = (place: Home) => ({ command: 'sh', args: ['-c', `echo once >> starts; exec ${place.tiny.command} ${place.tiny.args[0]}`] })
const starts = (place: Home): number => (place.has('starts') ? place.read('starts').trim().split('\n').length : 0)
const tokens = Math.ceil(
  Buffer.byteLength(JSON.stringify({ name: 'echo', description: 'says it again', inputSchema: { type: 'object' } })) / 4,
)

describe('list --tokens', () => {
  it('shows what was found when a sync tried the servers, and starts nothing again', async () => {
    const place = home()
    place.manifest({ one: noting(place) })
    await place.run(['sync'], tries)
    expect(starts(place)).toBe(1)
    const { json, code, output } = await place.run(['list', '--tokens', '--json'], tries)
    expect(code, output).toBe(0)
    expect(json.servers).toMatchObject([{ name: 'one', tools: 1, tokens, reason: null, cells: expect.any(Array) }])
    expect(json.clients).toEqual([{ environment: 'linux', client: 'claude-code', tools: 1, tokens, unknown: [] }])
    expect(starts(place)).toBe(1)
  })

  it('starts what is not known once, however many programs have it, and says why others are not known', async () => {
    const place = home()
    place.write('.cursor/mcp.json', '{}')
    const lacking = { command: 'x', env: { K: '${secret:LACKING_KEY}' } }
    const dead = { command: 'sh', args: ['-c', 'exit 1'] }
    place.manifest({ one: noting(place), lacking, dead, off: { command: 'y', disabled: true } })
    await place.run(['sync'])
    expect(starts(place)).toBe(0)
    const none = await place.run(['list', '--tokens', '--no-try', '--json'])
    expect(none.json.servers).toMatchObject([{ name: 'one', tools: null, tokens: null, reason: 'it was not started' }, {}, {}, {}])
    expect(starts(place)).toBe(0)

    const { json } = await place.run(['list', '--tokens', '--json'], tries)
    expect(starts(place)).toBe(1)
    const reasons = new Map(json.servers.map((row: { name: string; reason: string | null }) => [row.name, row.reason]))
    expect(json.servers[0]).toMatchObject({ name: 'one', tools: 1 })
    expect(reasons.get('lacking')).toBe('a key of it is not stored yet')
    expect(reasons.get('dead')).toMatch(/ended/)
    expect(reasons.get('off')).toBe('it is switched off')
    expect(json.clients).toMatchObject([
      { tokens, unknown: ['dead'] },
      { tokens, unknown: ['dead'] },
    ])
    await place.run(['list', '--tokens'], tries)
    expect(starts(place)).toBe(1)
  })

  it('asks again where the launch is another one', async () => {
    const place = home()
    place.manifest({ one: noting(place) })
    await place.run(['sync'], tries)
    place.manifest({ one: { ...noting(place), env: { TOOLSETS: 'all' } } })
    await place.run(['sync'])
    await place.run(['list', '--tokens'], tries)
    expect(starts(place)).toBe(2)
  })

  it('prints the heaviest first, servers and programs', async () => {
    const place = home()
    const wide = { ...place.tiny, args: [place.write('wide.cjs', place.read('tiny.cjs').replace('says it again', 'w'.repeat(8000)))] }
    place.manifest({ one: place.tiny, wide })
    await place.run(['sync'])
    const { stdout } = await place.run(['list', '--tokens'], tries)
    const rows = stdout.split('\n').map((line) => line.trim().split(/\s{2,}/))
    expect(rows.slice(0, 3)).toEqual([
      ['server', 'tools', 'tokens'],
      ['wide', '1', expect.stringMatching(/^2 0\d\d$/)],
      ['one', '1', String(tokens)],
    ])
    expect(stdout).toMatch(/Claude Code \(Linux\)\s+2\s+2 0\d\d/)
  })

  it('counts the bridge as a row of its own, and what it lists of shared servers as theirs', async () => {
    const at = counted()
    await at.place.write('.keep', '')
    const { cli } = await import('../../support/cli.ts')
    await cli(at.place, ['sync'], tries)
    const { json, output } = await cli(at.place, ['list', '--tokens', '--json'], tries)
    const rows = new Map(json.servers.map((row: { name: string }) => [row.name, row]))
    const own = rows.get('mcp-twin') as { tools: number; tokens: number }
    const count = rows.get('count') as { tools: number; tokens: number }
    expect(count.tools, output).toBe(14)
    expect(own.tools).toBeGreaterThan(30)
    const code = json.clients.find(({ client }: { client: string }) => client === 'claude-code')
    expect(code).toMatchObject({ tools: own.tools + count.tools, tokens: own.tokens + count.tokens })
    expect(at.starts()).toBe(1)
    expect(at.place.read('.mcp-twin/weights.json')).not.toContain(key)
  })
})

describe('tools', () => {
  it('shows each tool, and starts a server that nothing is known of once', async () => {
    const place = home()
    place.manifest({ one: noting(place) })
    await place.run(['sync'])
    expect(await place.run(['tools', 'one', '--json'], tries)).toMatchObject({
      ...{ code: 0, json: { command: 'tools', server: 'one', tools: [{ name: 'echo', tokens, listed: true }] } },
    })
    expect((await place.run(['tools', 'one'])).stdout).toMatch(new RegExp(`echo\\s+${tokens}[\\s\\S]*1 tool, about ${tokens} tokens`))
    expect(starts(place)).toBe(1)
    expect(await place.run(['tools', 'on'])).toMatchObject({ code: 2, stderr: expect.stringContaining('did you mean "one"?') })
  })

  it('says why the tools are not known', async () => {
    const place = home()
    place.manifest({ dead: { command: 'sh', args: ['-c', 'exit 1'] } })
    await place.run(['sync'])
    expect(await place.run(['tools', 'dead'], tries)).toMatchObject({ code: 1, stderr: expect.stringMatching(/are not known: .*ended/) })
    expect(await place.run(['tools', 'dead', '--no-check'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('it was not started'),
    })
  })
})

describe('tools with a filter', () => {
  const share = (at: ReturnType<typeof counted>) =>
    (at.place.readJson('.mcp-twin/mcp-twin.json') as { servers: { count: { share?: unknown } } }).servers.count.share
  const tools = async (at: ReturnType<typeof counted>, ...args: string[]) =>
    (await import('../../support/cli.ts')).cli(at.place, ['tools', 'count', ...args], tries)
  const listed = (at: ReturnType<typeof counted>): string[] =>
    (at.place.readJson('.mcp-twin/bridge/tools.json') as { shared: { count: { tools: { name: string }[] } } }).shared.count.tools.map(
      ({ name }) => name,
    )

  it('shares a server with these tools alone, saying first how it is reached from then on', async () => {
    const at = counted({ share: undefined })
    const { code, stderr, output } = await tools(at, '--only', 'find,notes')
    expect(code, output).toBe(0)
    expect(stderr).toMatch(/reach it through the bridge, which lists count__find[\s\S]*mcp__count__\* must become mcp__mcp-twin__count__\*/)
    expect(share(at)).toEqual({ tools: ['find', 'notes'] })
    expect(listed(at)).toEqual(['find', 'notes'])
    const { json } = await tools(at, '--json')
    expect(json.tools.filter((tool: { listed: boolean }) => tool.listed)).toHaveLength(2)
    expect(json.tools).toHaveLength(14)

    // One less of those that are listed, then all.
    expect((await tools(at, '--without', 'notes')).code).toBe(0)
    expect(share(at)).toEqual({ tools: ['find'] })
    expect((await tools(at, '--all')).code).toBe(0)
    expect(share(at)).toBe(true)
    expect(listed(at)).toHaveLength(14)
  })

  it('keeps what "cache" says', async () => {
    const at = counted({ share: { cache: ['find_again'] } })
    expect((await tools(at, '--without', 'floods')).code).toBe(0)
    expect(share(at)).toMatchObject({ cache: ['find_again'], tools: expect.not.arrayContaining(['floods']) })
    expect((await tools(at, '--all')).code).toBe(0)
    expect(share(at)).toEqual({ cache: ['find_again'] })
  })

  it.each([
    [['--only', 'fnd'], {}, /Unknown tool "fnd"[\s\S]*did you mean "find"/],
    [['--only', 'find', '--all'], {}, /one of --only, --without and --all/],
    [['--only', 'find'], { only: ['cursor'] }, /cannot be shared[\s\S]*name programs/],
    [['--without', 'find'], { disabled: true }, /cannot be shared[\s\S]*switched off/],
  ])('refuses %j of a server with %j', async (args, more, words) => {
    const at = counted({ share: undefined, ...more })
    const before = at.place.read('.mcp-twin/mcp-twin.json')
    expect(await tools(at, ...args)).toMatchObject({ code: 2, stderr: expect.stringMatching(words) })
    expect(at.place.read('.mcp-twin/mcp-twin.json')).toBe(before)
  })

  it('refuses without the bridge, and when no tool is left', async () => {
    const place = home()
    place.manifest({ one: place.tiny })
    await place.run(['sync'])
    expect(await place.run(['tools', 'one', '--only', 'echo'], tries)).toMatchObject({
      ...{ code: 2, stderr: expect.stringContaining('the bridge is switched off') },
    })
    place.manifest({ one: place.tiny }, { bridge: {} })
    expect(await place.run(['tools', 'one', '--without', 'echo'], tries)).toMatchObject({
      ...{ code: 2, stderr: expect.stringContaining('Nothing of one would be left') },
    })
  })
})
