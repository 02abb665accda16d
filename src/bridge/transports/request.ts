import type { IncomingMessage } from 'node:http'
import { limits } from '../base/limits.ts'
import { idIn } from '../../core/rpc/message.ts'
import { shapeTrouble } from './message-shape.ts'

/** Why a request is refused: an HTTP status and a sentence. */
export interface Rejection {
  readonly status: number
  readonly why: string
  /** Of the JSON-RPC error, where it is not the status' own, and the request it answers. */
  readonly code?: number
  readonly id?: string | number | null
}

export const needsToken: Rejection = { status: 401, why: 'A valid session token is needed: mcp-twin session new.' }

export interface Front {
  /** Host names under which this server is meant, brackets around IPv6. */
  readonly hosts: readonly string[]
  readonly port: number
}

const hostOf = (host: string): string | null => /^(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(:\d{1,5})?$/i.exec(host)?.[1]?.toLowerCase() ?? null

function values(request: IncomingMessage, name: string): string[] {
  const found: string[] = []
  for (let at = 0; at < request.rawHeaders.length; at += 2)
    if (request.rawHeaders[at]?.toLowerCase() === name) found.push(request.rawHeaders[at + 1] ?? '')
  return found
}

/**
 * Checks that every request must pass before anything in it is trusted. A browser page that was led here by a name of its
 * own (DNS rebinding) has a foreign Host; one that calls us across sites has a foreign Origin (CVE-2025-66414).
 */
export function rejectRequest(request: IncomingMessage, { hosts, port }: Front): Rejection | null {
  const [host, ...more] = values(request, 'host')
  if (host === undefined || more.length > 0) return { status: 400, why: 'Exactly one Host header is needed.' }
  const name = hostOf(host)
  if (name === null || !hosts.includes(name)) return { status: 403, why: 'This server is not known by that Host.' }
  const origins = values(request, 'origin')
  const own = hosts.map((each) => `http://${each}:${port}`)
  if (origins.some((origin) => !own.includes(origin.toLowerCase())))
    return { status: 403, why: 'Requests from other origins are not accepted.' }
  if (values(request, 'authorization').length > 1) return { status: 400, why: 'At most one Authorization header is accepted.' }
  if (values(request, 'transfer-encoding').length > 0 && values(request, 'content-length').length > 0)
    return { status: 400, why: 'Content-Length and Transfer-Encoding exclude each other.' }
  return null
}

/** The token of the Authorization header; null when there is none. A token anywhere else is none. */
export const bearerToken = (request: IncomingMessage): string | null =>
  /^Bearer +([\x21-\x7e]+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? null

/** A JSON body, or why it is refused. Never keeps more than the limit. */
export async function readBody(request: IncomingMessage): Promise<{ readonly value: unknown } | { readonly rejection: Rejection }> {
  const tooLarge = { rejection: { status: 413, why: `A body of more than ${limits.httpBody} bytes is not accepted.` } }
  if (!/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? ''))
    return { rejection: { status: 415, why: 'Content-Type must be application/json.' } }
  if (request.headers['content-encoding'] !== undefined) return { rejection: { status: 415, why: 'A compressed body is not accepted.' } }
  if (Number(request.headers['content-length'] ?? 0) > limits.httpBody) return tooLarge
  const bytes = await collect(request)
  if (bytes === null) return tooLarge
  const why = shapeTrouble(bytes)
  if (why !== null) return { rejection: { status: 400, why, code: -32600, id: idIn(bytes) } }
  try {
    return { value: JSON.parse(bytes.toString('utf8')) }
  } catch {
    return { rejection: { status: 400, why: 'The body is not JSON.' } }
  }
}

/** A whole body, null when it is too large: the rest is then read and dropped, so that the answer arrives. */
function collect(request: IncomingMessage): Promise<Buffer | null> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= limits.httpBody) chunks.push(chunk)
      else {
        chunks = []
        resolve(null)
      }
    })
    request.on('end', () => resolve(Buffer.concat(chunks, size)))
    request.on('error', reject)
    request.on('close', () => reject(new Error('the request ended in the middle of its body')))
  })
}
