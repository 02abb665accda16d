import { clientById } from '../catalog/clients/index.ts'
import { quoted } from '../core/doctor/names.ts'
import type { Imported } from '../core/import/merge.ts'
import { withSharedPaths } from '../core/import/shared-paths.ts'
import { belongs, wordFor } from '../core/launch/side.ts'
import { environmentLabel } from '../core/participants.ts'
import type { Lists, Spot, Spots } from '../core/plan/widen.ts'
import type { Situation } from '../effects/manifest/open.ts'
import { sharedPathNotes } from '../effects/sync/enable.ts'
import type { Environment } from '../model/environment.ts'
import type { ServerSpec } from '../model/manifest.ts'

type Ground = Pick<Situation, 'sides' | 'world' | 'home'>
type Servers = Readonly<Record<string, ServerSpec>>

/** The sides that an imported server was found on. */
const sidesOf = (name: string, { sides }: Pick<Ground, 'sides'>, { adopted }: Imported): Environment[] =>
  sides.filter((side) => adopted.some((each) => each.server === name && each.environment === side.id))

/** A server as it is to be on every side: its paths spelled for each. `stuck`: those that some side does not reach. */
function forEverySide(name: string, server: ServerSpec, ground: Ground, imported: Imported) {
  const had = sidesOf(name, ground, imported)
  const [from] = had
  const to = ground.sides.filter((side) => !had.includes(side))
  return from === undefined || to.length === 0
    ? { server, paths: [], stuck: [], to }
    : { ...withSharedPaths(server, { from, to, world: ground.world, home: ground.home.environment }), to }
}

/** Whether a server would start on every side: no program of one side, and no path that another one cannot reach. */
export const travels = (name: string, ground: Ground, imported: Imported): boolean => {
  const server = imported.servers[name] ?? {}
  return server.command === undefined && forEverySide(name, server, ground, imported).stuck.length === 0
}

/** The servers that every side shall have, with their paths spelled for each. */
export const withTicked = (servers: Servers, ticked: ReadonlySet<string>, ground: Ground, imported: Imported): Servers =>
  Object.fromEntries(
    Object.entries(servers).map(([name, server]) => [
      name,
      ticked.has(name) ? forEverySide(name, server, ground, imported).server : server,
    ]),
  )

/** What becomes of the paths of servers that every side shall have. */
export function pathNotes(servers: Servers, ticked: ReadonlySet<string>, ground: Ground, imported: Imported): string[] {
  return Object.entries(servers).flatMap(([name, server]) => {
    const { paths, stuck, to } = ticked.has(name) ? forEverySide(name, server, ground, imported) : { paths: [], stuck: [], to: [] }
    return sharedPathNotes(name, { server, paths, stuck }, to)
  })
}

/** Where a server that was not ticked is from now on. */
interface Stay {
  readonly lists: Lists
  /** Programs that get it all the same, since the manifest has no words to leave them out. */
  readonly also: readonly Spot[]
  readonly programs: readonly string[]
}

/**
 * The lists by which servers that were not ticked get to no program that did not have them. Absent: those that the import
 * gave a server do that already.
 */
export function stays(names: readonly string[], imported: Imported, { used, scope, world }: Spots): ReadonlyMap<string, Stay> {
  const found = new Map<string, Stay>()
  for (const name of names) {
    const server = imported.servers[name]
    if (server === undefined) continue
    const places = imported.adopted.filter((each) => each.server === name)
    // A file that repeats another program's belongs to that program.
    const isHad = ({ client, environment }: Spot): boolean =>
      places.some((each) => each.environment === environment.id && [client, clientById(client)?.copyOf].includes(each.client))
    const newIn = (lists: Lists): Spot[] => used.filter((spot) => !isHad(spot) && belongs(lists, spot.client, spot.environment, scope))
    if (newIn(server).length === 0) continue
    const had = used.filter(isHad)
    const programs = [...new Set(had.map(({ client }) => client))]
    const sides = [...new Set(had.map(({ environment }) => wordFor(environment, world)))]
    const except = server.except === undefined ? {} : { except: server.except }
    const [best] = [
      { only: programs, ...except },
      { only: [...programs, ...sides], ...except },
    ]
      .map((lists) => ({ lists, also: newIn(lists), programs }))
      .sort((one, other) => one.also.length - other.also.length)
    if (best !== undefined) found.set(name, best)
  }
  return found
}

/** Says where the servers that were not ticked stay, with the command that brings them elsewhere. */
export const stayNotes = (all: ReadonlyMap<string, Stay>): string[] =>
  [...all].flatMap(([name, { also, programs }]) => {
    const label = (client: string): string => clientById(client)?.label ?? client
    const own = programs.filter((each) => clientById(each)?.copyOf === undefined).map(label)
    const others = also.map(({ client, environment }) => `${label(client)} (${environmentLabel(environment)})`)
    return [
      `only in ${own.join(' and ')}, as before: ${name}. To have it in every program: mcp-twin enable ${quoted(name)} --everywhere`,
      ...(others.length === 0 ? [] : [`${name}: ${others.join(', ')} gets it too; "only" lists programs and sides apart from each other`]),
    ]
  })
