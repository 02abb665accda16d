import { arch } from 'node:os'
import { join } from 'node:path'
import { clients } from '../catalog/clients/index.ts'
import type { Context } from '../context.ts'
import type { BridgeRules, RootFacts } from '../core/doctor/facts.ts'
import { toolsFileName, type ToolsFile } from '../core/foreign/tools-file.ts'
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
    { toolsFileAt },
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
    import('../bridge/foreign/file.ts'),
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
  const reader = toolsFileAt(join(settings.folder, toolsFileName))
  const file = reader.read()
  return {
    roots: await Promise.all(settings.roots.map(root)),
    problems: settings.problems,
    settings: config.trouble,
    waiting: waiting.problems()[0] ?? null,
    store: examineStore(settings.folder, system.platform, arch(), { ms: storeMs, now: system.now() }),
    families: settings.families,
    lists: { trouble: reader.trouble, servers: Object.keys(file.shared), ...(await listedBy(settings, file)) },
    plugins: pluginStates(settings.folder, file).flatMap((each) => (each.why === null ? [] : [{ file: each.file, why: each.why }])),
    terminal: settings.terminal,
    sandbox:
      system.platform !== 'linux' ? 'not-on-this-system' : sandboxProgram() === null ? 'not-installed' : isRoot() ? 'not-for-root' : 'here',
  }
}

/** The size of the list of tools that a program gets. Those for commands count where they may be switched on. */
async function listedBy(
  { families, terminal, readOnly }: Settings,
  file: ToolsFile,
): Promise<Pick<BridgeRules['lists'], 'tools' | 'bytes'>> {
  const [{ tools }, { listed }, { sharedTools }, { pluginTools }, { isReading, listedForeign }] = await Promise.all([
    import('../bridge/tools/index.ts'),
    import('../bridge/contract/tool.ts'),
    import('../bridge/sharing/provider.ts'),
    import('../bridge/plugins/provider.ts'),
    import('../bridge/foreign/tool.ts'),
  ])
  const own = tools.filter(
    ({ family, effect }) => families.includes(family) && (family !== 'terminal' || terminal !== 'off') && (!readOnly || effect === 'read'),
  )
  const foreign = [...sharedTools(file), ...pluginTools(file)].filter(
    (tool) => families.includes(tool.family) && (!readOnly || isReading(tool)),
  )
  const all = [...own.map(listed), ...foreign.map(listedForeign)]
  return { tools: all.length, bytes: Buffer.byteLength(JSON.stringify(all)) }
}
