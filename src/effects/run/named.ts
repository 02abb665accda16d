import { clients } from '../../catalog/clients/index.ts'
import { layout } from '../../core/layout.ts'
import { toHere } from '../../core/paths.ts'
import { pinText } from '../../core/trust/digests.ts'
import { noManifest, TwinError, usageError } from '../../errors.ts'
import type { System } from '../../model/system.ts'
import { loadManifest } from '../manifest/load.ts'
import { vetManifest } from '../store/vet.ts'
import { absolute, lockBeside } from '../manifest/place.ts'
import { loadState, readLock } from '../manifest/records.ts'
import { type FoundServer, resolveFrom } from './find.ts'
import type { LocalSide } from './local-side.ts'

/**
 * Finds a server in a manifest that is not home's own, which an entry of ours names by its path. Throws unless a person has
 * synced that manifest into the own configs and it is unchanged since: neither a path in some config nor a later edit of the
 * manifest may pass keys to a server of its choice.
 */
export async function findInManifest(system: System, local: LocalSide, name: string, path: string): Promise<FoundServer> {
  const { self, folder } = local
  const shown = absolute(system, self, path, local.world)
  const [here, lock, state] = [shown, lockBeside(self, shown), layout(self, folder).state].map((each) => toHere(self, each))
  if (!local.home || !here || !lock || !state)
    throw usageError(`${path} cannot be reached from here.`, {
      hint: `to start what the last sync left on this side: mcp-twin run ${name}`,
    })
  const vetted = await vetManifest(system, self, { here, lockHere: lock, root: null })
  const loaded = await loadManifest(
    system,
    vetted.manifest,
    shown,
    clients.map((client) => client.id),
  )
  if (loaded === null) throw usageError(noManifest(shown), { hint: 'to see what home has: mcp-twin list' })
  const pinned = (await loadState(system, state)).manifests ?? {}
  const known = Object.hasOwn(pinned, shown) ? pinned[shown] : undefined
  const { lock: pins, bytes } = await readLock(system, vetted.lock)
  if (known !== pinText({ manifest: loaded.bytes, lock: bytes })) {
    const why =
      known === undefined
        ? 'Its servers are in none of your configs'
        : known.includes(' ')
          ? 'The manifest or its lock has changed since the last sync'
          : 'An older version of mcp-twin wrote its servers into your configs without recording its lock'
    throw new TwinError('untrusted', `${why}: nothing of ${shown} is started.`, {
      place: { file: shown },
      hint: `review it, then: mcp-twin sync --manifest ${shown}`,
    })
  }
  const { manifest } = loaded
  return resolveFrom(system, local, { manifest, lock: pins, name, keysOf: manifest, origin: 'named' })
}
