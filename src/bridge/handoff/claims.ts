import { limits } from '../base/limits.ts'
import { lives, startOf } from '../base/proc.ts'
import type { Settings } from '../base/settings.ts'
import type { Row } from '../store/database.ts'

/** The session that works on a handoff, by its process: the claim ends when that does. */
export interface Claim {
  readonly client: string
  readonly session: string
  readonly pid: number
  /** When the process started, in the units of /proc; '' where that is not known. `@` and a name: it runs on that machine. */
  readonly start: string
}

export interface StoredClaim extends Claim {
  /** Ms since the epoch. */
  readonly at: number
}

/** The columns of a handoff, or an action, that hold its claim. */
export interface ClaimRow extends Row {
  claim_client: string | null
  claim_session: string | null
  claim_pid: number | null
  claim_start: string | null
  claim_at: number | null
}

export const claimColumns = 'claim_client, claim_session, claim_pid, claim_start, claim_at'

/** SQL that stores a claim in a row, from its `claimValues`. */
export const setClaim = 'claim_client = ?, claim_session = ?, claim_pid = ?, claim_start = ?, claim_at = ?'

export const claimValues = ({ client, session, pid, start }: Claim, at: number) => [client, session, pid, start, at]

/** SQL that removes the claim from a row. */
export const noClaim = 'claim_client = NULL, claim_session = NULL, claim_pid = NULL, claim_start = NULL, claim_at = NULL'

/** Whether the process of a claim still lives. */
export type IsLive = (claim: Claim) => boolean

/** The claim that a row holds, whether it still counts or not; null: none. */
export const claimIn = ({ claim_client, claim_session, claim_pid, claim_start, claim_at }: ClaimRow): StoredClaim | null =>
  claim_at === null
    ? null
    : { client: claim_client ?? '', session: claim_session ?? '', pid: claim_pid ?? 0, start: claim_start ?? '', at: claim_at }

/** What stands for the start of a process on another machine, which says there when the claim ends. */
export const onMachine = (machine: string): string => `@${machine}`

/** The machine of a claim's process, where it is another one; null: this one. */
export const machineOf = (start: string): string | null => (start.startsWith('@') ? start.slice(1) : null)

/** Whether a claim is that of a session here. */
export const isOwn = ({ session, start }: StoredClaim, by: Claim): boolean => session === by.session && machineOf(start) === null

/** Who works on it, and on which machine where that is another one. */
export const claimerOf = ({ client, start }: StoredClaim): string => {
  const machine = machineOf(start)
  return `${client}${machine === null ? '' : ` on ${machine}`}`
}

/** True while a claim keeps others from the handoff: it is not too old, and its process lives. */
export const isHeld = (claim: StoredClaim, isLive: IsLive, now: number): boolean =>
  now - claim.at < limits.claimMs && (machineOf(claim.start) !== null || isLive(claim))

/** The claim of a session of this bridge: it ends with this process. */
export const claimOf = (settings: Settings, client: string, session: string): Claim => ({
  ...{ client, session, pid: settings.pid, start: startOf(settings.pid) },
})

/** Whether the process of a claim lives. All bridges run on one side. */
export const liveIn =
  (settings: Pick<Settings, 'isAlive'>): IsLive =>
  (claim) =>
    lives(claim, (pid) => settings.isAlive(pid))
