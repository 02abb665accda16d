import { rmSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { startAsDesktopOn, type DesktopEntry } from '../../support/desktop.ts'
import { modern } from '../../support/http-servers.ts'
import { putProgram } from '../../support/own-program.ts'
import { restored } from '../../support/restored.ts'
import { type Planted, world } from '../../support/world.ts'

const OLD = 'old-key-0d4f6b8a2c1e3957'
const NEW = 'new-key-7a5c3e1f9b2d4680'
const FILE = '.mcp-twin\\launches.json'

const url = 'http://127.0.0.1:9/mcp'
const far = { url, headers: { 'x-api-key': '${secret:K}' } }
const relayed = { command: 'true', args: ['first'], launch: 'run', env: { K: '${secret:K}' } }
const direct = { command: 'true', env: { K: '${secret:K}' } }

interface Document {
  readonly inSync: boolean
  readonly changed: boolean
  readonly steps: readonly { environment: string; client: string | null; file: string; server: string | null; outcome: string }[]
}

/** Home in WSL, Claude Desktop on Windows. */
function twins() {
  const planted = world().wsl().windows().build()
  for (const side of ['wsl:Ubuntu', 'windows']) putProgram(planted.side(side).here('.mcp-twin'))
  const manifest = (servers: object, more: object = {}) =>
    planted.self.write('.mcp-twin/mcp-twin.json', JSON.stringify({ version: 1, servers, bridge: { enabled: false }, ...more }))
  const run = async (...args: string[]) => {
    const ended = await planted.cli([...args, '--json'])
    return { code: ended.code, output: ended.output, json: ended.json as Document }
  }
  const done = async (...args: string[]) => {
    const ended = await run(...args)
    expect(ended.code, ended.output).toBe(0)
    return ended.json
  }
  const key = async (value: string) => {
    const { code, output } = await planted.cli(['secret', 'set', 'K'], { input: value })
    expect(code, output).toBe(0)
  }
  const windows = planted.side('windows')
  const text = () => windows.read(FILE)
  const servers = (): Record<string, { entry: { args: string[]; url?: string } }> => JSON.parse(text()).servers
  const entries = (): Record<string, DesktopEntry> => JSON.parse(windows.read(windows.clientFile('claude-desktop'))).mcpServers
  return { planted, manifest, run, done, key, text, servers, entries, windows }
}

const started = (servers: object) =>
  restored(
    async () => {
      const place = twins()
      place.manifest(servers)
      await place.key(OLD)
      await place.done('sync')
      return place
    },
    ({ planted }) => planted.scratch.root,
  )
/** A server that is reached on both sides, with its old key there. */
const reached = started({ s: far })
const two = started({ docs: { url }, r: relayed })

const launchSteps = ({ steps }: Document) => steps.filter(({ file }) => file?.endsWith('launches.json'))

/** Starts an entry of Desktop's and answers what it said when it could not. */
const words = async (planted: Planted, entry: DesktopEntry | undefined) => {
  if (entry === undefined) throw new Error('no entry')
  const [command = '', ...args] = planted.argv('windows', entry.command, entry.args ?? [])
  const { spawnSync } = await import('node:child_process')
  const env = { ...planted.env('windows') }
  return String(spawnSync(command, args, { input: '', env, timeout: 20_000 }).stderr)
}

describe('what the other side starts by name', () => {
  it('is up to date after an undo', async () => {
    const { planted, done, run, servers, entries, manifest } = twins()
    const one = await modern({})
    manifest({})
    await done('sync')
    await done('add', 'docs', '--url', one.url)
    await done('remove', 'docs')
    expect(servers()).toEqual({})
    const undone = await done('undo')
    expect(undone).toMatchObject({ inSync: true })
    expect(Object.keys(servers())).toEqual(['docs'])
    const { docs } = entries()
    if (docs === undefined) throw new Error('no entry')
    expect(await startAsDesktopOn(planted, 'windows', docs)).toMatchObject({ serverInfo: { name: 'modern' } })
    expect((await run('sync', '--check')).code).toBe(0)
    await done('undo', (await planted.cli(['undo', '--list', '--json'])).json.runs[2].id)
    expect(servers()).toEqual({})
  })

  it.each([
    ['a server that is reached', { s: far }, {}],
    ['a server with "launch": "run"', { s: relayed }, {}],
    ['a manifest with "launch": "run"', { s: direct }, { launch: 'run' }],
  ])('takes a new key over: %s', async (_title, servers, more) => {
    const { manifest, key, run, done, text } = twins()
    manifest(servers, more)
    await key(OLD)
    await done('sync')
    expect(text()).toContain(OLD)
    await key(NEW)
    const check = await run('sync', '--check')
    expect(check).toMatchObject({ code: 3, json: { inSync: false } })
    expect(launchSteps(check.json)).toMatchObject([{ environment: 'windows', client: null, server: 's', outcome: 'planned' }])
    expect(text()).toContain(OLD)
    const synced = await done('sync')
    expect(synced).toMatchObject({ inSync: true })
    expect(launchSteps(synced)).toMatchObject([{ environment: 'windows', server: 's', outcome: 'done' }])
    expect(text()).toContain(NEW)
    expect(text()).not.toContain(OLD)
    expect(await done('sync', '--check')).toMatchObject({ inSync: true, steps: [] })
  })

  it('gets a new key by a sync of its program alone, and not by one of another', async () => {
    const { key, done, text } = await reached()
    await key(NEW)
    await done('sync', '--client', 'claude-code-config')
    await done('sync', '--on', 'wsl')
    expect(text()).toContain(OLD)
    await done('sync', '--client', 'claude-desktop')
    expect(text()).toContain(NEW)
  })

  it('follows the manifest, and is made again where it is missing or damaged', async () => {
    const { manifest, key, run, done, servers, windows } = twins()
    await key(OLD)
    manifest({ s: relayed })
    await done('sync')
    manifest({ s: { ...relayed, args: ['second'] } })
    expect((await run('sync', '--check')).code).toBe(3)
    await done('sync')
    expect(servers().s?.entry.args).toEqual(['second'])
    for (const spoil of [() => rmSync(windows.here(FILE)), () => windows.write(FILE, '{"version":1,')]) {
      spoil()
      expect((await run('sync', '--check')).json.inSync).toBe(false)
      await done('sync')
      expect(servers().s?.entry.args).toEqual(['second'])
    }
    expect(await done('sync')).toMatchObject({ inSync: true, steps: [] })
  })

  it('is shown by list, and by sync in words', async () => {
    const { planted, key } = await reached()
    await key(NEW)
    const cells = async () => (await planted.cli(['list', '--json'])).json.servers[0].cells
    expect(await cells()).toContainEqual(expect.objectContaining({ environment: 'windows', client: 'claude-desktop', state: 'differs' }))
    const { stdout } = await planted.cli(['sync', '--on', 'windows'])
    expect(stdout).toContain('how it is started there')
    expect(stdout).toContain('launches.json updated.')
    expect(await cells()).toContainEqual(expect.objectContaining({ environment: 'windows', client: 'claude-desktop', state: 'in sync' }))
  })

  it('is found by doctor, and fixed by what it says', async () => {
    const { planted, key } = await reached()
    const wrong = async (...args: string[]) =>
      (await planted.cli(['doctor', '--json', '--check', 'in-sync', '--check', 'keys-consistent', ...args])).json.findings.filter(
        ({ level }: { level: string }) => level === 'error',
      )
    for (const spoil of [() => key(NEW), async () => rmSync(planted.side('windows').here(FILE))]) {
      await spoil()
      const found = await wrong()
      expect(found).toContainEqual(expect.objectContaining({ check: 'in-sync', fix: 'mcp-twin sync', environment: 'windows' }))
      for (const { fix } of found) expect(fix).toBe('mcp-twin sync')
      expect(await wrong('--fix')).toEqual([])
    }
  })

  it('is fixed before a server is reported to be broken', async () => {
    const { planted, entries, windows } = await reached()
    rmSync(windows.here(FILE))
    expect(await words(planted, entries().s)).toContain('mcp-twin sync')
    const { findings } = (await planted.cli(['doctor', '--deep', '--json', '--check', 'server-starts', '--on', 'windows'])).json
    expect(findings).toEqual([expect.objectContaining({ subject: 's', level: 'error', fix: 'mcp-twin sync' })])
  })
})

describe('a trusted project', () => {
  it('has its new key on the other side after a sync', async () => {
    const { planted, run, done, key, text, manifest } = twins()
    manifest({ s: { url } })
    await key(OLD)
    await done('sync')
    planted.self.write('work/mcp-twin.json', JSON.stringify({ version: 1, servers: { s: direct } }))
    const folder = planted.self.here('work')
    expect((await planted.cli(['trust', folder])).code).toBe(0)
    expect(text()).toContain(OLD)
    await key(NEW)
    const { json } = await planted.cli(['doctor', '--json', '--check', 'keys-consistent'])
    expect(json.findings).toEqual([expect.objectContaining({ level: 'error', fix: 'mcp-twin sync' })])
    expect(await run('sync', '--check')).toMatchObject({ code: 3, json: { inSync: false } })
    await done('sync')
    expect(text()).toContain(NEW)
    expect(text()).not.toContain(OLD)
    await key(OLD)
    const inside = await planted.cli(['sync', '--json'], { cwd: folder })
    expect(inside.code, inside.output).toBe(0)
    expect(text()).toContain(OLD)
  })
})

describe('another manifest, named for once, for one side or program', () => {
  it.each([
    ['one side', ['--on', 'wsl']],
    ['one program', ['--client', 'claude-code-config']],
    ['another program of that side', ['--client', 'cursor', '--on', 'windows']],
  ])('leaves what the others start: %s', async (_title, narrowed) => {
    const { planted, done, servers, entries } = await two()
    const before = servers()
    expect(Object.keys(before)).toEqual(['docs', 'r'])
    planted.self.write(
      'other.json',
      JSON.stringify({ version: 1, servers: { docs: { url: `${url}/other`, only: ['wsl'] }, o2: relayed }, bridge: { enabled: false } }),
    )
    await done('sync', '--manifest', planted.self.here('other.json'), ...narrowed)
    expect(servers()).toMatchObject(before)
    expect(Object.keys(entries())).toEqual(['docs', 'r'])
    await done('sync')
    expect(servers()).toEqual(before)
  })
})
