import { isDeepStrictEqual } from 'node:util'
import { builtinNames, builtinServer } from '../catalog/servers/index.ts'
import type { Context } from '../context.ts'
import { readSnippet as parseSnippet } from '../core/import/snippet.ts'
import { type SecretNames, secretNames } from '../core/keys/naming.ts'
import type { NeutralContext } from '../core/launch/read.ts'
import { lookUp } from '../core/lookup.ts'
import { keysOf } from '../core/manifest/names.ts'
import { type Typed, typedServer } from '../core/manifest/typed.ts'
import { nearest } from '../core/nearest.ts'
import type { Situation } from '../effects/manifest/open.ts'
import { switchChanges } from '../effects/manifest/switch-on.ts'
import { readStandardInput } from '../effects/run/standard-input.ts'
import { openSecrets } from '../effects/store/secrets.ts'
import { type ExitCode, usageError } from '../errors.ts'
import type { JsonObject, JsonValue } from '../model/entry.ts'
import type { ServerSpec } from '../model/manifest.ts'
import type { Secret } from '../model/secret.ts'
import { changeManifest, type Changes } from './change.ts'
import { askKeys } from './keys.ts'
import { makeFolders } from './named-servers.ts'
import { refuseBadName } from './servers.ts'

const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : [])
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/** Adds a server to the manifest and to every config: by package, url, command, the built-in list, or a pasted snippet. */
export async function run(context: Context, [name = '', ...rest]: string[], options: Record<string, unknown>): Promise<ExitCode> {
  const only = [...(context.options.client ?? []), ...(context.options.on ?? [])]
  const text = name === '-' ? await snippetText() : null
  const typed = text === null ? await describe(name, rest, options, only) : null
  const answers = new Map<string, Secret>()
  return changeManifest(context, options, async (situation, ground): Promise<Changes> => {
    const around = {
      environment: situation.self,
      world: situation.world,
      home: situation.home.environment,
      lock: situation.lock,
      folders: () => null,
      manifest: situation.manifest,
    }
    const added =
      typed === null
        ? await readSnippet(context, text ?? '', rest[0], only, around, await namesBeside(context, situation))
        : { servers: { [name]: typed.server }, keys: new Map<string, Secret>() }
    const fresh = Object.entries(added.servers).filter(([each, server]) => {
      refuseBadName(each)
      return !isThere(situation, each, server)
    })
    for (const [key, value] of added.keys) answers.set(key, value)
    if (typed?.builtin === true) await makeFolders(context, ground, [name])
    await askKeys(
      context,
      situation,
      Object.values(added.servers).flatMap((server) => keysOf(server)),
      answers,
    )
    return {
      changes: [
        ...fresh.map(([each, server]) => ({ kind: 'set' as const, path: ['servers', each], value: asJson(server) })),
        ...switchChanges(situation, { clients: context.options.client ?? [], on: context.options.on ?? [] }),
      ],
      brought: answers,
    }
  })
}

/** Names for the keys of a snippet, none of which the store has for another key. */
async function namesBeside(context: Context, situation: Situation): Promise<SecretNames> {
  const store = openSecrets(context.system, situation.home.here, situation.manifest, situation.self.id)
  const stored = new Map<string, Secret | null>()
  for (const each of await store.list()) stored.set(each, await store.get(each))
  return secretNames((each) => stored.get(each) ?? null)
}

/** A server as plain JSON, without undefined fields. */
export const asJson = (server: ServerSpec): JsonObject => JSON.parse(JSON.stringify(server)) as { [key: string]: JsonValue }

/**
 * Stops where the name is taken by another server. The very same server is accepted: the command may be repeated after it
 * was interrupted, and the sync does the rest.
 */
function isThere({ manifest }: Situation, name: string, server: ServerSpec): boolean {
  const standing = lookUp(manifest.servers, name)
  if (standing === undefined) return false
  if (isDeepStrictEqual(standing, asJson(server))) return true
  throw usageError(`The manifest already has a server "${name}".`, { hint: `mcp-twin remove ${name} first, or choose another name` })
}

/** The server that the command line describes; of the built-in list, with what the flags add to it. */
async function describe(
  name: string,
  rest: readonly string[],
  options: Record<string, unknown>,
  only: readonly string[],
): Promise<{ server: ServerSpec; builtin: boolean }> {
  const [words, url, command] = [text(options.package), text(options.url), text(options.command)]
  const builtin = words === undefined && url === undefined && command === undefined ? ((await builtinServer(name))?.server ?? null) : null
  const what = { package: words ?? builtin?.package, url: url ?? builtin?.url, command: command ?? builtin?.command }
  const typed: Typed = {
    ...(what.package === undefined ? {} : { package: what.package }),
    ...(what.url === undefined ? {} : { url: what.url }),
    ...(what.command === undefined ? {} : { command: what.command }),
    ...(options.transport === 'http' || options.transport === 'sse' ? { transport: options.transport } : {}),
    args: rest,
    env: texts(options.env),
    secrets: texts(options.secret),
    headers: texts(options.header),
    only,
  }
  const made = typedServer(name, typed)
  const guess = made.ok || Object.values(what).some((each) => each !== undefined) ? null : nearest(name, builtinNames)
  if (!made.ok) throw usageError(`${made.reason}.`, { hint: guess === null ? made.hint : `did you mean "${guess}"? Else: ${made.hint}` })
  return builtin === null ? { server: made.server, builtin: false } : { server: laidOver(builtin, made.server), builtin: true }
}

/** Variables and headers are added to the known ones, arguments take the place of the known ones. */
function laidOver(builtin: ServerSpec, typed: ServerSpec): ServerSpec {
  const [env, headers] = [
    { ...builtin.env, ...typed.env },
    { ...builtin.headers, ...typed.headers },
  ]
  return {
    ...builtin,
    ...typed,
    ...(Object.keys(env).length === 0 ? {} : { env }),
    ...(Object.keys(headers).length === 0 ? {} : { headers }),
  }
}

/** Servers to add, with the keys found in them. */
interface NewServers {
  readonly servers: Readonly<Record<string, ServerSpec>>
  readonly keys: ReadonlyMap<string, Secret>
}

/** The servers of a JSON snippet on standard input, as a README shows it; keys in it go into the store. */
async function readSnippet(
  context: Context,
  text: string,
  name: string | undefined,
  only: readonly string[],
  around: NeutralContext,
  names: SecretNames,
): Promise<NewServers> {
  const read = parseSnippet(text, { ...(name === undefined ? {} : { name }), context: around, names })
  if (!read.ok)
    throw usageError(`${read.reason}.`, { hint: read.hint, place: { file: 'standard input', line: read.line, column: read.column } })
  for (const { value } of read.secrets) context.io.hide(value)
  const servers = Object.fromEntries(
    Object.entries(read.servers).map(([each, server]) => [each, only.length === 0 ? server : { ...server, only: [...only] }]),
  )
  return { servers, keys: new Map(read.secrets.map((each) => [each.name, each.value])) }
}

const snippetText = (): Promise<string> => readStandardInput('The snippet', 'mcp-twin add - < snippet.json')
