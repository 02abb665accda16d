import { hasEnded } from '../../core/process-stat.ts'
import { statOf } from '../base/proc.ts'
import type { Settings } from '../base/settings.ts'
import type { Claim, IsLive } from './handoff.ts'

const startOf = (pid: number): string => statOf(pid)?.start ?? ''

/** The claim of a session of this bridge: it ends with this process. */
export const claimOf = (settings: Settings, client: string, session: string): Claim => ({
  ...{ client, session, pid: settings.pid, start: startOf(settings.pid) },
})

/** Whether the process of a claim lives, and is not another that was given its number. All bridges run on one side. */
export const liveIn =
  (settings: Pick<Settings, 'isAlive'>): IsLive =>
  ({ pid, start }) => {
    const stat = statOf(pid)
    return stat === null ? settings.isAlive(pid) && start === '' : !hasEnded(stat, start)
  }
