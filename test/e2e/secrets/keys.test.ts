import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { MiniRegistry } from '../../support/mini-registry.ts'
import { filesWith, textHolds, watchProcesses } from '../../support/processes.ts'
import { world } from '../../support/world.ts'
import { codeFile, cursorFile, desktopFile, home, oldFile, settingsFor, tinyRegistry } from '../support/place.ts'

let registry: MiniRegistry
beforeAll(async () => {
  registry = await tinyRegistry()
})

const marker = () => `key-${randomBytes(18).toString('hex')}`
const userFiles = [codeFile, oldFile, cursorFile, desktopFile]

/** Where a key may stand: the store, the user's own configs, and backups of those, which are as private. */
const isAllowed = (name: string) =>
  name === '.mcp-twin/secrets.json' || userFiles.includes(name) || /^\.mcp-twin\/backups\/[^/]+\/\d+-/.test(name)

/** A life of commands around one key. Each is [what, words, input]. */
const life: readonly [what: string, args: string[], input?: string][] = [
  ['a package server with a key', ['add', 'pkg', '--package', 'tiny-server@1.0.0', '--secret', 'THE_KEY']],
  ['a server that has it in argv', ['add', 'argv', '--command', 'node', '--', 'tiny.cjs', '--token={secret:THE_KEY}']],
  ['a url server', ['add', 'web', '--url', 'http://127.0.0.1:9/mcp', '--header', 'Authorization: Bearer {secret:THE_KEY}']],
  ['init again, which checks every server', ['init', '--yes']],
  ['sync', ['sync', '--verbose']],
  ['sync --check', ['sync', '--check', '--json']],
  ['a dry run', ['sync', '--dry-run', '--force', '--json']],
  ['list', ['list', '--json']],
  ['the keys’ names', ['secret', 'list', '--json']],
  ['a failing package', ['add', 'absent', '--package', '@tiny/absent', '--secret', 'THE_KEY', '--verbose']],
  ['an entry edited by hand', ['sync', '--verbose']],
  ['the same as JSON', ['sync', '--json', '--verbose']],
  ['the edit taken in', ['sync', '--adopt', '--json']],
  ['renaming', ['rename', 'pkg', 'other']],
  ['an export', ['export', 'exported']],
  ['a broken file', ['sync', '--verbose']],
  ['its document', ['sync', '--json', '--verbose']],
  ['undo', ['undo', '--verbose', '--force']],
  ['the runs', ['undo', '--list', '--json']],
]

