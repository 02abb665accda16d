import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { toHere } from '../../../src/core/paths.ts'
import { makePlan, type ObservedFile, type PlanInput } from '../../../src/core/plan/plan.ts'
import { clientById } from '../../../src/catalog/clients/index.ts'
import { observeLaunches, writeLaunches } from '../../../src/effects/run/launches.ts'
import { environmentSchema } from '../../../src/model/environment.ts'
import type { ServerSpec } from '../../../src/model/manifest.ts'
import { native } from '../../../src/model/path.ts'
import { reveal, Secret } from '../../../src/model/secret.ts'
import { nodeSystem } from '../../../src/system/node.ts'
import { scratch } from '../../support/scratch.ts'

/** A WSL home beside a Windows side whose drive is a folder here. */
function ground() {
  const place = scratch()
  const drive = join(place.root, 'c')
  mkdirSync(join(drive, 'Users/Ana'), { recursive: true })
  const ubuntu = environmentSchema.parse({
    id: 'wsl:Ubuntu',
    kind: 'wsl',
    self: true,
    distro: 'Ubuntu',
    mountRoot: '/mnt/',
    user: 'ana',
    home: place.home,
    node: '/usr/bin/node',
    npm: '/usr/lib/npm-cli.js',
  })
  const windows = environmentSchema.parse({
    id: 'windows',
    kind: 'windows',
    user: 'Ana',
    home: 'C:\\Users\\Ana',
    node: 'C:\\node\\node.exe',
    npm: 'C:\\node\\npm-cli.js',
    files: [{ native: 'C:\\', here: `${drive}/` }],
    exec: ['x'],
  })
  const folders: Record<string, string> = { 'wsl:Ubuntu': place.path('.mcp-twin'), windows: 'C:\\Users\\Ana\\.mcp-twin' }
  const file = toHere(windows, native('C:\\Users\\Ana\\.mcp-twin\\launches.json')) ?? ''
  const input = (
    servers: Record<string, ServerSpec>,
    clients: readonly string[],
    keys: Record<string, string> = { FAR: 'far-key', T: 't-key', HERE: 'here-key' },
  ): PlanInput => {
    const world = { environments: [ubuntu, windows] }
    const manifest = { version: 1 as const, servers }
    const files = clients.map((id): ObservedFile => {
      const client = clientById(id)
      if (client === null) throw new Error(id)
      const environment = client.environments.includes('windows') ? windows : ubuntu
      return { environment, client, scope: 'user', file: native('C:\\x.json'), bytes: null }
    })
    const lock = {
      version: 1 as const,
      packages: { 'tavily-mcp@0.2.22': { name: 'tavily-mcp', version: '0.2.22', bin: { 'tavily-mcp': 'build/index.js' } } },
    }
    const render = {
      manifest,
      world,
      home: ubuntu,
      lock,
      folders: (id: string) => native(folders[id] ?? ''),
      key: (name: string) => (keys[name] === undefined ? null : new Secret(keys[name] ?? '')),
      variable: () => undefined,
    }
    return {
      world,
      home: ubuntu,
      manifest,
      files,
      state: { version: 1, files: {} },
      render,
      isInstalled: () => true,
      unavailable: () => null,
      outdatedSelf: new Set(),
      selfEverywhere: false,
      force: false,
      prune: false,
    }
  }
  const write = async (made: PlanInput) => writeLaunches(nodeSystem(), made, makePlan(made).launches)
  const read = () => JSON.parse(readFileSync(file, 'utf8'))
  return { place, file, input, write, read }
}

const far: ServerSpec = { url: 'https://far.example/mcp', headers: { 'x-api-key': '${secret:FAR}' } }
const relayed: ServerSpec = { package: 'tavily-mcp@0.2.22', launch: 'run', env: { T: '${secret:T}' } }
const direct: ServerSpec = { package: 'tavily-mcp@0.2.22', env: { H: '${secret:HERE}' } }

