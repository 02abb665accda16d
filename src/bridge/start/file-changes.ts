import { join, relative, sep } from 'node:path'
import type { Call } from '../base/call.ts'
import { Refusal } from '../base/refusal.ts'
import type { Settings } from '../base/settings.ts'
import type { Policy } from '../policy/policy.ts'
import { within } from '../policy/region.ts'
import type { BridgeLog } from '../records/log.ts'
import type { Store } from '../store/store.ts'

interface Means {
  readonly settings: Pick<Settings, 'folder'>
  readonly policy: Policy
  readonly log: BridgeLog
  store(): Promise<Store>
}

/**
 * Notes in the store which files of the workspace were changed through this bridge, so that the subscriptions and waiters of
 * every bridge learn of it. No call waits for that, and none fails by it.
 */
export class FileChanges {
  private readonly means: Means
  private last: Promise<void> = Promise.resolve()

  constructor(means: Means) {
    this.means = means
  }

  note(paths: readonly string[], author: Pick<Call, 'client' | 'session'>): void {
    this.last = this.last.then(() => this.record(paths, author))
  }

  /** Settles when everything is noted. */
  settled(): Promise<void> {
    return this.last
  }

  private async record(paths: readonly string[], { client, session }: Pick<Call, 'client' | 'session'>): Promise<void> {
    const { policy, settings, log, store } = this.means
    try {
      const [{ real: workspace }, fold] = [await policy.admit(join(settings.folder, 'workspace'), 'read'), await policy.fold()]
      const found = await Promise.all(paths.map(async (path) => (await policy.admit(path, 'read')).real))
      const names = found.filter((real) => real !== workspace && within(real, workspace, fold)).map((real) => relative(workspace, real))
      if (names.length === 0) return
      await (await store()).write({ client, session }, (transaction) => {
        for (const name of names) transaction.changed('file', name.split(sep).join('/'))
      })
    } catch (error) {
      // The file is changed all the same. Without a store there is nobody to notify.
      const why = error instanceof Refusal ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)
      log.write('bridge', 'warning', `a change of a file could not be recorded: ${why}`)
    }
  }
}
