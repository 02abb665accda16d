import { clients } from '../../catalog/clients/index.ts'
import { wordFor } from '../../core/launch/side.ts'
import { meansEnvironment } from '../../core/participants.ts'
import { switched } from '../../core/plan/used.ts'
import type { ClientDefinition } from '../../model/client.ts'
import type { JsonValue } from '../../model/entry.ts'
import type { Environment } from '../../model/environment.ts'
import type { Manifest } from '../../model/manifest.ts'
import type { Situation } from './open.ts'

/** Clients that are to take part from now on, on these sides; no side: wherever they can. */
export interface Switches {
  readonly clients: readonly string[]
  readonly on: readonly string[]
}

type Clients = NonNullable<Manifest['clients']>

/** The sides on which a client that is asked for by name takes no part yet. */
function sidesWithout({ manifest, sides, place }: Situation, client: ClientDefinition, on: readonly string[]): Environment[] {
  return sides.filter((side) => {
    const isAsked = on.some((word) => meansEnvironment(word, side))
    if (!client.environments.includes(side.kind) || (on.length > 0 && !isAsked) || (place.project !== null && !side.self)) return false
    const said = switched(client, side, manifest)
    const needsName = [...(client.onlyNamed ?? []), ...(client.onlyNamedSide ?? [])].includes(side.kind)
    if (said === true || (needsName && !isAsked && said === null)) return false
    return said === false || client.switchedOn === true || needsName
  })
}

/** What the manifest says of a client that is switched on for these sides. */
function switchedValue(
  situation: Situation,
  client: ClientDefinition,
  missing: readonly Environment[],
  on: readonly string[],
): Clients[string] {
  const { manifest, sides, world, place } = situation
  const said = manifest.clients?.[client.id]
  if (place.project !== null || (on.length === 0 && typeof said !== 'object')) return true
  const before = typeof said === 'object' ? said : {}
  // A switch for all sides is written out, since a side is named beside it.
  const known = typeof said === 'boolean' ? sides.filter((side) => client.environments.includes(side.kind) && !missing.includes(side)) : []
  return {
    ...before,
    ...Object.fromEntries(known.map((side) => [wordFor(side, world), switched(client, side, manifest) ?? false])),
    ...Object.fromEntries(missing.map((side) => [wordFor(side, world), true])),
  }
}

/** What was parsed from JSON is JSON. */
const asJson = (value: Clients[string]): JsonValue => JSON.parse(JSON.stringify(value))

/** The clients of the manifest that must say something else for these to take part, by id. */
function changedClients(situation: Situation, { clients: ids, on }: Switches): Clients {
  const changed: Clients = {}
  for (const client of clients) {
    const missing = ids.includes(client.id) ? sidesWithout(situation, client, on) : []
    if (missing.length > 0) changed[client.id] = switchedValue(situation, client, missing, on)
  }
  return changed
}

/** Changes of the manifest by which clients take part; none where they do already. */
export const switchChanges = (situation: Situation, switches: Switches) =>
  Object.entries(changedClients(situation, switches)).map(([id, value]) => ({
    kind: 'set' as const,
    path: ['clients', id],
    value: asJson(value),
  }))

/** The situation with these clients switched on, so that what they have is seen, imported and written like everything else. */
export function withSwitches(situation: Situation, switches: Switches): Situation {
  const changed = changedClients(situation, switches)
  if (Object.keys(changed).length === 0) return situation
  return { ...situation, manifest: { ...situation.manifest, clients: { ...situation.manifest.clients, ...changed } } }
}
