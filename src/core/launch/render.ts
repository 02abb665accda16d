import { createHash } from 'node:crypto'
import type { ClientDefinition } from '../../model/client.ts'
import type { Entry, Launch } from '../../model/entry.ts'
import { Secret } from '../../model/secret.ts'
import { cross } from './cross-border.ts'
import { renderForProject } from './project.ts'
import { refuse, type Rendered, type RenderedEntry, type RenderRequest } from './request.ts'
import { notInProject, type ResolvedLaunch, resolveServer } from './resolve.ts'
import { belongs } from './side.ts'
import { entryParts, runOn, stdioValue } from './launcher.ts'

/**
 * The entry that one client's config gets for one server: `none` where it has no place there, `refuse` where something
 * is missing. A pure function: versions come from the lock, paths from what is known of the side.
 */
export function renderEntry(request: RenderRequest): Rendered {
  const { name, server, client, environment, scope } = request
  if (server.disabled === true) return { kind: 'none', reason: `${name} is switched off` }
  if (!belongs(server, client.id, environment, scope)) return { kind: 'none', reason: `${name} is not for this place ("only", "except")` }
  if (server.extension !== undefined && client.extensions !== undefined)
    return { kind: 'none', reason: `${client.label} has ${name} as its own extension` }
  const entryName = request.entryName ?? clientName(client, name, Object.keys(request.manifest.servers))
  if (scope === 'project') return server.extension === undefined ? renderForProject(request, entryName) : notInProject(server.extension)
  const resolved = resolveServer(request)
  if (resolved.kind !== 'resolved') return resolved
  return resolved.entry.kind === 'remote'
    ? renderRemote(request, entryName, resolved, resolved.entry)
    : renderStdio(request, entryName, resolved, resolved.entry)
}

function renderStdio(request: RenderRequest, entryName: string, resolved: ResolvedLaunch, launch: Launch): Rendered {
  const { client, environment, world } = request
  const { runs } = resolved
  const relayed = isByName(client, resolved, [launch.command, ...launch.args, ...Object.values(launch.env)])
  const started = relayed ? runOn(runs, request) : launch
  if ('reason' in started) return started
  const crossed = cross(started, environment, runs, world)
  if ('reason' in crossed) return refuse(crossed.reason, crossed.hint)
  return {
    ...entryParts(client, entryName, stdioValue(client, crossed)),
    holdsKey: resolved.holdsKey && !relayed,
    packages: resolved.packages,
    launcher: relayed ? [runs.id] : [],
    launches: relayed ? [runs.id] : [],
  }
}

/** Whether the server is started by its name: it is asked for, the client would fill a text in, or its file must hold no key. */
const isByName = (
  { fills, published }: Pick<ClientDefinition, 'fills' | 'published'>,
  { launch, holdsKey, entry }: ResolvedLaunch,
  texts: readonly string[],
): boolean =>
  (launch === 'run' && (holdsKey || entry.kind === 'stdio')) ||
  (published === true && holdsKey) ||
  (fills !== undefined && texts.some((text) => fills.test(text)))

/** A remote server: in the client's own spelling, or through our relay where it knows none, or must not hold the key. */
function renderRemote(request: RenderRequest, entryName: string, resolved: ResolvedLaunch, entry: Entry & { kind: 'remote' }): Rendered {
  const { client, environment } = request
  if (request.server.auth === 'oauth') return renderLogin(request, entryName)
  const own = isByName(client, resolved, [entry.url, ...Object.values(entry.headers)]) ? null : (client.spelling.remote?.(entry) ?? null)
  if (own !== null) return { ...entryParts(client, entryName, own), holdsKey: resolved.holdsKey }
  const relay = runOn(environment, request)
  if ('reason' in relay) return relay
  return { ...entryParts(client, entryName, stdioValue(client, relay)), launcher: [environment.id], launches: [environment.id] }
}

/** A server with a login: `run` on home's side alone, where the one login is kept. */
function renderLogin(request: RenderRequest, entryName: string): Rendered {
  const { client, environment, home, world } = request
  const relay = runOn(home, request)
  const crossed = 'reason' in relay ? relay : cross(relay, environment, home, world)
  if ('reason' in crossed) return refuse(crossed.reason, crossed.hint)
  return { ...entryParts(client, entryName, stdioValue(client, crossed)), launcher: [home.id] }
}

/** What `run <name>` starts or reaches on a side, keys filled in: across the border where the server runs on another one. */
export function renderLaunch(
  request: RenderRequest,
): { readonly kind: 'launch'; readonly runs: string; readonly entry: Secret<Entry> } | Exclude<Rendered, RenderedEntry> {
  const resolved = resolveServer(request)
  if (resolved.kind !== 'resolved') return resolved
  const { runs, entry } = resolved
  if (entry.kind === 'remote') return { kind: 'launch', runs: runs.id, entry: new Secret(entry) }
  const crossed = cross(entry, request.environment, runs, request.world)
  if ('reason' in crossed) return refuse(crossed.reason, crossed.hint)
  return { kind: 'launch', runs: runs.id, entry: new Secret<Entry>({ kind: 'stdio', ...crossed }) }
}

const slug = (name: string): string =>
  name
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9_-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 48)

/** Six hex digits of a name: enough to tell a manifest's names apart, and always the same ones. */
const mark = (name: string): string => createHash('sha256').update(name).digest('hex').slice(0, 6)

/**
 * The name of a server as this client takes it: its own where it fits, else its letters and digits with `-` between.
 * `names` are all names of the manifest: where the made name is already another server's, or would be made for another
 * one too, a mark drawn from the whole name is put behind it. So it does not depend on the order of the servers, and
 * no two servers get one name.
 */
export function clientName(client: Pick<ClientDefinition, 'nameFits'>, name: string, names: Iterable<string>): string {
  if (client.nameFits(name)) return name
  const plain = slug(name)
  const others = [...names].filter((other) => other !== name)
  const shared = others.some((other) => other === plain || (!client.nameFits(other) && slug(other) === plain))
  if (plain !== '' && !shared && client.nameFits(plain)) return plain
  const marked = `${plain === '' ? 'server' : plain}-${mark(name)}`
  return others.includes(marked) ? `${marked}-${mark(marked)}` : marked
}
