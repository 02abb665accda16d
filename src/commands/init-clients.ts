import type { Context } from '../context.ts'
import { wordFor } from '../core/launch/side.ts'
import { environmentLabel } from '../core/participants.ts'
import type { OfferedClient } from '../effects/manifest/offered.ts'
import type { Situation } from '../effects/manifest/open.ts'
import type { Switches } from '../effects/manifest/switch-on.ts'
import type { ClientDefinition } from '../model/client.ts'
import type { Environment } from '../model/environment.ts'

interface Row {
  readonly client: ClientDefinition
  readonly sides: readonly Environment[]
}

/** One choice a client, with the sides where it was found. */
function byClient(offered: readonly OfferedClient[]): readonly Row[] {
  const rows = new Map<string, Row>()
  for (const { client, environment } of offered)
    rows.set(client.id, { client, sides: [...(rows.get(client.id)?.sides ?? []), environment] })
  return [...rows.values()]
}

/** The words for the sides of a client; none where it was found on every side that it can run on. */
function wordsFor({ client, sides }: Row, situation: Pick<Situation, 'sides' | 'world'>): string[] {
  const possible = situation.sides.filter(({ kind }) => client.environments.includes(kind))
  return possible.every((side) => sides.includes(side)) ? [] : sides.map((side) => wordFor(side, situation.world))
}

/** Asks which of the clients that were found take part from now on, each on the sides where it was found. None without a terminal. */
export async function askClients(
  { prompt }: Context,
  situation: Pick<Situation, 'sides' | 'world'>,
  offered: readonly OfferedClient[],
): Promise<readonly Switches[]> {
  const rows = byClient(offered)
  if (rows.length === 0 || !prompt.able) return []
  const chosen = await prompt.chooseMany(
    'Also found: which of these should have the servers too?',
    rows.map((row) => ({
      ...{ value: row, name: `${row.client.label} (${row.sides.map(environmentLabel).join(', ')})`, short: row.client.label },
    })),
    { flag: '--client ID' },
  )
  return chosen.map((row) => ({ clients: [row.client.id], on: wordsFor(row, situation) }))
}

/** Names the clients that were found and take no part, with the commands that switch them on where they are. */
export function offeredNotes(
  offered: readonly OfferedClient[],
  chosen: readonly Switches[],
  situation: Pick<Situation, 'sides' | 'world'>,
): string[] {
  const groups = new Map<string, Row[]>()
  for (const row of byClient(offered).filter(({ client }) => !chosen.some(({ clients }) => clients.includes(client.id)))) {
    const on = wordsFor(row, situation).join(',')
    groups.set(on, [...(groups.get(on) ?? []), row])
  }
  return [...groups].map(([on, rows]) => {
    const one = rows.length === 1
    return (
      `${rows.map(({ client }) => client.label).join(', ')} ${one ? 'was' : 'were'} found and left alone; to give ${one ? 'it' : 'them'} the servers too: ` +
      `mcp-twin init --client ${rows.map(({ client }) => client.id).join(',')}${on === '' ? '' : ` --on ${on}`}`
    )
  })
}
