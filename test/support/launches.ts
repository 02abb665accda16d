import { clientById } from '../../src/catalog/clients/index.ts'
import { meaning } from '../../src/core/launch/meaning.ts'
import { renderEntry } from '../../src/core/launch/render.ts'
import type { Rendered, RenderRequest } from '../../src/core/launch/request.ts'
import { joinPath } from '../../src/core/paths.ts'
import type { ClientDefinition } from '../../src/model/client.ts'
import type { Entry, JsonObject } from '../../src/model/entry.ts'
import { type Environment, environmentSchema, type World } from '../../src/model/environment.ts'
import type { LockedPackage } from '../../src/model/lock.ts'
import type { Manifest, ServerSpec } from '../../src/model/manifest.ts'
import { reveal, Secret } from '../../src/model/secret.ts'

const side = (facts: object): Environment => environmentSchema.parse(facts)

const posix = (id: string, kind: string, more: object = {}): Environment =>
  side({
    id,
    kind,
    user: 'ana',
    home: kind === 'macos' ? '/Users/ana' : '/home/ana',
    node: '/usr/bin/node',
    npm: '/usr/lib/node_modules/npm/bin/npm-cli.js',
    prefix: '/usr/local',
    ...more,
  })

export const ubuntu = posix('wsl:Ubuntu', 'wsl', { distro: 'Ubuntu', mountRoot: '/mnt/', self: true })
export const debian = posix('wsl:Debian', 'wsl', {
  distro: 'Debian',
  mountRoot: '/win',
  user: 'bo',
  home: '/home/bo',
  node: '/opt/node/bin/node',
})
export const linux = posix('linux', 'linux', { self: true })
export const macos = posix('macos', 'macos', { self: true })
export const windows = side({
  id: 'windows',
  kind: 'windows',
  user: 'Ana Ruiz',
  home: 'C:\\Users\\Ana Ruiz',
  appData: 'C:\\Users\\Ana Ruiz\\AppData\\Roaming',
  localAppData: 'C:\\Users\\Ana Ruiz\\AppData\\Local',
  node: 'C:\\Program Files\\nodejs\\node.exe',
  npm: 'C:\\Program Files\\nodejs\\node_modules\\npm\\bin\\npm-cli.js',
  prefix: 'C:\\Users\\Ana Ruiz\\AppData\\Roaming\\npm',
})

/** Every world the product knows, each with its home. */
export const worlds: readonly { readonly name: string; readonly world: World; readonly home: Environment }[] = [
  { name: 'WSL home beside Windows', world: { environments: [ubuntu, windows] }, home: ubuntu },
  {
    name: 'Windows home beside WSL',
    world: {
      environments: [
        { ...windows, self: true },
        { ...ubuntu, self: false },
      ],
    },
    home: windows,
  },
  { name: 'two distributions and Windows', world: { environments: [ubuntu, debian, windows] }, home: ubuntu },
  { name: 'plain Linux', world: { environments: [linux] }, home: linux },
  { name: 'macOS', world: { environments: [macos] }, home: macos },
]

export const locked = (name: string, version: string, bin: Record<string, string>): LockedPackage => ({ name, version, bin })

export const packages: Record<string, LockedPackage> = {
  'tavily-mcp@0.2.22': locked('tavily-mcp', '0.2.22', { 'tavily-mcp': 'build/index.js' }),
  '@modelcontextprotocol/server-filesystem': locked('@modelcontextprotocol/server-filesystem', '2026.8.31', {
    'mcp-server-filesystem': 'dist/index.js',
  }),
  'chrome-devtools-mcp@^1': locked('chrome-devtools-mcp', '1.11.0', {
    'chrome-devtools-mcp': './build/src/bin/chrome-devtools-mcp.js',
    'chrome-devtools': './build/src/bin/chrome-devtools.js',
  }),
}

export const client = (id: string): ClientDefinition => {
  const found = clientById(id)
  if (found === null) throw new Error(`no client ${id}`)
  return found
}

export interface Situation {
  readonly server: ServerSpec
  readonly client?: string
  readonly environment?: Environment
  readonly world?: World
  readonly home?: Environment
  readonly manifest?: Partial<Manifest>
  readonly keys?: Record<string, string>
  readonly variables?: Record<string, string>
  readonly scope?: 'user' | 'project'
  readonly more?: Partial<RenderRequest>
}

export const folderOf = (world: World) => (id: string) => {
  const found = world.environments.find((each) => each.id === id)
  return found === undefined ? null : joinPath(found, found.home, '.mcp-twin')
}

/** A request with everything that is not said as it usually is: WSL home beside Windows, Claude Code in WSL. */
export function request(name: string, situation: Situation): RenderRequest {
  const world = situation.world ?? { environments: [ubuntu, windows] }
  return {
    name,
    server: situation.server,
    manifest: { version: 1, servers: { [name]: situation.server }, ...situation.manifest },
    client: client(situation.client ?? 'claude-code'),
    environment: situation.environment ?? ubuntu,
    world,
    home: situation.home ?? ubuntu,
    lock: { version: 1, packages },
    folders: folderOf(world),
    key: (key) => {
      const value = situation.keys?.[key]
      return value === undefined ? null : new Secret(value)
    },
    variable: (variable) => situation.variables?.[variable],
    scope: situation.scope ?? 'user',
    ...situation.more,
  }
}

export const render = (name: string, situation: Situation): Rendered => renderEntry(request(name, situation))

/** The entry as it will stand in the file; throws when there is none. */
export function written(name: string, situation: Situation): JsonObject {
  const rendered = render(name, situation)
  if (rendered.kind !== 'entry') throw new Error(`${rendered.kind}: ${rendered.reason}`)
  return reveal(rendered.value)
}

/** What a value says, as the client reads it. */
export function read(value: JsonObject, id = 'claude-code'): Entry {
  const entry = meaning(value, client(id))
  if ('unreadable' in entry) throw new Error(entry.unreadable)
  return entry
}