describe('a key', () => {
  it.each([
    ['typed on standard input', (key: string) => ({ input: key, env: {} })],
    ['in the environment', (key: string) => ({ input: undefined, env: { MCP_TWIN_SECRET_THE_KEY: key } })],
  ])('%s is seen nowhere but where it may be, whatever is done', async (_how, given) => {
    const key = marker()
    const place = home({ npmrc: settingsFor(registry), npmCache: 'own' })
    place.manifest({})
    for (const file of [cursorFile, desktopFile]) place.write(file, '{}', 0o644)
    const { input, env } = given(key)
    const said: string[] = []
    const watch = await watchProcesses(key)
    const before = process.umask(0)
    try {
      if (input !== undefined) said.push((await place.run(['secret', 'set', 'THE_KEY'], { input })).output)
      for (const [what, args] of life) {
        if (what === 'an entry edited by hand')
          place.write(
            codeFile,
            place.read(codeFile).replace('"pkg": {', `"pkg": {\n      "x": "y",`).replace('server.js"', 'server.js", "--edited"'),
          )
        if (what === 'a broken file') place.write(cursorFile, place.read(cursorFile).replace(/,\n/, '\n'))
        const { output } = await place.run(args, { env })
        said.push(output)
        expect(textHolds(output, key), `${what}\n${output}`).toBe(false)
        const seen = filesWith(key, [place.root]).map((file) => relative(place.home, file))
        expect(
          seen.filter((name) => !isAllowed(name)),
          what,
        ).toEqual([])
      }
    } finally {
      process.umask(before)
    }
    const { sightings, rounds } = await watch.stop()
    // A server that takes its key in argv still gets it there, from the client as from our check; nothing else does.
    const inArgv = sightings.filter(({ where, command }) => where === 'cmdline' && !command.includes('tiny.cjs'))
    expect(inArgv).toEqual([])
    // In an environment: of the command that was given it there, and of the servers that need it.
    const inEnvironment = sightings.filter(({ where, command }) => where === 'environ' && !command.includes('server.js'))
    if (input !== undefined) expect(inEnvironment).toEqual([])
    else expect(inEnvironment.filter(({ command }) => /\bnpm|npm-cli/.test(command))).toEqual([])
    expect(rounds).toBeGreaterThan(100)
    expect(said.join('')).toContain('pkg')
    const holding = filesWith(key, [place.root])
    expect(holding.length).toBeGreaterThan(2)
    for (const file of holding) expect(`${file} ${(statSync(file).mode & 0o777).toString(8)}`).toBe(`${file} 600`)
    for (const folder of ['.mcp-twin', '.mcp-twin/backups']) expect(statSync(place.path(folder)).mode & 0o077).toBe(0)
    for (const id of readdirSync(place.path('.mcp-twin/backups')))
      expect(place.read(join('.mcp-twin/backups', id, 'index.json'))).not.toContain(key)
  })

  it('is in the export as dots, on both sides', async () => {
    const key = marker()
    const npmrc = settingsFor(registry)
    const planted = world()
      .wsl('Ubuntu')
      .file(
        '.mcp-twin/mcp-twin.json',
        JSON.stringify({
          version: 1,
          servers: { a: { command: 'x', args: ['--t={secret}', '${secret:THE_KEY}'], env: { K: '${secret:THE_KEY}' } } },
        }),
      )
      .windows()
      .client(
        'claude-desktop',
        JSON.stringify({ mcpServers: { mine: { command: 'm', env: { THEIR_TOKEN: `theirs-${key}` } } }, secretStuff: key }),
      )
      .build({ npmrc })
    expect((await planted.cli(['sync'], { env: { MCP_TWIN_SECRET_THE_KEY: key } })).code).toBe(0)
    const result = await planted.cli(['export', 'out', '--json'])
    expect(result, result.output).toMatchObject({ code: 0 })
    const out = join(planted.scratch.home, 'out')
    expect(readdirSync(out, { recursive: true, encoding: 'utf8' }).sort()).toEqual([
      'SETUP.md',
      'mcp-twin.json',
      'mcp-twin.lock.json',
      'windows',
      'windows/claude-desktop.json',
      'wsl-Ubuntu',
      'wsl-Ubuntu/claude-code-config.json',
      'wsl-Ubuntu/claude-code.json',
    ])
    expect(filesWith(key, [out])).toEqual([])
    expect(planted.self.read('out/windows/claude-desktop.json')).toContain('••••')
    expect(planted.self.read('out/windows/claude-desktop.json')).not.toContain('secretStuff')
    expect(planted.self.read('out/SETUP.md')).toMatch(/restore/i)
  })

  it('is in no config with "launch": "run", and the launcher gives it to its server alone', async () => {
    const key = marker()
    const place = home()
    place.write(
      'show.cjs',
      'process.stdout.write(JSON.stringify([process.env.K ?? null, process.env.OTHER ?? null, process.env.MCP_TWIN_SECRET_OTHER_KEY ?? null]))',
    )
    place.manifest(
      {
        a: { command: 'node', args: [place.path('show.cjs')], env: { K: '${secret:THE_KEY}' } },
        b: { command: 'node', env: { OTHER: '${secret:OTHER_KEY}' } },
      },
      { launch: 'run' },
    )
    const env = { MCP_TWIN_SECRET_THE_KEY: key, MCP_TWIN_SECRET_OTHER_KEY: marker() }
    expect(await place.json(['sync'], { env })).toMatchObject({ code: 0, inSync: true })
    expect(filesWith(key, [place.root]).map((file) => relative(place.home, file))).toEqual(['.mcp-twin/secrets.json'])
    const { code, stdout } = await place.run(['run', 'a'], { program: place.path('.mcp-twin/bin/mcp-twin.mjs'), env: { OTHER: undefined } })
    expect({ code, stdout }).toEqual({ code: 0, stdout: JSON.stringify([key, null, null]) })
  })

  it.each([
    ['a quote', 'a"b\'c-0123456789'],
    ['a backslash and a dollar', 'C:\\$HOME\\%PATH%\\0123456789'],
    ['emoji', '🔑-schlüssel-0123456789'],
    ['three thousand letters', 'k'.repeat(3000)],
    ['line breaks', '-----BEGIN KEY-----\nabc\n-----END KEY-----'],
  ])('with %s arrives whole', async (_what, key) => {
    const place = home()
    place.manifest({ a: { command: 'x', env: { K: '${secret:ODD}' } } })
    expect((await place.run(['secret', 'set', 'ODD'], { input: `${key}\n` })).code).toBe(0)
    expect(await place.json(['sync'])).toMatchObject({ code: 0, inSync: true })
    expect(place.servers(codeFile)).toEqual({ a: { command: 'x', env: { K: key } } })
  })

  it('is changed once and then everywhere', async () => {
    const [old, fresh] = [marker(), marker()]
    const planted = world()
      .wsl('Ubuntu')
      .file(
        '.mcp-twin/mcp-twin.json',
        JSON.stringify({ version: 1, servers: { a: { command: 'x', env: { K: '${secret:K}' } } }, bridge: { enabled: false } }),
      )
      .windows()
      .build()
    await planted.cli(['secret', 'set', 'K'], { input: old })
    expect((await planted.cli(['sync'])).code).toBe(0)
    await planted.cli(['secret', 'set', 'K'], { input: fresh })
    expect((await planted.cli(['sync', '--check'])).code).toBe(3)
    expect((await planted.cli(['sync'])).code).toBe(0)
    for (const [side, client] of [
      ['wsl:Ubuntu', 'claude-code'],
      ['windows', 'claude-desktop'],
    ] as const) {
      expect(planted.side(side).config(client)).toEqual({ mcpServers: { a: { command: 'x', env: { K: fresh } } } })
    }
    const removed = await planted.cli(['secret', 'remove', 'K', '--json'])
    expect(removed).toMatchObject({
      code: 0,
      json: { copies: expect.arrayContaining([expect.objectContaining({ environment: 'windows' })]) },
    })
    expect(removed.output).not.toContain(fresh)
  })
})

