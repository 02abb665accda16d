import { clientById, clients } from '../../catalog/clients/index.ts'
import { quoted } from '../../core/doctor/names.ts'
import { type SharedPaths, withSharedPaths } from '../../core/import/shared-paths.ts'
import { belongs } from '../../core/launch/side.ts'
import { environmentLabel, meansEnvironment } from '../../core/participants.ts'
import { switched } from '../../core/plan/used.ts'
import { isWanted, type Lists, type Spot, type Spots, type WantedPlaces, widen } from '../../core/plan/widen.ts'
import { usageError } from '../../errors.ts'
import type { Environment } from '../../model/environment.ts'
import type { ServerSpec } from '../../model/manifest.ts'
import type { System } from '../../model/system.ts'
import type { Situation } from '../manifest/open.ts'
import { targetsFor } from '../manifest/targets.ts'
import type { ManifestChange } from './edit-manifest.ts'
import { runsIn } from './run-in.ts'

/** Where servers are to be switched on; `everywhere` takes away every list that keeps them out. */
export interface EnableWish extends WantedPlaces {
  readonly everywhere: boolean
}

export interface Enabled {
  readonly changes: readonly ManifestChange[]
  readonly notices: readonly string[]
}

/** The places where the manifest's servers are written: the clients that take part, on the sides that do. */
export async function spotsOf(system: System, situation: Situation): Promise<Spots> {
  const targets = await targetsFor(system, situation, { clients: [], on: [] })
  const used: Spot[] = []
  for (const { client, environment, unused, off } of targets)
    if (unused !== true && off !== true && !used.some((spot) => spot.client === client.id && spot.environment.id === environment.id))
      used.push({ client: client.id, environment })
  return {
    world: { environments: [...situation.sides] },
    clients,
    used,
    scope: situation.place.scope,
  }
}

/**
 * Changes by which these servers are switched on, and get to the wanted places without leaving any other. Throws where a
 * client that is asked for cannot get them, and where the manifest has no words for it.
 */
export async function enableChanges(system: System, situation: Situation, names: readonly string[], wish: EnableWish): Promise<Enabled> {
  const isNarrowed = wish.clients.length > 0 || wish.on.length > 0
  const isPlain = !wish.everywhere && !isNarrowed
  const spots = isPlain ? null : await spotsOf(system, situation)
  if (spots !== null && isNarrowed) demandPlaces(situation, spots, wish)
  const changes: ManifestChange[] = []
  const notices: string[] = []
  for (const name of names) {
    const server = situation.manifest.servers[name]
    if (server === undefined) continue
    const path = ['servers', name]
    const own: ManifestChange[] = server.disabled === undefined ? [] : [{ kind: 'remove', path: [...path, 'disabled'] }]
    if (spots !== null) {
      const lists = wish.everywhere ? {} : widened(name, server, situation, wish, spots, notices)
      own.push(...listChanges(path, server, lists))
      const moved = await runInChange(system, situation, name, server, lists, spots)
      if (moved !== null) own.push(moved.change)
      if (moved !== null) notices.push(moved.notice)
      else own.push(...pathChanges(path, situation, name, server, lists, spots, notices))
      if (isNarrowed && server.disabled === true)
        notices.push(
          `${name}: on ${placeWords(wish, spots)} alone, since it was disabled; to have it in every program: ${everywhereCommand(name)}`,
        )
    }
    const kept = isPlain && isKeptOut(server, await spotsOf(system, situation))
    if (kept)
      notices.push(`${name}: "only" or "except" in the manifest keep it from every program; to take them away: ${everywhereCommand(name)}`)
    else if (own.length === 0)
      notices.push(
        `${name}: already enabled${isNarrowed ? ` for ${placeWords(wish, spots)}` : wish.everywhere ? ' everywhere' : ''}; nothing to change`,
      )
    changes.push(...own)
  }
  if (spots !== null && isNarrowed && !spots.used.some((spot) => isWanted(wish, spot)))
    notices.push(`${placeWords(wish, spots)} has no config file yet; this makes it: mcp-twin sync${flagsOf(wish)}`)
  return { changes, notices }
}

