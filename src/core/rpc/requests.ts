import type { JsonObject, JsonValue } from '../../model/entry.ts'
import { isObject } from '../object.ts'
import { errorAnswer, type Id, isId, NO_METHOD } from './message.ts'

/** What the other end answered to a request: a result, or an error in its words. */
export type RpcAnswer = { readonly result: JsonObject } | { readonly error: { readonly code: number; readonly message: string } }

/** Whom the outcome of a request is told, at once: what comes after the answer on the connection is read after it. */
export interface Asker {
  answered(answer: RpcAnswer): void
  /** Called with what `fail` was called with. */
  failed(error: Error): void
}

/**
 * The requests that this program sends over a connection, matched with their answers. `name` begins their ids where another
 * program sends requests over the same connection.
 */
export class Requests {
  private readonly write: (message: JsonObject) => void
  private readonly name: string | null
  private readonly open = new Map<Id, Asker>()
  private last = 0

  constructor(write: (message: JsonObject) => void, name: string | null = null) {
    this.write = write
    this.name = name
  }

  /** Sends a request and returns its id. `params` may be made of the id, as those with a progress token. */
  send(method: string, params: JsonValue | ((id: Id) => JsonObject), asker: Asker): Id {
    this.last++
    const id = this.name === null ? this.last : `${this.name}:${this.last}`
    this.open.set(id, asker)
    this.write({ jsonrpc: '2.0', id, method, params: typeof params === 'function' ? params(id) : params })
    return id
  }

  /** Sends a request and waits for its answer. Rejects with what `fail` was called with. */
  ask(method: string, params: JsonValue): Promise<RpcAnswer> {
    return new Promise((answered, failed) => this.send(method, params, { answered, failed }))
  }

  /** Takes a message of the other end. True when it is the answer to an open request. */
  take({ id, method, result, error }: JsonObject): boolean {
    const open = method === undefined && isId(id) ? this.open.get(id) : undefined
    if (open === undefined || !isId(id)) return false
    this.open.delete(id)
    if (isObject(error)) open.answered({ error: { code: Number(error.code), message: wordsOf(error.message) } })
    else open.answered({ result: isObject(result) ? result : {} })
    return true
  }

  /** Waits no longer for an answer; one that comes late is passed over. */
  forget(id: Id): void {
    this.open.delete(id)
  }

  /** Ends every open request: no answer can come any more. */
  fail(error: Error): void {
    const askers = [...this.open.values()]
    this.open.clear()
    for (const asker of askers) asker.failed(error)
  }
}

/** What a request of a server is answered, since this program offers nothing. */
export const NOT_OFFERED = 'not offered'

/** The answer to a request of a server, to whom this program offers nothing but a sign of life; null for a notification. */
export function ownReply({ id, method }: JsonObject): JsonObject | null {
  if (!isId(id)) return null
  return method === 'ping' ? { jsonrpc: '2.0', id, result: {} } : errorAnswer(id, NOT_OFFERED, NO_METHOD)
}

/** What should be a text as one: a server may send anything, and `String` throws for an object whose `toString` is no function. */
const wordsOf = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))
