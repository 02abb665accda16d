import { arch } from 'node:os'
import { join } from 'node:path'
import type { Settings } from '../bridge/base/settings.ts'
import type { Context } from '../context.ts'
import type { BridgeRules, RootFacts } from '../core/doctor/facts.ts'
import { toolsFileName } from '../core/foreign/tools-file.ts'
import { storeUrlOf } from '../core/manifest/names.ts'
import { userPlace } from '../effects/manifest/place.ts'
import { reachable } from '../model/path.ts'
import type { System } from '../model/system.ts'
import type { HomeContext } from './at-home.ts'
import { bridgeSettings, bridgeTools } from './bridge-tools.ts'

/** How long doctor checks the store; a larger one is checked to its end by the bridges, once a day. */
const storeMs = 500

/**
 * What the bridge makes of its part of the manifest, asked of its own code, so that doctor and bridge are of one mind.
 * Nothing is started, and nothing written.
 */
export async function bridgeRules(context: Pick<Context, 'system' | 'options'>, homeContext: HomeContext): Promise<BridgeRules> {
  const { system } = context
  const [
    { Policy },
    { canonical },
    { Config },
    { Refusal },
    { isRoot, sandboxProgram },
    { WaitingFile },
    { toolsFileAt },
    { pluginStates },
  ] = await Promise.all([
    import('../bridge/policy/policy.ts'),
    import('../bridge/policy/canonical.ts'),
    import('../bridge/config/config.ts'),
    import('../bridge/base/refusal.ts'),
    import('../bridge/terminal/sandbox/means.ts'),
    import('../bridge/handoff/waiting.ts'),
    import('../bridge/foreign/tools.ts'),
    import('../bridge/plugins/states.ts'),
  ])
  const settings = await bridgeSettings(context, homeContext)
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
    storeServer: await storeServerIn(context, homeContext, settings),
    store: await storeIn(system, settings.folder),
    families: settings.families,
    lists: { trouble: reader.trouble, servers: Object.keys(file.shared), ...(await bridgeTools(settings, file)) },
    plugins: pluginStates(settings.folder, file).flatMap((each) => (each.why === null ? [] : [{ file: each.file, why: each.why }])),
    terminal: settings.terminal,
    sandbox:
      system.platform !== 'linux' ? 'not-on-this-system' : sandboxProgram() === null ? 'not-installed' : isRoot() ? 'not-for-root' : 'here',
  }
}

/** The store below the bridge's folder, or that of home. Nothing is written. */
export async function storeIn(system: System, folder: string): Promise<BridgeRules['store']> {
  const { examineStore } = await import('../bridge/store/state.ts')
  return examineStore(folder, system.platform, arch(), { ms: storeMs, now: system.now() })
}

/** The server that the user's manifest names, or that the store is a copy of. */
async function storeServerIn(
  { system, options }: Pick<Context, 'system' | 'options'>,
  { home, openAt }: HomeContext,
  settings: Settings,
): Promise<BridgeRules['storeServer']> {
  const [{ examineServer }, { keyNamed }] = await Promise.all([
    import('../bridge/start/examine-server.ts'),
    import('../effects/store/hidden-keys.ts'),
  ])
  // A manifest that cannot be read is reported by the checks of it.
  const manifest = await openAt(userPlace(home)).then(
    (situation) => situation.manifest,
    () => null,
  )
  return examineServer({
    settings: { ...settings, keyNamed: async (name) => (manifest === null ? null : keyNamed(system, home.here, manifest, name)) },
    arch: arch(),
    named: manifest === null ? null : storeUrlOf(manifest),
    asks: options.offline !== true,
    now: () => system.now(),
  })
}
