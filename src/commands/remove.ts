import type { Context } from '../context.ts'
import type { ExitCode } from '../errors.ts'
import { changeManifest } from './change.ts'
import { demandServer, isLeftOver } from './servers.ts'

/** Takes servers out of the manifest, and with that out of every config. */
export const run = (context: Context, names: string[], options: Record<string, unknown>): Promise<ExitCode> =>
  changeManifest(context, options, async (situation) => {
    const there = [...new Set(names)].filter((name) => !isLeftOver(situation, name))
    for (const name of there) demandServer(situation.manifest, name)
    return { changes: there.map((name) => ({ kind: 'remove', path: ['servers', name] }) as const) }
  })
