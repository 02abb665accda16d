import { mkdirSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { tinyRemote } from '../../support/http-servers.ts'
import type { MiniRegistry } from '../../support/mini-registry.ts'
import { filesWith } from '../../support/processes.ts'
import { world } from '../../support/world.ts'
import { type Home, home, settingsFor, tinyRegistry } from '../support/place.ts'

let registry: MiniRegistry
beforeAll(async () => {
  registry = await tinyRegistry()
})

const KEY = 'try-key-5b7d9f1a3c5e7092'
const dead = { command: 'sh', args: ['-c', 'echo no luck >&2; exit 1'] }
const tries = { tries: true }
/** A server that notes each of its starts. */
const noting = (place: Home) => ({ command: 'sh', args: ['-c', `echo once >> starts; exec ${place.tiny.command} ${place.tiny.args[0]}`] })
const starts = (place: Home): number => (place.has('starts') ? place.read('starts').trim().split('\n').length : 0)

describe('what a command has written', () => {
  it('is tried once, and says how many tools it has', async () => {
    const place = home()
    place.manifest({ one: noting(place) })
    const result = await place.run(['sync', '--json'], tries)
    expect(result, result.output).toMatchObject({ code: 0, stderr: '' })
    expect(result.json.checks).toEqual([
      {
        server: 'one',
        environment: 'linux',
        client: 'claude-code',
        ok: true,
        ms: expect.any(Number),
        tools: 1,
        reason: null,
        stderr: null,
      },
    ])
    expect(starts(place)).toBe(1)
    const again = await place.run(['sync', '--json'], tries)
    expect(again).toMatchObject({ code: 0, json: { checks: [] } })
    expect(starts(place)).toBe(1)
    place.manifest({ one: { ...noting(place), env: { MORE: 'x' } }, two: place.tiny })
    const shown = await place.run(['sync'], tries)
    expect(shown.code, shown.output).toBe(0)
    expect(shown.stdout).toMatch(/one .*answers, 1 tool /)
    expect(shown.stdout).toMatch(/two .*answers, 1 tool /)
    expect(starts(place)).toBe(2)
  })

  it('is written, with exit code 3, although it does not answer', async () => {
    const place = home()
    place.manifest({})
    const words = ['add', 'dead', '--command', 'sh', '--json', '--', '-c', 'echo no luck >&2; exit 1']
    const result = await place.run(words, tries)
    expect(result.code, result.output).toBe(3)
    expect(result.json.checks).toEqual([
      expect.objectContaining({ server: 'dead', ok: false, tools: null, reason: expect.any(String), stderr: 'no luck' }),
    ])
    expect(place.servers('.claude.json')).toMatchObject({ dead: { command: 'sh' } })
    // What another command is asked for does not fail by a server that was there before.
    expect(await place.run(['add', 'good', '--command', place.tiny.command, '--json', '--', ...place.tiny.args], tries)).toMatchObject({
      code: 0,
      json: { checks: [{ server: 'good', ok: true }] },
    })
    expect((await place.run(['disable', 'dead'], tries)).code).toBe(0)
    const back = await place.run(['enable', 'dead'], tries)
    expect(back.code, back.output).toBe(3)
    expect(back.stdout).toContain('does not answer')
    expect((await place.run(['remove', 'dead'], tries)).code).toBe(0)
  })

  it('by init ends with 3 when it does not answer; what init did not write is only reported', async () => {
    const server = { manifest: { name: 'dead-server', version: '1.0.0', bin: { 'dead-server': 'server.js' } } }
    registry.publish({ ...server, files: { 'server.js': 'process.exit(1)\n' } })
    const place = home({ npmrc: settingsFor(registry) })
    const imported = { silent: { command: 'npx', args: ['-y', 'dead-server@1.0.0'] }, asTyped: dead }
    place.write('.claude.json', JSON.stringify({ mcpServers: imported }))
    const first = await place.run(['init', '--yes', '--no-bridge', '--json'], tries)
    expect(first.json.checks).toContainEqual(expect.objectContaining({ server: 'silent', ok: false }))
    expect(first.code, first.output).toBe(3)
    expect((await place.run(['disable', 'silent'], tries)).code).toBe(0)
    // Another program gets what was there; only that is written, and it answers.
    place.write('.cursor/mcp.json', JSON.stringify({ mcpServers: { good: place.tiny } }))
    const again = await place.run(['init', '--yes', '--no-bridge', '--json', '--client', 'claude-code'], tries)
    expect(again.code, again.output).toBe(0)
  })

  it.each([
    ['--no-try', ['sync', '--no-try']],
    ['the name that --no-try had', ['sync', '--no-check']],
    ['--offline', ['sync', '--offline']],
    ['--dry-run', ['sync', '--dry-run']],
    ['--no-sync', ['add', 'x', '--no-sync', '--command', 'sh']],
  ])('is not tried with %s', async (_, words) => {
    const place = home()
    place.manifest({ one: noting(place), dead })
    expect((await place.run(words, tries)).code).toBe(0)
    expect(starts(place)).toBe(0)
  })

  it('is not tried where it logs in by itself or lacks a key', async () => {
    const guarded = await tinyRemote(['http'], { key: 'somebody' })
    const place = home()
    place.manifest({
      browser: { command: 'npx', args: ['-y', 'mcp-remote', 'https://x.example/mcp'] },
      login: { url: guarded.url },
      keyless: { ...place.tiny, env: { K: '${secret:NOT_THERE}' } },
      one: place.tiny,
    })
    const result = await place.run(['sync', '--json'], tries)
    // The key is what is refused; nothing else fails.
    expect(result.code, result.output).toBe(3)
    expect(result.json.checks).toEqual([expect.objectContaining({ server: 'one', ok: true })])
    expect(result.json.notices).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^browser \(.*was not tried: mcp-remote/),
        expect.stringMatching(/^login \(.*was not tried: it asks for a login/),
      ]),
    )
    expect(result.json.steps).toContainEqual(expect.objectContaining({ server: 'keyless', outcome: 'refused' }))
  })

  it('is tried on each side as it is started there', async () => {
    const npmrc = settingsFor(registry)
    const planted = world()
      .wsl('Ubuntu')
      .client('claude-code', '{}')
      .windows()
      .file('.npmrc', npmrc)
      .client('claude-desktop', '{}')
      .build({
        npmrc,
        env: { MCP_TWIN_SECRET_K: KEY },
      })
    const result = await planted.cli(['add', 'tiny', '--package', 'tiny-server', '--secret', 'K', '--json'], tries)
    expect(result, result.output).toMatchObject({ code: 0 })
    expect(
      result.json.checks.map(({ environment, client, ok, tools }: Record<string, unknown>) => [environment, client, ok, tools]),
    ).toEqual(
      expect.arrayContaining([
        ['windows', 'claude-desktop', true, 1],
        ['wsl:Ubuntu', 'claude-code', true, 1],
      ]),
    )
    expect(result.output).not.toContain(KEY)
  })

  it('is tried by an update before anything names it', async () => {
    const place = home({ npmrc: settingsFor(registry) })
    place.manifest({ tiny: { package: 'tiny-server@1.0.0' } })
    expect((await place.run(['sync'])).code).toBe(0)
    const result = await place.run(['update', '--latest', '--json'], tries)
    expect(result, result.output).toMatchObject({ code: 0, json: { checks: [{ server: 'tiny', ok: true, tools: 1 }] } })
  })
})

