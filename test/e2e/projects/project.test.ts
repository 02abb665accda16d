import { cpSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import type { MiniRegistry } from '../../support/mini-registry.ts'
import { filesWith } from '../../support/processes.ts'
import { world } from '../../support/world.ts'
import { codeFile, contentOf, documentOf, type Home, quickHome, settingsFor, tinyRegistry } from '../support/place.ts'

let registry: MiniRegistry
beforeAll(async () => {
  registry = await tinyRegistry()
})

const KEY = 'project-key-0123456789abcdef'
const servers = {
  plain: { package: 'tiny-server@1.0.0', args: ['--x'] },
  keyed: { package: '@tiny/other', env: { K: '${secret:PROJECT_KEY}' } },
  web: { url: 'https://x.example/mcp' },
  secretweb: { url: 'https://x.example/mcp', headers: { Authorization: 'Bearer ${secret:PROJECT_KEY}' } },
  cmd: { command: 'node', args: ['tools/server.js'], env: { TEAM: '${env:TEAM}' }, on: { windows: { command: 'node.exe' } } },
}

/** A project of a person who also has a manifest of their own. */
function project(manifest: object = { version: 1, servers }): {
  place: Home
  at: (words: readonly string[], options?: object) => ReturnType<Home['run']>
} {
  const place = quickHome({ npmrc: settingsFor(registry) })
  place.manifest({ mine: { command: 'own' } })
  mkdirSync(place.path('work/site/.git'), { recursive: true })
  mkdirSync(place.path('work/site/.cursor'), { recursive: true })
  mkdirSync(place.path('work/site/deep/er'), { recursive: true })
  if (manifest !== null) place.write('work/site/mcp-twin.json', JSON.stringify(manifest, null, 2))
  return { place, at: (words, options = {}) => place.run(words, { cwd: place.path('work/site'), ...options }) }
}

const mcp = (place: Home, file = '.mcp.json') => (place.readJson(`work/site/${file}`) as { mcpServers: Record<string, unknown> }).mcpServers

describe('a manifest of a project', () => {
  it('is carried into files that are fit for version control: no key, no path of this machine', async () => {
    const { place, at } = project()
    const result = await at(['sync', '--json'], { env: { MCP_TWIN_SECRET_PROJECT_KEY: KEY, TEAM: 'blue' } })
    expect(result, result.output).toMatchObject({ code: 0 })
    expect(documentOf(result)).toMatchObject({ inSync: true })
    const launcher = (home: string, folder: string, name: string) => ({
      command: 'node',
      args: [`${home}/.mcp-twin/bin/mcp-twin.mjs`, 'run', `--project=${folder}`, name],
    })
    expect(mcp(place)).toEqual({
      plain: { command: 'npx', args: ['-y', 'tiny-server@1.0.0', '--x'] },
      keyed: launcher('${HOME}', '.', 'keyed'),
      web: { type: 'http', url: 'https://x.example/mcp' },
      secretweb: launcher('${HOME}', '.', 'secretweb'),
      cmd: { command: 'node', args: ['tools/server.js'], env: { TEAM: '${TEAM}' } },
    })
    expect(mcp(place, '.cursor/mcp.json')).toMatchObject({
      keyed: launcher('${userHome}', '${workspaceFolder}', 'keyed'),
      web: { url: 'https://x.example/mcp' },
      cmd: { env: { TEAM: '${env:TEAM}' } },
    })
    expect(filesWith(KEY, [place.path('work')])).toEqual([])
    expect(filesWith(place.home, [place.path('work')])).toEqual([])
    expect(place.readJson('work/site/mcp-twin.lock.json')).toMatchObject({ packages: { '@tiny/other': { version: '2.0.0' } } })
    expect(result.json.notices.join('\n')).toMatch(/not trusted.*mcp-twin trust/)
    expect(result.json.notices.join('\n')).toMatch(/"on"/)
    expect(place.has(codeFile)).toBe(false)
  })

  it('is in sync where it was cloned to, though that home has no mcp-twin yet', async () => {
    const { place, at } = project({ version: 1, servers: { keyed: { command: 'node', env: { K: '${secret:PROJECT_KEY}' } } } })
    expect((await at(['sync', '--yes'])).code).toBe(0)
    expect(mcp(place).keyed).toMatchObject({ args: [expect.stringContaining('mcp-twin.mjs'), 'run', '--project=.', 'keyed'] })
    const runner = quickHome({ npmrc: settingsFor(registry) })
    cpSync(place.path('work'), runner.path('work'), { recursive: true })
    const there = (...words: string[]) => runner.run(['sync', '--check', '--json', ...words], { cwd: runner.path('work/site') })
    const checked = await there()
    expect([checked.code, documentOf(checked).inSync], checked.output).toEqual([0, true])
    runner.write('work/site/.mcp.json', '{"mcpServers":{}}')
    expect((await there()).code).toBe(3)
  })

  it('is found from below, and left aside with --user or outside', async () => {
    const { place, at } = project({ version: 1, servers: { cmd: { command: 'node' } } })
    expect((await at(['sync'], { cwd: place.path('work/site/deep/er') })).code).toBe(0)
    expect(mcp(place)).toEqual({ cmd: { command: 'node' } })
    expect((await at(['sync', '--user'])).code).toBe(0)
    expect(place.servers(codeFile)).toEqual({ mine: { command: 'own' } })
    expect((await at(['add', 'more', '--command', 'm'])).code).toBe(0)
    expect(mcp(place)).toEqual({ cmd: { command: 'node' }, more: { command: 'm' } })
    expect(place.servers(codeFile)).toEqual({ mine: { command: 'own' } })
    expect((await at(['undo'])).code).toBe(0)
    expect(mcp(place)).toEqual({ cmd: { command: 'node' } })
  })

  it('holds only servers, clients and launch; the rest is ignored and reported', async () => {
    const { place, at } = project({
      version: 1,
      servers: { a: { command: 'x' } },
      secrets: { command: ['sh', '-c', 'touch stolen'] },
      prefix: 'global',
      bridge: { terminal: 'on' },
    })
    const result = await at(['sync', '--json'])
    expect(result, result.output).toMatchObject({ code: 0 })
    for (const word of ['secrets', 'prefix', 'bridge']) expect(result.json.notices.join('\n')).toContain(word)
    expect(place.has('work/site/stolen')).toBe(false)
  })

  it('refuses a path that has no spelling for others', async () => {
    const { place, at } = project({
      version: 1,
      servers: { a: { command: 'x', args: ['${path:/opt/only/here}'] }, b: { command: 'x', args: ['${path:~/shared}'] } },
    })
    const result = await at(['sync', '--json'])
    expect(result.code).toBe(3)
    expect(mcp(place)).toEqual({ b: { command: 'x', args: ['${HOME}/shared'] } })
  })

  it('does not write through a symbolic link at .mcp.json, as Claude Code reads none', async () => {
    const { place, at } = project({ version: 1, servers: { a: { command: 'x' } } })
    place.write('elsewhere.json', '{"mcpServers":{}}')
    symlinkSync(place.path('elsewhere.json'), place.path('work/site/.mcp.json'))
    const result = await at(['sync', '--json'])
    expect(result.code).toBe(3)
    expect(documentOf(result).steps.filter((step) => step.outcome === 'refused')).toEqual([
      expect.objectContaining({ client: 'claude-code', reason: expect.stringContaining('link') }),
    ])
    expect(place.read('elsewhere.json')).toBe('{"mcpServers":{}}')
    expect(mcp(place, '.cursor/mcp.json')).toEqual({ a: { command: 'x' } })
  })
})

describe('init --project', () => {
  it('makes a manifest at the root of the repository, takes over what is there, and nothing of the user’s', async () => {
    const { place } = project()
    place.write('work/other/.git/HEAD', '')
    mkdirSync(place.path('work/other/sub'))
    place.write('work/other/.mcp.json', '{"mcpServers":{"there":{"command":"npx","args":["-y","tiny-server"]}}}')
    const result = await place.run(['init', '--project', '--yes', '--json'], { cwd: place.path('work/other/sub') })
    expect(result, result.output).toMatchObject({ code: 0 })
    expect(place.readJson('work/other/mcp-twin.json')).toMatchObject({ version: 1, servers: { there: { package: 'tiny-server' } } })
    expect(place.readJson('work/other/.mcp.json')).toEqual({ mcpServers: { there: { command: 'npx', args: ['-y', 'tiny-server@1.1.0'] } } })
    expect(place.has(codeFile)).toBe(false)
    expect(place.has('work/other/sub/mcp-twin.json')).toBe(false)
    const before = contentOf(place.path('work/other'))
    const again = await place.run(['init', '--project', '--yes', '--json'], { cwd: place.path('work/other') })
    expect(again, again.output).toMatchObject({ code: 0, json: { changed: false } })
    expect(contentOf(place.path('work/other'))).toEqual(before)
  })

  it('writes nothing about sides that a sync would report', async () => {
    const planted = world().wsl().windows().build()
    planted.self.write('work/.git/HEAD', '')
    const servers = { there: { command: 'true', args: ['a'] }, across: { command: '/mnt/c/Users/Ana/tool.exe', args: ['b'] } }
    planted.self.write('work/.mcp.json', JSON.stringify({ mcpServers: servers }))
    const at = (...args: string[]) => planted.cli([...args, '--json'], { cwd: planted.self.here('work') })
    const result = await at('init', '--project', '--yes')
    expect(result.code, result.output).toBe(0)
    expect(JSON.parse(planted.self.read('work/mcp-twin.json')).servers).toEqual(servers)
    expect(JSON.parse(planted.self.read('work/.mcp.json')).mcpServers).toEqual(servers)
    for (const { json } of [result, await at('sync')]) expect(JSON.stringify(json.notices)).not.toContain('means nothing')
  })

  it('is refused in the home folder itself', async () => {
    const place = quickHome()
    expect(await place.run(['init', '--project', '--yes'])).toMatchObject({ code: 2 })
  })
})

describe('run --project', () => {
  it('starts what is in .mcp.json once the manifest is trusted, with its keys alone', async () => {
    const show = 'process.stdout.write(JSON.stringify([process.env.K, process.env.MINE ?? null]))'
    const { place, at } = project({
      version: 1,
      servers: { keyed: { command: 'node', args: ['-e', show], env: { K: '${secret:PROJECT_KEY}' } } },
    })
    await place.run(['secret', 'set', 'PROJECT_KEY'], { input: KEY })
    await place.run(['secret', 'set', 'MINE'], { input: 'other-0123456789' })
    expect((await at(['sync'])).code).toBe(0)
    const { command, args } = mcp(place).keyed as { command: string; args: string[] }
    expect(command).toBe('node')
    const words = args.slice(1)
    const program = args[0]?.replace('${HOME}', place.home)
    const start = () => at(words, program === undefined ? {} : { program })
    expect(await start()).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('mcp-twin trust') })
    expect((await at(['sync', '--trust'])).code).toBe(0)
    expect(await start()).toMatchObject({ code: 0, stdout: JSON.stringify([KEY, null]) })
    expect(await at(words, { program, cwd: place.path('work/site/deep') })).toMatchObject({ code: 0 })
    place.write('work/site/mcp-twin.json', place.read('work/site/mcp-twin.json').replace('process.stdout', 'process.stderr'))
    expect(await start()).toMatchObject({ code: 1, stdout: '' })
    expect((await at(['trust', '--json'])).code).toBe(0)
    expect((await start()).code).toBe(0)
  })

  it('does not take --yes as trust', async () => {
    const { place, at } = project()
    expect((await at(['sync', '--yes'])).code).not.toBe(2)
    expect(place.has('.mcp-twin/trust.json')).toBe(false)
  })
})

