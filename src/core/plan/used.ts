import type { ClientDefinition } from '../../model/client.ts'
import type { Environment } from '../../model/environment.ts'
import type { Manifest } from '../../model/manifest.ts'
import { meansEnvironment } from '../participants.ts'

/** What the manifest or the command line says of one client on one environment; null: nothing. */
export function switched(client: ClientDefinition, environment: Environment, manifest: Pick<Manifest, 'clients'>): boolean | null {
  const value = manifest.clients?.[client.id]
  if (value === undefined || typeof value === 'boolean') return value ?? null
  for (const [key, on] of Object.entries(value)) if (typeof on === 'boolean' && meansEnvironment(key, environment)) return on
  return null
}

/**
 * Whether a client is used on an environment: switched off in the manifest, never; named, switched on or with a file of it
 * named there, wherever it can be; else where it is always used, or where its file or folder exists.
 */
export function isUsed(
  client: ClientDefinition,
  environment: Environment,
  manifest: Pick<Manifest, 'clients'>,
  named: readonly string[],
  seen: { readonly named: boolean; readonly exists: boolean },
): boolean {
  if (!client.environments.includes(environment.kind)) return false
  const said = switched(client, environment, manifest)
  if (named.includes(client.id)) return true
  if (said !== null) return said
  if (seen.named) return true
  if (client.onlyNamed?.includes(environment.kind)) return false
  return client.always.includes(environment.kind) || seen.exists
}
