import type { IncomingMessage, ServerResponse } from 'node:http'
import { toNodeHandler, toWebRequest } from '@modelcontextprotocol/node'
import { createMcpHandler, isLegacyRequest, type McpServerFactory, type ServerNotifier } from '@modelcontextprotocol/server'
import { limits } from '../base/limits.ts'
import { Listener } from './listener.ts'
import type { ListenerPlan } from './listener-plan.ts'
import { bearerToken, readBody, type Rejection, rejectRequest } from './request.ts'
import { refuseRequest } from './refusing.ts'
import { type AuthorizedRequest, HttpSessions } from './http-sessions.ts'
import { bearer, type Carrier } from './carrier.ts'

/** The options of a listener for Streamable HTTP. */
export interface HttpPlan extends ListenerPlan {
  readonly factory: McpServerFactory
  /** What `GET /identity` says, and nothing else. */
  readonly identity: { readonly name: string; readonly version: string; readonly protocols: readonly string[] }
  now(): number
}

/** Streamable HTTP of both eras at `/mcp`, behind checks of our own that come before anything of the SDK. */
export class HttpCarrier implements Carrier {
  readonly name = 'http'
  readonly ended: Promise<void>
  readonly port: number
  private readonly plan: HttpPlan
  private readonly listener: Listener
  private readonly sessions: HttpSessions
  private readonly modern: ReturnType<typeof createMcpHandler>
  private readonly handleModern: ReturnType<typeof toNodeHandler>
  /** Tells clients of 2026-07-28 that a list or a resource has changed. */
  readonly changes: ServerNotifier

  private constructor(plan: HttpPlan, listener: Listener) {
    this.plan = plan
    this.listener = listener
    this.port = listener.port
    this.ended = listener.ended
    this.sessions = new HttpSessions(plan.factory, plan.now)
    this.modern = createMcpHandler(plan.factory, { legacy: 'reject', onerror: plan.onError, maxRequestBodySize: limits.httpBody })
    this.changes = this.modern.notify
    this.handleModern = toNodeHandler(this.modern, { onerror: plan.onError, maxRequestBodySize: limits.httpBody })
    listener.serve({
      request: (request, response) => void this.answer(request, response),
      over: (hasEnded) => this.sessions.over(hasEnded),
    })
  }

  /** Listens; throws when the address or port cannot be had. */
  static async open(plan: HttpPlan): Promise<HttpCarrier> {
    return new HttpCarrier(plan, await Listener.open(plan))
  }

  clients(): readonly string[] {
    return this.listener.connections.sessions().map(bearer)
  }

  close(): Promise<void> {
    return this.listener.close(() => Promise.all([this.sessions.close(), this.modern.close()]))
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { connections, front } = this.listener
    if (!connections.begin(request.socket)) return
    response.once('close', () => connections.end(request.socket))
    try {
      const rejection = rejectRequest(request, front) ?? (await this.route(request, response))
      if (rejection !== null) this.refuse(request, response, rejection)
    } catch (error) {
      this.plan.onError(error instanceof Error ? error : new Error(String(error)))
      if (!response.headersSent) this.refuse(request, response, { status: 500, why: 'A fault of this server.' })
      else response.destroy()
    }
  }

  private async route(request: IncomingMessage, response: ServerResponse): Promise<Rejection | null> {
    const path = (request.url ?? '').split('?')[0]
    if (path === '/identity') {
      if (request.method !== 'GET' && request.method !== 'HEAD') return { status: 405, why: 'GET is what this address takes.' }
      response.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' }).end(JSON.stringify(this.plan.identity))
      return null
    }
    if (path !== '/mcp') return { status: 404, why: 'There is nothing at this address; /mcp is the protocol.' }
    const session = await this.listener.admit(request, bearerToken(request))
    if (typeof session !== 'string') return session
    if (!['GET', 'POST', 'DELETE'].includes(request.method ?? ''))
      return { status: 405, why: 'POST, GET and DELETE are what this address takes.' }
    return this.serve(request, response, session)
  }

  private async serve(request: AuthorizedRequest, response: ServerResponse, session: string): Promise<Rejection | null> {
    // The SDK hands this on to the factory; the token itself stays here.
    request.auth = { token: '', clientId: session, scopes: [] }
    if (request.method !== 'POST') return this.sessions.serve(request, response, undefined, session)
    if (request.headers.expect !== undefined) response.writeContinue()
    const body = await readBody(request)
    if ('rejection' in body) return body.rejection
    // An array may be a batch of the oldest revisions; the classifier of the SDK decides about it too.
    const { method = 'POST', url = '/mcp', headers, auth } = request
    const plain = { method, url, headers, auth, [Symbol.asyncIterator]: () => request[Symbol.asyncIterator]() }
    const legacy = await isLegacyRequest(await toWebRequest(plain, body.value), body.value)
    if (legacy) return this.sessions.serve(request, response, body.value, session)
    await this.handleModern(plain, response, body.value)
    return null
  }

  private refuse(request: IncomingMessage, response: ServerResponse, rejection: Rejection): void {
    if (rejection.status !== 404 && rejection.status !== 405) this.plan.onRefused(`${rejection.status} ${rejection.why}`)
    refuseRequest(request, response, rejection)
  }
}
