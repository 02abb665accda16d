import { arch } from 'node:os'
import { join } from 'node:path'
import { clients } from '../catalog/clients/index.ts'
import type { Context } from '../context.ts'
import type { BridgeRules, RootFacts } from '../core/doctor/facts.ts'
import { readToolsFile } from '../effects/store/tools-file.ts'
import { reachable } from '../model/path.ts'
import type { Settings } from '../bridge/base/settings.ts'
import { version } from '../version.ts'
import type { HomeContext } from './at-home.ts'
import { clientFiles } from './client-files.ts'

/** How long doctor checks the store; a larger one is checked to its end by the bridges, once a day. */
const storeMs = 500

/**
 * What the bridge makes of its part of the manifest, asked of its own code, so that doctor and bridge are of one mind.
 * Nothing is started, and nothing written.
 */
export async function bridgeRules({ system }: Pick<Context, 'system'>, { home, place, world }: HomeContext): Promise<BridgeRules> {
  const [
    { decideSettings },
    { Policy },
    { canonical },
    { Config },
    { Refusal },
    { isRoot, sandboxProgram },
    { examineStore },
    { WaitingFile },
    { pluginStates },
  ] = await Promise.all([
    import('../bridge/start/settings.ts'),
    import('../bridge/policy/policy.ts'),
    import('../bridge/policy/canonical.ts'),
    import('../bridge/config/config.ts'),
    import('../bridge/base/refusal.ts'),
    import('../bridge/terminal/sandbox/means.ts'),
    import('../bridge/store/state.ts'),
    import('../bridge/handoff/waiting.ts'),
    import('../bridge/plugins/states.ts'),
  ])
  const settings = await decideSettings(
    {
      ...{ system, version, clientFiles, folder: home.here, manifest: place.here },
      self: async () => home.environment,
      world: async () => world,
      clientIds: clients.map(({ id }) => id),
      keys: async () => [],
    },
    { client: 'doctor', roots: [], tools: [], terminal: undefined, readOnly: false },
  )
  const policy = new Policy(settings)
  /** As the policy judges every path in it: by where it really leads. */
  const opens = async (path: string): Promise<null> => {
    const { real, missing } = await canonical(path)
    await policy.check(join(real, ...missing), 'read', path)
    return null
  }
  const root = async (path: string, at: number): Promise<RootFacts> => {
    const kind = (await system.files.look(reachable(path), 'follow'))?.kind
    const closed = await opens(path).catch((error: unknown) => {
      if (error instanceof Refusal) return error.message
      throw error
    })
    return { path, isWorkspace: at === 0, there: kind === undefined ? 'nothing' : kind === 'directory' ? 'folder' : 'file', closed }
  }
  const config = new Config(reachable(`${settings.folder}/config.json`))
  config.list()
  const waiting = new WaitingFile(join(settings.folder, 'waiting.json'))
  waiting.read()
  return {
    roots: await Promise.all(settings.roots.map(root)),
    problems: settings.problems,
    settings: config.trouble,
    waiting: waiting.problems()[0] ?? null,
    store: examineStore(settings.folder, system.platform, arch(), storeMs),
    families: settings.families,
    lists: await toolLists(settings),
    plugins: pluginStates(settings.folder, await readToolsFile(system, reachable(settings.folder))).flatMap(({ file, why }) =>
      why === null ? [] : [{ file, why }],
    ),
    terminal: settings.terminal,
    sandbox:
      system.platform !== 'linux' ? 'not-on-this-system' : sandboxProgram() === null ? 'not-installed' : isRoot() ? 'not-for-root' : 'here',
  }
}

/** What a program is shown of the bridge's tools: commands are counted where they may be switched on. */
async function toolLists({ folder, families, terminal, readOnly }: Settings): Promise<BridgeRules['lists']> {
  const [{ toolsFileAt }, { tools }, { listed }, { sharedServers }, { listedForeign }] = await Promise.all([
    import('../bridge/foreign/file.ts'),
    import('../bridge/tools/index.ts'),
    import('../bridge/contract/tool.ts'),
    import('../bridge/sharing/provider.ts'),
    import('../bridge/foreign/tool.ts'),
  ])
  const reader = toolsFileAt(join(folder, 'tools.json'))
  const file = reader.read()
  const own = tools.filter(
    ({ family, effect }) => families.includes(family) && (family !== 'terminal' || terminal !== 'off') && (!readOnly || effect === 'read'),
  )
  const foreign = [...sharedServers(() => Promise.reject(new Error('nothing is called'))).list(file)]
  const plugins = Object.values(file.plugins).flatMap(({ tools: all }) => all)
  const all = [...own.map(listed), ...foreign.map(listedForeign), ...plugins]
  return { trouble: reader.trouble, servers: Object.keys(file.shared), tools: all.length, bytes: Buffer.byteLength(JSON.stringify(all)) }
}
