import { builtinNames, builtinServer, builtinServers } from '../catalog/servers/index.ts'
import type { add as spec } from '../cli/specs/add.ts'
import { nameFor } from '../core/import/pasted/server-name.ts'
import { readWhat } from '../core/import/pasted/what.ts'
import { refuseLiteral, type Typed, typedServer } from '../core/manifest/typed.ts'
import { nearest } from '../core/nearest.ts'
import { usageError } from '../errors.ts'
import type { OptionsOf } from '../model/command-line.ts'
import type { ServerSpec } from '../model/manifest.ts'
import { nameOnly } from './named-servers.ts'

/** A server that is named by one word. */
export interface TypedServer {
  readonly servers: Readonly<Record<string, ServerSpec>>
  readonly builtins: readonly string[]
  readonly server: true
  readonly shown: boolean
}

/** A server that the command line names, or a text that is still to be read; null: it comes on standard input. */
export type TypedWhat =
  | TypedServer
  | { readonly text: string | null }
  | { readonly extension: string }
  | { readonly registry: { readonly name: string; readonly version: string | null } }

/** The word behind `add`: with `--package`, `--url` or `--command` it is a name. */
export async function readTyped(
  word: string,
  rest: readonly string[],
  options: OptionsOf<typeof spec>,
  only: readonly string[],
): Promise<TypedWhat> {
  const given = options.name
  if (options.package !== undefined || options.url !== undefined || options.command !== undefined) {
    const name = given ?? word
    return { server: true, shown: false, servers: { [name]: describe(name, rest, options, only, {}) }, builtins: [] }
  }
  if (word === '-') {
    if (rest.length > 1 || (given !== undefined && rest[0] !== undefined && rest[0] !== given))
      throw usageError('add - takes one name.', { hint: 'mcp-twin add - --name NAME' })
    return { text: null }
  }
  const what = readWhat(word, builtinNames, (each) => nearest(each, builtinNames))
  if (what.kind === 'pasted') return { text: word }
  if (what.kind === 'extension') return { extension: what.id }
  if (what.kind === 'registry') return { registry: { name: what.name, version: what.version } }
  if (what.kind === 'unknown') {
    const isKey = refuseLiteral('argument', '', word) !== null
    throw usageError(isKey ? 'That looks like a key, and keys do not belong on a command line.' : `${what.reason}.`, {
      hint: isKey ? 'mcp-twin add --help' : what.hint,
    })
  }
  if (what.kind === 'pypi') {
    const known = { pypi: what.words }
    const name = given ?? nameFor(known) ?? what.words
    return { server: true, shown: true, servers: { [name]: describe(name, rest, options, only, known) }, builtins: [] }
  }
  const builtin = what.kind === 'builtin' ? await builtinServer(what.name) : await builtinWith(what.words)
  const words = what.kind === 'package' ? what.words : atVersion(what.name, builtin?.server.package, what.range)
  const name = given ?? builtin?.name ?? (words === undefined ? null : nameFor({ package: words }))
  if (name === null || name === undefined) throw usageError(`${word} needs a name.`, { hint: `mcp-twin add ${word} --name NAME` })
  const server = describe(name, rest, options, only, { ...builtin?.server, ...(words === undefined ? {} : { package: words }) })
  return { server: true, shown: what.kind === 'package', servers: { [name]: server }, builtins: builtin === null ? [] : [builtin.name] }
}

/** The package of a built-in in another version. */
function atVersion(name: string, words: string | undefined, range: string | null): string | undefined {
  if (range === null) return words
  if (words === undefined) throw usageError(`${name} is no package, so it has no version "${range}".`, { hint: `mcp-twin add ${name}` })
  return `${nameOnly(words)}@${range}`
}

const builtinWith = async (words: string) =>
  (await builtinServers()).find(({ server }) => server.package !== undefined && nameOnly(server.package) === nameOnly(words)) ?? null

/** The server that the flags describe; with what they add to one that is known. */
export function describe(
  name: string,
  rest: readonly string[],
  options: OptionsOf<typeof spec>,
  only: readonly string[],
  known: ServerSpec,
): ServerSpec {
  const what = {
    package: options.package ?? known.package,
    pypi: known.pypi,
    url: options.url ?? known.url,
    command: options.command ?? known.command,
  }
  const typed: Typed = {
    ...(what.package === undefined ? {} : { package: what.package }),
    ...(what.pypi === undefined ? {} : { pypi: what.pypi }),
    ...(what.url === undefined ? {} : { url: what.url }),
    ...(what.command === undefined ? {} : { command: what.command }),
    ...(options.transport === undefined ? {} : { transport: options.transport }),
    args: rest,
    env: options.env ?? [],
    secrets: options.secret ?? [],
    headers: options.header ?? [],
    only,
  }
  const made = typedServer(name, typed)
  if (!made.ok) throw usageError(`${made.reason}.`, { hint: made.hint })
  return laidOver(known, made.server)
}

/** Variables and headers are added to the known ones, arguments take the place of the known ones. */
function laidOver(known: ServerSpec, typed: ServerSpec): ServerSpec {
  const [env, headers] = [
    { ...known.env, ...typed.env },
    { ...known.headers, ...typed.headers },
  ]
  return {
    ...known,
    ...typed,
    ...(Object.keys(env).length === 0 ? {} : { env }),
    ...(Object.keys(headers).length === 0 ? {} : { headers }),
  }
}
