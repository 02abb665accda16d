import type { ClientDefinition } from '../../model/client.ts'
import { environmentKinds, type Environment, type World } from '../../model/environment.ts'
import type { ServerSpec } from '../../model/manifest.ts'
import { belongs, wordFor } from '../launch/side.ts'
import { isEnvironmentName } from '../manifest/rules.ts'
import { meansEnvironment } from '../participants.ts'

/** A client on one side. */
export interface Spot {
  readonly client: string
  readonly environment: Environment
}

/** Where servers can be. */
export interface Spots {
  readonly world: World
  /** All clients, with the kinds of sides that they run on. */
  readonly clients: readonly Pick<ClientDefinition, 'id' | 'environments'>[]
  /** Where the manifest's servers are written on this machine. */
  readonly used: readonly Spot[]
  readonly scope: 'user' | 'project'
}

/** Which places shall get a server: these clients, on these sides; an empty list narrows nothing. */
export interface WantedPlaces {
  readonly clients: readonly string[]
  readonly on: readonly string[]
}

/** Where a server belongs, in the words of the manifest; absent: the key is not there. */
export type Lists = Pick<ServerSpec, 'only' | 'except'>

/** Where a server is: its lists, unless it is switched off, and then it is nowhere. */
export type Whereabouts = Lists & Pick<ServerSpec, 'disabled'>

export type Widened =
  | { readonly kind: 'lists'; readonly lists: Lists; readonly also: readonly Spot[] }
  /** No lists say it. `nearest` are the ones that say it with the fewest further places, `also`. */
  | { readonly kind: 'unsayable'; readonly nearest: Lists; readonly also: readonly Spot[] }

/** True if this place is among the wanted ones. */
export const isWanted = ({ clients, on }: WantedPlaces, { client, environment }: Spot): boolean =>
  (clients.length === 0 || clients.includes(client)) && (on.length === 0 || on.some((word) => meansEnvironment(word, environment)))

/** The places that are asked for: of each client and side that is named those in use, and where there is none, those that may come into use. */
export function wantedSpots(wanted: WantedPlaces, spots: Spots): readonly Spot[] {
  const known = environments(spots, wanted.on).filter(({ id }) => !id.endsWith(UNKNOWN))
  const every = everySpot(spots.clients, known)
  const each = (words: readonly string[]): string[][] => (words.length === 0 ? [[]] : words.map((word) => [word]))
  const asked = each(wanted.clients).flatMap((clients) =>
    each(wanted.on).flatMap((on) => {
      const used = spots.used.filter((spot) => isWanted({ clients, on }, spot))
      return used.length > 0 ? used : every.filter((spot) => isWanted({ clients, on }, spot))
    }),
  )
  return asked.filter((spot, at) => asked.findIndex((other) => sameSpot(spot, other)) === at)
}

/**
 * The smallest `only` and `except` by which every place that had the server keeps it and the wanted ones get it. A kind
 * in `except` makes room by naming its other environments. Places that are not in use here count too: whatever the lists
 * let in before, on this machine or another one, they let in afterwards. A disabled server was in no place, whatever its
 * lists say, so it gets to the wanted ones alone.
 */
export function widen(server: Whereabouts, wanted: WantedPlaces, spots: Spots): Widened {
  if (server.disabled === true) return { kind: 'lists', lists: { only: [...new Set([...wanted.clients, ...wanted.on])] }, also: [] }
  const had = (spot: Spot): boolean => belongs(server, spot.client, spot.environment, spots.scope)
  const asked = wantedSpots(wanted, spots)
  if (asked.every(had)) return { kind: 'lists', lists: listsOf(server), also: [] }
  const isAsked = (spot: Spot): boolean => asked.some((each) => sameSpot(each, spot))
  const every = everySpot(spots.clients, environments(spots, [...(server.only ?? []), ...(server.except ?? []), ...wanted.on]))
  const here = every.filter(({ environment }) => spots.world.environments.includes(environment))
  const candidates = listsFor(server, asked, spots)
    .map((lists) => {
      const has = (spot: Spot): boolean => belongs(lists, spot.client, spot.environment, spots.scope)
      return {
        lists,
        fits: every.every((spot) => !had(spot) || has(spot)) && asked.every(has),
        also: spots.used.filter((spot) => has(spot) && !had(spot) && !isAsked(spot)),
        missed: here.filter((spot) => isWanted(wanted, spot) && !has(spot)).length,
        further: here.filter((spot) => has(spot) && !had(spot) && !isWanted(wanted, spot)).length,
        words: (lists.only?.length ?? 0) + (lists.except?.length ?? 0),
      }
    })
    .filter(({ fits }) => fits)
    .sort((a, b) => a.also.length - b.also.length || a.missed - b.missed || a.further - b.further || a.words - b.words)
  const [best] = candidates
  if (best === undefined) return { kind: 'unsayable', nearest: {}, also: spots.used.filter((spot) => !had(spot) && !isAsked(spot)) }
  if (best.also.length === 0) return { kind: 'lists', lists: best.lists, also: [] }
  // Asked for by client and side, a server with a list of both gets both words, though they cross elsewhere.
  const isOfBoth = wanted.clients.length > 0 && wanted.on.length > 0 && isOfBothKinds(server.only)
  const both = isOfBoth ? candidates.find(({ lists }) => isOfBothKinds(lists.only)) : undefined
  return both === undefined
    ? { kind: 'unsayable', nearest: best.lists, also: best.also }
    : { kind: 'lists', lists: both.lists, also: both.also }
}

