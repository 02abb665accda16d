import type { run as spec } from '../cli/specs/run.ts'
import type { Run } from '../context.ts'
import { startServer } from '../effects/run/start.ts'
import { usageError } from '../errors.ts'

/**
 * Starts one server of home's manifest, or of another one that a sync has used, in the place of this process. stdout is the server's; our own words go to
 * stderr. The working directory is never searched for a manifest: its author would decide what is started.
 */
export const run: Run<typeof spec> = async (context, args, options) => {
  const { system, io } = context
  const [name] = args
  const { project } = options
  if (name === undefined) throw usageError('Missing the name of a server.', { hint: 'to see the names: mcp-twin list' })
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
