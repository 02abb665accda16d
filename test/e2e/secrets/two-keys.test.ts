import { describe, expect, it } from 'vitest'
import { textHolds } from '../../support/processes.ts'
import { lacksTerminal, terminal } from '../../support/terminal.ts'
import { type Planted, world } from '../../support/world.ts'
import { documentOf, errorOf } from '../support/place.ts'
import { itUnless } from '../../support/left-out.ts'

const [ours, theirs, fresh] = ['tvly-dev-7hQ2mV9xK4pL8sR1', 'tvly-dev-3nB6cT0wJ5yD2fG9', 'tvly-dev-9zX1aS4dF7gH2jK5']
const entry = (key: string) => ({ command: 'tavily-tool', env: { TAVILY_API_KEY: key } })
const config = (servers: object) => JSON.stringify({ mcpServers: servers })
const planted = (): Planted =>
  world()
    .wsl()
    .client('claude-code', config({ tavily: entry(ours) }))
    .windows()
    .client('claude-desktop', config({ tavily: entry(theirs) }))
    .build()
const init = ['init', '--yes', '--no-install', '--no-bridge']
const keyOf = (place: Planted, side: string, client: string): unknown => {
  const { mcpServers } = place.side(side).config(client) as { mcpServers: { tavily: { env: Record<string, string> } } }
  return mcpServers.tavily.env.TAVILY_API_KEY
}
const keys = (place: Planted) => [keyOf(place, 'wsl:Ubuntu', 'claude-code'), keyOf(place, 'windows', 'claude-desktop')]
const server = (place: Planted) => JSON.parse(place.scratch.read('.mcp-twin/mcp-twin.json')).servers.tavily
const entries = (json: unknown) =>
  (json as { entries: { environment: string; client: string; server: string }[] }).entries.map((each) => Object.values(each).join(' '))
const apart = async (place: Planted) => {
  const { json } = await place.cli(['doctor', '--check', 'keys-apart', '--json'])
  return (json as { findings: { level: string; subject: string; fix: string }[] }).findings.filter(({ level }) => level !== 'ok')
}

describe('one key name with a value in each of two clients', () => {
  it('is kept apart by --yes, reported by the names of the clients, and made one by the command that is printed', async () => {
    const place = planted()
    const done = await place.cli([...init, '--json'])
    expect(done.code).toBe(0)
    const notice = documentOf(done).notices.find((each) => each.startsWith('TAVILY_API_KEY: two keys, kept apart'))
    expect(notice).toMatch(/to keep that of Claude Desktop \(Windows\): mcp-twin secret merge TAVILY_API_KEY TAVILY_API_KEY_2$/)
    const command =
      /to keep that of Claude Code \(Ubuntu\): mcp-twin (secret merge TAVILY_API_KEY_2 TAVILY_API_KEY);/.exec(notice ?? '')?.[1] ?? ''
    expect(command).not.toBe('')
    expect([(await place.cli(['sync', '--offline'])).code, keys(place)]).toEqual([0, [ours, theirs]])
    expect(await apart(place)).toEqual([expect.objectContaining({ level: 'warning', subject: 'tavily', fix: `mcp-twin ${command}` })])

    const set = await place.cli(['secret', 'set', 'TAVILY_API_KEY'], { input: fresh })
    expect(set.stdout).toContain('Claude Code (Ubuntu)')
    expect(set.stdout).not.toContain('Claude Desktop')
    expect(set.stdout).toMatch(/tavily on Windows uses TAVILY_API_KEY_2, which stays as it is[\s\S]*\n {2}mcp-twin sync\n$/)
    expect((await place.cli(['sync', '--offline'])).code).toBe(0)
    expect(keys(place)).toEqual([fresh, theirs])
    const again = await place.cli(['secret', 'set', 'TAVILY_API_KEY', '--json'], { input: fresh })
    expect(again.json).toEqual({ command: 'secret', action: 'set', name: 'TAVILY_API_KEY', changed: false, usedBy: ['tavily'] })

    const merged = await place.cli([...command.split(' '), '--json'])
    expect([merged.code, merged.json]).toEqual([
      0,
      expect.objectContaining({ command: 'secret', action: 'merge', servers: ['tavily'], removed: true }),
    ])
    expect(entries(merged.json)).toEqual([expect.stringMatching(/^windows claude-desktop .* tavily$/)])
    expect(server(place)).toEqual({ command: 'tavily-tool', env: { TAVILY_API_KEY: '${secret:TAVILY_API_KEY}' } })
    expect((await place.cli(['sync', '--offline'])).code).toBe(0)
    expect([keys(place), await apart(place)]).toEqual([[fresh, fresh], []])
    expect(JSON.parse(place.scratch.read('.mcp-twin/secrets.json'))).toEqual({ TAVILY_API_KEY: fresh })
    for (const { output } of [done, set, again, merged]) for (const key of [ours, theirs, fresh]) expect(textHolds(output, key)).toBe(false)
  })

  it('is one where --secrets says which value is right', async () => {
    const place = planted()
    place.scratch.write('keys.env', `TAVILY_API_KEY=${theirs}\n`)
    expect((await place.cli([...init, '--secrets', place.scratch.path('keys.env')])).code).toBe(0)
    expect((await place.cli(['sync', '--offline'])).code).toBe(0)
    expect([keys(place), server(place)]).toEqual([
      [theirs, theirs],
      { command: 'tavily-tool', env: { TAVILY_API_KEY: '${secret:TAVILY_API_KEY}' } },
    ])
  })

  itUnless(lacksTerminal, 'is asked about on a terminal, by the names of the clients', async () => {
    const place = planted()
    const screen = await terminal(place.scratch, ['init', '--no-install', '--no-bridge'], { env: place.env() })
    await screen.waitFor('which ones should both sides have?')
    await screen.keys('Enter')
    await screen.waitFor('More from the list')
    await screen.keys('Enter')
    await screen.waitFor('Which one is right for every side?')
    const shown = await screen.history()
    expect(shown).toMatch(/The one of Claude Code \(Ubuntu\)\s+The one of Claude Desktop \(Windows\)\s+Both are right: keep them apart/)
    for (const key of [ours, theirs]) expect(textHolds(shown, key)).toBe(false)
    await screen.keys('Down', 'Enter')
    await screen.waitFor('Go ahead?')
    expect(await screen.history()).toMatch(/Key store\n +\+ TAVILY_API_KEY/)
    await screen.keys('Enter')
    expect(await screen.exit()).toBe(0)
    expect(JSON.parse(place.scratch.read('.mcp-twin/secrets.json'))).toEqual({ TAVILY_API_KEY: theirs })
  })
})

