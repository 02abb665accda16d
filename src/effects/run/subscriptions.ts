import type { JsonObject } from '../../model/entry.ts'
import { isObject } from '../../core/object.ts'
import { type Id, keyOf } from '../../core/rpc/message.ts'
import { LISTS } from './own-answers.ts'

const SUBSCRIPTION_KEY = 'io.modelcontextprotocol/subscriptionId'
const metaOf = ({ params }: JsonObject): JsonObject => (isObject(params) && isObject(params._meta) ? params._meta : {})

/** A notification as a message of one subscription. */
function ofSubscription(id: Id, message: JsonObject): JsonObject {
  const params = isObject(message.params) ? message.params : {}
  return { ...message, params: { ...params, _meta: { ...metaOf(message), [SUBSCRIPTION_KEY]: id } } }
}

/** True for the words by which a server begins a subscription; the id in them is the request's. */
export const isAcknowledgement = (message: JsonObject): boolean => message.method === 'notifications/subscriptions/acknowledged'

/**
 * The subscriptions of a client of 2026-07-28 (`subscriptions/listen`) to changes of lists. Those to resources are not
 * honoured, which the acknowledgement says by leaving them out.
 */
export class Subscriptions {
  private readonly open = new Map<string, { readonly id: Id; readonly request: JsonObject; readonly filter: JsonObject }>()

  /** The requests, as the client sent them. */
  get requests(): JsonObject[] {
    return [...this.open.values()].map(({ request }) => request)
  }

  /** Takes a request, and answers the acknowledgement. */
  begin(request: JsonObject, id: Id): JsonObject {
    const { params } = request
    const asked = isObject(params) && isObject(params.notifications) ? params.notifications : {}
    const filter: JsonObject = {}
    for (const { wanted } of LISTS.values()) if (asked[wanted] === true) filter[wanted] = true
    this.open.set(keyOf(id), { id, request, filter })
    return ofSubscription(id, { jsonrpc: '2.0', method: 'notifications/subscriptions/acknowledged', params: { notifications: filter } })
  }

  /** False: there was no such subscription. */
  end(id: Id): boolean {
    return this.open.delete(keyOf(id))
  }

  /** A notification of a changed list, once for each subscription to it. Null: it tells of something else. */
  tell(message: JsonObject): JsonObject[] | null {
    const wanted = [...LISTS.values()].find(({ change }) => change === message.method)?.wanted
    if (wanted === undefined) return null
    return [...this.open.values()].flatMap(({ id, filter }) => (filter[wanted] === true ? [ofSubscription(id, message)] : []))
  }
}