const everywhereCommand = (name: string): string => `mcp-twin enable ${quoted(name)} --everywhere`

/** Whether its lists let a server into no program that is in use here. */
const isKeptOut = (server: Lists, { used, scope }: Spots): boolean =>
  used.length > 0 && !used.some(({ client, environment }) => belongs(server, client, environment, scope))

const flagsOf = ({ clients: ids, on }: WantedPlaces): string =>
  `${ids.length === 0 ? '' : ` --client ${ids.join(',')}`}${on.length === 0 ? '' : ` --on ${on.join(',')}`}`

const clientLabel = (id: string): string => clientById(id)?.label ?? id

const spotLabel = ({ client, environment }: Spot): string => `${clientLabel(client)} (${environmentLabel(environment)})`

/** The wanted places as a person calls them: `Windows`, `Cursor`, `Cursor (Windows)`. */
function placeWords({ clients: ids, on }: WantedPlaces, spots: Spots | null): string {
  const labels = (spots?.world.environments ?? []).filter((side) => on.some((word) => meansEnvironment(word, side))).map(environmentLabel)
  const programs = ids.map(clientLabel).join(', ')
  const sides = labels.join(', ')
  return programs === '' ? sides : sides === '' ? programs : `${programs} (${sides})`
}

/** Stops where the places that are asked for take no part: nothing that a server says would bring it there. */
function demandPlaces({ sides, manifest, place }: Situation, spots: Spots, wish: WantedPlaces): void {
  const meant = sides.filter((side) => wish.on.length === 0 || wish.on.some((word) => meansEnvironment(word, side)))
  if (meant.length === 0)
    throw usageError(`${wish.on.join(', ')} does not take part.`, {
      hint: `mcp-twin init --distro ${wish.on[0]?.replace(/^wsl:/, '')}`,
    })
  if (place.scope === 'project' && wish.on.length > 0)
    throw usageError('The files of a project serve every side, so --on means nothing there.', {
      hint: 'leave --on out, or work on your own manifest with --user',
    })
  for (const id of wish.clients) {
    const client = clientById(id)
    const kinds = meant.filter(({ kind }) => client?.environments.includes(kind))
    if (client === null || (place.scope === 'user' && kinds.length === 0))
      throw usageError(`${clientLabel(id)} does not run on ${meant.map(environmentLabel).join(' or ')}.`, {
        hint: 'to see where servers can be: mcp-twin list',
      })
    const isOff = (side: Environment): boolean =>
      !spots.used.some((spot) => spot.client === id && spot.environment.id === side.id) &&
      (switched(client, side, manifest) ?? (client.switchedOn === true ? false : null)) === false
    if ((place.scope === 'user' ? kinds : meant).every(isOff)) throw switchedOff(id)
  }
  if (wish.clients.length > 0 || spots.used.some((spot) => isWanted(wish, spot))) return
  const off = clients.find((client) =>
    meant.some((side) => client.environments.includes(side.kind) && switched(client, side, manifest) === false),
  )
  if (off !== undefined) throw switchedOff(off.id)
}

const switchedOff = (id: string): Error =>
  usageError(`${clientLabel(id)} is switched off ("clients" in the manifest), so it gets no server.`, {
    hint: `switch it on: mcp-twin init --client ${id}`,
  })

