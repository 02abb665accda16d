import { clients } from '../../catalog/clients/index.ts'
import { toHere } from '../../core/paths.ts'
import { switched } from '../../core/plan/used.ts'
import type { ClientDefinition } from '../../model/client.ts'
import type { Environment } from '../../model/environment.ts'
import type { NativePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import type { Situation } from './open.ts'
import { isThere, usualFile } from './targets.ts'

/** A client that is there on a side and takes no part. */
export interface OfferedClient {
  readonly environment: Environment
  readonly client: ClientDefinition
  readonly file: NativePath
}

/** Finds the clients that take part only once they are switched on, and of which the manifest says nothing yet. */
export async function offeredClients(system: System, { sides, manifest, place }: Situation): Promise<OfferedClient[]> {
  if (place.project !== null) return []
  const found: OfferedClient[] = []
  for (const environment of sides)
    for (const client of clients) {
      const isOpen = client.switchedOn === true && client.environments.includes(environment.kind)
      const needsName = [...(client.onlyNamed ?? []), ...(client.onlyNamedSide ?? [])].includes(environment.kind)
      if (!isOpen || needsName || switched(client, environment, manifest) !== null) continue
      const file = await usualFile(system, environment, client)
      const target = { environment, client, scope: 'user' as const, file, here: toHere(environment, file) }
      if (await isThere(system, environment, client, target)) found.push({ environment, client, file })
    }
  return found
}
