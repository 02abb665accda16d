import { builtinServer } from '../catalog/servers/index.ts'
import type { Context } from '../context.ts'
import { keysOf } from '../core/manifest/names.ts'
import { type Typed, typedServer } from '../core/manifest/typed.ts'
import { type ExitCode, usageError } from '../errors.ts'
import type { Situation } from '../effects/situation/open.ts'
import type { JsonObject, JsonValue } from '../model/entry.ts'
import type { ServerSpec } from '../model/manifest.ts'
import type { Secret } from '../model/secret.ts'
import { askKeys } from './ask-keys.ts'
import { type Changes, changeManifest } from './change.ts'
import { makeFolders } from './folders.ts'
import { readSnippet } from './snippet.ts'

const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : [])
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/** Servers to be added, with the keys that came along. */
export interface NewServers {
  readonly servers: Readonly<Record<string, ServerSpec>>
  readonly keys: ReadonlyMap<string, Secret>
}

/** Adds a server to the manifest and to every config: by package, url, command, the built-in list, or a pasted snippet. */
export async function run(context: Context, [name = '', ...rest]: string[], options: Record<string, unknown>): Promise<ExitCode> {
  const only = [...(context.options.client ?? []), ...(context.options.on ?? [])]
  const added = name === '-' ? await readSnippet(context, rest[0], only) : { servers: { [name]: await describe(name, rest, options, only) }, keys: new Map() }
  const answers = new Map(added.keys)
  return changeManifest(context, options, async (situation, ground): Promise<Changes> => {
    for (const each of Object.keys(added.servers)) refuseTaken(situation, each)
    await makeFolders(context, ground, Object.keys(added.servers))
    await askKeys(context, situation, Object.values(added.servers).flatMap(keysOf), answers)
    return { changes: Object.entries(added.servers).map(([each, server]) => ({ kind: 'set', path: ['servers', each], value: asJson(server) })), brought: answers }
  })
}

/** A server as plain JSON: what is undefined is left out. */
export const asJson = (server: ServerSpec): JsonObject => JSON.parse(JSON.stringify(server)) as { [key: string]: JsonValue }

function refuseTaken({ manifest }: Situation, name: string): void {
  if (manifest.servers[name] === undefined) return
  throw usageError(`there is a server "${name}" in the manifest already.`, { hint: `mcp-twin remove ${name} first, or take another name` })
}

async function describe(name: string, rest: readonly string[], options: Record<string, unknown>, only: readonly string[]): Promise<ServerSpec> {
  const [words, url, command] = [text(options.package), text(options.url), text(options.command)]
  const builtin = words === undefined && url === undefined && command === undefined ? await builtinServer(name) : null
  if (builtin !== null) return { ...builtin.server, ...(only.length === 0 ? {} : { only: [...only] }) }
  const typed: Typed = {
    ...(words === undefined ? {} : { package: words }),
    ...(url === undefined ? {} : { url }),
    ...(command === undefined ? {} : { command }),
    ...(options.transport === 'http' || options.transport === 'sse' ? { transport: options.transport } : {}),
    args: rest,
    env: texts(options.env),
    secrets: texts(options.secret),
    headers: texts(options.header),
    only,
  }
  const made = typedServer(name, typed)
  if (!made.ok) throw usageError(`${made.reason}.`, { hint: made.hint })
  return made.server
}
