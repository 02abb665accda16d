import { checks } from '../../../src/catalog/checks/index.ts'
import { clientById } from '../../../src/catalog/clients/index.ts'
import { diagnose } from '../../../src/core/diagnose.ts'
import { readEntry } from '../../../src/core/doctor/entry.ts'
import type {
  BridgeFacts,
  BridgeRules,
  BridgeStatus,
  ClientScopes,
  ClientFile,
  DoctorEntry,
  Facts,
  HookFacts,
  ProbeFacts,
  SideFacts,
} from '../../../src/core/doctor/facts.ts'
import { serverOn } from '../../../src/core/launch/side.ts'
import { layout } from '../../../src/core/layout.ts'
import { joinPath, toHere } from '../../../src/core/paths.ts'
import { readClientFile } from '../../../src/core/plan/file.ts'
import { makePlan, type ObservedFile, type PlanInput } from '../../../src/core/plan/plan.ts'
import { withRecord } from '../../../src/core/plan/records.ts'
import { compareKeys } from '../../../src/effects/doctor/key-values.ts'
import type { Finding } from '../../../src/model/check.ts'
import type { ClientDefinition } from '../../../src/model/client.ts'
import type { Environment } from '../../../src/model/environment.ts'
import type { Manifest, ServerSpec } from '../../../src/model/manifest.ts'
import { native, reachable } from '../../../src/model/path.ts'
import { reveal, Secret } from '../../../src/model/secret.ts'
import type { State } from '../../../src/model/state.ts'
import { packages, ubuntu, windows as plainWindows } from '../../support/launches.ts'

export { ubuntu }

export const KEY = 'tvly-dev-4f9Qz8LmT2sWk7Rb1XcV'

/** Windows as a distribution sees it: its drive mounted, its programs started by their own path. */
export const windows: Environment = { ...plainWindows, exec: [], files: [{ native: 'C:\\', here: '/mnt/c/' }] }

export const usualServers: Record<string, ServerSpec> = {
  tavily: { package: 'tavily-mcp@0.2.22', env: { TAVILY_API_KEY: '${secret:TAVILY_API_KEY}' } },
  files: { package: '@modelcontextprotocol/server-filesystem', args: ['${path:~/shared}'] },
}

type Servers = Record<string, unknown>

const soundHook = (environment: Environment): HookFacts => ({
  ...{ client: definition('claude-code'), environment, file: native('/home/ana/.claude/settings.json'), found: 'ours', why: null },
})

/**
 * A machine as the checks see it. It begins sound: WSL and Windows, two servers, every config synced. Each method
 * plants one thing; `find` says what one check has to say of it.
 */
export class Situation {
  private environments: Environment[] = [ubuntu, windows]
  private manifest: Manifest = { version: 1, servers: usualServers, bridge: { enabled: false } }
  private keys: Record<string, string> = { TAVILY_API_KEY: KEY }
  private readonly more: Partial<Record<string, Partial<SideFacts>>> = {}
  private readonly edits: { client: string; edit: (text: string) => string | Uint8Array | null }[] = []
  private readonly fileFacts: { client: string; facts: Partial<ClientFile> }[] = []
  private readonly missing: { name: string; missing: DoctorEntry['missing'] }[] = []
  private readonly absent = new Set<string>()
  private changed: ((manifest: Manifest) => Manifest) | null = null
  private later: Partial<Facts> = {}
  private claude: Partial<ClientScopes> = {}
  private clients = ['claude-desktop', 'claude-code']
  private laterKeys: Record<string, string | null> = {}
  private outdated: string[] = []
  private pinned = packages

  /** Only this side. */
  alone(): this {
    this.environments = [ubuntu]
    return this
  }

  servers(servers: Record<string, ServerSpec>, more: Partial<Manifest> = {}): this {
    this.manifest = { version: 1, servers, bridge: { enabled: false }, ...more }
    return this
  }

  /** What the manifest says since the last sync. */
  manifestNow(change: (manifest: Manifest) => Manifest): this {
    this.changed = change
    return this
  }

  environment(id: string, facts: Partial<Environment>): this {
    this.environments = this.environments.map((each) => (each.id === id ? { ...each, ...facts } : each))
    return this
  }

  /** Takes something away that is known of a side. */
  without(id: string, ...names: (keyof Environment)[]): this {
    this.environments = this.environments.map((each) =>
      each.id === id
        ? (Object.fromEntries(Object.entries(each).filter(([name]) => !names.some((one) => one === name))) as Environment)
        : each,
    )
    return this
  }

