import type { ClientDefinition } from '../../model/client.ts'
import type { JsonObject } from '../../model/entry.ts'
import type { ServerSpec } from '../../model/manifest.ts'
import { extractKeys } from '../keys/extract.ts'
import { folderName } from '../layout.ts'
import { isEnvironmentName } from '../manifest/rules.ts'
import { LOCK_HINT, lockedFor } from '../manifest/locked.ts'
import { pythonWords, uvxWords } from '../packages/python.ts'
import { parseWords } from '../packages/words.ts'
import { joinPath, readPath, translate } from '../paths.ts'
import { isRelative } from './templates.ts'
import { type Refused, type Rendered, type RenderRequest, refuse } from './request.ts'
import { launcherByHome } from './package.ts'
import { exactVersion, npxWords } from './resolve.ts'
import { fillTemplates, templateNames } from '../keys/template.ts'
import { entryParts, stdioValue } from './launcher.ts'

/** Every text of a server that may hold a template. */
export const serverTexts = (server: ServerSpec): string[] => [
  ...(server.command === undefined ? [] : [server.command]),
  ...(server.url === undefined ? [] : [server.url]),
  ...(server.args ?? []),
  ...Object.values(server.env ?? {}),
  ...Object.values(server.headers ?? {}),
]

/** True where `run` starts the server. The others are started by the clients themselves, once those have asked for approval. */
export const isStartedByRun = (server: ServerSpec): boolean => templateNames(serverTexts(server), 'secret').length > 0

/** What is left of `path` below `folder`, with forward slashes, which every side reads. */
function below(path: string, folder: string): string | null {
  const [inner, outer] = [path, folder].map((each) => each.replaceAll('\\', '/').replace(/\/$/, ''))
  if (inner === undefined || outer === undefined) return null
  return inner === outer ? '' : inner.startsWith(`${outer}/`) ? inner.slice(outer.length) : null
}

/** A path in a project's file, for every machine: from `${HOME}` or from the project's folder. Null: it is of this machine. */
function projectPath(path: string, request: RenderRequest): string | null {
  const { client, environment, project, world, home } = request
  const words = client.project?.words
  if (words === undefined) return null
  if (isRelative(path)) return `${words.project}/${joinPath({ kind: 'linux' }, path.replaceAll('\\', '/'))}`
  if (/^~([\\/]|$)/.test(path)) return words.home === null ? null : `${words.home}${path.slice(1).replaceAll('\\', '/')}`
  const place = readPath(path, world, home)
  if (place === null) return null
  const inProject = project === undefined ? null : translate(world, place.path, place.environment, project.environment)
  const rest = inProject === null || project === undefined ? null : below(inProject, project.path)
  if (rest !== null) return `${words.project}${rest}`
  const here = translate(world, place.path, place.environment, environment)
  const fromHome = here === null ? null : below(here, environment.home)
  return fromHome === null || words.home === null ? null : `${words.home}${fromHome}`
}

function noticesFor(request: RenderRequest): string[] {
  const { server, name } = request
  const placed = [...(server.only ?? []), ...(server.except ?? [])].filter(isEnvironmentName)
  return [
    ...(server.on === undefined ? [] : [`"on" of ${name} means nothing in a project's file, which serves both sides`]),
    ...(server.runIn === undefined || server.runIn === 'each'
      ? []
      : [`"runIn" of ${name} means nothing in a project's file, which serves both sides`]),
    ...(placed.length === 0
      ? []
      : [`${placed.join(', ')} in "only" or "except" of ${name} means nothing in a project's file, which serves both sides`]),
  ]
}

/** The launcher as any machine finds it, with the flag to look for the manifest in the project that the client is in. */
function relay(request: RenderRequest): JsonObject | null {
  const words = request.client.project?.words
  if (words === undefined) return null
  const launcher = words.home === null ? launcherByHome : [`${words.home}/${folderName}/bin/mcp-twin.mjs`]
  return stdioValue(request.client, { command: 'node', args: [...launcher, 'run', `--project=${words.project}`, request.name], env: {} })
}

