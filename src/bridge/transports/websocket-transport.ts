import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/server'
import type { WebSocket } from 'ws'
import { limits } from '../base/limits.ts'
import { complaintText, readMessage } from './message.ts'

/** Codes that a connection is closed with (RFC 6455, 7.4.1). */
export const closing = { goingAway: 1001, notText: 1003, policy: 1008 } as const

/** Bounds of one connection, in bytes and ms. */
export interface WireLimits {
  /** Bytes that wait for a client that reads slowly: from the first bound it is cut off, from the second nothing more is read from it. */
  readonly unreadBytes: number
  readonly waitingBytes: number
  readonly unanswered: number
  readonly unansweredBytes: number
  readonly closeMs: number
}

/** Callbacks for the owner of a connection. */
export interface WireEvents {
  /** A request came, or was answered. */
  asked(): void
  answered(): void
  /** The client subscribed to changes by `subscriptions/listen`, which the SDK answers without its server. */
  listened(): void
  ended(): void
  /** The connection is ended from this side. */
  cut(why: string): void
}

/**
 * The SDK's transport interface over one WebSocket, one message of the protocol a text message. A client that does not read
 * its answers, or has many that wait, is not read from until that changes.
 */
export class WebSocketTransport implements Transport {
  onclose?: () => void
  onerror?: (error: Error) => void
  onmessage?: (message: JSONRPCMessage) => void
  private readonly socket: WebSocket
  private readonly limits: WireLimits
  private readonly events: WireEvents
  /** Requests that are not answered yet, and their bytes. */
  private readonly unanswered = new Map<string | number, number>()
  private unansweredBytes = 0
  private closed = false
  /** Pings since the last sign of life. */
  private pings = 0
  private readonly gone: Promise<void>

  constructor(socket: WebSocket, bounds: WireLimits, events: WireEvents) {
    this.socket = socket
    this.limits = bounds
    this.events = events
    this.gone = new Promise((resolve) => socket.once('close', () => resolve()))
    socket.once('close', () => this.finish())
    // What the library refuses (1002, 1007, 1009) it closes by itself.
    socket.on('error', (error) => this.onerror?.(error))
    socket.on('pong', () => {
      this.pings = 0
    })
    socket.on('message', (data, isBinary) => this.receive(data as Buffer, isBinary))
  }

  /** Does nothing: `ws` reads from the beginning, so a transport has to be connected as soon as it is made. */
  async start(): Promise<void> {}

  async send(message: JSONRPCMessage): Promise<void> {
    if (this.closed) return
    if (!('method' in message) && message.id !== undefined) this.settle(message.id)
    await this.write(JSON.stringify(message))
  }

  /** Sends a ping; cuts the connection where two pings brought no sign of life. */
  ping(): void {
    // While reading is paused no sign of life can arrive; the listener limits how long that may last.
    if (this.closed || this.socket.isPaused) return
    if (this.pings >= 2) this.cut(closing.policy, 'no answer to pings')
    else {
      this.pings++
      this.socket.ping()
    }
  }

  async close(): Promise<void> {
    this.end(closing.goingAway, '')
  }

  /** Ends the connection, and settles when it is gone. */
  async over(code: number, why: string): Promise<void> {
    this.end(code, why)
    await this.gone
  }

  /** Sends the reason and ends the connection, whether the other end answers or not. Messages that still arrive are ignored. */
  private end(code: number, why: string): void {
    if (this.closed) return
    this.finish()
    this.socket.close(code, why)
    setTimeout(() => this.socket.terminate(), this.limits.closeMs).unref()
  }

  private cut(code: number, why: string): void {
    if (this.closed) return
    this.events.cut(why)
    this.end(code, why)
  }

  private finish(): void {
    if (this.closed) return
    this.closed = true
    for (const id of [...this.unanswered.keys()]) this.settle(id)
    this.events.ended()
    this.onclose?.()
  }

  private receive(data: Buffer, isBinary: boolean): void {
    this.pings = 0
    if (this.closed) return
    if (isBinary) {
      this.cut(closing.notText, 'messages are text')
      return
    }
    const read = readMessage(data, 'message')
    if ('complaint' in read) {
      this.onerror?.(new Error(read.complaint.text))
      void this.write(complaintText(read.complaint))
      return
    }
    this.note(read.message, data.length)
    this.onmessage?.(read.message)
  }

  /** A request is open until it is answered or cancelled. A subscription is never answered. */
  private note(message: JSONRPCMessage, bytes: number): void {
    if (!('method' in message)) return
    if (message.method === 'subscriptions/listen') this.events.listened()
    else if ('id' in message) {
      this.settle(message.id)
      this.unanswered.set(message.id, bytes)
      this.unansweredBytes += bytes
      this.events.asked()
      this.regulate()
    } else if (message.method === 'notifications/cancelled') {
      const id = message.params?.requestId
      if (typeof id === 'string' || typeof id === 'number') this.settle(id)
    }
  }

  private settle(id: string | number): void {
    const bytes = this.unanswered.get(id)
    if (bytes === undefined) return
    this.unanswered.delete(id)
    this.unansweredBytes -= bytes
    this.events.answered()
    this.regulate()
  }

  /** Sends a text. Waits until it is on its way where much is waiting. */
  private async write(text: string): Promise<void> {
    const written = new Promise<void>((resolve) => {
      this.socket.send(text, () => {
        this.regulate()
        resolve()
      })
    })
    if (this.socket.bufferedAmount > this.limits.unreadBytes) return this.cut(closing.policy, 'the client does not read what is sent to it')
    this.regulate()
    if (this.socket.bufferedAmount > this.limits.waitingBytes) await written
  }

  private regulate(): void {
    const { unanswered, unansweredBytes, waitingBytes } = this.limits
    const full = this.unanswered.size >= unanswered || this.unansweredBytes >= unansweredBytes || this.socket.bufferedAmount > waitingBytes
    if (full && !this.closed) this.socket.pause()
    else this.socket.resume()
  }
}

export const usualWireLimits: WireLimits = {
  unreadBytes: limits.httpUnreadBytes,
  waitingBytes: limits.wsWaitingBytes,
  unanswered: limits.wsUnanswered,
  unansweredBytes: limits.wsUnansweredBytes,
  closeMs: limits.wsCloseMs,
}
