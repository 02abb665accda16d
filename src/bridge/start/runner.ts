import type { JsonObject } from '../../model/entry.ts'
import type { RunnerParts } from '../actions/parts.ts'
import { Runner, runnerClient } from '../actions/runner.ts'
import { rulesFor } from '../actions/intake/asking.ts'
import { typeNamed } from '../actions/types/index.ts'
import type { Redaction } from '../base/redaction.ts'
import type { Settings } from '../base/settings.ts'
import { claimOf, liveIn } from '../handoff/claims.ts'
import type { Lease } from '../lease/lease.ts'
import { Policy } from '../policy/policy.ts'
import type { Audit } from '../records/audit.ts'
import type { Log } from '../records/log.ts'
import type { Store } from '../store/store.ts'

/** The parts of a bridge that its runner uses. */
export interface RunnerPlace {
  readonly settings: Settings
  readonly redaction: Redaction
  readonly audit: Audit
  readonly log: Log
}

/** What the holder of the lease does besides looking after the store, until `stop`. */
export interface Holding {
  stop(): Promise<void>
}

/** Begins to carry actions out in this process, which holds the lease. */
export function startRunner(
  { settings, redaction, audit, log }: RunnerPlace,
  { store, lease }: { readonly store: Store; readonly lease: Lease },
  parts: RunnerParts,
  lost: AbortSignal,
): Holding {
  return new Runner(
    {
      ...{ store, lease, audit, log, typeNamed },
      by: claimOf(settings, runnerClient, `runner ${settings.random(8)}`),
      isLive: liveIn(settings),
      now: () => settings.now(),
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
}
