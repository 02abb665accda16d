import { join } from 'node:path'
import type { JsonObject } from '../../model/entry.ts'
import type { RunnerParts } from './runner-parts.ts'
import { DropBox } from '../actions/triggers/drop-box.ts'
import { Intake } from '../actions/triggers/intake.ts'
import type { Signers } from '../actions/triggers/signed.ts'
import { StateFile } from '../actions/triggers/state-file.ts'
import { Watching } from '../actions/triggers/watching.ts'
import { bearer } from '../transports/carrier.ts'
import { Messenger } from '../actions/elsewhere/messenger.ts'
import { Runner, runnerClient } from '../actions/runner.ts'
import { rulesFor } from '../actions/intake/asking.ts'
import { typeNamed } from '../actions/types/index.ts'
import type { Redaction } from '../base/redaction.ts'
import type { Settings } from '../base/settings.ts'
import { claimOf, liveIn } from '../handoff/claims.ts'
import type { Lease } from '../lease/lease.ts'
import { Policy } from '../policy/policy.ts'
import type { Audit } from '../records/audit.ts'
import type { BridgeLog } from '../records/log.ts'
import type { Store } from '../store/store.ts'

/** The parts of a bridge that its runner uses. */
export interface RunnerPlace {
  readonly settings: Settings
  readonly policy: Policy
  readonly redaction: Redaction
  readonly audit: Audit
  readonly log: BridgeLog
  followManifest(): Promise<void>
}

/** What the holder of the lease does besides looking after the store, until `stop`. */
export interface Holding {
  stop(): Promise<void>
}

/** Begins to carry actions out, and to take triggers up, in this process, which holds the lease. */
export function startRunner(
  place: RunnerPlace,
  { store, lease }: { readonly store: Store; readonly lease: Lease },
  parts: RunnerParts,
  lost: AbortSignal,
): Holding {
  const { settings, redaction, audit, log } = place
  const by = claimOf(settings, runnerClient, `runner ${settings.random(8)}`)
  const runner = new Runner(
    {
      ...{ store, lease, audit, log, typeNamed, by },
      isLive: liveIn(settings),
      now: () => settings.now(),
      closed: () => closedNow(place),
      async meansFor(action) {
        const rules = rulesFor(action, settings)
        return { settings: rules, policy: new Policy(rules), openLink: parts.openLink }
      },
      async redact(result) {
        await redaction.ready()
        return redaction.deep(result) as JsonObject
      },
    },
    lost,
  )
  const messenger = new Messenger(
    {
      ...{ store, lease, audit, log, isLive: liveIn(settings) },
      place: { ...place, store: async () => store },
      closed: () => closedNow(place),
    },
    lost,
  )
  const { signers } = parts
  const watching = signers === undefined ? null : watchTriggers(place, { store, lease, signers: () => signers() }, parts)
  // Once another process holds the lease, that one writes session_state.json.
  lost.addEventListener('abort', () => void watching?.stop('lost'), { once: true })
  return {
    async stop() {
      await Promise.all([runner.stop(), messenger.stop(), watching?.stop('ended')])
    },
  }
}

/** Why no action is begun or taken up now; null: nothing stands against it. */
async function closedNow({ settings, followManifest }: RunnerPlace): Promise<string | null> {
  await followManifest()
  return settings.unreadable ?? null
}

/** Takes triggers up and mirrors the queue. */
function watchTriggers(
  place: RunnerPlace,
  { store, lease, signers }: { readonly store: Store; readonly lease: Lease; signers(): Promise<Signers> },
  { port = () => null }: RunnerParts,
): Watching {
  const { settings, redaction, audit, log } = place
  const { folder, platform, pid } = settings
  const now = () => settings.now()
  const asked = { ...place, store: async () => store }
  const closed = () => closedNow(place)
  const intake = new Intake({ ...{ store, lease, audit, log, signers, now, closed }, place: asked, clientOf: bearer })
  const triggers = join(folder, 'triggers')
  return new Watching({
    box: new DropBox(triggers, platform, intake, now),
    state: new StateFile({
      ...{ folder, platform, store, intake, now, isLive: liveIn(settings) },
      info: { pid, startedAt: now(), port },
      redact: (text) => redaction.text(text),
    }),
    folders: { bridge: folder, triggers },
    onAction: (changed) =>
      store.onChange((changes) => {
        if (changes.some(({ kind }) => kind === 'action')) changed()
      }),
    report: (trouble) => log.write('bridge', 'warning', `triggers: ${trouble}`),
    now,
  })
}
