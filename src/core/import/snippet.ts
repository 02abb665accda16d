import type { JsonObject } from '../../model/entry.ts'
import type { ServerSpec } from '../../model/manifest.ts'
import { Secret } from '../../model/secret.ts'
import { extractKeys } from '../keys/extract.ts'
import { isKeyName, isStandIn } from '../keys/judge.ts'
import { secretName, type SecretNames, secretNames } from '../keys/naming.ts'
import { meaning } from '../launch/meaning.ts'
import { neutral, type NeutralContext } from '../launch/read.ts'
import { isObject } from '../object.ts'
import { LenientReader, Unread } from './lenient.ts'

interface SnippetOptions {
  /** The name that the person gave; needed where the snippet has none. */
  readonly name?: string
  /** The side where it was pasted, and what is known of it. */
  readonly context: NeutralContext
  /** Handed-out names of keys, so that none is given twice. */
  readonly names?: SecretNames
}

type Snippet =
  | {
      readonly ok: true
      readonly servers: Readonly<Record<string, ServerSpec>>
      /** Keys that stood in it. */
      readonly secrets: readonly { readonly name: string; readonly value: Secret<string> }[]
    }
  | { readonly ok: false; readonly reason: string; readonly hint: string; readonly line?: number; readonly column?: number }

const has = (value: JsonObject, ...keys: string[]): boolean => keys.some((key) => Object.hasOwn(value, key))

/** Does it say how a server is started or reached? */
const looksLikeServer = (value: unknown): value is JsonObject =>
  isObject(value) &&
  (has(value, 'command', 'url', 'httpUrl', 'serverUrl') || (isObject(value.transport) && has(value.transport, 'command', 'url')))

/** Names under which programs keep their servers: `mcpServers`, VS Code's `servers` and `mcp.servers`, Zed's `context_servers`. */
const isContainer = (key: string): boolean => /^(?:[\w.]*\.)?(?:mcpServers|mcp_servers|servers|context_servers|mcp)$/i.test(key)

/** Spellings of other programs: Zed's `command: {path, args, env}`, opencode's `environment`. */
function usual(value: JsonObject): JsonObject {
  const { command, environment, ...rest } = value
  const renamed =
    isObject(environment) && rest.env === undefined
      ? { ...rest, env: environment }
      : environment === undefined
        ? rest
        : { ...rest, environment }
  if (isObject(command)) {
    const { path, ...more } = command
    return { ...renamed, ...more, ...(path === undefined ? {} : { command: path }) }
  }
  return command === undefined ? renamed : { ...renamed, command }
}

/** Named servers in an object, wherever a program keeps them; `null` as a name where it has none. */
function serversIn(value: JsonObject): [string | null, JsonObject][] {
  if (looksLikeServer(value)) return [[typeof value.name === 'string' ? value.name : null, value]]
  return Object.entries(value).flatMap(([key, inner]): [string | null, JsonObject][] => {
    if (looksLikeServer(inner)) return [[key, inner]]
    if (isContainer(key) && Array.isArray(inner))
      return inner.filter(looksLikeServer).map((each) => [typeof each.name === 'string' ? each.name : null, each])
    return isObject(inner) ? serversIn(inner) : []
  })
}

/** What stands between code fences, where there are any. */
function unfenced(text: string): string {
  const blocks = [...text.matchAll(/^[ \t]*(?:```|~~~)[\w-]*[^\n]*\n([\s\S]*?)^[ \t]*(?:```|~~~)/gm)].map((found) => found[1] ?? '')
  return blocks.length === 0 ? text : blocks.join('\n')
}

const failure = (reason: string, hint: string): Extract<Snippet, { ok: false }> => ({ ok: false, reason, hint })
const EXAMPLE = '{ "mcpServers": { "NAME": { "command": "npx", "args": ["-y", "PACKAGE"] } } }'

