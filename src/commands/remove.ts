import type { Context } from '../context.ts'
import type { ExitCode } from '../errors.ts'
import { changeManifest } from './change.ts'
import { demandServer } from './servers.ts'

/** Takes servers out of the manifest, and with that out of every config. */
export const run = (context: Context, names: string[], options: Record<string, unknown>): Promise<ExitCode> =>
  changeManifest(context, options, async ({ manifest }) => {
    for (const name of names) demandServer(manifest, name)
    return { changes: [...new Set(names)].map((name) => ({ kind: 'remove', path: ['servers', name] }) as const) }
  })
