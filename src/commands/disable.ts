import type { disable as spec } from '../cli/specs/disable.ts'
import type { Run } from '../context.ts'
import { isElsewhere } from '../core/manifest/machines.ts'
import { machineName } from '../effects/machine/machine-name.ts'
import { changeManifest } from './change.ts'
import { demandServer, leaveOut, onlyThere } from './servers.ts'

/** Removes servers from every config, but keeps them in the manifest; with `--client` or `--on` from those configs only. */
export const run: Run<typeof spec> = (context, names, options) =>
  changeManifest(context, options, async ({ manifest, state }) => {
    for (const name of names) demandServer(manifest, name)
    const places = onlyThere(context, names)
    if (places.length > 0) return { about: names, changes: names.flatMap((name) => leaveOut(manifest, name, places)) }
    return {
      about: names,
      changes: names
        .filter((name) => {
          const { disabled, machines } = manifest.servers[name] ?? {}
          // On this machine a server of others counts as switched off; the manifest may say nothing of it.
          return disabled !== true || isElsewhere({ machines }, machineName(state))
        })
        .map((name) => ({ kind: 'set', path: ['servers', name, 'disabled'], value: true }) as const),
    }
  })
