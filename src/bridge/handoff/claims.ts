import { lives, startOf } from '../base/proc.ts'
import type { Settings } from '../base/settings.ts'
import type { Claim, IsLive } from './handoff.ts'

/** The claim of a session of this bridge: it ends with this process. */
export const claimOf = (settings: Settings, client: string, session: string): Claim => ({
  ...{ client, session, pid: settings.pid, start: startOf(settings.pid) },
})

/** Whether the process of a claim lives. All bridges run on one side. */
export const liveIn =
  (settings: Pick<Settings, 'isAlive'>): IsLive =>
  (claim) =>
    lives(claim, (pid) => settings.isAlive(pid))
