import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { toHere } from '../../../src/core/paths.ts'
import { makePlan, type ObservedFile, type PlanInput } from '../../../src/core/plan/plan.ts'
import { clientById } from '../../../src/catalog/clients/index.ts'
import { writeLaunches } from '../../../src/effects/run/launches.ts'
import { environmentSchema } from '../../../src/model/environment.ts'
import type { ServerSpec } from '../../../src/model/manifest.ts'
import { native } from '../../../src/model/path.ts'
import { Secret } from '../../../src/model/secret.ts'
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
      entry: { kind: 'remote', url: 'https://far.example/mcp', transport: 'http', headers: { 'x-api-key': 'far-key' } },
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
})
