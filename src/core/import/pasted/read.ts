import type { JsonObject, JsonValue } from '../../../model/entry.ts'
import type { Format } from '../../../model/format.ts'
import { isObject } from '../../object.ts'
import { isKnownLine, type NamedValue, readCommand, withPassedOn } from './commands.ts'
import { LenientReader, Unread } from './lenient.ts'
import { splitShell } from './shell.ts'
import { referenceTo } from './splitter.ts'

export interface PastedFailure {
  readonly ok: false
  readonly reason: string
  readonly hint: string
  readonly line?: number
  readonly column?: number
  /** All that is missing is a name. */
  readonly nameless?: true
}
type Pasted = { readonly ok: true; readonly found: readonly NamedValue[]; readonly notes: readonly string[] } | PastedFailure

export const EXAMPLE = '{ "mcpServers": { "NAME": { "command": "npx", "args": ["-y", "PACKAGE"] } } }'

export const failure = (reason: string, hint: string): PastedFailure => ({ ok: false, reason, hint })

const has = (value: JsonObject, ...keys: string[]): boolean => keys.some((key) => Object.hasOwn(value, key))

/** True for an object that says how a server is started or reached. */
const looksLikeServer = (value: unknown): value is JsonObject =>
  isObject(value) &&
  (has(value, 'command', 'url', 'httpUrl', 'serverUrl') || (isObject(value.transport) && has(value.transport, 'command', 'url')))

/** Names under which programs keep their servers: `mcpServers`, VS Code's `servers` and `mcp.servers`, Zed's `context_servers`. */
const isContainer = (key: string): boolean => /^(?:[\w.]*\.)?(?:mcpServers|mcp_servers|servers|context_servers|mcp)$/i.test(key)

const nameIn = (value: JsonObject): string | null => (typeof value.name === 'string' ? value.name : null)

/** Named servers in an object, wherever a program keeps them; `null` as a name where it has none. */
function serversIn(value: JsonObject): NamedValue[] {
  if (looksLikeServer(value)) return [[nameIn(value), withPassedOn(value)]]
  return Object.entries(value).flatMap(([key, inner]): NamedValue[] => {
    if (looksLikeServer(inner)) return [[key, withPassedOn(inner)]]
    if (isContainer(key) && Array.isArray(inner)) return inner.filter(looksLikeServer).map((each) => [nameIn(each), withPassedOn(each)])
    return isObject(inner) ? serversIn(inner) : []
  })
}

function fromJson(text: string): Pasted {
  let found: NamedValue[]
  try {
    found = new LenientReader(text).objects().flatMap(serversIn)
  } catch (error) {
    if (!(error instanceof Unread)) throw error
    return { ...failure(error.message, 'fix it there, then paste it again'), line: error.line, column: error.column }
  }
  return found.length === 0
    ? failure('there is no server in it: neither "mcpServers", nor "command", nor "url"', `it should look like ${EXAMPLE}`)
    : { ok: true, found, notes: [] }
}

/** Codex's names of variables that hold a key become keys of the store: no other program reads them at its own start. */
function fromCodex(value: JsonValue): JsonObject | null {
  if (!isObject(value)) return null
  const { http_headers, env_http_headers, bearer_token_env_var, env_vars, ...rest } = value
  const taken = isObject(env_http_headers)
    ? Object.entries(env_http_headers).map(([name, variable]) => [name, referenceTo(String(variable))] as const)
    : []
  const token = typeof bearer_token_env_var === 'string' ? [['Authorization', `Bearer ${referenceTo(bearer_token_env_var)}`] as const] : []
  const headers = { ...(isObject(http_headers) ? http_headers : {}), ...Object.fromEntries([...taken, ...token]) }
  const passed = Array.isArray(env_vars) ? Object.fromEntries(env_vars.map((name) => [String(name), referenceTo(String(name))])) : {}
  const env = { ...passed, ...(isObject(rest.env) ? rest.env : {}) }
  return {
    ...rest,
    ...(Object.keys(headers).length === 0 ? {} : { headers }),
    ...(Object.keys(env).length === 0 ? {} : { env }),
  }
}

function fromToml(text: string, toml: Format): Pasted {
  const read = toml.read(new TextEncoder().encode(text), ['mcp_servers'])
  if (!read.ok) {
    const { reason, line, column } = read.refusal
    return {
      ...failure(reason, 'fix it there, then paste it again'),
      ...(line === undefined ? {} : { line }),
      ...(column === undefined ? {} : { column }),
    }
  }
  const found = read.document.entries().flatMap(({ name, value }): NamedValue[] => {
    const server = fromCodex(value)
    return server !== null && looksLikeServer(server) ? [[name, withPassedOn(server)]] : []
  })
  return found.length === 0
    ? failure('there is no server in it: no table [mcp_servers.NAME] with "command" or "url"', `paste JSON instead: ${EXAMPLE}`)
    : { ok: true, found, notes: [] }
}

