import { limits } from '../base/limits.ts'
import type { Settings } from '../base/settings.ts'
import { claimOf } from '../handoff/claims.ts'
import type { Storage } from './storage.ts'

/** Records in the store which programs are connected to this bridge: once a minute at most, and nothing while they call nothing. */
export class Presence {
  private readonly settings: Settings
  private readonly storage: Storage
  private readonly noted = new Map<string, number>()
  private readonly writing = new Set<Promise<void>>()

  constructor(settings: Settings, storage: Storage) {
    this.settings = settings
    this.storage = storage
  }

  /** Records a program, if the store is open: no call waits for it. `isKept`: its connection ends with this process. */
  note(client: string, session: string, isKept: boolean): void {
    const { settings, noted, writing } = this
    const now = settings.now()
    if (settings.isBrief === true || !this.storage.isOpen || now - (noted.get(session) ?? 0) < limits.programNotedMs) return
    noted.set(session, now)
    const work = this.write(client, session, isKept)
      // A store that is busy or broken is reported by the calls that need it; the next call records this again.
      .catch(() => void noted.delete(session))
      .finally(() => writing.delete(work))
    writing.add(work)
  }

  /** Settles when nothing is being recorded. */
  async settled(): Promise<void> {
    await Promise.all(this.writing)
  }

  private async write(client: string, session: string, isKept: boolean): Promise<void> {
    const { settings, storage } = this
    const { seen } = await import('../handoff/programs.ts')
    const [store, namespace] = [await storage.store(), await storage.namespace()]
    const project = settings.variables.CLAUDE_PROJECT_DIR || null
    const by = claimOf(settings, client, session)
    await store.write({ client, session }, (transaction) => seen(transaction, { by, isKept, project, namespace }))
  }
}
