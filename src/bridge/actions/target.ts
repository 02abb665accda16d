import { clientById, clients } from '../../catalog/clients/index.ts'
import type { ClientDefinition } from '../../model/client.ts'

/** The name of a client for people. */
export const labelOf = (id: string): string => clientById(id)?.label ?? id

/** The first client that `has` accepts, preferably another one than the client that asks; null: none. */
export function firstWith(has: (client: ClientDefinition) => boolean, asking: string): ClientDefinition | null {
  const able = clients.filter(has)
  return able.find(({ id }) => id !== asking) ?? able[0] ?? null
}
