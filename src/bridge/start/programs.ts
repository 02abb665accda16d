import { isObject } from '../../core/object.ts'
import type { ClientDefinition } from '../../model/client.ts'
import type { Manifest } from '../../model/manifest.ts'
import type { ReachablePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
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

/**
 * Clients that the manifest switches on, and those in whose files a sync wrote, by their ids. Undefined: no sync wrote anything so far. No
 * program is looked for, since a call waits for this.
 */
export async function takingPart(
  { files }: Pick<System, 'files'>,
  statePath: ReachablePath,
  { clients = {} }: Pick<Manifest, 'clients'>,
): Promise<readonly string[] | undefined> {
  const written = await files.read(statePath).then(clientsOf, () => [])
  if (written.length === 0) return undefined
  const named = Object.entries(clients).filter(([, value]) => value !== false)
  const off = Object.entries(clients).filter(([, value]) => value === false)
  return [...new Set([...written.filter((id) => !off.some(([name]) => name === id)), ...named.map(([id]) => id)])]
}

/** The ids of clients that a `state.json` names. */
function clientsOf(bytes: Uint8Array | null): readonly string[] {
  const state: unknown = bytes === null ? null : JSON.parse(Buffer.from(bytes).toString('utf8'))
  if (!isObject(state) || !isObject(state.files)) return []
  return Object.values(state.files).flatMap((side) => (isObject(side) ? Object.keys(side) : []))
}
