import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { toNodeHandler, toWebRequest } from '@modelcontextprotocol/node'
import { createMcpHandler, isLegacyRequest, type ServerNotifier } from '@modelcontextprotocol/server'
import { limits } from '../base/limits.ts'
import { Connections } from './connections.ts'
import { bearerToken, type Front, readBody, type Rejection, rejectRequest } from './request.ts'
import { type HttpPlan, usualLimits } from './http-plan.ts'
import { type AuthorizedRequest, HttpSessions } from './http-sessions.ts'
import { bearer, type Carrier } from './carrier.ts'

/** Streamable HTTP of both eras at `/mcp`, behind checks of our own that come before anything of the SDK. */
export class HttpCarrier implements Carrier {
  readonly name = 'http'
  readonly ended: Promise<void>
  readonly port: number
  private readonly plan: HttpPlan
  private readonly server: Server
  private readonly front: Front
  private readonly sessions: HttpSessions
  private readonly modern: ReturnType<typeof createMcpHandler>
  private readonly handleModern: ReturnType<typeof toNodeHandler>
  /** Tells clients of 2026-07-28 that a list or a resource has changed. */
  readonly changes: ServerNotifier
  private readonly connections: Connections
  /** Every session that was used and has not ended, connected or not. */
  private readonly owners = new Set<string>()
  private readonly sweeper: NodeJS.Timeout
  private sweeping = false

  private constructor(plan: HttpPlan, server: Server, connections: Connections, checkMs: number) {
    this.plan = plan
    this.server = server
    this.connections = connections
    const address = server.address()
    this.port = typeof address === 'object' && address !== null ? address.port : plan.port
    const named = plan.address.includes(':') ? `[${plan.address}]` : plan.address
    this.front = { hosts: ['127.0.0.1', 'localhost', '[::1]', named.toLowerCase()], port: this.port }
    this.sessions = new HttpSessions(plan.factory, plan.now)
    this.modern = createMcpHandler(plan.factory, { legacy: 'reject', onerror: plan.onError, maxRequestBodySize: limits.httpBody })
    this.changes = this.modern.notify
    this.handleModern = toNodeHandler(this.modern, { onerror: plan.onError, maxRequestBodySize: limits.httpBody })
    this.ended = new Promise((resolve) => server.once('close', () => resolve()))
    this.sweeper = setInterval(() => void this.sweep(), checkMs)
    this.sweeper.unref()
    for (const event of ['request', 'checkContinue'])
      server.on(event, (request: IncomingMessage, response: ServerResponse) => void this.answer(request, response))
  }

  /** Listens; throws when the address or port cannot be had. */
  static async open(plan: HttpPlan): Promise<HttpCarrier> {
    const bounds = { ...usualLimits, ...plan.limits }
    const connections = new Connections(bounds, () => performance.now())
    const server = createServer({
      ...{ maxHeaderSize: limits.httpHeaders, requireHostHeader: false, noDelay: true },
      ...{ headersTimeout: bounds.headersMs, requestTimeout: bounds.requestMs, keepAliveTimeout: bounds.idleMs },
      // Node looks every 30 s, and what may take 10 would take as long.
      connectionsCheckingInterval: bounds.checkMs,
    })
    server.on('connection', (socket) => connections.add(socket))
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(plan.port, plan.address, resolve))
    return new HttpCarrier(plan, server, connections, bounds.checkMs)
  }

  clients(): readonly string[] {
    return this.connections.sessions().map(bearer)
  }

  async close(): Promise<void> {
    clearInterval(this.sweeper)
    this.server.close()
    await Promise.all([this.sessions.close(), this.modern.close()])
    this.server.closeAllConnections()
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!this.connections.begin(request.socket)) return
    response.once('close', () => this.connections.end(request.socket))
    try {
      const rejection = rejectRequest(request, this.front) ?? (await this.route(request, response))
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
    const token = bearerToken(request)
    const session = token === null ? null : await this.plan.verify(token)
    if (session === null) return { status: 401, why: 'A valid session token is needed: mcp-twin session new.' }
    if (!['GET', 'POST', 'DELETE'].includes(request.method ?? ''))
      return { status: 405, why: 'POST, GET and DELETE are what this address takes.' }
    return this.serve(request, response, session)
  }

  private async serve(request: AuthorizedRequest, response: ServerResponse, session: string): Promise<Rejection | null> {
    if (!this.connections.know(request.socket, session))
      return { status: 429, why: 'This session has too many connections that wait for answers; close one.' }
    this.owners.add(session)
    this.plan.onUsed(session)
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

  private refuse(request: IncomingMessage, response: ServerResponse, { status, why, code, id = null }: Rejection): void {
    if (status !== 404 && status !== 405) this.plan.onRefused(`${status} ${why}`)
    const headers: Record<string, string> = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' }
    if (status === 401) headers['WWW-Authenticate'] = 'Bearer'
    // What is still to come of a refused request is not read: the connection ends with the answer. A stranger's ends in any case.
    const { socket, complete } = request
    if (!complete || status === 401 || status === 403) headers.Connection = 'close'
    response.writeHead(status, headers)
    response.end(JSON.stringify({ jsonrpc: '2.0', error: { code: code ?? (status === 400 ? -32700 : -32000), message: why }, id }))
    if (complete) return
    // What still comes is dropped for a moment, since cutting the line at once would take the answer back with it.
    request.resume()
    setTimeout(() => socket.destroy(), limits.httpRefusedMs).unref()
  }

  /** Ends what belongs to sessions that have expired or were revoked; what fails for one keeps no other. */
  private async sweep(): Promise<void> {
    this.connections.sweep()
    if (this.sweeping) return
    this.sweeping = true
    const attempt = async (work: () => unknown) => {
      try {
        await work()
      } catch (error) {
        this.plan.onError(error instanceof Error ? error : new Error(String(error)))
      }
    }
    const ended = await this.endedOwners()
    for (const session of ended ?? []) {
      this.owners.delete(session)
      await attempt(() => this.plan.onEnded?.(session))
    }
    // Without the store no token is valid; open connections are closed too.
    this.connections.cut((session) => ended === null || ended.has(session))
    for (const old of this.sessions.over((owner) => ended?.has(owner) === true)) await attempt(() => old.close())
    this.sweeping = false
  }

  /** Null: it cannot be known. */
  private async endedOwners(): Promise<ReadonlySet<string> | null> {
    const ended = new Set<string>()
    try {
      for (const owner of this.owners) if (!(await this.plan.isValid(owner))) ended.add(owner)
      return ended
    } catch (error) {
      this.plan.onError(error instanceof Error ? error : new Error(String(error)))
      return null
    }
  }
}
