import type { IncomingMessage } from 'node:http'

/** Why a request goes no further: an HTTP status and a sentence. */
export interface Rejection {
  readonly status: number
  readonly why: string
  /** Of the JSON-RPC error, where it is not the status' own, and the request it answers. */
  readonly code?: number
  readonly id?: string | number | null
}

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
 * What every request must pass before anything of it is believed. A browser page that was led here by a name of its
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
    return { status: 403, why: 'Requests from other origins are not taken.' }
  if (values(request, 'authorization').length > 1) return { status: 400, why: 'At most one Authorization header is taken.' }
  if (values(request, 'transfer-encoding').length > 0 && values(request, 'content-length').length > 0)
    return { status: 400, why: 'Content-Length and Transfer-Encoding exclude each other.' }
  return null
}

/** The token of the Authorization header; null when there is none. A token anywhere else is none. */
export const bearerToken = (request: IncomingMessage): string | null =>
  /^Bearer +([\x21-\x7e]+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? null
