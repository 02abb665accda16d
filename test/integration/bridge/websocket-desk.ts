import { connect, type Socket } from 'node:net'
import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/client'
import { WebSocket } from 'ws'
import { carryWebSocket } from '../../../src/bridge/start/listening-websocket.ts'
import { ResourceChanges } from '../../../src/bridge/start/resource-changes.ts'
import { buildServer } from '../../../src/bridge/start/server.ts'
import { tools } from '../../../src/bridge/tools/index.ts'
import type { WebSocketCarrier, WebSocketPlan } from '../../../src/bridge/transports/websocket.ts'
import { openSessions, type SessionStore } from '../../../src/effects/store/sessions.ts'
import { reachable } from '../../../src/model/path.ts'
import { nodeSystem } from '../../../src/system/node.ts'
import { type Desk, desk } from '../../support/desk.ts'

/** A bridge that listens for WebSocket, with one session. */
export interface WebSocketDesk {
  readonly place: Desk
  readonly ws: WebSocketCarrier
  readonly store: SessionStore
  readonly token: string
  readonly id: string
  /** Moves the clock of sessions and connections ahead. */
  later(ms: number): void
  /** Opens a connection with ws's own client; rejects with the status of a refusal. */
  open(more?: { protocols?: string[]; headers?: Record<string, string>; path?: string }): Promise<Peer>
  /** Bytes as they are, for what a client library would not send. */
  wire(): Promise<Wire>
  close(): Promise<void>
}

/** One connection of ws's client. */
export interface Peer {
  readonly socket: WebSocket
  send(message: object | string): void
  ask(method: string, params?: object): Promise<Record<string, unknown>>
  /** Settles with a message that fits. */
  until(fits: (message: Record<string, unknown>) => boolean): Promise<Record<string, unknown>>
  readonly closed: Promise<{ code: number; reason: string }>
}

export interface Wire {
  readonly socket: Socket
  readonly closed: Promise<Buffer>
  until(fits: (bytes: Buffer) => boolean): Promise<Buffer>
  /** Shakes hands and settles when the answer is complete. */
  upgrade(token: string): Promise<void>
}

export async function websocketDesk(
  bounds: Pick<WebSocketPlan, 'limits' | 'wire'> = {},
  settings: Parameters<typeof desk>[0] = {},
): Promise<WebSocketDesk> {
  const place = desk(settings)
  let ahead = 0
  const system = { ...nodeSystem(), now: () => Date.now() + ahead }
  const opened = Promise.resolve(place.bridge)
  const changes = new ResourceChanges(opened)
  const ws = await carryWebSocket(
    ...([system, { port: 0, address: '127.0.0.1' }, place.bridge] as const),
    (session) =>
      ({ era }) =>
        buildServer(opened, tools, '1.2.3', session, '', { changes, filtering: era === 'legacy' ? 'here' : 'sdk' }),
    () => void changes.watch().catch(() => undefined),
    bounds,
  )
  place.bridge.carriers.push(ws)
  const store = openSessions(system, reachable(place.folder), 'linux')
  const { token, id } = await store.create(600_000)
  const sockets: { destroy(): void }[] = []
  return {
    ...{ place, ws, store, token, id },
    later(ms) {
      ahead += ms
    },
    open({ protocols = ['mcp'], headers = { Authorization: `Bearer ${token}` }, path = '/' } = {}) {
      const socket = new WebSocket(`ws://127.0.0.1:${ws.port}${path}`, protocols, { headers })
      sockets.push({ destroy: () => socket.terminate() })
      return peer(socket)
    },
    async wire() {
      const made = await wire(ws.port)
      sockets.push(made.socket)
      return made
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      await ws.close()
      await place.close()
    },
  }
}

function peer(socket: WebSocket): Promise<Peer> {
  const heard: Record<string, unknown>[] = []
  const told = new Set<() => void>()
  let last = 0
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }))
  })
  socket.on('message', (data) => {
    heard.push(JSON.parse(String(data)))
    for (const tell of told) tell()
  })
  const until: Peer['until'] = (fits) =>
    new Promise((resolve, reject) => {
      const look = () => {
        const found = heard.find(fits)
        if (found === undefined) return
        told.delete(look)
        resolve(found)
      }
      told.add(look)
      look()
      void closed.then(({ code, reason }) => reject(new Error(`closed with ${code} ${reason}`)))
    })
  const send = (message: object | string) => socket.send(typeof message === 'string' ? message : JSON.stringify(message))
  const made: Peer = {
    ...{ socket, closed, until, send },
    ask(method, params = {}) {
      const id = ++last
      send({ jsonrpc: '2.0', id, method, params })
      return until((message) => message.id === id)
    },
  }
  return new Promise((resolve, reject) => {
    socket.on('open', () => resolve(made))
    socket.on('unexpected-response', (_request, response) => {
      response.resume()
      reject(new Error(`status ${response.statusCode}`))
    })
    socket.on('error', reject)
  })
}