/** Links that a README's button opens: Cursor's, VS Code's, LM Studio's. Null: an address like any other. */
function fromLink(link: string): NamedValue | null {
  let text = link
  const redirected = /[?&]url=([^&]+)/.exec(link)?.[1]
  try {
    if (redirected !== undefined) text = decodeURIComponent(redirected)
    const whole = /^vscode(?:-insiders)?:mcp\/install\?(.+)$/s.exec(text)?.[1]
    const query = new URLSearchParams(text.slice(text.indexOf('?') + 1))
    const config = whole === undefined ? query.get('config') : decodeURIComponent(whole)
    if (config === null) return null
    const json = /^\s*\{/.test(config) ? config : Buffer.from(config.replaceAll(' ', '+'), 'base64').toString('utf8')
    const value: unknown = JSON.parse(json)
    return looksLikeServer(value) ? [query.get('name') ?? nameIn(value), withPassedOn(value)] : null
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof URIError) return null
    throw error
  }
}

function fromAddress(text: string): Pasted {
  const named = fromLink(text)
  if (named !== null) return { ok: true, found: [named], notes: [] }
  return /^https?:/i.test(text)
    ? { ok: true, found: [[null, { url: text }]], notes: [] }
    : failure('that link holds no server', `paste the server itself: ${EXAMPLE}`)
}

function fromLines(text: string): Pasted {
  const split = splitShell(text)
  if (!split.ok) return failure(split.reason, 'fix it there, then paste it again')
  const known = split.commands.filter(isKnownLine)
  const found: NamedValue[] = []
  const notes: string[] = []
  let first: PastedFailure | null = null
  for (const command of known.length === 0 ? split.commands.slice(0, 1) : known) {
    const read = readCommand(command)
    if ('servers' in read) {
      found.push(...read.servers)
      notes.push(...read.notes)
      continue
    }
    first ??= failure(read.reason, read.hint ?? 'to see what can be pasted: mcp-twin add --help')
    notes.push(`left out: ${command.words.slice(0, 2).join(' ')} …: ${read.reason}`)
  }
  if (found.length > 0) return { ok: true, found, notes }
  return first ?? failure('nothing was pasted', `paste something like ${EXAMPLE}`)
}

const isToml = (text: string): boolean =>
  /^[ \t]*\[[ \t]*"?mcp_servers"?[ \t]*[.\]]/m.test(text) || /^[ \t]*mcp_servers\.[\w."-]+[ \t]*=/m.test(text)

function readBlock(block: string, toml: Format): Pasted {
  const text = block.replace(/^\ufeff/, '').trim()
  if (/^(?:https?|cursor|vscode|vscode-insiders|lmstudio):\S+$/i.test(text)) return fromAddress(text)
  if (isToml(text)) return fromToml(text, toml)
  if (/^[{["“]/.test(text)) return fromJson(text)
  const split = splitShell(text)
  if (split.ok && split.commands[0] !== undefined && isKnownLine(split.commands[0])) return fromLines(text)
  const json = text.includes('{') || text.includes(':') ? fromJson(text) : null
  if (json?.ok === true) return json
  return json === null || (split.ok && split.commands.some(isKnownLine)) ? fromLines(text) : json
}

/** What is between code fences, where there are any. */
function blocksOf(text: string): string[] {
  const blocks = [...text.matchAll(/^[ \t]*(?:```|~~~)[\w-]*[^\n]*\n([\s\S]*?)^[ \t]*(?:```|~~~)/gm)].map((found) => found[1] ?? '')
  return blocks.length === 0 ? [text] : blocks
}

/**
 * The servers in a pasted text, as the programs that it was written for spell them: JSON in all its wrappers, Codex's TOML,
 * lines of a shell, links.
 */
export function readPasted(text: string, toml: Format): Pasted {
  if (text.trim() === '') return failure('nothing was pasted', `paste something like ${EXAMPLE}`)
  const blocks = blocksOf(text).filter((block) => block.trim() !== '')
  const read = blocks.map((block) => readBlock(block, toml))
  const good = read.filter((each) => each.ok)
  const [bad] = read.filter((each) => !each.ok)
  if (good.length === 0) return bad ?? failure('nothing was pasted', `paste something like ${EXAMPLE}`)
  const left = read.length - good.length
  return {
    ok: true,
    found: good.flatMap((each) => each.found),
    notes: [
      ...good.flatMap((each) => each.notes),
      ...(left === 0
        ? []
        : [`${left} of ${read.length} pasted blocks ${left === 1 ? 'holds' : 'hold'} no server and ${left === 1 ? 'is' : 'are'} left out`]),
    ],
  }
}
