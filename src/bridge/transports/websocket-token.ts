import type { IncomingMessage } from 'node:http'
import { bearerToken, type Rejection } from './request.ts'

/** The subprotocol that is spoken, and the only one that is ever answered. */
export const subprotocol = 'mcp'

/**
 * The token of a handshake: from the Authorization header, or the second subprotocol, since browsers cannot set headers. Null where
 * there is none, which is refused later like a wrong one. A token in the address is ignored, since addresses are written to logs.
 */
export function offeredToken(request: IncomingMessage): { readonly token: string | null } | { readonly rejection: Rejection } {
  const [spoken, second, ...more] = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((each) => each.trim())
  if (spoken !== subprotocol || more.length > 0)
    return { rejection: { status: 400, why: 'The subprotocols must be mcp, or mcp and a session token.' } }
  const inHeader = request.headers.authorization !== undefined
  if (inHeader && second !== undefined)
    return { rejection: { status: 400, why: 'The token belongs either in the Authorization header or in the subprotocols.' } }
  return { token: inHeader ? bearerToken(request) : (second ?? null) }
}