describe('secret set', () => {
  itUnless(lacksTerminal, 'offers the sync on a terminal', async () => {
    const place = planted()
    await place.cli(init)
    await place.cli(['sync', '--offline'])
    const screen = await terminal(place.scratch, ['secret', 'set', 'TAVILY_API_KEY_2', '--offline'], { env: place.env() })
    await screen.waitFor('Value of TAVILY_API_KEY_2')
    await screen.type(fresh)
    await screen.keys('Enter')
    await screen.waitFor('Write them now?')
    await screen.keys('Enter')
    expect(await screen.exit()).toBe(0)
    expect(keys(place)).toEqual([ours, fresh])
  })
})

describe('secret merge', () => {
  it('refuses what it cannot do, and changes nothing', async () => {
    const place = planted()
    await place.cli(init)
    const before = place.scratch.read('.mcp-twin/secrets.json')
    const tries: [string[], RegExp][] = [
      [['NONE', 'TAVILY_API_KEY'], /Unknown key NONE/],
      [['TAVILY_API_KEY', 'NONE'], /No value is stored for NONE/],
      [['TAVILY_API_KEY', 'TAVILY_API_KEY'], /one key already/],
      [['TAVILY_API_KEY'], /secret merge needs the name of the key that stays/],
    ]
    for (const [names, message] of tries) {
      const asked = await place.cli(['secret', 'merge', ...names, '--json'])
      expect([asked.code, errorOf(asked).message]).toEqual([2, expect.stringMatching(message)])
    }
    const typed = await place.cli(['secret', 'merge', 'TAVILY_API_KEY_2', theirs])
    expect([typed.code, textHolds(typed.output, theirs)]).toEqual([2, false])
    expect(place.scratch.read('.mcp-twin/secrets.json')).toBe(before)
  })
})

describe('servers that only one side has', () => {
  const lonely = (): Planted =>
    world()
      .wsl()
      .client('claude-code', config({ a: { type: 'http', url: 'https://a.example/mcp' }, b: { command: '/opt/b/serve' } }))
      .windows()
      .client('claude-desktop', config({ c: { command: 'C:\\c\\serve.exe' } }))
      .build()
  const manifest = (place: Planted) => JSON.parse(place.scratch.read('.mcp-twin/mcp-twin.json')).servers

  it('are named by init with the command that brings them over', async () => {
    const place = lonely()
    const { notices } = documentOf(await place.cli([...init, '--json']))
    const ways = notices.flatMap((each) => /^only on .*: (mcp-twin enable .*)$/.exec(each)?.[1] ?? [])
    expect(ways).toEqual(['mcp-twin enable a b --on windows', 'mcp-twin enable c --on wsl'])
    for (const way of ways) expect((await place.cli([...way.split(' ').slice(1), '--no-sync'])).code).toBe(0)
    expect(manifest(place)).toEqual({
      a: { url: 'https://a.example/mcp' },
      b: { command: '/opt/b/serve', runIn: 'wsl' },
      c: { command: 'C:\\c\\serve.exe', runIn: 'windows' },
    })
  })

  it('go to both sides by init --both, in the same words', async () => {
    const place = lonely()
    const { notices } = documentOf(await place.cli([...init, '--both', '--json']))
    expect(notices.filter((each) => each.startsWith('only on'))).toEqual([])
    expect(notices).toContainEqual(expect.stringMatching(/^b: its program is not on Windows, so it runs on Ubuntu/))
    expect(manifest(place)).toEqual({
      a: { url: 'https://a.example/mcp' },
      b: { command: '/opt/b/serve', runIn: 'wsl' },
      c: { command: 'C:\\c\\serve.exe', runIn: 'windows' },
    })
  })
})