  side(id: string, facts: Partial<SideFacts>): this {
    this.more[id] = { ...this.more[id], ...facts }
    return this
  }

  client(id: string): this {
    this.clients.push(id)
    return this
  }

  /** What a program's file says since the last sync; null: it is gone. */
  text(client: string, edit: (text: string) => string | Uint8Array | null): this {
    this.edits.push({ client, edit })
    return this
  }

  entries(client: string, change: (servers: Record<string, Record<string, unknown>>) => Servers | undefined): this {
    return this.text(client, (text) => {
      const config = JSON.parse(text)
      return `${JSON.stringify({ ...config, mcpServers: change(config.mcpServers) }, null, 2)}\n`
    })
  }

  file(client: string, facts: Partial<ClientFile>): this {
    this.fileFacts.push({ client, facts })
    return this
  }

  /** What an entry starts is not there. */
  gone(name: string, ...missing: DoctorEntry['missing']): this {
    this.missing.push({ name, missing })
    return this
  }

  /** A package is not installed on a side: `environment words`. */
  notInstalled(...which: string[]): this {
    for (const each of which) this.absent.add(each)
    return this
  }

  pin(words: string, facts: Partial<(typeof packages)[string]>): this {
    const before = this.pinned[words]
    if (before === undefined) throw new Error(`nothing is pinned for ${words}`)
    this.pinned = { ...this.pinned, [words]: { ...before, ...facts } }
    return this
  }

  unpin(words: string): this {
    this.pinned = Object.fromEntries(Object.entries(this.pinned).filter(([name]) => name !== words))
    return this
  }

  /** The store has another value now; null: none. */
  key(name: string, value: string | null): this {
    this.laterKeys = { ...this.laterKeys, [name]: value }
    return this
  }

  selfOutdated(...sides: string[]): this {
    this.outdated = sides
    return this
  }

  claudeCode(facts: Partial<ClientScopes>): this {
    this.claude = { ...this.claude, ...facts }
    return this
  }

  /** The hook of Claude Code, as it was found. */
  hook(found: HookFacts['found'], why: string | null = null): this {
    return this.with({ hook: { ...soundHook(this.environments[0] ?? ubuntu), found, why } })
  }

  with(facts: Partial<Facts>): this {
    this.later = { ...this.later, ...facts }
    return this
  }

  probed(...probes: Partial<ProbeFacts>[]): this {
    const desktop = definition('claude-desktop')
    const base = { environment: windows, client: desktop, file: native('C:\\config.json'), name: 'tavily', server: 'tavily', ms: 420 }
    return this.with({
      probes: probes.map((each) => ({ ...base, tools: ['search'], reason: null, stderr: [], noise: null, ...each })),
      policies: [{ client: desktop.id, environment: windows, values: [], trouble: null }],
    })
  }

  /** What the tools of Claude Desktop's servers cost, one tool a server; null: that is not known. */
  weighed(tokens: Readonly<Record<string, number | null>>): this {
    const servers = Object.entries(tokens).map(([name, each]) => ({ name, tools: each === null ? null : [{ name: 'tool', tokens: each }] }))
    return this.with({ weights: [{ environment: windows.id, client: 'claude-desktop', servers }] })
  }

  /** The bridge, switched on and sound; only entries of the files do without it. */
  bridge(facts: Partial<Omit<BridgeFacts, 'rules'>> = {}, rules: Partial<BridgeRules> = {}): this {
    return this.with({ bridge: { ...soundBridge, ...facts, rules: { ...soundBridge.rules, ...rules } } })
  }

  /** The bridges of Claude Desktop and Claude Code as they were started. */
  started(desktop: Partial<ProbeFacts> & { says?: Partial<BridgeStatus> } = {}, code: typeof desktop = {}): this {
    const probe = ({ says, ...more }: typeof desktop): Partial<ProbeFacts> => ({
      ...{ name: 'mcp-twin', server: 'mcp-twin', tools: ['bridge_status'], bridge: { status: { ...soundStatus, ...says } } },
      ...more,
    })
    const program = { environment: ubuntu, client: definition('claude-code'), file: native('/home/ana/.claude.json') }
    return this.probed(probe(desktop), { ...program, ...probe(code) })
  }

