import { localTime } from '../../core/local-time.ts'
import { limits } from '../base/limits.ts'
import { insteadOf } from '../base/near-ids.ts'
import { quoteInLine } from '../base/quote.ts'
import { failed } from '../base/refusal.ts'
import { cut } from '../base/text.ts'
import type { Database } from '../store/database.ts'
import type { Transaction } from '../store/transaction.ts'
import {
  type Claim,
  claimIn,
  type ClaimRow,
  claimValues,
  type IsLive,
  isHeld,
  claimerOf,
  isOwn,
  noClaim,
  setClaim,
  type StoredClaim,
} from './claims.ts'
import type { HandoffStatus } from '../../model/bridge-words.ts'
import { elsewhere, hereOf, isFor, partsOf } from './addressed.ts'
import { forgetClosed, makeRoom } from './room.ts'

export interface HandoffSection {
  readonly heading: string
  readonly body: string
  /** 1 is the most important, 5 the least. */
  readonly priority: number
}

/** A handoff without its texts. */
export interface Handoff {
  readonly id: string
  readonly title: string
  /** The first characters of its goal. */
  readonly beginning: string
  /** Of all its texts and notes. */
  readonly bytes: number
  readonly namespace: string
  /** A client id, or one with its machine; null: every client but the author. */
  readonly to: string | null
  readonly status: HandoffStatus
  readonly claim: StoredClaim | null
  readonly by: string
  /** Of its author, where that is another one; null: this one. */
  readonly machine: string | null
  readonly at: number
  readonly updated: number
}

export interface NewHandoff extends Pick<Handoff, 'id' | 'title' | 'namespace' | 'to'> {
  readonly goal: string
  readonly acceptance: string | null
  readonly files: readonly string[]
  readonly sections: readonly HandoffSection[]
}

/** Stores a handoff. Throws a Refusal where it is too long, or too many are stored. */
export function create(store: Transaction, handoff: NewHandoff): void {
  const { id, title, goal, acceptance, namespace, to } = handoff
  const { client, session } = store.author
  const [files, sections] = [JSON.stringify(handoff.files), JSON.stringify(handoff.sections)]
  const texts = [title, goal, acceptance ?? '']
  // What was written counts, not what it is stored as: JSON writes a line break in two bytes.
  const written = bytesOf([...texts, ...handoff.files, ...handoff.sections.flatMap(({ heading, body }) => [heading, body])])
  const bytes = bytesOf([...texts, files, sections])
  if (written > limits.handoffBytes)
    throw failed(
      `The handoff has ${written} bytes; ${limits.handoffBytes} are the most. Write the long parts to files below the shared workspace and name those in files.`,
    )
  forgetClosed(store)
  const open = store.get<{ count: number }>(
    `SELECT count(*) AS count FROM handoff_heads WHERE client = ? AND status IN ('open', 'claimed')`,
    client,
  )
  if ((open?.count ?? 0) >= limits.handoffsOpen)
    throw failed(
      `${client} has ${limits.handoffsOpen} open handoffs, the most allowed; close some with handoff_update, status done or dropped (handoff_list names them).`,
    )
  makeRoom(store, bytes)
  store.run(
    `INSERT INTO handoff_texts (id, title, goal, acceptance, files, sections, namespace, recipient, status, client, session, machine, at, updated)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'open', ?, ?, ?, ?, ?)`,
    ...[id, title, goal, acceptance, files, sections, namespace, to],
    ...[client, session, store.machine, store.now, store.now],
  )
  store.run(
    `INSERT INTO handoff_heads (id, title, beginning, bytes, namespace, recipient, status, client, session, machine, at, updated)
     VALUES (?, ?, ?, ?, ?, ?, 'open', ?, ?, ?, ?, ?)`,
    ...[id, title, cut(goal, limits.handoffBeginning), bytes, namespace, to],
    ...[client, session, store.machine, store.now, store.now],
  )
  store.changed('handoff', id, namespace)
}

const bytesOf = (texts: readonly string[]): number => texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0)

/** A handoff as it is now: a claim whose process is gone, or that is too old, counts no more. Throws a Refusal where there is none. */
export function read(database: Database, id: string, isLive: IsLive, now: number): Handoff {
  const handoff = find(database, id, isLive, now)
  if (handoff !== null) return handoff
  const known = database.all<{ id: string; title: string }>(
    `SELECT id, title FROM handoff_heads ORDER BY updated DESC LIMIT ${limits.nearIds}`,
  )
  throw failed(`There is no handoff ${quoteInLine(id)}; handoff_list names those there are.${insteadOf(id, 'h', known)}`)
}

/** A handoff as it is now; null: there is none of that id. */
export function find(database: Database, id: string, isLive: IsLive, now: number): Handoff | null {
  const row = database.get<HeadRow>(`SELECT ${columns} FROM handoff_heads WHERE id = ?`, id)
  return row === undefined ? null : handoffOf(row, hereOf(database), isLive, now)
}

export interface HandoffQuery {
  readonly status?: HandoffStatus | undefined
  /** Only what this client may take, here or on the machine that it names: addressed to it, or to all and not written by it. */
  readonly to?: string | undefined
}

/** Handoffs, the last changed first: at most `limits.inboxShown`. Their texts are not read. */
export function list(database: Database, query: HandoffQuery, isLive: IsLive, now: number): readonly Handoff[] {
  const { status } = query
  const here = hereOf(database)
  const { where, values } = condition(query, here)
  const found: Handoff[] = []
  // The stored status may be out of date, so rows that are not wanted after all must not use the limit up.
  for (let at = 0; found.length < limits.inboxShown; at += limits.inboxShown) {
    const rows = database.all<HeadRow>(
      `SELECT ${columns} FROM handoff_heads ${where} ORDER BY updated DESC, id LIMIT ? OFFSET ?`,
      ...[...values, limits.inboxShown, at],
    )
    const current = rows.map((row) => handoffOf(row, here, isLive, now))
    found.push(...current.filter((handoff) => status === undefined || handoff.status === status))
    if (rows.length < limits.inboxShown) break
  }
  return found.slice(0, limits.inboxShown)
}

