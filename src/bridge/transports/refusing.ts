import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { limits } from '../base/limits.ts'
import type { Rejection } from './request.ts'

/** Headers and body of a refusal. */
function answerOf({ status, why, code, id = null }: Rejection): { headers: Record<string, string>; body: string } {
  const headers: Record<string, string> = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' }
  if (status === 401) headers['WWW-Authenticate'] = 'Bearer'
  if (status === 426) headers.Upgrade = 'websocket'
  const body = JSON.stringify({ jsonrpc: '2.0', error: { code: code ?? (status === 400 ? -32700 : -32000), message: why }, id })
  return { headers, body }
}

/** Refuses a request, without reading what is still to come of it. */
export function refuseRequest(request: IncomingMessage, response: ServerResponse, rejection: Rejection): void {
  const { headers, body } = answerOf(rejection)
  // The rest of a refused request is not read: the connection ends with the answer. Without a valid token it ends in any case.
  const { socket, complete } = request
  if (!complete || rejection.status === 401 || rejection.status === 403) headers.Connection = 'close'
  response.writeHead(rejection.status, headers)
  response.end(body)
  if (complete) return
  // Data that still arrives is discarded for a moment: closing at once would reset the connection, and the answer could be lost.
  request.resume()
  setTimeout(() => socket.destroy(), limits.httpRefusedMs).unref()
}

/** Refuses to upgrade a connection, and ends it. */
export function refuseUpgrade(socket: Socket, rejection: Rejection): void {
  const { headers, body } = answerOf(rejection)
  const all = { ...headers, Connection: 'close', 'Content-Length': String(Buffer.byteLength(body)) }
  const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(`HTTP/1.1 ${rejection.status} ${STATUS_CODES[rejection.status] ?? ''}\r\n${head.join('')}\r\n${body}`)
  socket.resume()
  setTimeout(() => socket.destroy(), limits.httpRefusedMs).unref()
}