describe('what another side needs to start its servers', () => {
  it('are the launches that are asked for there, and their keys alone', async () => {
    const { input, write, read, file, place } = ground()
    await write(input({ far, relayed, direct, home: { ...relayed, only: ['wsl'], env: { H: '${secret:HERE}' } } }, ['claude-desktop']))
    expect(Object.keys(read().servers)).toEqual(['far', 'relayed'])
    expect(read().servers.far).toEqual({
      entry: { kind: 'remote', url: 'https://far.example/mcp', headers: { 'x-api-key': 'far-key' } },
      keys: ['FAR'],
      script: false,
    })
    expect(read().servers.relayed).toMatchObject({
      entry: { command: 'C:\\node\\node.exe', env: { T: 't-key' } },
      keys: ['T'],
      script: true,
    })
    expect(readFileSync(file, 'utf8')).not.toContain('here-key')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(place.has('.mcp-twin/launches.json')).toBe(false)
  })

  it('stay when a sync looks at a few clients only, and go with their servers', async () => {
    const { input, write, read, file } = ground()
    await write(input({ far, relayed }, ['claude-desktop']))
    await write(input({ far, relayed }, []))
    expect(Object.keys(read().servers)).toEqual(['far', 'relayed'])
    const before = statSync(file, { bigint: true }).ino
    await write(input({ far, relayed }, ['claude-desktop']))
    expect(statSync(file, { bigint: true }).ino).toBe(before)
    await write(input({ far, relayed: direct }, []))
    expect(Object.keys(read().servers)).toEqual(['far'])
    await write(input({}, ['claude-desktop']))
    expect(read().servers).toEqual({})
  })

  it('are not written where there is nothing to say, nor with a key that is missing', async () => {
    const { input, write, read, file, place } = ground()
    await write(input({ direct }, ['claude-desktop']))
    expect(place.has('../c/Users/Ana/.mcp-twin')).toBe(false)
    await write(input({ far, relayed }, ['claude-desktop'], { T: 't2' }))
    expect(Object.keys(read().servers)).toEqual(['relayed'])
    writeFileSync(file, '{damaged', { mode: 0o600 })
    await write(input({ relayed }, ['claude-desktop']))
    expect(Object.keys(read().servers)).toEqual(['relayed'])
  })
  it('stay as they are where they cannot be known now: a key is missing', async () => {
    const { input, write, read } = ground()
    await write(input({ far, relayed }, ['claude-desktop']))
    await write(input({ far: { ...far, url: 'https://new.example/mcp' }, relayed }, ['claude-desktop'], { T: 't2' }))
    expect(read().servers.far.entry).toMatchObject({ url: 'https://far.example/mcp', headers: { 'x-api-key': 'far-key' } })
    expect(read().servers.relayed.entry.env).toEqual({ T: 't2' })
  })

  it('are written anew where others could read them', async () => {
    const { input, write, file } = ground()
    await write(input({ far }, ['claude-desktop']))
    chmodSync(file, 0o644)
    expect(await write(input({ far }, ['claude-desktop']))).toMatchObject([{ kind: 'write', outcome: 'done', change: 'update' }])
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(await write(input({ far }, ['claude-desktop']))).toEqual([])
  })

  it('reports unwritable launches, and goes on', async () => {
    const { input, write, file } = ground()
    mkdirSync(file, { recursive: true })
    const [step] = await write(input({ far }, ['claude-desktop']))
    expect(step).toMatchObject({ environment: 'windows', server: 'far', reason: expect.stringContaining('launches.json') })
    expect(['failed', 'refused']).toContain(step?.outcome)
    rmSync(file, { recursive: true })
    expect(await write(input({ far }, ['claude-desktop']))).toMatchObject([{ outcome: 'done' }])
  })
})

describe('what a plan says of them', () => {
  const planned = async (made: PlanInput, isOwn = true, isNarrowed = false) => {
    const launches = await observeLaunches(nodeSystem(), made, { isOwn, isNarrowed })
    return makePlan(launches === undefined ? made : { ...made, launches }).launchFiles ?? []
  }
  const record = (made: PlanInput, server: string): PlanInput => ({
    ...made,
    state: { version: 1, files: { windows: { cursor: { 'C:\\cursor.json': { entries: { [server]: { server, digest: 'x' } } } } } } },
  })

  it('is nothing where all is as it should be, and nothing twice where their entries are written', async () => {
    const { input, write } = ground()
    const made = input({ far }, ['claude-desktop'])
    expect(await planned(made)).toMatchObject([{ isTold: true, servers: ['far'] }])
    await write(made)
    expect(await planned(made)).toEqual([])
    const rotated = input({ far }, ['claude-desktop'], { FAR: 'new-key' })
    const entries = makePlan(made).files.flatMap(({ desired }) => desired.wanted)
    const bytes = Buffer.from(JSON.stringify({ mcpServers: Object.fromEntries(entries.map(({ name, value }) => [name, reveal(value)])) }))
    const [first] = rotated.files
    if (first === undefined) throw new Error('no file')
    const stale = await planned({ ...rotated, files: [{ ...first, bytes }] })
    expect(stale).toMatchObject([{ isTold: false, servers: ['far'], step: { server: 'far', change: 'update', outcome: 'planned' } }])
    expect(JSON.stringify(stale)).not.toContain('new-key')
  })

  it('keeps launches that unobserved files still ask for, even if the manifest lacks them', async () => {
    const { input, write } = ground()
    await write(input({ far, relayed }, ['claude-desktop']))
    const other = input({ o2: relayed }, ['claude-desktop'])
    expect(await planned(other, false)).toMatchObject([{ servers: ['far', 'o2', 'relayed'] }])
    expect(await planned(record(other, 'far'), false, true)).toMatchObject([{ servers: ['o2', 'relayed'] }])
    expect(await planned(record(input({ far: { ...far, url: 'https://o.example' } }, []), 'far'), false)).toMatchObject([
      { servers: ['relayed'] },
    ])
    expect(await planned(input({ o2: relayed }, ['claude-code-config']), false, true)).toEqual([])
  })
})
