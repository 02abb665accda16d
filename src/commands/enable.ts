import type { enable as spec } from '../cli/specs/enable.ts'
import type { Run } from '../context.ts'
import { isElsewhere } from '../core/manifest/machines.ts'
import { machineName } from '../effects/machine/machine-name.ts'
import { onlyElsewhere } from '../effects/manifest/elsewhere.ts'
import { enableChanges } from '../effects/sync/enable.ts'
import { usageError } from '../errors.ts'
import { changeManifest } from './change.ts'
import { demandServer } from './servers.ts'

/** Enables servers, and with `--on`, `--client` or `--everywhere` adds them to places that lack them. */
export const run: Run<typeof spec> = (context, names, options) => {
  const { client = [], on = [] } = context.options
  const everywhere = options.everywhere === true
  if (everywhere && client.length + on.length > 0)
    throw usageError('--everywhere already means every client and side.', { hint: `mcp-twin enable ${names.join(' ')} --everywhere` })
  return changeManifest(context, options, async (situation) => {
    for (const name of names) {
      demandServer(situation.manifest, name)
      const server = situation.manifest.servers[name]
      const machine = machineName(situation.state)
      if (server !== undefined && isElsewhere(server, machine)) throw onlyElsewhere(name, server, machine)
    }
    const places = { clients: client, on, everywhere }
    return { ...(await enableChanges(context.system, situation, [...new Set(names)], places)), about: names }
  })
}
