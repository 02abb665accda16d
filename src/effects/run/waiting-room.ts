import type { JsonObject } from '../../model/entry.ts'
import { errorAnswer, type Id, isId, isModern, isObject, keyOf } from './message.ts'
import { discovered, initialized, LISTS, nothingListed, otherVersion, type ServerName } from './own-answers.ts'
import { Subscriptions } from './subscriptions.ts'

/** How long a request waits for the server. Clients give a request a minute, and Claude Code its connection 30 s. */
export const HOLD_MS = 20_000

/** How the client began: the era that it speaks, and its own words. */
export interface Opening {
  readonly era: 'legacy' | 'modern'
  readonly message: JsonObject
}

/** What the server is to be given once it is there. */
export interface Left {
  readonly opening: Opening | null
  /** The client has said that it is ready; with a handshake it says so once. */
  readonly greeted: boolean
  /** Requests without an answer, in their order. */
  readonly held: readonly JsonObject[]
  readonly subscriptions: Subscriptions
  /** Notifications of lists that were said to be empty. */
  readonly changed: Set<string>
}

/**
 * Where a client waits for a server that is still being installed. The handshake of either era is answered at once, since
 * clients wait for that for seconds only; what only the server can answer is held, and after a while a list is said to be
 * empty, which is corrected by a notification when the server is there.
 */
export class WaitingRoom {
  private readonly server: ServerName
  private readonly write: (message: JsonObject) => void
  private readonly holdMs: number
  /** Null as long as the client has said nothing that tells its era. */
  opening: Opening | null = null
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

  /** The server is here: everything that waits goes to it. */
  leave(): Left {
    const held = [...this.held.values()]
    for (const { timer } of held) clearTimeout(timer)
    this.held.clear()
    const { opening, greeted, subscriptions } = this
    return { opening, greeted, subscriptions, held: held.map(({ message }) => message), changed: this.changed }
  }

  /**
   * There will be no server. `told` is called when the client knows: by the refusal of what it has asked or asks next, or
   * because it was shown an empty list, and only the end can tell it that this will not change.
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

  /** What can be answered without the server; null: it must be asked. */
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
