import type { JSONRPCMessage } from '@modelcontextprotocol/client'
import { isObject } from '../../core/object.ts'
import { VERSION_KEY } from '../../core/protocol.ts'
import type { JsonObject, JsonValue } from '../../model/entry.ts'

export type Id = string | number

/** JSON-RPC leaves this range to servers; the relay's own errors use its first number. */
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

/** The id in the beginning of a message too long to be read whole; null where it is not there. */
export function idIn(start: string): Id | null {
  const [, text, number] = /"id"\s*:\s*(?:"((?:[^"\\]|\\.)*)"|(-?\d+))/.exec(start) ?? []
  if (text !== undefined) return text
  return number === undefined ? null : Number(number)
}

/** A message passes as it came: its shape was the sender's to choose and is the receiver's to judge. */
export const asMessage = (message: JsonObject): JSONRPCMessage => message as unknown as JSONRPCMessage
