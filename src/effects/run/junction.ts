import type { JsonObject, JsonValue } from '../../model/entry.ts'
import { isId, isModern, isObject } from './message.ts'
import { ModernOverLegacy } from './modern-over-legacy.ts'
import { CLIENT_KEY, LEGACY_NEWEST, LISTS, nothingListed, type ServerName } from './own-answers.ts'
import { isAcknowledgement } from './subscriptions.ts'
import type { Opening, WaitingRoom } from './waiting-room.ts'

/** A request of our own bears an id that no client gives. */
const GREETING = 'mcp-twin:initialize'

/** A client that waits, and the server that has been started for it. */
export interface JunctionEnds {
  readonly server: ServerName
  readonly room: WaitingRoom
  /** One line to either end. */
  toClient(text: string): void
  toServer(text: string): void
  /** The server does not take this client: why, in words. Nothing more is sent to it. */
  refused(words: string): void
}

/** The message that a line holds; null for several in an array, and for what is none. */
function messageOf(text: string): JsonObject | null {
  try {
    const value: JsonValue = JSON.parse(text)
    return isObject(value) ? value : null
  } catch {
    return null
  }
}

/**
 * Joins a client that was answered in the server's place to the server itself: greets it in the client's own words, gives
 * it what waits, and from then on passes every line on as it is. Only what would contradict our answers is kept back.
 */
export class Junction {
  private readonly ends: JunctionEnds
  /** False: the client is still answered by the room. */
  joined = false
  /** What the server can do; null: nothing was said in its place. */
  private capabilities: JsonObject | null = null
  private translation: ModernOverLegacy | null = null
  /** The client's `notifications/initialized` may still come, and the server has had one. */
  private awaitsReady = false
  /** Subscriptions that we have acknowledged already. */
  private acknowledged = 0

  constructor(ends: JunctionEnds) {
    this.ends = ends
  }

  /** The server runs. `modern`: its capabilities, where it speaks 2026-07-28 as the client does. */
  begin(modern: JsonObject | null): void {
    const { opening } = this.ends.room
    if (opening === null || modern !== null) this.join(modern, false)
    else this.toServer({ jsonrpc: '2.0', id: GREETING, method: 'initialize', params: greetingOf(opening, this.ends.server) })
  }

  /** A line of the client, once both are joined. */
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
    else if (!this.joined && message.id === GREETING) this.greeted(message)
    else if (this.translation !== null) this.translation.fromServer(message)
    else if (this.acknowledged > 0 && isAcknowledgement(message)) this.acknowledged--
    else this.ends.toClient(text)
  }

  private greeted({ result, error }: JsonObject): void {
    if (!isObject(result)) this.ends.refused(`it refused the handshake: ${isObject(error) ? String(error.message) : 'no result'}`)
    else {
      this.toServer({ jsonrpc: '2.0', method: 'notifications/initialized' })
      this.join(isObject(result.capabilities) ? result.capabilities : {}, this.ends.room.opening?.era === 'modern')
    }
  }

  /** The room is left: from here on the client's lines are for the server. `translated`: the server is of the era before the client's. */
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

/** What the server is told of the client: its own words, or as much of them as both eras know. */
function greetingOf({ era, message }: Opening, self: ServerName): JsonValue {
  const { params = {} } = message
  if (era === 'legacy' || !isObject(params)) return params
  const meta = isObject(params._meta) ? params._meta : {}
  return { protocolVersion: LEGACY_NEWEST, capabilities: {}, clientInfo: meta[CLIENT_KEY] ?? self }
}
