import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type CliOptions, type CliResult, cli } from './cli.ts'
import { quickly } from './in-process.ts'
import { nodePath, npmPath } from './machine.ts'
import { type Scratch, type ScratchOptions, scratch } from './scratch.ts'
import { type Mapping, Side, type SideFacts } from './side.ts'

const interopFile = fileURLToPath(new URL('interop.mjs', import.meta.url))

/** A planted world: every side is a folder of one scratch, and programs of every side really run. */
export interface Planted {
  readonly scratch: Scratch
  /** The side that commands run on. */
  readonly self: Side
  side(id: string): Side
  /** Environment of a program of a side, `MCP_TWIN_WORLD` included; without an id, of the own side. */
  env(id?: string): Record<string, string>
  /** A command typed on a side; without `on`, on the own one. */
  cli(args: readonly string[], options?: CliOptions & { readonly on?: string }): Promise<CliResult>
  /** argv that starts what stands in a config of that side, as that side spells it. */
  argv(id: string, command: string, args: readonly string[]): string[]
}

interface Draft {
  facts: SideFacts
  files: [path: string, content: string | Uint8Array][]
  clients: [client: string, content: string][]
}

/** Builds a situation: `world().wsl('Ubuntu').windows().client('cursor', text).build()`. The first side is the own one. */
export class WorldBuilder {
  private readonly drafts: Draft[] = []
  private isQuick = false

  wsl(distro = 'Ubuntu', more: Partial<SideFacts> = {}): this {
    const user = more.user ?? 'ana'
    return this.add({ id: `wsl:${distro}`, kind: 'wsl', distro, mountRoot: '/mnt/', ...unix(user, `/home/${user}`), ...more })
  }

  linux(more: Partial<SideFacts> = {}): this {
    const user = more.user ?? 'ana'
    return this.add({ id: 'linux', kind: 'linux', ...unix(user, `/home/${user}`), ...more })
  }

  macos(more: Partial<SideFacts> = {}): this {
    const user = more.user ?? 'ana'
    return this.add({ id: 'macos', kind: 'macos', ...unix(user, `/Users/${user}`), ...more })
  }

  windows(more: Partial<SideFacts> = {}): this {
    const user = more.user ?? 'Ana'
    const home = `C:\\Users\\${user}`
    const nodejs = 'C:\\Program Files\\nodejs'
    return this.add({
      id: 'windows',
      kind: 'windows',
      user,
      home,
      appData: `${home}\\AppData\\Roaming`,
      localAppData: `${home}\\AppData\\Local`,
      node: `${nodejs}\\node.exe`,
      npm: `${nodejs}\\node_modules\\npm\\bin\\npm-cli.js`,
      prefix: `${home}\\AppData\\Roaming\\npm`,
      running: [],
      runnable: true,
      ...more,
    })
  }

  /** A client's user-scope file on the side added last. */
  client(id: string, content: string): this {
    this.last().clients.push([id, content])
    return this
  }

  /** A file on the side added last; a relative path is under its home. */
  file(path: string, content: string | Uint8Array): this {
    this.last().files.push([path, content])
    return this
  }

  /** A program that is seen running on the side added last. */
  running(name: string): this {
    this.last().facts.running.push(name)
    return this
  }

  /** Commands run in this process, where they need nothing else: for tests of files, which run many. */
  quick(): this {
    this.isQuick = true
    return this
  }

  build(options: ScratchOptions = {}): Planted {
    const place = scratch(options)
    const [own] = this.drafts
    if (!own) throw new Error('a world needs a side')
    const sides = this.drafts.map((draft) => settle(draft.facts, draft === own, place))
    const config = join(place.root, 'world', 'interop.json')
    mkdirSync(join(place.root, 'world'))
    for (const [at, side] of sides.entries()) {
      side.furnish(interop(config, side.id, side.id))
      for (const [path, content] of this.drafts[at]?.files ?? []) side.write(path, content)
      for (const [client, content] of this.drafts[at]?.clients ?? []) side.write(side.clientFile(client), content)
    }
    return plant(place, sides, config, options.env ?? {}, this.isQuick ? quickly : cli)
  }

  private add(facts: Omit<SideFacts, 'running' | 'runnable'> & Partial<SideFacts>): this {
    this.drafts.push({ facts: { running: [], runnable: true, ...facts }, files: [], clients: [] })
    return this
  }

  private last(): Draft {
    const draft = this.drafts.at(-1)
    if (!draft) throw new Error('add a side first')
    return draft
  }
}

export const world = (): WorldBuilder => new WorldBuilder()

const unix = (user: string, home: string) => ({
  user,
  home,
  node: '/usr/bin/node',
  npm: '/usr/lib/node_modules/npm/bin/npm-cli.js',
  prefix: `${home}/.npm-global`,
})

const interop = (config: string, from: string, to: string): string[] => [nodePath, interopFile, config, from, to]

/** The own side, where it is a kind of Unix, is this machine with the scratch's home; every other one is a folder. */
function settle(facts: SideFacts, own: boolean, place: Scratch): Side {
  if (own && facts.kind !== 'windows') {
    const moved = { ...facts, home: place.home, prefix: join(place.home, '.npm-global') }
    // Only what the test left as it was: a missing or broken node is what some tests are about.
    if (facts.node === '/usr/bin/node') moved.node = nodePath
    if (facts.npm === '/usr/lib/node_modules/npm/bin/npm-cli.js') moved.npm = npmPath()
    return new Side(moved, [])
  }
  const here = join(place.root, facts.id.replace(/\W+/g, '-'))
  mkdirSync(here, { recursive: true })
  return new Side(facts, [{ native: facts.kind === 'windows' ? 'C:\\' : '/', here }])
}

/** The world as one of its sides sees it. */
function view(sides: readonly Side[], from: Side, config: string): object {
  const environments = sides.map(({ facts, mappings }) => {
    const { runnable, ...rest } = facts
    const own = facts.id === from.id
    const files: readonly Mapping[] = mappings.length > 0 || own ? mappings : [{ native: '/', here: '/' }]
    const direct = own && mappings.length === 0
    return { ...rest, ...(own && { self: true }), files, ...(runnable && !direct && { exec: interop(config, from.id, facts.id) }) }
  })
  return { environments }
}

function plant(place: Scratch, sides: readonly Side[], config: string, more: Record<string, string>, start: typeof quickly): Planted {
  const worldFile = (id: string) => join(place.root, 'world', `${id.replace(/\W+/g, '-')}.json`)
  const side = (id: string): Side => sides.find((each) => each.id === id) ?? unknown(id)
  const self = sides[0] ?? unknown('self')
  const env = (id = self.id) => ({ ...side(id).env(), MCP_TWIN_WORLD: worldFile(id), ...more })
  const described = sides.map(({ facts, mappings }) => ({ ...facts, mappings, env: env(facts.id) }))
  writeFileSync(config, JSON.stringify({ sides: described }, null, 2))
  for (const each of sides) writeFileSync(worldFile(each.id), JSON.stringify(view(sides, each, config), null, 2))
  return {
    scratch: place,
    self,
    side,
    env,
    argv: (id, command, args) => [...interop(config, id, id), command, ...args],
    cli: (args, { on, ...options } = {}) =>
      start({ home: side(on ?? self.id).here(side(on ?? self.id).facts.home), env: env(on) }, args, options),
  }
}

const unknown = (id: string): never => {
  throw new Error(`there is no side "${id}" in this world`)
}
