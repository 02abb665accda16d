import type { Context } from '../context.ts'
import type { ExitCode } from '../errors.ts'
import { changeManifest } from './change.ts'
import { demandServer, letIn, onlyThere } from './servers.ts'

/** Switches servers on again; with `--client` or `--on` where they were left out of those configs alone. */
export const run = (context: Context, names: string[], options: Record<string, unknown>): Promise<ExitCode> =>
  changeManifest(context, options, async ({ manifest }) => {
    for (const name of names) demandServer(manifest, name)
    const places = onlyThere(context)
    if (places.length > 0) return { changes: names.flatMap((name) => letIn(manifest, name, places)) }
    return {
      changes: names
        .filter((name) => manifest.servers[name]?.disabled !== undefined)
        .map((name) => ({ kind: 'remove', path: ['servers', name, 'disabled'] }) as const),
    }
  })
