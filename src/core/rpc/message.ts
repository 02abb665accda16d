import type { JsonObject, JsonValue } from '../../model/entry.ts'
import { isObject } from '../object.ts'
import { VERSION_KEY } from '../protocol.ts'

export type Id = string | number

/** The longest line of a server or client that is read (32 MiB). A longer one is skipped and answered with an error. */
export const MESSAGE_BYTES = 32 * 1024 * 1024

/** JSON-RPC: this text is not JSON; there is no such method. It leaves the range of `ERROR_CODE` to programs. */
export const NO_JSON = -32_700
export const NO_METHOD = -32_601
const ERROR_CODE = -32_000

export const isId = (value: JsonValue | undefined): value is Id => typeof value === 'string' || typeof value === 'number'
/** `1` and `"1"` are two ids. */
export const keyOf = (id: Id): string => `${typeof id}:${id}`

/** True for a request of the handshake-less era. */
export function isModern(message: JsonObject): boolean {
  const meta = isObject(message.params) ? message.params._meta : undefined
  return isObject(meta) && typeof meta[VERSION_KEY] === 'string'
}

export const errorAnswer = (id: Id | null, words: string, code = ERROR_CODE): JsonObject => ({
  jsonrpc: '2.0',
  id,
  error: { code, message: words },
})

/** The id of a message that is not parsed, from its first bytes: one that stands deeper may belong to something else. */
export function idIn(head: Buffer): Id | null {
  const found = /^\s*\{\s*(?:"jsonrpc"\s*:\s*"2\.0"\s*,\s*)?"id"\s*:\s*(\d{1,15}|"[^"\\]{1,200}")/.exec(head.toString('utf8', 0, 4096))
  return found?.[1] === undefined ? null : (JSON.parse(found[1]) as Id)
}
