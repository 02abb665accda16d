import type { JsonObject, JsonValue } from '../../model/entry.ts'
import { isObject } from '../../core/object.ts'
import { LEGACY_NEWEST, MODERN, RESERVED, SERVER_KEY, VERSION_KEY } from '../../core/protocol.ts'
import type { Id } from '../../core/rpc/message.ts'

/** Answers in a server's place while it is not there yet, or does not speak the client's era. */

/** The revisions with a handshake; a client that asks for none of them gets the last. */
const LEGACY = ['2024-11-05', '2025-03-26', '2025-06-18', LEGACY_NEWEST] as const
/** JSON-RPC code of 2026-07-28 for a revision that is not spoken (basic/versioning). */
const UNSUPPORTED_VERSION = -32_022

/** Lists of a server: the capability, the key of the result, its name in a subscription, the notification of a change. */
interface Listed {
  readonly capability: 'tools' | 'prompts' | 'resources'
  readonly key: string
  readonly wanted: string
  readonly change: string
}

const listed = (capability: Listed['capability'], key: string = capability): Listed => ({
  capability,
  key,
  wanted: `${capability}ListChanged`,
  change: `notifications/${capability}/list_changed`,
})

/** The requests that list something. */
export const LISTS: ReadonlyMap<string, Listed> = new Map([
  ['tools/list', listed('tools')],
  ['prompts/list', listed('prompts')],
  ['resources/list', listed('resources')],
  ['resources/templates/list', listed('resources', 'resourceTemplates')],
])

/** Everything that a server may list: what it really has is not known yet, and a list may be empty. */
const capabilities: JsonObject = { tools: { listChanged: true }, prompts: { listChanged: true }, resources: { listChanged: true } }

export interface ServerName {
  readonly [key: string]: JsonValue
  readonly name: string
  readonly version: string
}

const answer = (id: Id, result: JsonObject): JsonObject => ({ jsonrpc: '2.0', id, result })
/** What 2026-07-28 wants in a result that may be kept: nothing of ours may be. */
const uncached = { ttlMs: 0, cacheScope: 'private' } as const
const metaOf = ({ params }: JsonObject): JsonObject => (isObject(params) && isObject(params._meta) ? params._meta : {})

/** The answer to `initialize`, in the revision that the client asks for where it is one of that era. */
export function initialized(id: Id, { params }: JsonObject, serverInfo: ServerName): JsonObject {
  const asked = isObject(params) ? params.protocolVersion : undefined
  const protocolVersion = LEGACY.find((each) => each === asked) ?? LEGACY_NEWEST
  return answer(id, { protocolVersion, capabilities, serverInfo })
}

/** The answer to `server/discover`. `real`: the capabilities of the server behind us, once they are known. */
export const discovered = (id: Id, serverInfo: ServerName, real?: JsonObject): JsonObject =>
  answer(id, {
    resultType: 'complete',
    supportedVersions: [MODERN],
    capabilities: real ?? capabilities,
    ...uncached,
    _meta: { [SERVER_KEY]: serverInfo },
  })

/** The refusal of another revision than ours of that era; null for ours. */
export function otherVersion(id: Id, message: JsonObject): JsonObject | null {
  const requested = metaOf(message)[VERSION_KEY] ?? null
  if (requested === MODERN) return null
  return {
    jsonrpc: '2.0',
    id,
    error: { code: UNSUPPORTED_VERSION, message: 'Unsupported protocol version', data: { supported: [MODERN], requested } },
  }
}

/** A list that is empty. */
export const nothingListed = (id: Id, { key }: Listed, modern: boolean): JsonObject =>
  answer(id, modern ? { resultType: 'complete', [key]: [], ...uncached } : { [key]: [] })

/** A message of 2026-07-28 as a server of the era before takes it: without what only that revision puts into `_meta`. */
export function withoutEnvelope(message: JsonObject): JsonObject {
  const { params } = message
  if (!isObject(params) || !isObject(params._meta)) return message
  const { _meta, ...rest } = params
  const kept = Object.fromEntries(Object.entries(_meta).filter(([key]) => !key.startsWith(RESERVED)))
  return { ...message, params: Object.keys(kept).length === 0 ? rest : { ...rest, _meta: kept } }
}

/** A result of the era before as a client of 2026-07-28 takes it. */
export const inModernForm = (result: JsonObject, method: string): JsonObject => ({
  resultType: 'complete',
  ...(LISTS.has(method) || method === 'resources/read' ? uncached : {}),
  ...result,
})
