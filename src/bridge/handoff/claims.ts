import { statOf } from '../base/proc.ts'
import type { Settings } from '../base/settings.ts'
import type { Claim, IsLive } from './handoff.ts'

/** The field of `/proc/<pid>/stat` that holds when a process started (proc(5)), from the state on. */
const startField = 19

const startOf = (pid: number): string => statOf(pid)?.fields[startField] ?? ''

/** The claim of a session of this bridge: it ends with this process. */
export const claimOf = (settings: Settings, client: string, session: string): Claim => ({
  ...{ client, session, pid: settings.pid, start: startOf(settings.pid) },
})

/** Whether the process of a claim lives, and is not another that was given its number. All bridges run on one side. */
export const liveIn =
  (settings: Settings): IsLive =>
  ({ pid, start }) =>
    settings.isAlive(pid) && (start === '' || start === startOf(pid))
