import { limits } from '../base/limits.ts'
import { failed } from '../base/refusal.ts'
import type { Database, Row } from '../store/database.ts'
import type { Transaction } from '../store/store.ts'
import {
  type Claim,
  claimIn,
  type ClaimRow,
  claimValues,
  type HandoffStatus,
  type IsLive,
  isHeld,
  noClaim,
  setClaim,
  type StoredClaim,
} from './claims.ts'

export interface Section {
  readonly heading: string
  readonly body: string
  /** 1 is the most important, 5 the least. */
  readonly priority: number
}

export interface Handoff {
  readonly id: string
  readonly title: string
  readonly goal: string
  readonly acceptance: string | null
  readonly files: readonly string[]
  readonly sections: readonly Section[]
  readonly namespace: string
  /** A client id; null: every client but the author's. */
  readonly to: string | null
  readonly status: HandoffStatus
  readonly claim: StoredClaim | null
  readonly by: string
  readonly at: number
  readonly updated: number
}

export interface Note {
  readonly note: string | null
  readonly status: HandoffStatus | null
  readonly by: string
  readonly at: number
}

export type NewHandoff = Pick<Handoff, 'id' | 'title' | 'goal' | 'acceptance' | 'files' | 'sections' | 'namespace' | 'to'>

export function create(store: Transaction, handoff: NewHandoff): void {
  const { id, title, goal, acceptance, files, sections, namespace, to } = handoff
  const { client, session } = store.author
  store.run(
    `INSERT INTO handoffs (id, title, goal, acceptance, files, sections, namespace, recipient, status, client, session, machine, at, updated)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'open', ?, ?, ?, ?, ?)`,
    ...[id, title, goal, acceptance, JSON.stringify(files), JSON.stringify(sections), namespace, to],
    ...[client, session, store.machine, store.now, store.now],
  )
  store.changed('handoff', id, namespace)
}

/** A handoff as it is now: a claim whose process is gone, or that is too old, counts no more. Throws a Refusal where there is none. */
export function read(database: Database, id: string, isLive: IsLive, now: number): Handoff {
  const row = database.get<HandoffRow>('SELECT * FROM handoffs WHERE id = ?', id)
  if (row === undefined) throw failed(`There is no handoff ${id}; handoff_list names those there are.`)
  return handoffOf(row, isLive, now)
}

export const notes = (database: Database, id: string): readonly Note[] =>
  database
    .all<NoteRow>('SELECT note, status, client, at FROM handoff_notes WHERE handoff = ? ORDER BY n', id)
    .map(({ client, ...note }) => ({ ...note, by: client }))

export interface HandoffQuery {
  readonly status?: HandoffStatus | undefined
  /** Only what this client may take: addressed to it, or to all and not written by it. */
  readonly to?: string | undefined
}

/** Handoffs, the last changed first. */
export function list(database: Database, { status, to }: HandoffQuery, isLive: IsLive, now: number): readonly Handoff[] {
  // A claim that has ended makes a claimed one open again, so both are looked at.
  const stored = status === undefined ? null : status === 'open' ? ['open', 'claimed'] : [status]
  const rules = [
    ...(stored === null ? [] : [`status IN (${stored.map(() => '?').join(', ')})`]),
    ...(to === undefined ? [] : ['(recipient = ? OR (recipient IS NULL AND client <> ?))']),
  ]
  const values = [...(stored ?? []), ...(to === undefined ? [] : [to, to])]
  const where = rules.length === 0 ? '' : `WHERE ${rules.join(' AND ')}`
  return database
    .all<HandoffRow>(`SELECT * FROM handoffs ${where} ORDER BY updated DESC, id LIMIT ?`, ...values, limits.inboxShown)
    .map((row) => handoffOf(row, isLive, now))
    .filter((handoff) => status === undefined || handoff.status === status)
}

/** Gives the handoff to one session. A Refusal names who works on it already. */
export function claim(store: Transaction, id: string, by: Claim, isLive: IsLive): Handoff {
  const handoff = read(store, id, isLive, store.now)
  const { claim: held, status } = handoff
  if (status === 'done' || status === 'dropped')
    throw failed(`Handoff ${id} is ${status}; open it again with handoff_update, status open, to work on it.`)
  if (held !== null && held.session !== by.session)
    throw failed(`Handoff ${id} is claimed by ${held.client} since ${new Date(held.at).toISOString()}; take another, or ask with ask_twin.`)
  store.run(
    `UPDATE handoffs SET status = 'claimed', ${setClaim}, updated = ? WHERE id = ?`,
    ...[...claimValues(by, store.now), store.now, id],
  )
  if (held === null) noted(store, id, 'claimed', null)
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
  if (status === 'claimed') return claim(store, id, by, isLive)
  if (handoff.claim !== null && handoff.claim.session !== by.session && status !== undefined && handoff.by !== by.client)
    throw failed(
      `Handoff ${id} is claimed by ${handoff.claim.client}, so only that session, or who made it, changes its status; leave a note instead.`,
    )
  if (status !== undefined) store.run(`UPDATE handoffs SET status = ?, ${noClaim} WHERE id = ?`, status, id)
  store.run('UPDATE handoffs SET updated = ? WHERE id = ?', store.now, id)
  noted(store, id, status ?? null, note)
  return read(store, id, isLive, store.now)
}

function noted(store: Transaction, id: string, status: HandoffStatus | null, note: string | null): void {
  const { client, session } = store.author
  store.run(
    'INSERT INTO handoff_notes (handoff, note, status, client, session, at) VALUES (?, ?, ?, ?, ?, ?)',
    ...[id, note, status, client, session, store.now],
  )
  store.changed('handoff', id, store.get<{ namespace: string }>('SELECT namespace FROM handoffs WHERE id = ?', id)?.namespace)
}

interface NoteRow extends Row {
  note: string | null
  status: HandoffStatus | null
  client: string
  at: number
}

interface HandoffRow extends ClaimRow {
  id: string
  title: string
  goal: string
  acceptance: string | null
  files: string
  sections: string
  namespace: string
  recipient: string | null
  status: HandoffStatus
  client: string
  at: number
  updated: number
}

function handoffOf(row: HandoffRow, isLive: IsLive, now: number): Handoff {
  const { id, title, goal, acceptance, namespace, client, at, updated } = row
  const stored = claimIn(row)
  const claim = stored !== null && isHeld(stored, isLive, now) ? stored : null
  return {
    ...{ id, title, goal, acceptance, namespace, to: row.recipient, by: client, at, updated, claim },
    files: JSON.parse(row.files),
    sections: JSON.parse(row.sections),
    status: row.status === 'claimed' && claim === null ? 'open' : row.status,
  }
}
