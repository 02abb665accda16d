import { clientById, clients } from '../../catalog/clients/index.ts'
import type { ClientDefinition } from '../../model/client.ts'

/** How people call a client. */
export const labelOf = (id: string): string => clientById(id)?.label ?? id

/** The first client that can do something, another one than who asks if there is one. */
export function firstWith(has: (client: ClientDefinition) => boolean, asking: string): ClientDefinition | null {
  const able = clients.filter(has)
  return able.find(({ id }) => id !== asking) ?? able[0] ?? null
}
