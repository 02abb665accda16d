import type { JsonObject } from '../../model/entry.ts'
import { LoginTrouble, needsLogin } from '../../core/login/trouble.ts'
import { ProxyRefusal } from './http.ts'

/** Why a message to a remote server failed, as far as the relay treats it differently. */
export interface RemoteFailure {
  /** One sentence for the user; holds no key. */
  readonly words: string
  /** The JSON-RPC error that the server sent, to be passed on unchanged. */
  readonly answer: JsonObject | null
  readonly status: number | undefined
  /** `network`: the server was not reached. `unsent`: and nothing was sent, so it may be tried again. `login`: somebody has to log in. */
  readonly kind: 'http' | 'network' | 'unsent' | 'login' | 'other'
}

/** A server for error messages. `keys` are the names of its keys. */
export interface NamedServer {
  readonly server: string
  readonly url: string
  readonly keys: readonly string[]
  /** The transport that was asked for; null: HTTP and then SSE were tried. Absent: not known. */
  readonly transport?: 'http' | 'sse' | null
  /** It is reached by a login of ours. */
  readonly login?: boolean
}

const UNSENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH', 'EHOSTDOWN', 'ENETDOWN', 'ETIMEDOUT'])
const BROKEN = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ERR_STREAM_PREMATURE_CLOSE'])
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_|LEAF_SIGNATURE|ALTNAME/

const property = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null && key in value ? Reflect.get(value, key) : undefined

/** Returns the first property of that name in an error or its causes. */
function deep(error: unknown, key: string): unknown {
  for (let at = error, depth = 0; at !== undefined && depth < 5; at = property(at, 'cause'), depth++) {
    const found = property(at, key) ?? property(property(at, 'data'), key)
    if (found !== undefined && found !== null) return found
  }
  return undefined
}

/** Returns the address without user, password and query, which may hold keys. */
export function plainAddress(url: string): string {
  if (!URL.canParse(url)) return 'its address'
  const { protocol, host, pathname } = new URL(url)
  return `${protocol}//${host}${pathname}`
}

/** The HTTP status in an error of a transport. */
export function statusOf(error: unknown): number | undefined {
  const status = deep(error, 'status') ?? deep(error, 'code')
  if (typeof status === 'number' && status >= 100 && status < 600) return status
  // The SSE transport gives the status of a refused message only in its text.
  const said = /\(HTTP (\d{3})\)/.exec(error instanceof Error ? error.message : '')?.[1]
  return said === undefined ? undefined : Number(said)
}

/** The JSON-RPC error that came with an HTTP status; null: none did. */
export function answerOf(error: unknown): JsonObject | null {
  const text = deep(error, 'text')
  if (typeof text !== 'string' || !text.trimStart().startsWith('{')) return null
  try {
    const found: unknown = property(JSON.parse(text), 'error')
    const [code, message] = [property(found, 'code'), property(found, 'message')]
    if (typeof code !== 'number' || typeof message !== 'string') return null
    const data: unknown = property(found, 'data')
    return { code, message, ...(data === undefined ? {} : { data: JSON.parse(JSON.stringify(data)) }) }
  } catch (trouble) {
    if (trouble instanceof SyntaxError) return null
    throw trouble
  }
}

function refusalWords({ server, keys, login }: NamedServer, status: number): string {
  if (login === true)
    return status === 401
      ? needsLogin(server).message
      : `"${server}" refused this (HTTP ${status}): its login does not allow it. To log in anew: mcp-twin login ${server}`
  if (keys.length === 0) {
    return `"${server}" requires a key (HTTP ${status}), and the manifest has none for it. To store one: mcp-twin secret set NAME; to send it along: mcp-twin add ${server} --header 'Authorization=Bearer {secret:NAME}'`
  }
  const [first = ''] = keys
  const which = keys.length === 1 ? `the key ${first}` : `one of the keys ${keys.join(', ')}`
  return `"${server}" refused ${which} (HTTP ${status}): it is wrong, expired or lacks permission. To change it: mcp-twin secret set ${first}; then: mcp-twin sync`
}

function elsewhere({ transport }: NamedServer): string {
  if (transport === null) return ', neither over Streamable HTTP nor over SSE'
  if (transport === 'sse') return ' that speaks SSE. If it is a newer one, leave "transport" out of the manifest'
  return '. If it is an older one, give it "transport": "sse" in the manifest'
}

function statusWords(named: NamedServer, status: number): string {
  if (status === 401 || status === 403) return refusalWords(named, status)
  const where = `"${named.server}" at ${plainAddress(named.url)}`
  if (status === 404 || status === 405) return `${where} has no MCP server at that address (HTTP ${status})${elsewhere(named)}`
  if (status === 429) return `${where} refuses further requests for now (HTTP 429, too many requests); try again later`
  if (status >= 300 && status < 400)
    return `${where} redirects to another address (HTTP ${status}), and keys are not sent there. Put the final address into the manifest`
  return status >= 500 ? `${where} failed (HTTP ${status}); try again later` : `${where} refused the message (HTTP ${status})`
}

function networkWords(named: NamedServer, code: string): string {
  const where = `"${named.server}" at ${plainAddress(named.url)}`
  if (CERTIFICATE.test(code))
    return `${where} has a certificate that this side does not trust (${code}). If your network has its own: npm config set cafile PATH`
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return `${where} cannot be found (${code}): no network, or a mistyped address. Behind a proxy: npm config set https-proxy ADDRESS`
  return `${where} cannot be reached (${code})`
}

/** Classifies an error of the transport and describes it. */
export function failureOf(error: unknown, named: NamedServer): RemoteFailure {
  for (let at = error, depth = 0; at !== undefined && depth < 5; at = property(at, 'cause'), depth++) {
    if (at instanceof LoginTrouble) return { words: at.message, answer: null, status: undefined, kind: 'login' }
    if (!(at instanceof ProxyRefusal)) continue
    const words =
      at.status === 407
        ? 'it requires a name and password: npm config set https-proxy http://NAME:PASSWORD@HOST:PORT'
        : 'check npm config get https-proxy'
    return { words: `"${named.server}" is behind a proxy, and ${at.message}; ${words}`, answer: null, status: undefined, kind: 'network' }
  }
  const status = statusOf(error)
  if (status !== undefined)
    return { words: statusWords(named, status), answer: status === 401 ? null : answerOf(error), status, kind: 'http' }
  const code = deep(error, 'code')
  const text = typeof code === 'string' ? code : 'no answer'
  const kind = UNSENT.has(text) ? 'unsent' : BROKEN.has(text) || CERTIFICATE.test(text) ? 'network' : 'other'
  return { words: networkWords(named, text), answer: null, status: undefined, kind }
}
