import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { McpServerFactory } from '@modelcontextprotocol/server'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { type WebSocket, WebSocketServer } from 'ws'
import { limits } from '../base/limits.ts'
import { type Carrier, bearer } from './carrier.ts'
import { Listener } from './listener.ts'
import type { ListenerPlan } from './listener-plan.ts'
import { refuseRequest, refuseUpgrade } from './refusing.ts'
import { type Rejection, bearerToken, rejectRequest } from './request.ts'
import { WebSocketTransport, type WireLimits, closing, usualWireLimits } from './websocket-transport.ts'

/** The subprotocol that is spoken, and the only one that is ever answered. */
export const subprotocol = 'mcp'

/**
 * The token of a handshake: from the Authorization header, or the second subprotocol, since browsers cannot set headers. Null where
 * there is none, which is refused later like a wrong one. A token in the address is ignored, since addresses are written to logs.
 */
function offeredToken(request: IncomingMessage): { readonly token: string | null } | { readonly rejection: Rejection } {
  const [spoken, second, ...more] = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((each) => each.trim())
  if (spoken !== subprotocol || more.length > 0)
    return { rejection: { status: 400, why: 'The subprotocols must be mcp, or mcp and a session token.' } }
  const inHeader = request.headers.authorization !== undefined
  if (inHeader && second !== undefined)
    return { rejection: { status: 400, why: 'The token belongs either in the Authorization header or in the subprotocols.' } }
  return { token: inHeader ? bearerToken(request) : (second ?? null) }
}

/** The options of a listener for WebSocket. */
export interface WebSocketPlan extends ListenerPlan {
  /** Makes the servers of one connection of a session. */
  serverFor(session: string): McpServerFactory
  /** A client subscribed to changes. */
  onListen(): void
  readonly wire?: Partial<WireLimits & { readonly pingMs: number }>
}

/**
 * MCP over WebSocket at `/` (legacy), for programs that support nothing else. Tokens and the end of connections are handled as for
 * Streamable HTTP. Each connection has a server of its own, in the era of its first message, as stdio has.
 */
export class WebSocketCarrier implements Carrier {
  readonly name = 'websocket'
  readonly ended: Promise<void>
  readonly port: number
  private readonly plan: WebSocketPlan
  private readonly listener: Listener
  private readonly sockets: WebSocketServer
  private readonly wires = new Set<WebSocketTransport>()
  private readonly heart: NodeJS.Timeout

  private constructor(plan: WebSocketPlan, listener: Listener) {
    this.plan = plan
    this.listener = listener
    this.port = listener.port
    this.ended = listener.ended
    this.sockets = new WebSocketServer({
      ...{ noServer: true, clientTracking: false, perMessageDeflate: false, maxPayload: limits.wsMessage },
      // A token among the protocols is never sent back.
      ...{ handleProtocols: () => subprotocol, closeTimeout: limits.wsCloseMs },
    })
    this.heart = setInterval(() => this.beat(), plan.wire?.pingMs ?? limits.wsPingMs)
    this.heart.unref()
    listener.serve({
      request: (request, response) => this.answer(request, response),
      upgrade: (request, socket, head) => void this.upgrade(request, socket, head),
    })
  }

  /** Listens; throws when the address or port cannot be had. */
  static async open(plan: WebSocketPlan): Promise<WebSocketCarrier> {
    // Each connection bounds its unanswered requests itself, by not reading more.
    const bounds = { ...plan.limits, unanswered: Number.POSITIVE_INFINITY }
    return new WebSocketCarrier(plan, await Listener.open({ ...plan, limits: bounds }))
  }

  clients(): readonly string[] {
    return this.listener.connections.sessions().map(bearer)
  }

  close(): Promise<void> {
    clearInterval(this.heart)
    const open = [...this.wires]
    return this.listener.close(() => Promise.all(open.map((wire) => wire.over(closing.goingAway, 'the bridge ends'))))
  }

  private beat(): void {
    for (const wire of this.wires) wire.ping()
  }

  /** A request without an upgrade. */
  private answer(request: IncomingMessage, response: ServerResponse): void {
    const { connections, front } = this.listener
    if (!connections.begin(request.socket)) return
    response.once('close', () => connections.end(request.socket))
    const rejection = rejectRequest(request, front) ?? misplaced(request)
    this.note(rejection ?? upgradeNeeded)
    refuseRequest(request, response, rejection ?? upgradeNeeded)
  }

  private async upgrade(request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    const { connections } = this.listener
    // Without a listener an error of the connection would end the process.
    socket.on('error', () => socket.destroy())
    if (!connections.begin(socket)) return
    try {
      const admitted = await this.admit(request)
      if (typeof admitted === 'string') this.sockets.handleUpgrade(request, socket, head, (opened) => this.serve(opened, socket, admitted))
      else {
        this.note(admitted)
        refuseUpgrade(socket, admitted)
      }
    } catch (error) {
      this.plan.onError(error instanceof Error ? error : new Error(String(error)))
      socket.destroy()
    } finally {
      connections.end(socket)
    }
  }

  private async admit(request: IncomingMessage): Promise<string | Rejection> {
    const rejection = rejectRequest(request, this.listener.front) ?? misplaced(request)
    if (rejection !== null) return rejection
    const offered = offeredToken(request)
    return 'rejection' in offered ? offered.rejection : this.listener.admit(request, offered.token)
  }

  private serve(opened: WebSocket, socket: Socket, session: string): void {
    const { connections } = this.listener
    const wire = new WebSocketTransport(
      opened,
      { ...usualWireLimits, ...this.plan.wire },
      {
        asked: () => connections.begin(socket),
        answered: () => connections.end(socket),
        listened: () => this.plan.onListen(),
        ended: () => this.wires.delete(wire),
        cut: (why) => this.plan.onCut?.(session, why),
      },
    )
    this.wires.add(wire)
    connections.closeBy(socket, (why) => void wire.over(closing.policy, why))
    serveStdio(this.plan.serverFor(session), { transport: wire, onerror: this.plan.onError })
  }

  private note({ status, why }: Rejection): void {
    if (status !== 404 && status !== 426) this.plan.onRefused(`${status} ${why}`)
  }
}

const upgradeNeeded: Rejection = { status: 426, why: 'This address speaks WebSocket, subprotocol mcp.' }

const misplaced = (request: IncomingMessage): Rejection | null =>
  (request.url ?? '').split('?')[0] === '/' ? null : { status: 404, why: 'There is nothing at this address; / is the protocol.' }