function widened(name: string, server: ServerSpec, { place }: Situation, wish: WantedPlaces, spots: Spots, notices: string[]): Lists {
  const result = widen(server, wish, spots)
  const also = result.also.map(spotLabel).join(', ')
  if (result.kind === 'lists') {
    if (also !== '') notices.push(`${name}: ${also} gets it too; "only" lists clients and sides apart from each other`)
    return result.lists
  }
  const { only, except } = result.nearest
  const lines = [
    ...(only === undefined ? [] : [`"only": ${JSON.stringify(only)}`]),
    ...(except === undefined ? [] : [`"except": ${JSON.stringify(except)}`]),
  ]
  throw usageError(`No "only" or "except" of ${name} says ${placeWords(wish, spots)} without ${also}.`, {
    hint:
      lines.length === 0
        ? `if ${also} may have it too: mcp-twin enable ${name} --everywhere`
        : `if ${also} may have it too, write in ${place.shown}, under "${name}": ${lines.join(', ')}`,
  })
}

function listChanges(path: readonly string[], server: ServerSpec, lists: Lists): ManifestChange[] {
  return (['only', 'except'] as const).flatMap((key): ManifestChange[] => {
    const [before, after] = [server[key], lists[key]]
    if (JSON.stringify(before) === JSON.stringify(after)) return []
    return [after === undefined ? { kind: 'remove', path: [...path, key] } : { kind: 'set', path: [...path, key], value: [...after] }]
  })
}

const sidesOf = (server: Lists, { used, scope, world }: Spots): Environment[] =>
  world.environments.filter((side) =>
    used.some(({ client, environment }) => environment.id === side.id && belongs(server, client, environment, scope)),
  )

/** Where a side that gets the server lacks its program, it reaches the one that has it. */
async function runInChange(
  system: System,
  situation: Situation,
  name: string,
  server: ServerSpec,
  lists: Lists,
  spots: Spots,
): Promise<{
  readonly change: ManifestChange
  readonly notice: string
} | null> {
  if (spots.scope === 'project') return null
  const had = sidesOf(server, spots)
  const runs = await runsIn(
    system,
    situation,
    server,
    had,
    sidesOf(lists, spots).filter((side) => !had.includes(side)),
  )
  if (runs === null) return null
  return {
    change: { kind: 'set', path: ['servers', name, 'runIn'], value: runs.word },
    notice: runInNotice(name, runs.side, runs.lacking),
  }
}

/** Paths of the side that had a server, spelled for the sides that get it too. */
function pathChanges(
  path: readonly string[],
  { world, home }: Situation,
  name: string,
  server: ServerSpec,
  lists: Lists,
  spots: Spots,
  notices: string[],
): ManifestChange[] {
  const had = sidesOf(server, spots)
  const [from] = had
  const to = sidesOf(lists, spots).filter((side) => !had.includes(side))
  if (spots.scope === 'project' || from === undefined || to.length === 0) return []
  const shared = withSharedPaths(server, { from, to, world, home: home.environment })
  notices.push(...sharedPathNotes(name, shared, to))
  return (['args', 'env'] as const).flatMap((key): ManifestChange[] => {
    const value = shared.server[key]
    return value === undefined || JSON.stringify(value) === JSON.stringify(server[key])
      ? []
      : [{ kind: 'set', path: [...path, key], value: Array.isArray(value) ? [...value] : { ...value } }]
  })
}

/** What became of the paths of a server that further sides get. */
export function sharedPathNotes(name: string, { paths, stuck }: SharedPaths, to: readonly Environment[]): string[] {
  const others = to.map(environmentLabel).join(' and ')
  return [
    ...(paths.length === 0 ? [] : [`${name}: ${paths.join(', ')} is spelled for each side ("\${path:…}"), so ${others} reaches it too`]),
    ...(stuck.length === 0 ? [] : [`${name}: ${others} does not reach ${stuck.join(', ')}; "on" in the manifest says what differs there`]),
  ]
}

/** The notice about a server that is reached across the border, since its program is on one side only. */
export const runInNotice = (name: string, side: Environment, lacking: readonly Environment[]): string =>
  `${name}: its program is not on ${lacking.map(environmentLabel).join(', ')}, so it runs on ${environmentLabel(side)} and is reached from there ("runIn")`
