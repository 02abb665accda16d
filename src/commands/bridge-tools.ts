import type { Settings } from '../bridge/base/settings.ts'
import { clients } from '../catalog/clients/index.ts'
import type { Context } from '../context.ts'
import type { ToolListFacts } from '../core/doctor/bridge-facts.ts'
import type { ToolsFile } from '../core/foreign/tools-file.ts'
import { layout } from '../core/layout.ts'
import type { KnownWeights } from '../core/tokens/programs.ts'
import { weigh } from '../core/tokens/weight.ts'
import { version } from '../version.ts'
import { reach, type Situation } from '../effects/manifest/open.ts'
import { readToolsFile } from '../effects/store/tools-file.ts'
import type { HomeContext } from './at-home.ts'
import { clientFiles } from './client-files.ts'

/** What a bridge would decide from the manifest, asked of its own code. Nothing is started, and nothing written. */
export async function bridgeSettings({ system }: Pick<Context, 'system'>, { home, place, world }: HomeContext): Promise<Settings> {
  const { decideSettings } = await import('../bridge/start/settings.ts')
  return decideSettings(
    {
      ...{ system, version, clientFiles, folder: home.here, manifest: place.here },
      self: async () => home.environment,
      world: async () => world,
      clientIds: clients.map(({ id }) => id),
      keys: async () => [],
    },
    { client: 'doctor', roots: [], tools: [], terminal: undefined, readOnly: false },
  )
}

/** What the tools cost that a program gets from the bridge. Those for commands count where they may be switched on. */
export async function bridgeTools(
  { families, terminal, readOnly }: Settings,
  file: ToolsFile,
): Promise<Pick<ToolListFacts, 'own' | 'shared'>> {
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
  const shown = (tool: ReturnType<typeof pluginTools>[number]): boolean => families.includes(tool.family) && (!readOnly || isReading(tool))
  const shared = Object.keys(file.shared).map((name) => {
    const list = sharedTools({ shared: { [name]: file.shared[name] ?? { digest: '', tools: [] } } })
    return [name, weigh(list.filter(shown).map(listedForeign))] as const
  })
  return { own: weigh([...own.map(listed), ...pluginTools(file).filter(shown).map(listedForeign)]), shared: Object.fromEntries(shared) }
}

/** What the tools of home's bridge cost; null and none where it is off, and in a project. */
export async function knownOfBridge(
  context: Pick<Context, 'system'>,
  homeContext: HomeContext,
  { manifest, place, home }: Situation,
): Promise<Pick<KnownWeights, 'bridge' | 'shared'>> {
  if (place.project !== null || manifest.bridge?.enabled === false) return { bridge: null, shared: {} }
  const file = await readToolsFile(context.system, reach(home, layout(home.environment, home.folder).bridge))
  const { own, shared } = await bridgeTools(await bridgeSettings(context, homeContext), file)
  return { bridge: own, shared }
}
