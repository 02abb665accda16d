import type { Context } from '../context.ts'
import { environmentLabel } from '../core/participants.ts'
import type { OfferedClient } from '../effects/manifest/offered.ts'

/** One choice a client, wherever it was found. */
const byId = (offered: readonly OfferedClient[]): { id: string; label: string; sides: string[] }[] => {
  const rows = new Map<string, { id: string; label: string; sides: string[] }>()
  for (const { client, environment } of offered) {
    const row = rows.get(client.id) ?? { id: client.id, label: client.label, sides: [] }
    row.sides.push(environmentLabel(environment))
    rows.set(client.id, row)
  }
  return [...rows.values()]
}

/** Asks which of the clients that were found take part from now on; their ids. None without a terminal. */
export async function askClients({ prompt }: Context, offered: readonly OfferedClient[]): Promise<string[]> {
  const rows = byId(offered)
  if (rows.length === 0 || !prompt.able) return []
  return prompt.chooseMany(
    'Also found: which of these should have the servers too?',
    rows.map(({ id, label, sides }) => ({ value: id, name: `${label} (${sides.join(', ')})`, short: label })),
    { flag: '--client ID' },
  )
}

/** Names the clients that were found and take no part, with the command that switches them on. */
export function offeredNotes(offered: readonly OfferedClient[], chosen: readonly string[]): string[] {
  const rows = byId(offered).filter(({ id }) => !chosen.includes(id))
  if (rows.length === 0) return []
  const [labels, one] = [rows.map(({ label }) => label).join(', '), rows.length === 1]
  return [
    `${labels} ${one ? 'was' : 'were'} found and left alone; to give ${one ? 'it' : 'them'} the servers too: ` +
      `mcp-twin init --client ${rows.map(({ id }) => id).join(',')}`,
  ]
}