  /** What one check finds, the good words aside. */
  find(check: string): Finding[] {
    return this.all(check).filter(({ level }) => level !== 'ok')
  }

  /** Everything that one check says, or all of them. */
  all(check?: string): Finding[] {
    const chosen = checks.filter(({ id }) => check === undefined || id === check)
    if (chosen.length === 0) throw new Error(`there is no check ${check}`)
    return diagnose(chosen, this.facts())
  }

  facts(): Facts {
    const synced = this.sync()
    const manifest = this.changed?.(this.manifest) ?? this.manifest
    const files = synced.files.map((file) => ({ ...file, bytes: this.edited(file) }))
    const input = this.input(
      manifest,
      files,
      synced.state,
      (name) => {
        const value = name in this.laterKeys ? this.laterKeys[name] : this.keys[name]
        return value === undefined || value === null ? null : new Secret(value)
      },
      this.absent,
    )
    const plan = makePlan(input)
    const sides = this.environments.map((environment) => sideFacts(environment, input, this.more[environment.id]))
    return {
      manifest: { shown: native('/home/ana/.mcp-twin/mcp-twin.json'), exists: true, project: null },
      ...{ input, plan, sides },
      files: input.files.map((file) => this.clientFile(input, file)),
      keys: { missing: [], trouble: null, launches: [] },
      logins: { lacking: [], trouble: null },
      packages: this.packageFacts(input),
      ...{
        owners: { faults: [], withoutOwners: [] },
        modes: [],
        locks: [],
        tracked: [],
        bridge: null,
        probes: null,
        policies: null,
        weights: [],
      },
      scopes: [
        {
          client: definition('claude-code'),
          environment: this.environments[0] ?? ubuntu,
          managed: null,
          policies: [],
          unread: [],
          local: [],
          project: [],
          switchedOff: [],
          ...this.claude,
        },
      ],
      hook: soundHook(this.environments[0] ?? ubuntu),
      variables: new Set(['HOME', 'PATH']),
      interopWished: true,
      shell: 'posix',
      ...this.later,
    }
  }

  private input(
    manifest: Manifest,
    files: readonly ObservedFile[],
    state: State,
    key: (name: string) => Secret | null,
    absent: ReadonlySet<string>,
  ): PlanInput {
    const world = { environments: this.environments }
    const home = this.environments[0] ?? ubuntu
    const folders = (id: string) => {
      const side = this.environments.find((each) => each.id === id)
      return side === undefined ? null : joinPath(side, side.home, '.mcp-twin')
    }
    return {
      ...{ world, home, manifest, files, state },
      render: {
        manifest,
        world,
        home,
        lock: { version: 1, packages: this.pinned },
        folders,
        key,
        variable: () => undefined,
        commandPath: () => null,
      },
      isInstalled: (environment, words) => !absent.has(`${environment} ${words}`),
      unavailable: () => null,
      outdatedSelf: new Set(absent === this.absent ? this.outdated : []),
      ...{ selfEverywhere: true, force: false, prune: false },
    }
  }

  /** Every file as a sync leaves it, from nothing. */
  private sync(): { files: ObservedFile[]; state: State } {
    const targets = this.environments.flatMap((environment) =>
      this.clients
        .map(definition)
        .filter((client) => client.environments.includes(environment.kind) && !(client.onlyNamed?.includes(environment.kind) ?? false))
        .map((client): ObservedFile => ({ environment, client, scope: 'user', file: client.file(environment), bytes: null })),
    )
    const key = (name: string) => (this.keys[name] === undefined ? null : new Secret(this.keys[name]))
    const plan = makePlan(this.input(this.manifest, targets, { version: 1, files: {} }, key, new Set()))
    let state: State = { version: 1, files: {} }
    const files = plan.files.map(({ observed, plan: file }) => {
      const read = readClientFile(observed.client, null)
      const changes = file.entries.flatMap(({ change }) => (change === null ? [] : [reveal(change)]))
      const edit = read.ok ? read.document.edit(changes, { bom: 'keep' }) : null
      if (!edit?.ok) throw new Error('the first sync of a situation must succeed')
      const entries = Object.fromEntries(file.entries.flatMap(({ entryName, record }) => (record === null ? [] : [[entryName, record]])))
      state = withRecord(state, { environment: file.environment, client: file.client, file: file.file }, { entries })
      return { ...observed, bytes: edit.bytes }
    })
    return { files, state }
  }

