import { type JSONRPCMessage, parseJSONRPCMessage } from '@modelcontextprotocol/server'
import { type Id, idIn } from '../../core/rpc/message.ts'
import { shapeTrouble } from './message-shape.ts'

/** The error that answers a text which is not a message. */
export interface Complaint {
  readonly id: Id | null
  readonly code: number
  readonly text: string
}

const idOf = (value: unknown): Id | null =>
  typeof value === 'object' && value !== null && 'id' in value && (typeof value.id === 'string' || typeof value.id === 'number')
    ? value.id
    : null

/** Reads a message of the protocol. `unit`: what the answer calls its text. */
export function readMessage(
  bytes: Buffer,
  unit: 'line' | 'message',
): { readonly message: JSONRPCMessage } | { readonly complaint: Complaint } {
  const trouble = shapeTrouble(bytes)
  if (trouble !== null) return { complaint: { id: idIn(bytes), code: -32600, text: trouble } }
  let value: unknown
  try {
    value = JSON.parse(bytes.toString('utf8'))
  } catch {
    return { complaint: { id: null, code: -32700, text: `Parse error: the ${unit} is not JSON.` } }
  }
  try {
    return { message: parseJSONRPCMessage(value) }
  } catch {
    return { complaint: { id: idOf(value), code: -32600, text: `Invalid request: the ${unit} is not a JSON-RPC 2.0 message.` } }
  }
}

/** The complaint as JSON: JSON-RPC wants `id: null` where none could be read, which the SDK's type does not know. */
export const complaintText = ({ id, code, text }: Complaint): string =>
  JSON.stringify({ jsonrpc: '2.0', error: { code, message: text }, id })
