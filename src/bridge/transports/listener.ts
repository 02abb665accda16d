import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { limits } from '../base/limits.ts'
import { Connections } from './connections.ts'
import { type ListenerPlan, usualLimits } from './listener-plan.ts'
import { type Front, needsToken, type Rejection } from './request.ts'

/** How a carrier handles what its listener receives. */
interface Callbacks {
  request(request: IncomingMessage, response: ServerResponse): void
  upgrade?(request: IncomingMessage, socket: Socket, head: Buffer): void
  /** Returns what has to be closed now, besides the connections of sessions that have ended. */
  over?(hasEnded: (session: string) => boolean): readonly { close(): Promise<void> }[]
}

/**
 * A port, the connections to it and the sessions that used it, whatever protocol is spoken there. Connections of a session
 * that expires or is revoked are closed within a moment.
 */
export class Listener {
  readonly port: number
  readonly front: Front
  readonly connections: Connections
  readonly ended: Promise<void>
  private readonly plan: ListenerPlan
  private readonly server: Server
  private callbacks: Callbacks | undefined
  /** Every session that was used and has not ended, connected or not. */
  private readonly owners = new Set<string>()
  private readonly sweeper: NodeJS.Timeout
  private sweeping = false

  private constructor(plan: ListenerPlan, server: Server, connections: Connections, checkMs: number) {
    this.plan = plan
    this.server = server
    this.connections = connections
    const address = server.address()
    this.port = typeof address === 'object' && address !== null ? address.port : plan.port
    const named = plan.address.includes(':') ? `[${plan.address}]` : plan.address
    this.front = { hosts: ['127.0.0.1', 'localhost', '[::1]', named.toLowerCase()], port: this.port }
    this.ended = new Promise((resolve) => server.once('close', () => resolve()))
    this.sweeper = setInterval(() => void this.sweep(), checkMs)
    this.sweeper.unref()
  }

  /** Listens; throws when the address or port cannot be had. */
  static async open(plan: ListenerPlan): Promise<Listener> {
    const bounds = { ...usualLimits, ...plan.limits }
    const connections = new Connections(
      bounds,
      () => performance.now(),
      (session, why) => plan.onCut?.(session, why),
    )
    const server = createServer({
      ...{ maxHeaderSize: limits.httpHeaders, requireHostHeader: false, noDelay: true },
      ...{ headersTimeout: bounds.headersMs, requestTimeout: bounds.requestMs, keepAliveTimeout: bounds.idleMs },
      // Node checks these timeouts every 30 s by default, so one of 10 s could take 30.
      connectionsCheckingInterval: bounds.checkMs,
    })
    server.on('connection', (socket) => connections.add(socket))
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(plan.port, plan.address, resolve))
    return new Listener(plan, server, connections, bounds.checkMs)
  }

  /** Passes on what arrives from now on. */
  serve(callbacks: Callbacks): void {
    this.callbacks = callbacks
    for (const event of ['request', 'checkContinue'])
      this.server.on(event, (request: IncomingMessage, response: ServerResponse) => callbacks.request(request, response))
    if (callbacks.upgrade !== undefined)
      this.server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => callbacks.upgrade?.(request, socket, head))
  }

  /** Returns the session of a valid token, which counts as used, else why the request is refused. */
  async admit(request: IncomingMessage, token: string | null): Promise<string | Rejection> {
    const session = token === null ? null : await this.plan.verify(token)
    if (session === null) return needsToken
    if (!this.connections.know(request.socket, session))
      return { status: 429, why: 'This session has too many connections that wait for answers; close one.' }
    this.owners.add(session)
    this.plan.onUsed(session)
    return session
  }

  /** Takes no new connection, waits for `work`, which ends the protocol's own sessions, then closes every connection. */
  async close(work: () => Promise<unknown>): Promise<void> {
    clearInterval(this.sweeper)
    this.server.close()
    await work()
    this.server.closeAllConnections()
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
    for (const old of this.callbacks?.over?.((owner) => ended?.has(owner) === true) ?? []) await attempt(() => old.close())
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
