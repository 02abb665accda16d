import type { Environment, World } from '../../model/environment.ts'
import { type Override, type ServerSpec, serverKinds } from '../../model/manifest.ts'
import { isEnvironmentName } from '../manifest/rules.ts'
import { meansEnvironment } from '../participants.ts'

/**
 * Does this client on this environment get the server? `only` may name clients, environments, or both, and then both
 * must fit (`["cursor", "wsl"]`: Cursor in WSL); one word of `except` is enough to leave it out. In a project's file,
 * which every side reads, only clients count.
 */
export function belongs(
  server: Pick<ServerSpec, 'only' | 'except'>,
  client: string,
  environment: Environment,
  scope: 'user' | 'project',
): boolean {
  const fits = (word: string): boolean =>
    isEnvironmentName(word) ? scope === 'user' && meansEnvironment(word, environment) : word === client
  const { only, except = [] } = server
  if (except.some(fits)) return false
  if (only === undefined) return true
  const places = scope === 'user' ? only.filter(isEnvironmentName) : []
  const programs = only.filter((word) => !isEnvironmentName(word))
  if (only.length === 0) return false
  return (places.length === 0 || places.some(fits)) && (programs.length === 0 || programs.includes(client))
}

/** A server with one override laid over it. Variables and headers are laid over name by name; another kind replaces the kind. */
function laidOver(server: ServerSpec, over: Override): ServerSpec {
  const merged: ServerSpec = { ...server, ...over }
  const kind = serverKinds.find((each) => over[each] !== undefined)
  if (kind !== undefined) for (const other of serverKinds) if (other !== kind) delete merged[other]
  if (server.env !== undefined && over.env !== undefined) merged.env = { ...server.env, ...over.env }
  if (server.headers !== undefined && over.headers !== undefined) merged.headers = { ...server.headers, ...over.headers }
  return merged
}

/** The server as it is on one environment: what `on` says of its kind, then of itself. */
export function serverOn(server: ServerSpec, environment: Environment): ServerSpec {
  const { on = {}, ...rest } = server
  const words = Object.keys(on).filter((word) => meansEnvironment(word, environment))
  const ordered = [...words.filter((word) => word === environment.kind), ...words.filter((word) => word !== environment.kind)]
  return ordered.reduce<ServerSpec>((spec, word) => laidOver(spec, on[word] ?? {}), rest)
}

/**
 * Where a server runs that a client of `environment` starts: there, unless `runIn` names another environment. Of
 * several that a kind means, the client's own comes first, then home. Null: there is no such environment here.
 */
export function runSide(server: ServerSpec, environment: Environment, world: World, home: Environment): Environment | null {
  const { runIn = 'each' } = server
  if (runIn === 'each' || server.url !== undefined) return environment
  const meant = [environment, home, ...world.environments].filter((each) => meansEnvironment(runIn, each))
  return meant[0] ?? null
}

/** The shortest word that means this environment and no other one here: its kind, or its id. */
export const wordFor = (environment: Environment, world: World): string =>
  environment.kind !== 'wsl' || world.environments.filter((each) => each.kind === environment.kind).length < 2
    ? environment.kind
    : environment.id
