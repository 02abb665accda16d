import type { JsonObject } from '../../model/entry.ts'
import { isObject } from '../../core/object.ts'
import { errorAnswer, type Id, isId, isModern, keyOf } from '../../core/rpc/message.ts'
import { discovered, initialized, LISTS, nothingListed, otherVersion, type ServerName } from './own-answers.ts'
import { Subscriptions } from './subscriptions.ts'

/** How long a request waits for the server. Clients give a request a minute, and Claude Code its connection 30 s. */
export const HOLD_MS = 20_000

/** The client's first request, and the protocol era that it uses. */
export interface ClientOpening {
  readonly era: 'legacy' | 'modern'
  readonly message: JsonObject
}

/** What is passed to the server once it has started. */
export interface LeftForServer {
  readonly opening: ClientOpening | null
  /** The client has sent `notifications/initialized`. */
  readonly greeted: boolean
  /** Unanswered requests, in order. */
  readonly held: readonly JsonObject[]
  readonly subscriptions: Subscriptions
  /** Change notifications of lists that were answered as empty. */
  readonly changed: Set<string>
}

/**
 * Answers a client while its server is being installed. The handshake of either era is answered at once, since clients wait
 * only seconds for it. Requests to the server are held; after `HOLD_MS` a list is answered as empty, and a notification
 * corrects that once the server has started.
 */
export class WaitingRoom {
  private readonly server: ServerName
  private readonly write: (message: JsonObject) => void
  private readonly holdMs: number
  /** Null until the client's era is known. */
  opening: ClientOpening | null = null
  private readonly held = new Map<string, { readonly message: JsonObject; readonly timer: NodeJS.Timeout }>()
  private readonly subscriptions = new Subscriptions()
  private readonly changed = new Set<string>()
  private greeted = false
  private failure: { readonly words: string; readonly told: () => void } | null = null

  constructor(server: ServerName, write: (message: JsonObject) => void, holdMs = HOLD_MS) {
    this.server = server
    this.write = write
    this.holdMs = holdMs
  }

  /** Takes a message of the client. */
  take(message: JsonObject): void {
    const { id, method } = message
    if (typeof method !== 'string') return
    if (isId(id)) this.request(message, id, method)
    else this.notification(message, method)
  }

  /** Called when the server has started: returns everything that waits for it. */
  leave(): LeftForServer {
    const held = [...this.held.values()]
    for (const { timer } of held) clearTimeout(timer)
    this.held.clear()
    const { opening, greeted, subscriptions } = this
    return { opening, greeted, subscriptions, held: held.map(({ message }) => message), changed: this.changed }
  }

  /**
   * Called when the server cannot be started. `told` is called once the client knows: after the refusal of its present or next
   * request, or at once if it was given an empty list, which only the end of the connection can correct.
   */
  fail(words: string, told: () => void): void {
    this.failure = { words, told }
    const { held, changed } = this.leave()
    for (const { id } of held) if (isId(id)) this.write(errorAnswer(id, words))
    if (held.length > 0 || changed.size > 0) told()
  }

  private request(message: JsonObject, id: Id, method: string): void {
    const modern = isModern(message) && method !== 'initialize'
    const refused = modern ? otherVersion(id, message) : null
    if (refused !== null) this.write(refused)
    else {
      if (method === 'initialize') this.opening = { era: 'legacy', message }
      else if (modern) this.opening ??= { era: 'modern', message }
      const said = this.ownAnswer(message, id, modern ? `modern ${method}` : method)
      if (said !== null) this.write(said)
      else if (this.failure === null) this.hold(message, id, method)
      else {
        this.write(errorAnswer(id, this.failure.words))
        this.failure.told()
      }
    }
  }

  /** Returns the answer to a request that needs no server, or null. */
  private ownAnswer(message: JsonObject, id: Id, what: string): JsonObject | null {
    switch (what) {
      case 'initialize':
        return initialized(id, message, this.server)
      case 'modern server/discover':
        return discovered(id, this.server)
      case 'modern subscriptions/listen':
        return this.subscriptions.begin(message, id)
      case 'ping':
        return { jsonrpc: '2.0', id, result: {} }
      default:
        return null
    }
  }

  private hold(message: JsonObject, id: Id, method: string): void {
    const giveUp = (): void => {
      this.held.delete(keyOf(id))
      const list = LISTS.get(method)
      if (list !== undefined) this.changed.add(list.change)
      const words = `${this.server.name} is still being installed; try again in a moment`
      this.write(list === undefined ? errorAnswer(id, words) : nothingListed(id, list, isModern(message)))
    }
    this.held.set(keyOf(id), { message, timer: setTimeout(giveUp, this.holdMs) })
  }

  private notification({ params }: JsonObject, method: string): void {
    if (method === 'notifications/initialized') this.greeted = true
    const cancelled = method === 'notifications/cancelled' && isObject(params) ? params.requestId : undefined
    if (!isId(cancelled)) return
    const key = keyOf(cancelled)
    clearTimeout(this.held.get(key)?.timer)
    this.held.delete(key)
    this.subscriptions.end(cancelled)
  }
}
