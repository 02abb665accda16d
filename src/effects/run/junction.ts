import type { JsonObject, JsonValue } from '../../model/entry.ts'
import { isObject } from '../../core/object.ts'
import { CLIENT_KEY, LEGACY_NEWEST } from '../../core/protocol.ts'
import { isId, isModern } from '../../core/rpc/message.ts'
import { Requests, type RpcAnswer } from '../../core/rpc/requests.ts'
import { ModernOverLegacy } from './modern-over-legacy.ts'
import { LISTS, nothingListed, type ServerName } from './own-answers.ts'
import { isAcknowledgement } from './subscriptions.ts'
import type { ClientOpening, WaitingRoom } from './waiting-room.ts'

/** A waiting client, and the server started for it. */
export interface JunctionEnds {
  readonly server: ServerName
  readonly room: WaitingRoom
  /** Sends one line. */
  toClient(text: string): void
  toServer(text: string): void
  /** Called with the reason when the server refuses the client. Nothing more is sent to it. */
  refused(words: string): void
}

/** Returns the message of a line; null for an array, and for anything else. */
function messageOf(text: string): JsonObject | null {
  try {
    const value: JsonValue = JSON.parse(text)
    return isObject(value) ? value : null
  } catch {
    return null
  }
}

/**
 * Connects a client that we have answered so far to its server: sends the client's own handshake, then the waiting requests,
 * and from then on passes every line on unchanged, except those that contradict our own answers.
 */
export class Junction {
  private readonly ends: JunctionEnds
  /** Our own requests to the server, beside the client's. */
  private readonly requests = new Requests((message) => this.toServer(message), 'mcp-twin')
  /** False: the waiting room still answers the client. */
  joined = false
  /** The server's capabilities; null: we have answered nothing for it. */
  private capabilities: JsonObject | null = null
  private translation: ModernOverLegacy | null = null
  /** The server has got `notifications/initialized` already, and the client may still send it. */
  private awaitsReady = false
  /** How many subscriptions we have acknowledged already. */
  private acknowledged = 0

  constructor(ends: JunctionEnds) {
    this.ends = ends
  }

  /** Called when the server runs. `modern`: its capabilities, if it supports 2026-07-28 like the client. */
  begin(modern: JsonObject | null): void {
    const { opening } = this.ends.room
    if (opening === null || modern !== null) this.join(modern, false)
    else {
      const refused = ({ message }: Error): void => this.ends.refused(message)
      this.requests.send('initialize', greetingOf(opening, this.ends.server), {
        answered: (answer) => this.greeted(answer),
        failed: refused,
      })
    }
  }

  /** Handles a line of the client, once both are connected. */
  fromClient(text: string): void {
    const message = messageOf(text)
    const { id, method } = message ?? {}
    const list = typeof method === 'string' ? LISTS.get(method) : undefined
    const lacks = list !== undefined && this.capabilities !== null && this.capabilities[list.capability] === undefined
    if (method === 'notifications/initialized' && this.awaitsReady) this.awaitsReady = false
    else if (message !== null && lacks && isId(id)) this.toClient(nothingListed(id, list, isModern(message)))
    else if (message !== null && this.translation !== null) this.translation.fromClient(message)
    else this.ends.toServer(text)
  }

  fromServer(text: string): void {
    const isPlain = this.joined && this.translation === null && this.acknowledged === 0
    const message = isPlain ? null : messageOf(text)
    if (message === null) this.ends.toClient(text)
    else if (!this.joined && this.requests.take(message)) return
    else if (this.translation !== null) this.translation.fromServer(message)
    else if (this.acknowledged > 0 && isAcknowledgement(message)) this.acknowledged--
    else this.ends.toClient(text)
  }

  private greeted(answer: RpcAnswer): void {
    if ('error' in answer) this.ends.refused(`it refused the handshake: ${answer.error.message}`)
    else {
      const { capabilities } = answer.result
      this.toServer({ jsonrpc: '2.0', method: 'notifications/initialized' })
      this.join(isObject(capabilities) ? capabilities : {}, this.ends.room.opening?.era === 'modern')
    }
  }

  /** Connects both. `translated`: the server uses the era before the client's. */
  private join(capabilities: JsonObject | null, translated: boolean): void {
    const { toClient, toServer } = this
    const { opening, greeted, held, subscriptions, changed } = this.ends.room.leave()
    this.joined = true
    this.capabilities = capabilities
    this.awaitsReady = opening?.era === 'legacy' && !greeted
    if (translated && capabilities !== null)
      this.translation = new ModernOverLegacy({ toClient, toServer, server: this.ends.server, capabilities, subscriptions })
    else {
      this.acknowledged = subscriptions.requests.length
      for (const request of subscriptions.requests) toServer(request)
    }
    for (const message of held) this.fromClient(JSON.stringify(message))
    for (const { capability, change } of LISTS.values()) {
      if (!changed.delete(change) || capabilities?.[capability] === undefined) continue
      const message: JsonObject = { jsonrpc: '2.0', method: change }
      for (const each of opening?.era === 'modern' ? (subscriptions.tell(message) ?? []) : [message]) toClient(each)
    }
  }

  private readonly toClient = (message: JsonObject): void => this.ends.toClient(JSON.stringify(message))
  private readonly toServer = (message: JsonObject): void => this.ends.toServer(JSON.stringify(message))
}

/** Returns the parameters of `initialize`: the client's own, or those that both eras have. */
function greetingOf({ era, message }: ClientOpening, self: ServerName): JsonValue {
  const { params = {} } = message
  if (era === 'legacy' || !isObject(params)) return params
  const meta = isObject(params._meta) ? params._meta : {}
  return { protocolVersion: LEGACY_NEWEST, capabilities: {}, clientInfo: meta[CLIENT_KEY] ?? self }
}