/** How many handoffs there are that `list` may name, and bytes of them all; those whose claim has ended meanwhile count as claimed. */
export function totalOf(database: Database, query: HandoffQuery): { readonly count: number; readonly bytes: number } {
  const { where, values } = condition(query, hereOf(database), (status) => [status])
  const sums = 'SELECT count(*) AS count, coalesce(sum(bytes), 0) AS bytes'
  return database.get<{ count: number; bytes: number }>(`${sums} FROM handoff_heads ${where}`, ...values) ?? { count: 0, bytes: 0 }
}

export const countOf = (database: Database, query: HandoffQuery): number => totalOf(database, query).count

/** A claim that has ended makes a claimed one open again, so both are looked at. */
const mayBe = (status: HandoffStatus): readonly HandoffStatus[] => (status === 'open' ? ['open', 'claimed'] : [status])

function condition(
  { status, to }: HandoffQuery,
  here: string | null,
  stored = mayBe,
): { readonly where: string; readonly values: readonly string[] } {
  const statuses = status === undefined ? [] : stored(status)
  const named = here === null || to === undefined ? undefined : partsOf(to)
  const rules = [
    ...(statuses.length === 0 ? [] : [`status IN (${statuses.map(() => '?').join(', ')})`]),
    ...(to === undefined ? [] : [isFor(`?${statuses.length + 1}`, named?.machine ?? here)]),
  ]
  const values = [...statuses, ...(to === undefined ? [] : [named?.client ?? to])]
  return { where: rules.length === 0 ? '' : `WHERE ${rules.join(' AND ')}`, values }
}

/** Gives the handoff to one session. A Refusal names who works on it already. */
export function claim(store: Transaction, id: string, by: Claim, isLive: IsLive): Handoff {
  const handoff = read(store, id, isLive, store.now)
  const { claim: held, status } = handoff
  if (status === 'done' || status === 'dropped')
    throw failed(`Handoff ${id} is ${status}; open it again with handoff_update, status open, to work on it.`)
  if (held !== null && !isOwn(held, by))
    throw failed(`Handoff ${id} is claimed by ${claimerOf(held)} since ${localTime(held.at)}; take another, or ask with ask_twin.`)
  store.run(
    `UPDATE handoff_heads SET status = 'claimed', ${setClaim}, updated = ? WHERE id = ?`,
    ...[...claimValues(by, store.now), store.now, id],
  )
  if (held === null) noted(store, handoff, 'claimed', null)
  return read(store, id, isLive, store.now)
}

export function update(
  store: Transaction,
  id: string,
  change: { status?: HandoffStatus | undefined; note?: string | undefined },
  by: Claim,
  isLive: IsLive,
): Handoff {
  const { status, note = null } = change
  const handoff = read(store, id, isLive, store.now)
  if (status === 'claimed') {
    const claimed = claim(store, id, by, isLive)
    if (note !== null) noted(store, claimed, null, note)
    return read(store, id, isLive, store.now)
  }
  if (handoff.claim !== null && !isOwn(handoff.claim, by) && status !== undefined && handoff.by !== by.client)
    throw failed(
      `Handoff ${id} is claimed by ${claimerOf(handoff.claim)}, so only that session, or who made it, changes its status; leave a note instead.`,
    )
  if (status !== undefined) store.run(`UPDATE handoff_heads SET status = ?, ${noClaim} WHERE id = ?`, status, id)
  noted(store, handoff, status ?? null, note)
  return read(store, id, isLive, store.now)
}

function noted(store: Transaction, { id, namespace, status: before }: Handoff, status: HandoffStatus | null, note: string | null): void {
  const { client, session } = store.author
  const bytes = note === null ? 0 : Buffer.byteLength(note)
  // What closes a handoff makes room, so its note is always taken.
  const closes = (status === 'done' || status === 'dropped') && (before === 'open' || before === 'claimed')
  if (bytes > 0 && !closes) makeRoom(store, bytes)
  store.run(
    'INSERT INTO handoff_notes (handoff, note, status, client, session, at) VALUES (?, ?, ?, ?, ?, ?)',
    ...[id, note, status, client, session, store.now],
  )
  store.run('UPDATE handoff_heads SET updated = ?, bytes = bytes + ? WHERE id = ?', store.now, bytes, id)
  store.changed('handoff', id, namespace)
}

const columns = `id, title, beginning, bytes, namespace, recipient, status, claim_client, claim_session, claim_pid, claim_start, claim_at, client, machine, at, updated`

interface HeadRow extends ClaimRow {
  id: string
  title: string
  beginning: string
  bytes: number
  namespace: string
  recipient: string | null
  status: HandoffStatus
  client: string
  machine: string
  at: number
  updated: number
}

function handoffOf(row: HeadRow, here: string | null, isLive: IsLive, now: number): Handoff {
  const { id, title, beginning, bytes, namespace, client, at, updated } = row
  const stored = claimIn(row)
  const claim = stored !== null && isHeld(stored, isLive, now) ? stored : null
  return {
    ...{ id, title, beginning, bytes, namespace, to: row.recipient, by: client, machine: elsewhere(row.machine, here), at, updated, claim },
    status: row.status === 'claimed' && claim === null ? 'open' : row.status,
  }
}
