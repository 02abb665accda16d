import type { ClientDefinition } from '../../model/client.ts'
import type { Environment } from '../../model/environment.ts'
import type { Manifest } from '../../model/manifest.ts'
import { meansEnvironment } from '../participants.ts'

/** What the manifest says of one client on one environment; null: nothing. */
export function switched(client: ClientDefinition, environment: Environment, manifest: Pick<Manifest, 'clients'>): boolean | null {
  const value = manifest.clients?.[client.id]
  // A switch for all sides does not mean one that must be named itself.
  if (value === true && client.onlyNamedSide?.includes(environment.kind)) return null
  if (value === undefined || typeof value === 'boolean') return value ?? null
  for (const [key, on] of Object.entries(value)) if (typeof on === 'boolean' && meansEnvironment(key, environment)) return on
  return null
}

/**
 * Whether a client is used on an environment: as the manifest says, where it says anything or names a file there; else, unless it
 * must be switched on, where it is named, where it is always used, or where its file or folder exists.
 */
export function isUsed(
  client: ClientDefinition,
  environment: Environment,
  manifest: Pick<Manifest, 'clients'>,
  named: readonly string[],
  seen: { readonly named: boolean; readonly exists: boolean },
): boolean {
  if (!client.environments.includes(environment.kind)) return false
  const said = switched(client, environment, manifest) ?? (seen.named ? true : null)
  if (said !== null || client.switchedOn === true) return said ?? false
  if (named.includes(client.id)) return true
  if (client.onlyNamed?.includes(environment.kind)) return false
  return client.always.includes(environment.kind) || seen.exists
}