describe('a project on either side', () => {
  it('writes one file for both, and touches nothing of Claude Desktop', async () => {
    const planted = world()
      .wsl('Ubuntu')
      .file('work/mcp-twin.json', JSON.stringify({ version: 1, servers: { a: { package: 'tiny-server@1.0.0' } } }))
      .windows()
      .client('claude-desktop', '{}')
      .build({ npmrc: settingsFor(registry) })
    const result = await planted.cli(['sync', '--json'], { cwd: planted.self.here('work') })
    expect(result, result.output).toMatchObject({ code: 0 })
    expect(JSON.parse(planted.self.read('work/.mcp.json'))).toEqual({
      mcpServers: { a: { command: 'npx', args: ['-y', 'tiny-server@1.0.0'] } },
    })
    expect(planted.side('windows').config('claude-desktop')).toEqual({})
    expect(planted.self.has('.claude.json')).toBe(false)
  })
})

describe('a home that is reached by a link', () => {
  it('is no project, and neither is our folder in it', async () => {
    const place = quickHome()
    const link = `${place.home}-link`
    symlinkSync(place.home, link)
    place.manifest({ thing: { command: 'own' } })
    place.write('mcp-twin.json', '{"version": 1, "servers": {"other": {"command": "theirs"}}}')
    for (const cwd of ['', '.mcp-twin']) {
      const { steps } = (await place.run(['sync', '--dry-run', '--json'], { cwd: place.path(cwd), env: { HOME: link } })).json
      expect(steps.map(({ server }: { server: string }) => server)).not.toContain('other')
      expect(steps.map(({ file }: { file: string }) => file)).not.toContainEqual(expect.stringMatching(/\.mcp\.json$/))
    }
    rmSync(link)
  })
})