/**
 * An entry for a file that goes into version control: no key, no path of this machine. What has keys is started by our
 * launcher, which asks the store of whoever opened the project.
 */
export function renderForProject(request: RenderRequest, entryName: string): Rendered {
  const { server, client, name } = request
  const parts = { notices: noticesFor(request) }
  const hasVariables = templateNames(serverTexts(server), 'env').length > 0
  if (isStartedByRun(server) || (hasVariables && client.references === undefined) || !reaches(client, server)) {
    const value = relay(request)
    if (value === null) return { kind: 'none', reason: `${client.label} has no project files` }
    return { ...entryParts(client, entryName, value), launcher: [request.environment.id], ...parts }
  }
  if (extractKeys(server).secrets.length > 0)
    return refuse(
      `the manifest itself holds a key, and ${name} would carry it into version control`,
      `write "\${secret:NAME}" in its place, and store the key: mcp-twin secret set NAME`,
    )
  const value = plainValue(request)
  if ('kind' in value && value.kind === 'refuse') return value
  if (!('made' in value)) return refuse(`the manifest does not say how ${name} is started`, `give ${name} a package, a command or a url`)
  return { ...entryParts(client, entryName, value.made), ...parts }
}

/** Can the client start or reach the server by itself? */
const reaches = ({ spelling }: ClientDefinition, { url, transport }: ServerSpec): boolean =>
  url === undefined || (spelling.remote?.({ url, transport, headers: {} }) ?? null) !== null

/** The entry of a server without keys, as written but for its templates. */
function plainValue(request: RenderRequest): { readonly made: JsonObject } | Refused | { readonly nothing: true } {
  const { server, client, lock } = request
  const unknown: string[] = []
  const fill = (text: string): string =>
    fillTemplates(text, (kind, name) => {
      const value = kind === 'env' ? (client.references?.write(name) ?? null) : projectPath(name, request)
      if (value === null) unknown.push(`\${${kind}:${name}}`)
      return value ?? ''
    })
  const filled = (texts: Readonly<Record<string, string>> = {}): Record<string, string> =>
    Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, fill(text)]))
  const [args, env] = [(server.args ?? []).map(fill), filled(server.env)]
  let made: JsonObject | null = null
  if (server.url !== undefined)
    made = client.spelling.remote?.({ url: fill(server.url), transport: server.transport, headers: filled(server.headers) }) ?? null
  else if (server.command !== undefined) made = stdioValue(client, { command: fill(server.command), args, env })
  else if (server.package !== undefined) {
    const parsed = parseWords(server.package)
    if ('refuse' in parsed) return refuse(parsed.refuse, 'a path, an address or git goes under "command"')
    const locked = lockedFor(lock, server.package)
    if (locked !== undefined && 'refuse' in locked) return refuse(locked.refuse, LOCK_HINT)
    const version = locked?.version ?? exactVersion(parsed.range)
    if (version === undefined) return refuse(`no version of ${server.package} is pinned yet`, 'once you are online: mcp-twin sync')
    made = stdioValue(client, { command: 'npx', args: [...npxWords(parsed.name, version, server.bin), ...args], env })
  } else if (server.pypi !== undefined) {
    const locked = lockedFor(lock, pythonWords(server.pypi))
    if (locked !== undefined && 'refuse' in locked) return refuse(locked.refuse, LOCK_HINT)
    if (locked === undefined) return refuse(`no version of ${server.pypi} is pinned yet`, 'once you are online: mcp-twin sync')
    made = stdioValue(client, { command: 'uvx', args: [...uvxWords(locked, server.bin), ...args], env })
  }
  if (unknown.length > 0)
    return refuse(`${unknown.join(', ')} means nothing on another machine`, 'write it from ~, or relative to the project')
  return made === null ? { nothing: true } : { made }
}
