import { arch } from 'node:os'
import { join } from 'node:path'
import type { Context } from '../context.ts'
import type { BridgeRules, RootFacts } from '../core/doctor/facts.ts'
import { toolsFileName } from '../core/foreign/tools-file.ts'
import { reachable } from '../model/path.ts'
import type { HomeContext } from './at-home.ts'
import { bridgeSettings, bridgeTools } from './bridge-tools.ts'

/** How long doctor checks the store; a larger one is checked to its end by the bridges, once a day. */
const storeMs = 500

/**
 * What the bridge makes of its part of the manifest, asked of its own code, so that doctor and bridge are of one mind.
 * Nothing is started, and nothing written.
 */
export async function bridgeRules(context: Pick<Context, 'system'>, homeContext: HomeContext): Promise<BridgeRules> {
  const { system } = context
  const [
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
    import('../bridge/policy/policy.ts'),
    import('../bridge/policy/canonical.ts'),
    import('../bridge/config/config.ts'),
    import('../bridge/base/refusal.ts'),
    import('../bridge/terminal/sandbox/means.ts'),
    import('../bridge/store/state.ts'),
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
    store: examineStore(settings.folder, system.platform, arch(), { ms: storeMs, now: system.now() }),
    families: settings.families,
    lists: { trouble: reader.trouble, servers: Object.keys(file.shared), ...(await bridgeTools(settings, file)) },
    plugins: pluginStates(settings.folder, file).flatMap((each) => (each.why === null ? [] : [{ file: each.file, why: each.why }])),
    terminal: settings.terminal,
    sandbox:
      system.platform !== 'linux' ? 'not-on-this-system' : sandboxProgram() === null ? 'not-installed' : isRoot() ? 'not-for-root' : 'here',
  }
}
