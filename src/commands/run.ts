import type { Context } from '../context.ts'
import { startServer } from '../effects/run/start.ts'
import { type ExitCode, usageError } from '../errors.ts'

/**
 * Starts one server of home's manifest, or of another one that a sync has used, in the place of this process. stdout is the server's; our own words go to
 * stderr. The working directory is never searched for a manifest: its author would decide what is started.
 */
export async function run(context: Context, args: string[], options: Record<string, unknown>): Promise<ExitCode> {
  const { system, io } = context
  const [name] = args
  const { project } = options
  if (name === undefined) throw usageError('Missing the name of a server.', { hint: 'mcp-twin run NAME; mcp-twin list shows the names' })
  const { manifest } = context.options
  if (manifest !== undefined && project !== undefined)
    throw usageError('--manifest and --project cannot be combined: both name a manifest.', { hint: 'mcp-twin run --help' })
  return startServer(system, name, {
    ...(manifest === undefined ? {} : { manifest }),
    ...(typeof project === 'string' ? { project } : {}),
    hide: (value) => io.hide(value),
    mask: (text) => io.mask(text),
    signal: context.signal,
    offline: context.options.offline === true,
  })
}
