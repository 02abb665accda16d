import type { ClientDefinition } from '../../model/client.ts'
import type { Manifest } from '../../model/manifest.ts'
import type { Settings } from '../base/settings.ts'

/** What a bridge needs to know of a client's definition. */
export type ProgramFacts = Pick<ClientDefinition, 'id' | 'always' | 'environments' | 'copyOf' | 'showsDataAs'>

/** Who gets words alone, who else usually takes part, and on what kind of side the client of this bridge runs. */
export function programsOf(
  { programs = [] }: { readonly programs?: readonly ProgramFacts[] },
  client: string,
  { clients = {} }: Manifest,
): Pick<Settings, 'wordsAlone' | 'partners' | 'clientSide'> {
  const own = programs.find(({ id }) => id === client)
  const [side] = own === undefined ? [] : [...own.always, ...own.environments]
  const takesPart = ({ id, always, copyOf }: ProgramFacts): boolean =>
    copyOf === undefined && (clients[id] === undefined ? always.length > 0 : clients[id] !== false)
  return {
    wordsAlone: programs.flatMap(({ showsDataAs }) => showsDataAs ?? []),
    partners: programs.filter((each) => each.id !== client && takesPart(each)).map(({ id }) => id),
    ...(side !== undefined && { clientSide: side }),
  }
}
