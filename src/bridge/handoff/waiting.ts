import { count } from '../../core/count.ts'
import { renameSync, writeFileSync } from 'node:fs'
import { isObject } from '../../core/object.ts'
import { limits } from '../base/limits.ts'
import { SmallFile } from '../base/small-file.ts'
import type { Database } from '../store/database.ts'
import { elsewhere, hereOf, partsOf, programOn } from './addressed.ts'
import { claimColumns, claimIn, type ClaimRow, type IsLive, isHeld, type StoredClaim } from './claims.ts'

/** `approval`: an action that a person has to approve. */
const kinds = ['handoff', 'question', 'answer', 'action', 'finished action', 'approval'] as const

/** Kinds of changes that can change what waits. */
export const waitingKinds: readonly string[] = [...kinds, 'shown', 'withdrawn']

/** Something that waits for a client until it is taken, answered or shown. */
export interface Waiting {
  readonly kind: (typeof kinds)[number]
  readonly id: string
  /** A client id, with its machine where that is another one; null: every client but the author; '': a person. */
  readonly to: string | null
  /** As `to`: a client of another machine is no client here. */
  readonly by: string
  /** The claim of a handoff or an action: it does not wait while the process that claimed it lives. */
  readonly claim?: StoredClaim
}

interface WaitingRow extends ClaimRow {
  kind: string
  id: string
  recipient: string | null
  client: string
  machine: string | null
  by_machine: string | null
}

/** Reads from the store everything that waits for anybody, all of it from indexes: after each commit no text is read. */
export function waitingIn(database: Database): readonly Waiting[] {
  const here = hereOf(database)
  const where = (...machines: readonly string[]): string => (here === null ? 'NULL, NULL' : machines.join(', '))
  return database
    .all<WaitingRow>(
      `SELECT * FROM (SELECT 'handoff' AS kind, id, recipient, client, ${claimColumns}, NULL AS machine, machine AS by_machine
         FROM handoff_heads WHERE status IN ('open', 'claimed') ORDER BY updated DESC LIMIT ?1)
       UNION ALL SELECT * FROM (SELECT 'question', id, recipient, client, NULL, NULL, NULL, NULL, NULL, ${where('NULL', 'machine')}
         FROM questions WHERE answer_seen IS NULL AND answer_at IS NULL ORDER BY at DESC LIMIT ?1)
       UNION ALL SELECT * FROM (SELECT 'answer', id, client, answer_client, NULL, NULL, NULL, NULL, NULL, ${where('machine', 'answer_machine')}
         FROM questions WHERE answer_seen IS NULL AND answer_at IS NOT NULL ORDER BY answer_at DESC LIMIT ?1)
       UNION ALL SELECT * FROM (SELECT 'action', id, recipient, client, ${claimColumns}, NULL, NULL
         FROM actions WHERE claimable = 1 AND ((carrier = 'twin' AND status IN ('pending', 'claimed')) OR status = 'needs_user') ORDER BY n DESC LIMIT ?1)
       UNION ALL SELECT * FROM (SELECT 'finished action', id, client, COALESCE(recipient, ''), NULL, NULL, NULL, NULL, NULL, NULL, NULL
         FROM actions WHERE seen IS NULL AND finished IS NOT NULL ORDER BY n DESC LIMIT ?1)
       UNION ALL SELECT * FROM (SELECT 'approval', id, '', client, NULL, NULL, NULL, NULL, NULL, NULL, NULL
         FROM actions WHERE status = 'needs_user' AND carrier = 'person' ORDER BY n DESC LIMIT ?1)`,
      limits.waitingKept,
    )
    .map(({ id, recipient, client, machine, by_machine: author, ...row }) => {
      const claim = claimIn(row)
      const to = recipient === null || machine === null ? asHere(recipient, here) : programOn(recipient, elsewhere(machine, here))
      const by = author === null ? client : programOn(client, elsewhere(author, here))
      return { kind: kinds.find((each) => each === row.kind) ?? 'handoff', id, to, by, ...(claim !== null && { claim }) }
    })
}

