import type { JsonObject } from '../../../model/entry.ts'
import { limits } from '../../base/limits.ts'
import { refuseVendorKeys } from '../../base/no-keys.ts'
import type { Redaction } from '../../base/redaction.ts'
import { denied, failed } from '../../base/refusal.ts'
import type { Settings } from '../../base/settings.ts'
import { hereOf, partsOf } from '../../handoff/addressed.ts'
import type { KnownRecipients } from '../../handoff/recipient.ts'
import type { Policy } from '../../policy/policy.ts'
import type { Store } from '../../store/store.ts'
import type { Action } from '../action.ts'
import type { ActionStatus } from '../../../model/bridge-words.ts'
import { newActionId, type NewAction, queue } from '../queue.ts'
import type { ActionType } from '../type.ts'
import { typeNamed, types } from '../types/index.ts'

/** The parts of a bridge that checking and queueing an action needs. */
export interface QueueContext {
  readonly settings: Settings
  readonly policy: Policy
  readonly redaction: Redaction
  store(): Promise<Store>
}

export interface Request {
  readonly client: string
  readonly session: string
  readonly type: string
  readonly params: unknown
  /** A client id; `any`, or nothing: every client but the one that asks. */
  readonly to?: string | undefined
  /** Chosen by the client; absent: a new one is made. */
  readonly id?: string | undefined
}

/** The type of an action whose words hold no key. Throws a Refusal. */
async function typeOf({ redaction }: QueueContext, type: string, params: unknown): Promise<ActionType> {
  const ofType = typeNamed(type)
  if (ofType === null)
    throw failed(`There is no action ${JSON.stringify(type.slice(0, 100))}; there are ${types.map(({ name }) => name).join(', ')}.`)
  if (Buffer.byteLength(JSON.stringify(params)) > 2 * limits.actionText)
    throw failed(`The params of an action have at most ${2 * limits.actionText} bytes as JSON; write the text to a file and name it.`)
  refuseVendorKeys(params, 'params')
  await redaction.ready()
  if (redaction.keyIn(params))
    throw denied(`Nothing was queued: the params of ${type} hold a stored key; name the key as \${secret:NAME} instead of quoting it.`)
  return ofType
}

const knownTo = async ({ settings }: QueueContext, client: string): Promise<KnownRecipients> => ({
  here: [client, settings.client],
  takingPart: await settings.takingPart?.(),
  now: settings.now(),
})

/** Checks an action by its type and by the policy of this bridge. Throws InputTrouble or a Refusal. */
export async function prepare(place: QueueContext, { client, type, params, to, id: given }: Omit<Request, 'session'>): Promise<NewAction> {
  const { settings, policy, store } = place
  const ofType = await typeOf(place, type, params)
  const id = given ?? newActionId((bytes) => settings.random(bytes))
  const { recipientHere } = await import('../../handoff/recipient.ts')
  const receiver = await recipientHere(await store(), to, await knownTo(place, client), 'Nothing was queued: an action runs')
  const prepared = await ofType.prepare(params, { id, client, to: receiver, settings, policy })
  return { ...prepared, id, type, roots: settings.roots }
}

/** The recipient on another machine that `to` names; null: it is here. */
async function recipientElsewhere(place: QueueContext, client: string, to: string | undefined): Promise<string | null> {
  if (to?.includes('@') !== true) return null
  const store = await place.store()
  const here = await store.read(hereOf)
  if (here === null) return null
  const { recipient } = await import('../../handoff/recipient.ts')
  const found = await recipient(store, to, await knownTo(place, client))
  const { machine } = partsOf(found ?? 'any')
  return machine === null || machine === here ? null : found
}

/** Queues an action for a client of this bridge, or asks another machine for it. */
export async function queueFor(
  place: QueueContext,
  request: Request,
): Promise<{ readonly id: string; readonly to: string; readonly status: ActionStatus; readonly result: JsonObject | null }> {
  const store = await place.store()
  const { client, session, type, params, to } = request
  const there = await recipientElsewhere(place, client, to)
  if (there !== null) {
    const ofType = await typeOf(place, type, params)
    // Paths and programs are those of the other machine, which checks the rest.
    const checked = ofType.check(params)
    const id = request.id ?? newActionId((bytes) => place.settings.random(bytes))
    const { askElsewhere } = await import('./asking-elsewhere.ts')
    const result = await askElsewhere(store, { client, session }, { id, type, params: checked, to: there })
    return { id, to: there, status: 'pending', result }
  }
  const action = await prepare(place, request)
  const status = await store.write({ client, session }, (transaction) => queue(transaction, action))
  return { id: action.id, to: action.to ?? 'any', status, result: action.needs ?? null }
}

/**
 * The settings for carrying out an action: those of this bridge, with the roots of the bridge that queued it, unless nobody knows what
 * is closed now.
 */
export const rulesFor = ({ roots }: Action, settings: Settings): Settings =>
  settings.unreadable === undefined ? { ...settings, roots } : settings