function wire(port: number): Promise<Wire> {
  return new Promise((resolve) => {
    let bytes: Buffer = Buffer.alloc(0)
    let told: () => void = () => undefined
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    socket.on('data', (chunk) => {
      bytes = Buffer.concat([bytes, chunk])
      told()
    })
    socket.on('end', () => socket.destroy())
    socket.on('error', () => undefined)
    const closed = new Promise<Buffer>((close) => socket.on('close', () => close(bytes)))
    const until: Wire['until'] = async (fits) => {
      while (!fits(bytes)) {
        if (socket.destroyed) throw new Error(`closed after: ${bytes.toString('latin1')}`)
        await Promise.race([closed, new Promise<void>((more) => (told = more))])
      }
      return bytes
    }
    const upgrade = async (token: string) => {
      socket.write(handshake(`Authorization: Bearer ${token}\r\n`))
      await until((all) => all.includes('\r\n\r\n'))
      const head = bytes.indexOf('\r\n\r\n') + 4
      if (!bytes.toString('latin1').startsWith('HTTP/1.1 101')) throw new Error(bytes.toString('latin1'))
      bytes = bytes.subarray(head)
    }
    socket.on('connect', () => resolve({ socket, closed, until, upgrade }))
  })
}

/** A handshake as text, with more headers. */
export const handshake = (more = '', path = '/'): string =>
  `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n` +
  `Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: mcp\r\n${more}\r\n`

/** One frame of a client. `declared`: another length than the payload has. */
export function frame(
  payload: Buffer | string,
  { opcode = 1, fin = true, masked = true, rsv = 0, declared = Buffer.byteLength(payload) } = {},
): Buffer {
  const data = Buffer.from(payload)
  const head = [(fin ? 0x80 : 0) | (rsv << 4) | opcode]
  const size = Buffer.alloc(declared < 126 ? 0 : declared < 65536 ? 2 : 8)
  if (size.length === 2) size.writeUInt16BE(declared)
  if (size.length === 8) size.writeBigUInt64BE(BigInt(declared))
  head.push((masked ? 0x80 : 0) | (declared < 126 ? declared : declared < 65536 ? 126 : 127))
  const mask = Buffer.from([1, 2, 3, 4])
  const body = masked ? Buffer.concat([mask, data.map((byte, at) => byte ^ (mask[at % 4] ?? 0))]) : data
  return Buffer.concat([Buffer.from(head), size, body])
}

/** The first close frame that a server sent: its code and reason. */
export function closeFrame(bytes: Buffer): { code: number; reason: string } | null {
  for (let at = 0; at + 2 <= bytes.length; ) {
    const short = (bytes[at + 1] ?? 0) & 0x7f
    const head = short === 126 ? 4 : short === 127 ? 10 : 2
    const size = short === 126 ? bytes.readUInt16BE(at + 2) : short === 127 ? Number(bytes.readBigUInt64BE(at + 2)) : short
    const body = bytes.subarray(at + head, at + head + size)
    if (((bytes[at] ?? 0) & 0x0f) === 8) return { code: body.readUInt16BE(0), reason: body.subarray(2).toString() }
    at += head + size
  }
  return null
}

export const initialize = {
  protocolVersion: '2025-11-25',
  capabilities: {},
  clientInfo: { name: 't', version: '1' },
} as const

/** The SDK's client interface over ws's client: the SDK has no transport for WebSocket any more. */
export class WebSocketClientTransport implements Transport {
  onclose?: () => void
  onerror?: (error: Error) => void
  onmessage?: (message: JSONRPCMessage) => void
  private readonly socket: WebSocket

  constructor(url: string, token: string) {
    // As a page in a browser does it, which can set no header.
    this.socket = new WebSocket(url, ['mcp', token])
  }

  start(): Promise<void> {
    this.socket.on('message', (data) => this.onmessage?.(JSON.parse(String(data))))
    this.socket.on('close', () => this.onclose?.())
    return new Promise((resolve, reject) => {
      this.socket.once('open', () => resolve())
      this.socket.once('error', reject)
    })
  }

  async send(message: JSONRPCMessage): Promise<void> {
    this.socket.send(JSON.stringify(message))
  }

  async close(): Promise<void> {
    this.socket.close()
  }
}
