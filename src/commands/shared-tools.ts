import type { Context } from '../context.ts'
import { toolsFileName } from '../core/foreign/tools-file.ts'
import { layout } from '../core/layout.ts'
import { joinPath } from '../core/paths.ts'
import { asksToShare } from '../core/plan/sharing.ts'
import { reach, type Situation } from '../effects/manifest/open.ts'
import type { SyncOptions } from '../effects/sync/options.ts'
import { EXIT, type ExitCode } from '../errors.ts'
import type { System } from '../model/system.ts'
import type { HomeContext } from './at-home.ts'

/** What became of the lists of tools of shared servers, for the report of a command. */
export interface SharedListed {
  readonly notices: readonly string[]
  /** The exit code with servers that did not answer. */
  exit(code: ExitCode): ExitCode
}

/**
 * Brings the lists of tools of shared servers up to date, after every command that ends in a sync. With `--no-try` or `--offline` no server
 * is started. `known`: the situation, where nothing has changed since it was opened.
 */
export async function listShared(
  context: Context,
  { open }: HomeContext,
  settings: SyncOptions,
  options: { readonly try?: boolean } = {},
  known?: Situation,
): Promise<SharedListed> {
  const situation = known ?? (await open())
  if (!(await mayBeListed(context.system, situation))) return { notices: [], exit: (code) => code }
  const { listSharedTools } = await import('../effects/sync/shared-tools.ts')
  const { notices, silent } = await listSharedTools(context.system, situation, settings, options.try !== false && !settings.offline)
  return { notices, exit: (code) => (code === EXIT.ok && silent.length > 0 ? EXIT.attention : code) }
}

/** Whether a server is to be shared or a list is there: most have neither, and load nothing for it. */
async function mayBeListed(system: System, { home, manifest }: Situation): Promise<boolean> {
  if (Object.values(manifest.servers).some(asksToShare)) return true
  const { bridge } = layout(home.environment, home.folder)
  return (await system.files.look(reach(home, joinPath(home.environment, bridge, toolsFileName)))) !== null
}