/** A recipient without its machine, where that is this one. */
function asHere(to: string | null, here: string | null): string | null {
  const { client, machine } = partsOf(to ?? '')
  if (here === null || machine !== here) return to
  return client === 'any' ? null : client
}

/** Selects what waits for a client now; for `null`, what waits for anybody. */
export const waitingFor = (all: readonly Waiting[], client: string | null, isLive: IsLive, now: number): readonly Waiting[] =>
  all.filter(
    ({ kind, to, by, claim }) =>
      kind !== 'approval' &&
      (client === null || to === client || (to === null && by !== client)) &&
      (claim === undefined || !isHeld(claim, isLive, now)),
  )

/** Returns `1 handoff and 2 questions wait for you: call inbox.`; null: nothing waits. */
export function waitingLine(waiting: readonly Waiting[]): string | null {
  if (waiting.length === 0) return null
  const counts = kinds
    .map((kind) => ({ kind, number: waiting.filter((each) => each.kind === kind).length }))
    .filter(({ number }) => number > 0)
    .map(({ kind, number }) => count(number, kind))
  const said = counts.length === 1 ? counts.join() : `${counts.slice(0, -1).join(', ')} and ${counts.at(-1)}`
  return `${said} ${waiting.length === 1 ? 'waits' : 'wait'} for you: call inbox.`
}

/** Returns `1 action waits for your approval`, which is for a person; null: none does. */
export const approvalsLine = (approvals: number): string | null =>
  approvals === 0 ? null : `${count(approvals, 'action')} ${approvals === 1 ? 'waits' : 'wait'} for your approval`

/** How many actions wait for a person. */
export const approvalsIn = (all: readonly Waiting[]): number => all.filter(({ kind }) => kind === 'approval').length

/**
 * `bridge/waiting.json`: what waits, for those who must not open the store. Replaced by rename while its writer holds the
 * store's lock, so that an older state never replaces a newer one.
 */
export class WaitingFile {
  private readonly path: string
  private readonly file: SmallFile<readonly Waiting[]>

  constructor(path: string) {
    this.path = path
    this.file = new SmallFile(path, { most: limits.waitingBytes, none: [], parse: waitingOf })
  }

  /** What is wrong with the file, in sentences. It is written anew when a process first uses the store. */
  problems(): readonly string[] {
    const { trouble } = this.file
    return trouble === null ? [] : [`bridge/waiting.json cannot be read (${trouble}); mcp-twin inbox makes it again.`]
  }

  /** Returns what the file holds; nothing if it is missing or damaged. Costs one `stat` while it stays the same. */
  read(): readonly Waiting[] {
    return this.file.read()
  }

  write(waiting: readonly Waiting[]): void {
    const text = textOf(waiting)
    if (textOf(this.read()) === text && this.file.trouble === null && this.file.version !== 'ENOENT') return
    writeFileSync(`${this.path}.new`, text, { mode: 0o600 })
    renameSync(`${this.path}.new`, this.path)
  }
}

const textOf = (waiting: readonly Waiting[]): string => `${JSON.stringify({ waiting })}\n`

function waitingOf(text: string): readonly Waiting[] {
  const { waiting } = JSON.parse(text)
  if (!Array.isArray(waiting) || !waiting.every(isWaiting)) throw new Error('it holds something else')
  // A newer bridge may count what this one does not know.
  return waiting.filter(({ kind }) => kinds.some((each) => each === kind))
}

function isWaiting(value: unknown): value is Waiting {
  if (!isObject(value)) return false
  const { kind, id, to, by, claim } = value
  const isClaim = claim === undefined || (isObject(claim) && typeof claim.pid === 'number' && typeof claim.at === 'number')
  return typeof kind === 'string' && typeof id === 'string' && (to === null || typeof to === 'string') && typeof by === 'string' && isClaim
}
