import type { Context } from '../context.ts'
import type { SyncOptions } from '../effects/sync/options.ts'
import { EXIT, type ExitCode } from '../errors.ts'
import type { HomeContext } from './at-home.ts'

/** What became of the lists of tools of shared servers, for the report of a command. */
export interface SharedListed {
  readonly notices: readonly string[]
  /** The exit code with servers that did not answer. */
  exit(code: ExitCode): ExitCode
}

/** Brings the lists of tools of shared servers up to date, after every command that ends in a sync. With `--no-check` or `--offline` no server is started. */
export async function listShared(
  context: Context,
  { open }: HomeContext,
  settings: SyncOptions,
  { check }: { readonly check?: unknown },
): Promise<SharedListed> {
  const { listSharedTools } = await import('../effects/sync/shared-tools.ts')
  const { notices, silent } = await listSharedTools(context.system, await open(), settings, check !== false && !settings.offline)
  return { notices, exit: (code) => (code === EXIT.ok && silent.length > 0 ? EXIT.attention : code) }
}