  private edited(file: ObservedFile): Uint8Array | null {
    return this.edits
      .filter(({ client }) => client === file.client.id)
      .reduce<Uint8Array | null>((bytes, { edit }) => {
        const next = edit(new TextDecoder().decode(bytes ?? new Uint8Array()))
        return typeof next === 'string' ? new TextEncoder().encode(next) : next
      }, file.bytes)
  }

  private clientFile(input: PlanInput, file: ObservedFile): ClientFile {
    const read = file.bytes === null ? null : readClientFile(file.client, file.bytes)
    const entries = read?.ok
      ? read.document.entries().map((present): DoctorEntry => {
          const { crossed: _, holder, ...each } = readEntry(input, file, present)
          const keys =
            holder === null || 'unreadable' in each.entry ? [] : compareKeys(serverOn(holder, each.runs), each.entry, input.render.key)
          return { ...each, keys, missing: this.missing.filter(({ name }) => name === each.name).flatMap(({ missing }) => missing) }
        })
      : []
    const { environment, client, scope, file: path } = file
    const base: ClientFile = {
      ...{ environment, client, scope, file: path, read, entries },
      here: toHere(environment, path) ?? reachable(`/here/${client.id}`),
      ...{ refusal: null, bom: read?.ok === true && read.document.bom, stale: [], undecided: false },
    }
    return Object.assign(base, ...this.fileFacts.filter(({ client: id }) => id === client.id).map(({ facts }) => facts))
  }

  private packageFacts(input: PlanInput): Facts['packages'] {
    return this.environments
      .flatMap((environment) =>
        Object.entries(this.pinned).map(([words, locked]) => ({
          ...{ environment, words, name: locked.name, pinned: locked.version, engines: locked.engines ?? null },
          installed: this.absent.has(`${environment.id} ${words}`) ? null : locked.version,
          servers: Object.entries(input.manifest.servers).flatMap(([name, spec]) => (spec.package === words ? [name] : [])),
          scripts: [],
        })),
      )
      .filter(({ servers }) => servers.length > 0)
  }
}

const soundBridge: BridgeFacts = {
  home: ubuntu,
  folder: native('/home/ana/.mcp-twin/bridge'),
  workspace: '/home/ana/.mcp-twin/bridge/workspace',
  appeared: [],
  rules: {
    roots: [{ path: '/home/ana/.mcp-twin/bridge/workspace', isWorkspace: true, there: 'folder', closed: null }],
    ...{
      problems: [],
      settings: null,
      waiting: null,
      store: null,
      storeServer: null,
      families: ['files', 'search', 'terminal', 'bridge'],
      terminal: 'off',
      sandbox: 'here',
    },
    plugins: [],
    lists: { trouble: null, servers: [], own: [{ name: 'read_file', tokens: 120 }], shared: {} },
  },
  unwritable: [],
  searching: { packaged: true, onPath: false },
  tokens: {
    shown: '/home/ana/.mcp-twin/bridge/sessions.json',
    here: reachable('/home/ana/.mcp-twin/bridge/sessions.json'),
    ...{ damaged: null, alive: 0, aheadMs: 0, openMode: null },
  },
  triggers: [],
  ports: [{ port: 4324, wanted: false, by: 'nobody', version: null }],
}

const soundStatus: BridgeStatus = {
  ...{ version: '1.0.0', home: 'wsl:Ubuntu', folders: ['/home/ana/.mcp-twin/bridge/workspace'] },
  ...{ terminal: 'off', families: ['files', 'search', 'terminal', 'bridge'], problems: [], link: true, roundTripMs: 0.84 },
}

export function definition(id: string): ClientDefinition {
  const found = clientById(id)
  if (found === null) throw new Error(`there is no client ${id}`)
  return found
}

function sideFacts(environment: Environment, input: PlanInput, more: Partial<SideFacts> = {}): SideFacts {
  const folder = input.render.folders(environment.id)
  return {
    environment,
    pulse: environment.self ? null : { ok: true, nodeVersion: '22.23.3', skewMs: 0 },
    ...{ nodeThere: true, npmThere: true, nodeVersion: '22.23.3', running: [], foreignPrograms: [] },
    store: { kind: 'own', path: folder === null ? null : layout(environment, folder).npm, writable: true },
    room: folder === null ? null : { path: folder, free: 40 * 1024 ** 3, files: 1_000_000 },
    ...more,
  }
}

export const situation = (): Situation => new Situation()
