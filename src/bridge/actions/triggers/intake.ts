import { InputTrouble } from '../../base/input.ts'
import { limits } from '../../base/limits.ts'
import { denied, Refusal } from '../../base/refusal.ts'
import type { Lease } from '../../lease/lease.ts'
import type { Audit } from '../../records/audit.ts'
import type { BridgeLog } from '../../records/log.ts'
import type { Store } from '../../store/store.ts'
import { type QueueContext, prepare } from '../intake/asking.ts'
import { type Signers, type Trigger, Unfit } from './signed.ts'
import { type ReadyTrigger, takeAll } from './take.ts'

export interface IntakeOptions {
  readonly store: Store
  readonly lease: Lease
  readonly place: QueueContext
  readonly audit: Pick<Audit, 'ready' | 'trouble' | 'write'>
  readonly log: Pick<BridgeLog, 'write'>
  /** Sessions that may sign now. Rejects where that cannot be known. */
  signers(): Promise<Signers>
  /** Why none is taken up now, in sentences; null: nothing stands against it. */
  closed(): Promise<string | null>
  /** The client name of the bearer of a session. */
  clientOf(session: string): string
  now(): number
}

/** A signed object that was found in a file. */
export interface Offer {
  /** Its name in the audit. */
  readonly name: string
  /** Identifies the file: reading the same file twice is no replay. */
  readonly source: string
  /** Throws `Unfit`. */
  check(signers: Signers, now: number): Trigger
  /** Called when it is queued: removes the file that held it. */
  taken(): Promise<void>
  refused(reason: string): Promise<void>
}

/** Queues what sessions asked for by signed objects, as if their clients had called queue_action. Runs in the holder of the lease only. */
export class Intake {
  private readonly options: IntakeOptions

  constructor(options: IntakeOptions) {
    this.options = options
  }

  /** Queues or refuses all offers, in this order. Throws, and leaves the rest where it is, where the audit cannot be written, or the store or the manifest not be read. */
  async take(offers: readonly Offer[]): Promise<void> {
    for (let at = 0; at < offers.length; at += limits.triggersAtOnce) await this.takeSome(offers.slice(at, at + limits.triggersAtOnce))
  }

  private async takeSome(offers: readonly Offer[]): Promise<void> {
    const { audit, signers, now, store, closed } = this.options
    const why = await closed()
    if (why !== null) throw new Error(`no trigger is taken up. ${why}`)
    if (!audit.ready()) throw new Error(`no trigger is taken up, since it could not be recorded (${audit.trouble})`)
    const known = await signers()
    // Whom a trigger names is looked up in the store: where that cannot be read, no trigger is to blame.
    await store.cursor()
    const ready: (ReadyTrigger & { readonly offer: Offer })[] = []
    for (const offer of offers) {
      try {
        const trigger = offer.check(known, now())
        ready.push({ offer, trigger, action: await this.prepare(trigger), source: offer.source })
      } catch (error) {
        await this.refuse(offer, reasonOf(error))
      }
    }
    for (const group of bySession(ready)) await this.queue(group)
  }

  private async prepare({ session, type, params, to, id }: Trigger) {
    const { place, clientOf } = this.options
    if (place.settings.readOnly) throw denied('this bridge is read-only; a person can change bridge.readOnly in the manifest')
    return prepare(place, { client: clientOf(session), type, params, to, id })
  }

  private async queue(group: readonly (ReadyTrigger & { readonly offer: Offer })[]): Promise<void> {
    const { store, lease, audit, clientOf } = this.options
    const client = clientOf(group[0]?.trigger.session ?? '')
    const taken = await lease.write(store, { client, session: 'trigger' }, (transaction) => takeAll(transaction, group))
    const gone: Promise<void>[] = []
    for (const [at, { reason, again }] of taken.entries()) {
      const each = group[at]
      if (each === undefined) continue
      if (reason !== null) await this.refuse(each.offer, reason)
      else {
        if (!again)
          audit.write({ event: 'action', client, tool: each.action.type, subject: each.action.id, outcome: 'queued by a trigger' })
        gone.push(each.offer.taken())
      }
    }
    await Promise.all(gone)
  }

  private async refuse(offer: Offer, reason: string): Promise<void> {
    const { audit, log } = this.options
    audit.write({ event: 'denied', client: '', tool: 'trigger', subject: offer.name, outcome: reason })
    log.write('bridge', 'warning', `trigger ${offer.name} was refused: ${reason}`)
    await offer.refused(reason)
  }
}

/** Neighbours of one session, in the order in which all came. */
function bySession<T extends ReadyTrigger>(ready: readonly T[]): T[][] {
  const groups: T[][] = []
  for (const each of ready) {
    const last = groups.at(-1)
    if (last?.[0]?.trigger.session === each.trigger.session) last.push(each)
    else groups.push([each])
  }
  return groups
}

function reasonOf(error: unknown): string {
  if (error instanceof Unfit || error instanceof Refusal || error instanceof InputTrouble) return error.message
  // A trigger that runs into a fault of the bridge must not keep others from being taken up.
  if (error instanceof TypeError || error instanceof RangeError) return `a fault of the bridge: ${error.message}`
  throw error
}
