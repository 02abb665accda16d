import type { JsonObject } from '../../model/entry.ts'
import { isObject } from '../../core/object.ts'
import { errorAnswer, type Id, isId, keyOf, NO_METHOD } from '../../core/rpc/message.ts'
import { discovered, inModernForm, type ServerName, withoutEnvelope } from './own-answers.ts'
import type { Subscriptions } from './subscriptions.ts'

const UNASKED = 'this client cannot be asked'

export interface EraEnds {
  toClient(message: JsonObject): void
  toServer(message: JsonObject): void
  readonly server: ServerName
  readonly subscriptions: Subscriptions
  /** The server's result of `initialize`. */
  readonly capabilities: JsonObject
}

/**
 * A client of 2026-07-28 in front of a server that knows only the revisions before it: the client was answered before
 * anybody could know. The two differ in what surrounds a request, and in how changes are told. A server of the old era asks
 * its client by requests, which the new one has no way for, so our handshake tells the server that the client answers none.
 */
export class ModernOverLegacy {
  private readonly ends: EraEnds
  private readonly asked = new Map<string, string>()

  constructor(ends: EraEnds) {
    this.ends = ends
  }

  fromClient(message: JsonObject): void {
    const { id, method, params } = message
    if (typeof method === 'string' && isId(id)) this.request(message, id, method)
    const cancelled = method === 'notifications/cancelled' && isObject(params) ? params.requestId : undefined
    if (isId(cancelled) && !this.ends.subscriptions.end(cancelled)) this.ends.toServer(withoutEnvelope(message))
  }

  fromServer(message: JsonObject): void {
    const { id, method } = message
    if (typeof method !== 'string') this.answered(message)
    else if (isId(id)) this.ends.toServer(method === 'ping' ? { jsonrpc: '2.0', id, result: {} } : errorAnswer(id, UNASKED, NO_METHOD))
    else for (const each of this.ends.subscriptions.tell(message) ?? [message]) this.ends.toClient(each)
  }

  private request(message: JsonObject, id: Id, method: string): void {
    const { server, capabilities, subscriptions, toClient, toServer } = this.ends
    if (method === 'server/discover') toClient(discovered(id, server, capabilities))
    else if (method === 'subscriptions/listen') toClient(subscriptions.begin(message, id))
    else {
      this.asked.set(keyOf(id), method)
      toServer(withoutEnvelope(message))
    }
  }

  private answered(message: JsonObject): void {
    const { id, result } = message
    const method = isId(id) ? this.asked.get(keyOf(id)) : undefined
    if (!isId(id) || method === undefined) return
    this.asked.delete(keyOf(id))
    this.ends.toClient(isObject(result) ? { ...message, result: inModernForm(result, method) } : message)
  }
}