/** The servers of a snippet out of a README, in the manifest's words: keys taken out, placeholders asked for. */
export function readSnippet(text: string, options: SnippetOptions): Snippet {
  if (text.trim() === '') return failure('nothing was pasted', `paste something like ${EXAMPLE}`)
  let found: [string | null, JsonObject][]
  try {
    found = new LenientReader(unfenced(text)).objects().flatMap(serversIn)
  } catch (error) {
    if (!(error instanceof Unread)) throw error
    return { ...failure(error.message, 'fix it there, then paste it again'), line: error.line, column: error.column }
  }
  if (found.length === 0)
    return failure('there is no server in it: neither "mcpServers", nor "command", nor "url"', `it should look like ${EXAMPLE}`)
  if (options.name !== undefined && found.length > 1) {
    return failure(
      `it holds several servers: ${found.map(([name]) => name ?? '?').join(', ')}`,
      'leave the name out, or paste only one of them',
    )
  }
  const names = options.names ?? secretNames()
  const servers = new Map<string, ServerSpec>()
  for (const [own, value] of found) {
    const name = options.name ?? own
    if (name === null || name === '') return failure('the server in it has no name', 'give it one: mcp-twin add - NAME')
    if (servers.has(name)) return failure(`"${name}" stands in it twice`, 'paste only one of the two')
    const entry = meaning(usual(value), { spelling: {} })
    if ('unreadable' in entry) return failure(`"${name}" cannot be read: ${entry.unreadable}`, `it should look like ${EXAMPLE}`)
    const asking = keysForStandIns(neutral(entry, { ...options.context, name }), name)
    servers.set(name, extractKeys(asking, { server: name, names }).server)
  }
  const written = JSON.stringify([...servers])
  const secrets = [...names.taken]
    .filter(([name]) => written.includes(`\${secret:${name}}`))
    .map(([name, value]) => ({ name, value: new Secret(value) }))
  return { ok: true, servers: Object.fromEntries(servers), secrets }
}

/** `${input:x}` is VS Code's way to ask for a value; everything else that is named elsewhere stays named. */
const asked = (text: string): boolean => !/\$\{(?!input:)|^\$\w|%\w+%|^op:/.test(text)

/**
 * A snippet out of a README says `YOUR_API_KEY` where a key belongs. There the name of a key of the store is put, so
 * that it is asked for like any other.
 */
function keysForStandIns(server: ServerSpec, name: string): ServerSpec {
  const stands = (label: string, text: string): boolean =>
    isKeyName(label) && asked(text) && isStandIn(label, text.replace(/\$\{input:[^}]*\}/g, ''))
  const env = Object.entries(server.env ?? {}).map(([label, text]) => [
    label,
    stands(label, text) ? `\${secret:${secretName(label, true, name)}}` : text,
  ])
  const headers = Object.entries(server.headers ?? {}).map(([label, text]) => {
    const scheme = /^\s*(?:[A-Za-z-]*bearer|basic|token)\s+/i.exec(text)?.[0] ?? ''
    const own = /authorization$/i.test(label) ? 'token' : label.replace(/^x-/i, '')
    return [
      label,
      stands(label, text.slice(scheme.length))
        ? `${scheme}\${secret:${secretName(own, /^[A-Z0-9]+(?:_[A-Z0-9]+)+$/.test(label), name)}}`
        : text,
    ]
  })
  const args = server.args?.map((word, at, all) => {
    const [, option = '', text = ''] = /^(--?[A-Za-z][\w.-]*=)?([\s\S]*)$/.exec(word) ?? []
    const flag = option === '' ? /^--([A-Za-z][\w.-]*)$/.exec(all[at - 1] ?? '')?.[1] : option.replace(/^--?|=$/g, '')
    return flag !== undefined && text !== '' && stands(flag, text) ? `${option}\${secret:${secretName(flag, false, name)}}` : word
  })
  return {
    ...server,
    ...(server.env === undefined ? {} : { env: Object.fromEntries(env) }),
    ...(server.headers === undefined ? {} : { headers: Object.fromEntries(headers) }),
    ...(args === undefined ? {} : { args }),
  }
}
