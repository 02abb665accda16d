import { dirname, join } from 'node:path'
import { toolsFileName } from '../../core/foreign/tools-file.ts'
import type { PipedServer } from '../../effects/run/piped.ts'
import { cacheTtl } from '../config/options.ts'
import type { Config } from '../config/config.ts'
import { denied, failed } from '../base/refusal.ts'
import type { Settings } from '../base/settings.ts'
import { toolsFileAt } from '../foreign/tools.ts'
import type { SharedHolder } from '../sharing/holder.ts'
import { sharedWork } from '../sharing/provider.ts'
import type { ProviderParts } from './foreign.ts'

/** The shared servers, which this bridge runs for all bridges while it holds the lease, whatever families it offers itself. */
export interface SharedWork {
  problems(): readonly string[]
  close(): Promise<void>
}

/** Loads nothing until the first call arrives. */
export function openShared(
  { settings, log, redaction, storage }: ProviderParts,
  config: Config,
  followManifest: () => Promise<void>,
): SharedWork {
  let holder: SharedHolder | undefined
  let loading: Promise<SharedHolder> | undefined
  const file = toolsFileAt(join(settings.folder, toolsFileName))
  const load = async (): Promise<SharedHolder> => {
    const { SharedHolder } = await import('../sharing/holder.ts')
    holder = new SharedHolder({
      ...{ version: settings.version, redaction },
      file: () => file.read(),
      cacheMs: () => config.get(cacheTtl) * 1000,
      start: (server) => startServer(settings, server),
      now: () => settings.now(),
      random: (bytes) => settings.random(bytes),
      report: (trouble) => log.write('bridge', 'warning', trouble),
    })
    return holder
  }
  storage.serve(sharedWork, async ({ params, signal, progress }, held) => {
    await followManifest()
    if (settings.unreadable !== undefined) throw denied(`The bridge that runs shared servers is closed. ${settings.unreadable}`)
    loading ??= load()
    const { sharedCall } = await import('../sharing/holder.ts')
    return (await loading).call(sharedCall(params), { signal, progress }, held)
  })
  return {
    problems: () =>
      (holder?.changed() ?? []).map(
        (server) => `The server ${server} says that its tools have changed: mcp-twin sync --refresh lists them anew.`,
      ),
    close: async () => {
      await holder?.close()
    },
  }
}

/**
 * Starts `mcp-twin run SERVER`: it reads manifest, lock and keys, installs what is missing, relays to an address, and becomes the server
 * where it can. So its keys are in no process but its own, and in no command line.
 */
async function startServer(settings: Settings, server: string): Promise<PipedServer> {
  const [{ startPiped }, { tiedToParent }, { ownProgram }] = await Promise.all([
    import('../../effects/run/piped.ts'),
    import('../../effects/run/child.ts'),
    import('../../effects/packages/own-program.ts'),
  ])
  const program = ownProgram()
  if (program === null) throw failed(`${server} cannot be started: this copy of mcp-twin is incomplete. Nothing was sent to it.`)
  const [file = settings.execPath, ...args] = [...tiedToParent(), settings.execPath, program, 'run', server]
  const env = Object.fromEntries(
    Object.entries(settings.variables).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
  return startPiped({ file, args, verbatim: false, env, cwd: dirname(dirname(settings.folder)) })
}
