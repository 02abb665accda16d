import { mkdirSync, rmSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { cli } from '../../support/cli.ts'
import type { MiniRegistry } from '../../support/mini-registry.ts'
import { putProgram } from '../../support/own-program.ts'
import { scratch } from '../../support/scratch.ts'
import { lacksTerminal, terminal } from '../../support/terminal.ts'
import { settingsFor, tinyRegistry } from '../support/place.ts'
import { KEY, integrity, tool, trial } from './place.ts'
import { itUnless } from '../../support/left-out.ts'

const literal = 'tvly-0a1b2c3d4e5f6a7b8c9d0e1f'

describe('the screen of trust', () => {
  it('shows everything that decides what runs and what leaves the machine', async () => {
    const place = trial()
    place.home.write('work/site/hook.js', '')
    place.manifest(
      {
        tool: {
          ...tool,
          env: { ...tool.env, NODE_OPTIONS: '--require ./hook.js', T: '${env:TEAM}' },
          on: { windows: { command: 'calc.exe' } },
          runIn: 'wsl',
        },
        web: {
          url: 'https://x.example/mcp?a=${AWS_SECRET}',
          headers: { 'X-Api-Key': '${secret:MINE}', 'X-Where': '${env:HOST}' },
          transport: 'sse',
        },
        pkg: { package: 'thing', args: ['--deep'], allowScripts: true, bin: 'thing', env: { SOME_API_KEY: literal } },
        off: { command: 'rm', args: ['-rf', 'a b'], disabled: true, only: ['cursor'] },
      },
      { launch: 'npx' },
    )
    place.lock({ thing: { name: 'thing', version: '1.2.3', integrity, bin: { thing: 'dist/x.js' } } })
    const { code, stdout, output } = await place.at(['trust'])
    expect(code, output).toBe(0)
    for (const words of [
      'tool: K=${secret:MINE} NODE_OPTIONS="--require ./hook.js" T=${env:TEAM} node ./server.js\n',
      /files of the project, whose later changes are not asked about: server\.js, hook\.js\n/,
      /takes from your environment: TEAM\n/,
      /on windows: calc\.exe \(ignored/,
      /runIn wsl \(ignored/,
      'web: https://x.example/mcp?a=${AWS_SECRET}\n',
      'header X-Api-Key: ${secret:MINE}\n',
      'header X-Where: ${env:HOST}\n',
      /transport sse\n/,
      /takes from your environment: HOST, AWS_SECRET\n/,
      'the package thing@1.2.3 --deep\n',
      'package thing 1.2.3, program dist/x.js, integrity sha512-AAAAAAAAAAAA…\n',
      /allowScripts: its install scripts are run/,
      /launch npx \(of no effect in a project\)\n/,
      'off: rm -rf "a b" (switched off)\n',
      /only cursor\n/,
      'Keys these servers receive: MINE\n',
      /started by each program itself.*npm settings.*: pkg\n/,
    ])
      expect(stdout).toEqual(typeof words === 'string' ? expect.stringContaining(words) : expect.stringMatching(words))
    expect((await place.at(['trust', '--verbose'])).stdout).toContain(`program dist/x.js, integrity ${integrity}\n`)
    for (const text of [stdout, place.home.read('.mcp-twin/trust.json')]) {
      expect(text).not.toContain(KEY)
      expect(text).not.toContain(literal)
    }
  })

  it('cannot be forged: no control character, no line and no word that is not what it seems', async () => {
    const place = trial()
    place.manifest({
      'a: node good.js\u202e': { command: 'evil\u001b[2K', args: ['x\n  b: node good.js', '\u200b'], env: { A: '1 node good.js #' } },
      '\u001b]0;x\u0007': { url: 'https://x.example/', headers: { H: 'a\tb\u009b' } },
    })
    const { stdout } = await place.at(['trust'])
    expect(stdout.match(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e]/g)).toBeNull()
    expect(stdout).toContain('  "a: node good.js\\u202e": A="1 node good.js #" "evil\\u001b[2K" "x\\n  b: node good.js" "\\u200b"\n')
    expect(stdout).not.toMatch(/^ +b: /m)
    const listed = await place.at(['trust', '--list'])
    expect(listed.code).toBe(0)
  })

  it('shows what has changed since last time, also behind dots, and when nothing has', async () => {
    const place = trial()
    const pkg = (version: string, key = literal) => {
      place.manifest({ tool, pkg: { package: 'thing', env: { SOME_API_KEY: key } } })
      place.lock({ thing: { name: 'thing', version, integrity, bin: { thing: 'x.js' } } })
    }
    pkg('1.0.0')
    const first = await place.at(['trust', '--json'])
    expect(first.json).toMatchObject({ changed: true, changes: null, lock: expect.stringMatching(/^[0-9a-f]{64}$/) })
    pkg('1.0.1')
    const second = await place.at(['trust'])
    expect(second.stdout).toMatch(
      /Since you trusted it \(.*\):\n {2}pkg: changed\n(?: {4}.*\n)*? {4}- pkg: .*thing@1\.0\.0\n(?:.*\n)*? {4}\+ pkg: .*thing@1\.0\.1\n/,
    )
    pkg('1.0.1', literal.replace('0a', '0b'))
    expect((await place.at(['trust', '--json'])).json.changes).toEqual([{ server: 'pkg', change: 'changed', before: [], now: [] }])
    place.manifest({ pkg: { package: 'thing', env: { SOME_API_KEY: literal.replace('0a', '0b') } }, more: { command: 'x' } })
    const third = await place.at(['trust'])
    expect(third.stdout).toMatch(/ {2}more: added\n {4}\+ more: x\n {2}tool: removed\n {4}- tool: /)
    place.home.write('work/site/mcp-twin.json', `${place.home.read('work/site/mcp-twin.json')}\n`)
    expect((await place.at(['trust'])).stdout).toContain('Nothing has changed since you trusted it')
  })

  itUnless(lacksTerminal, 'asks, and what changes while it asks is not trusted', async () => {
    const place = trial()
    const screen = await terminal(place.home, ['trust', place.site])
    await screen.waitFor('Trust it until it changes?')
    place.manifest({ tool: { ...tool, args: ['./evil.js'] } })
    await screen.keys('y', 'Enter')
    expect(await screen.exit()).toBe(0)
    expect((await place.started()).said).toContain('has changed since it was trusted')
  })
})

describe('trust and what the lock lacks', () => {
  let registry: MiniRegistry
  beforeAll(async () => {
    registry = await tinyRegistry()
  })

  /** A project in a home whose npm knows the registry of this test. */
  function project(servers: object, lock?: object) {
    const home = scratch({ npmrc: settingsFor(registry) })
    home.write('.mcp-twin/mcp-twin.json', JSON.stringify({ version: 1, servers: {}, bridge: { enabled: false } }))
    mkdirSync(home.path('work/site/.git'), { recursive: true })
    putProgram(home.path('.mcp-twin'))
    home.write('work/site/mcp-twin.json', JSON.stringify({ version: 1, servers }))
    if (lock !== undefined) home.write('work/site/mcp-twin.lock.json', JSON.stringify({ version: 1, packages: lock }))
    const at = (...words: string[]) => cli(home, words, { cwd: home.path('work/site') })
    const locked = () => (home.readJson('work/site/mcp-twin.lock.json') as { packages: Record<string, object> }).packages
    return { home, at, locked }
  }

  it('pins it first, shows the exact version, and the next sync does not undo the trust', async () => {
    const { home, at, locked } = project({ a: { package: 'tiny-server@^1.0.0' }, b: { package: '@tiny/other' } })
    const trusted = await at('trust')
    expect(trusted.code, trusted.output).toBe(0)
    expect(trusted.stdout).toMatch(/package tiny-server 1\.1\.0, program server\.js, integrity sha512-\S{12}…\n/)
    expect(locked()).toMatchObject({ 'tiny-server@^1.0.0': { version: '1.1.0' }, '@tiny/other': { version: '2.0.0' } })
    const before = home.read('.mcp-twin/trust.json')
    expect((await at('sync', '--json')).json.notices.join()).not.toContain('trusted')
    expect((await at('trust', '--json')).json).toMatchObject({ changed: false })
    expect(home.read('.mcp-twin/trust.json')).toBe(before)
  })

  it('takes out what no server names, and brings the integrity that a lock leaves out', async () => {
    const { at, locked } = project(
      { a: { package: 'tiny-server@^1.0.0' } },
      {
        'tiny-server@^1.0.0': { name: 'tiny-server', version: '1.0.0', bin: { 'tiny-server': 'evil.js' } },
        gone: { name: 'gone', version: '1.0.0' },
      },
    )
    expect((await at('trust')).code).toBe(0)
    expect(locked()).toEqual({
      'tiny-server@^1.0.0': expect.objectContaining({
        version: '1.0.0',
        integrity: expect.stringMatching(/^sha512-/),
        bin: { 'tiny-server': 'server.js' },
      }),
    })
  })

  it('trusts nothing where something cannot be pinned, and says what', async () => {
    const { home, at } = project({ a: { package: 'tiny-server@^1.0.0' }, b: { package: 'no-such-thing-anywhere' } })
    const said = await at('trust')
    expect([said.code, said.stderr]).toEqual([1, expect.stringMatching(/no-such-thing-anywhere cannot be pinned, so nothing is trusted/)])
    expect(home.has('.mcp-twin/trust.json')).toBe(false)
    const synced = await at('sync', '--trust', '--json')
    expect(synced.json.notices.join('\n')).toMatch(/not trusted[\s\S]*no-such-thing-anywhere/)
    expect(home.has('.mcp-twin/trust.json')).toBe(false)
    expect(home.has('work/site/.mcp.json')).toBe(true)
  })
})

describe('trust of a folder that is not there', () => {
  it('trusts nothing, not even the project in which it was typed', async () => {
    const place = trial()
    for (const [word, hint] of [
      ['lsit', '  → did you mean "list"?'],
      ['nowhere', '    mcp-twin trust DIR'],
    ] as const) {
      const { code, stderr } = await place.at(['trust', word])
      expect([code, stderr]).toEqual([2, `mcp-twin: There is no folder ${word}.\n${hint}\n`])
    }
    expect((await place.started()).out).toBeNull()
  })
})

describe('trust --list and --revoke', () => {
  it('tell every project with its state, and take one back, gone or not', async () => {
    const place = trial()
    const other = place.clone('work/other')
    for (const folder of [place.site, other]) expect((await place.at(['trust', folder])).code).toBe(0)
    place.lock({})
    rmSync(other, { recursive: true })
    const { projects } = (await place.at(['trust', '--list', '--json'])).json
    expect(projects).toMatchObject([
      { project: other, state: 'gone', keys: ['MINE'] },
      { project: place.site, state: 'changed', keys: ['MINE'] },
    ])
    expect((await place.at(['trust', '--list'])).stdout).toMatch(/~\/work\/site +.*changed since/)
    expect((await place.at(['trust', '--revoke', other, '--json'])).json).toMatchObject({ command: 'trust', project: other, revoked: true })
    expect(await place.at(['trust', '--revoke', other])).toMatchObject({ code: 2, stderr: expect.stringContaining('is not trusted') })
    expect((await place.at(['trust'])).code).toBe(0)
    mkdirSync(`${place.site}/deep`)
    expect(await place.at(['trust', '--revoke', '.'], { cwd: `${place.site}/deep` })).toMatchObject({ code: 0 })
    expect((await place.started()).out).toBeNull()
    expect((await place.at(['trust', '--list', '--json'])).json.projects).toEqual([])
    expect((await place.at(['trust', '--revoke'])).code).toBe(2)
  })
})
