import type { Context } from '../context.ts'
import type { ExitCode } from '../errors.ts'
import { changeManifest } from './change.ts'
import { demandServer } from './servers.ts'

/** Switches servers on again. */
export const run = (context: Context, names: string[], options: Record<string, unknown>): Promise<ExitCode> =>
  changeManifest(context, options, async ({ manifest }) => {
    for (const name of names) demandServer(manifest, name)
    return {
      changes: names
        .filter((name) => manifest.servers[name]?.disabled !== undefined)
        .map((name) => ({ kind: 'remove', path: ['servers', name, 'disabled'] }) as const),
    }
  })