const UNKNOWN = '?'

const isOfBothKinds = (words: readonly string[] | undefined): boolean =>
  words?.some(isEnvironmentName) === true && words.some((word) => !isEnvironmentName(word))

const sameSpot = (a: Spot, b: Spot): boolean => a.client === b.client && a.environment.id === b.environment.id

const listsOf = ({ only, except }: Lists): Lists => ({
  ...(only === undefined ? {} : { only }),
  ...(except === undefined ? {} : { except }),
})

/** The sides of this machine, those that these words name, and one of every kind that is elsewhere. */
function environments({ world }: Spots, words: readonly string[]): Environment[] {
  const [first] = world.environments
  const sides = [...world.environments]
  if (first === undefined) return sides
  for (const word of words)
    if (isEnvironmentName(word) && !sides.some((side) => meansEnvironment(word, side)))
      sides.push({ ...first, id: word, kind: environmentKinds.find((kind) => kind === word) ?? 'wsl', self: false })
  for (const kind of environmentKinds) sides.push({ ...first, id: `${kind}:${UNKNOWN}`, kind, self: false })
  return sides
}

const everySpot = (clients: Spots['clients'], sides: readonly Environment[]): Spot[] =>
  sides.flatMap((environment) =>
    clients.filter(({ environments: kinds }) => kinds.includes(environment.kind)).map(({ id }) => ({ client: id, environment })),
  )

/** Every pair of lists that may do: each list of `only` widened or given up, `except` without what keeps the asked places out. */
function listsFor(server: Lists, asked: readonly Spot[], { world, scope }: Spots): Lists[] {
  const except = (server.except ?? []).flatMap((word) => exceptWord(word, asked, world, scope))
  const kept = except.length === 0 ? {} : { except }
  if (server.only === undefined) return [kept]
  const places = server.only.filter(isEnvironmentName)
  const programs = server.only.filter((word) => !isEnvironmentName(word))
  const morePlaces = [...places]
  for (const { environment } of asked)
    if (!morePlaces.some((word) => meansEnvironment(word, environment))) morePlaces.push(wordFor(environment, world))
  const morePrograms = [...new Set([...programs, ...asked.map(({ client }) => client)])]
  // A list that was not there lets everything in: to begin one would take the server from somebody. An empty `only` lets nothing in.
  const isNowhere = server.only.length === 0
  const forPlaces = places.length > 0 ? [[], places, morePlaces] : isNowhere && scope === 'user' ? [[], morePlaces] : [[]]
  const forPrograms = programs.length > 0 || isNowhere ? [[], programs, morePrograms] : [[]]
  return forPlaces.flatMap((some) =>
    forPrograms.map((others) => {
      const only = [...others, ...some]
      return { ...(only.length === 0 ? {} : { only: inOrder(only, server.only ?? []) }), ...kept }
    }),
  )
}

/** Words that were there before keep their place. */
const inOrder = (words: readonly string[], before: readonly string[]): string[] => [
  ...before.filter((word) => words.includes(word)),
  ...words.filter((word) => !before.includes(word)),
]

/** What stays of one word of `except`: all of it where it keeps no asked place out, of a kind its other environments. */
function exceptWord(word: string, asked: readonly Spot[], world: World, scope: Spots['scope']): string[] {
  const keepsOut = ({ client, environment }: Spot): boolean => !belongs({ except: [word] }, client, environment, scope)
  if (!asked.some(keepsOut)) return [word]
  if (!environmentKinds.some((kind) => kind === word)) return []
  return world.environments
    .filter(({ id, kind }) => kind === word && !asked.some(({ environment }) => environment.id === id))
    .map(({ id }) => id)
}