describe('a key on a command line', () => {
  const key = 'ghp_012345678901234567890123456789abcdef'
  it.each([
    ['add --env', ['add', 'a', '--command', 'x', '--env', `GITHUB_TOKEN=${key}`]],
    ['add --header', ['add', 'a', '--url', 'https://x', '--header', `Authorization: Bearer ${key}`]],
    ['an argument', ['add', 'a', '--command', 'x', '--', '--token', key]],
    ['the url', ['add', 'a', '--url', `https://x/mcp?api_key=${key}`]],
    ['secret set NAME VALUE', ['secret', 'set', 'NAME', key]],
    ['secret set NAME=VALUE', ['secret', 'set', `NAME=${key}`]],
  ])('%s: is refused with the right way, is not repeated, and changes nothing', async (_what, args) => {
    const place = home()
    place.manifest({})
    const result = await place.run(args)
    expect(result).toMatchObject({ code: 2 })
    expect(result.stderr).toMatch(/secret/)
    expect(result.output).not.toContain(key)
    expect(filesWith(key, [place.root])).toEqual([])
    const document = await place.run([...args.slice(0, 1), '--json', ...args.slice(1)])
    expect(document).toMatchObject({ code: 2, json: { error: { hint: expect.any(String) } } })
    expect(document.output).not.toContain(key)
  })
})

describe('a store that others can read', () => {
  it('is refused with the remedy', async () => {
    const place = home()
    place.manifest({ a: { command: 'x', env: { K: '${secret:K}' } } })
    place.write('.mcp-twin/secrets.json', '{"K":"k-0123456789"}', 0o644)
    const result = await place.run(['sync'])
    expect(result.code).not.toBe(0)
    expect(result.output).toMatch(/chmod 600|0600/)
    expect(result.output).not.toContain('k-0123456789')
    expect(place.has(codeFile)).toBe(false)
  })

  it('may be a program of the user’s', async () => {
    const place = home()
    mkdirSync(place.path('bin'))
    place.write('bin/keeper', '#!/bin/sh\necho "kept-$1-0123456789"\n', 0o755)
    place.manifest({ a: { command: 'x', env: { K: '${secret:THE_KEY}' } } }, { secrets: { command: [place.path('bin/keeper'), '{name}'] } })
    expect(await place.json(['sync'])).toMatchObject({ code: 0, inSync: true })
    expect(place.servers(codeFile)).toEqual({ a: { command: 'x', env: { K: 'kept-THE_KEY-0123456789' } } })
    expect(place.has('.mcp-twin/secrets.json')).toBe(false)
  })
})