describe('in a project', () => {
  it('is tried only when trusted and with its keys', async () => {
    const place = home()
    place.manifest({})
    mkdirSync(place.path('site/.git'), { recursive: true })
    const at = (words: readonly string[], options = {}) => place.run(words, { cwd: place.path('site'), ...tries, ...options })
    place.write(
      'site/mcp-twin.json',
      JSON.stringify({ version: 1, servers: { one: noting(place), keyed: { ...place.tiny, env: { K: '${secret:K}' } } } }),
    )
    const first = await at(['sync', '--json'])
    expect(first, first.output).toMatchObject({ code: 0, json: { checks: [] } })
    expect(first.json.notices).toContainEqual(
      expect.stringMatching(/^one \(.*not tried: this project is not trusted as it is → mcp-twin trust/),
    )
    expect(place.has('site/starts')).toBe(false)

    expect((await at(['trust'])).code).toBe(0)
    place.write('site/.mcp.json', '{}')
    const second = await at(['sync', '--force', '--json'])
    expect(second.json.notices).toContainEqual(expect.stringMatching(/^keyed \(.*the key K is not stored yet → mcp-twin secret set K$/))
    expect(second.json.checks, second.output).toEqual([expect.objectContaining({ server: 'one', ok: true })])

    expect((await at(['secret', 'set', 'K'], { input: KEY })).code).toBe(0)
    place.write('site/.mcp.json', '{}')
    const third = await at(['sync', '--force', '--json'])
    expect(third.json.checks, third.output).toEqual(
      expect.arrayContaining([expect.objectContaining({ server: 'keyed', ok: true, tools: 1 })]),
    )
    expect(filesWith(KEY, [place.path('site')])).toEqual([])
  })
})

describe('try', () => {
  it('starts what the programs have, changes nothing, and says what answers', async () => {
    const place = home()
    place.manifest({ one: noting(place), dead, off: { ...place.tiny, disabled: true } })
    expect((await place.run(['sync'])).code).toBe(0)
    const before = place.read('.claude.json')
    const one = await place.run(['try', 'one', '--json'])
    expect(one, one.output).toMatchObject({
      code: 0,
      json: { command: 'try', checks: [{ server: 'one', client: 'claude-code', ok: true, tools: 1 }], untried: [], notices: [] },
    })
    const all = await place.run(['try'])
    expect(all.code, all.output).toBe(3)
    expect(all.stdout).toMatch(/one .*answers, 1 tool /)
    expect(all.stdout).toMatch(/dead .*does not answer/)
    expect(starts(place)).toBe(2)
    expect(place.read('.claude.json')).toBe(before)
  })

  it('leaves out an entry that is not what the manifest says, and names it', async () => {
    const place = home()
    place.manifest({ one: noting(place) })
    expect((await place.run(['sync'])).code).toBe(0)
    place.write('.claude.json', place.read('.claude.json').replace('once', 'more'))
    place.manifest({ one: noting(place), two: noting(place) })
    const result = await place.run(['try', '--client', 'claude-code', '--json'])
    expect(result, result.output).toMatchObject({ json: { checks: [] } })
    expect(result.json.untried).toEqual([
      expect.objectContaining({ server: 'one', hint: 'mcp-twin diff one' }),
      expect.objectContaining({ server: 'two', hint: 'mcp-twin diff two' }),
    ])
    expect(result.code).toBe(3)
    expect(starts(place)).toBe(0)
  })

  it('names a server that no program has, an unknown one, and --offline', async () => {
    const place = home()
    place.manifest({ one: place.tiny, off: { ...place.tiny, disabled: true } })
    const off = await place.run(['try', 'off'])
    expect(off.code, off.output).toBe(3)
    expect(off.stdout).toContain('off was not tried: no program here has it')
    const unknown = await place.run(['try', 'onne'])
    expect(unknown.code).toBe(2)
    expect(unknown.stderr).toContain('did you mean "one"?')
    expect((await place.run(['try', '--offline'])).code).toBe(2)
  })
})
