import { createHash } from 'node:crypto'
import type { SqlValue } from '../store/database.ts'
import { cutHistory, memoryWriteIn, versionRow } from './memory-rows.ts'
import { versionsOf } from './merging-memory.ts'
import { memoryKeyOf, type OutboxEntry, type OutboxRow, sharedBody } from './outbox.ts'
import { columnsIn } from './put-row.ts'
import type { OpenCopy } from './row.ts'

/**
 * The rows of an unsent write, made again from what the copy holds now of the thing: new values and notes go on top, and what another
 * machine has decided stays.
 */
export function redone(copy: OpenCopy, thing: string, entry: OutboxEntry, rows: readonly OutboxRow[]): readonly OutboxRow[] {
  const memory = memoryKeyOf(thing)
  if (memory !== null) return memoryAgain(copy, memory, entry, rows)
  return thing.startsWith('question ') ? rows.flatMap((row) => questionAgain(copy, row)) : handoffAgain(copy, entry, rows)
}

function memoryAgain(
  copy: OpenCopy,
  [namespace, key]: readonly [string, string],
  { author, at }: OutboxEntry,
  rows: readonly OutboxRow[],
): readonly OutboxRow[] {
  const written = memoryWriteIn(rows)
  if (written === null) return rows
  const versions = versionsOf(copy, namespace, key)
  const current = versions[0]
  const hasValue = current !== undefined && current.value !== null
  const next = (current?.version ?? 0) + 1
  const before = hasValue ? [versionRow(namespace, key, current)] : []
  const cut = cutHistory(versions, namespace, key, next)
  if (written.body !== null) return [...before, { ...written, body: JSON.stringify({ ...columnsIn(written.body), version: next }) }, ...cut]
  if (!hasValue) return []
  const gone = { version: next, value: null, rationale: null, tags: '[]', ...author, machine: copy.machine, at }
  return [...before, versionRow(namespace, key, gone), written, ...cut]
}

/** The answer to a question that has another answer already becomes a question and answer of its own: both are read. */
function questionAgain(copy: OpenCopy, row: OutboxRow): readonly OutboxRow[] {
  const there = sharedBody(copy, row.kind, row.key, copy.machine).body
  // It was to be taken back, and was answered or taken back meanwhile.
  if (row.body === null) return []
  const own = columnsIn(row.body)
  if (there === null || columnsIn(there).answer_at === null) return [row]
  if (own.answer_at === null) return []
  const id = `q-${createHash('sha256').update(row.body).digest('hex').slice(0, 8)}`
  return [{ ...row, key: JSON.stringify([id]), body: JSON.stringify({ ...own, id }) }]
}

const closed: readonly SqlValue[] = ['done', 'dropped']

function handoffAgain(copy: OpenCopy, { author }: OutboxEntry, rows: readonly OutboxRow[]): readonly OutboxRow[] {
  const notes = rows.filter(({ kind, body }) => kind === 'handoff_notes' && body !== null)
  const head = rows.find(({ kind }) => kind === 'handoff_heads')
  // It was to be removed, and was changed meanwhile.
  if (head?.body == null) return notes
  const there = sharedBody(copy, head.kind, head.key, copy.machine)
  if (there.body === null) return rows
  const written = columnsIn(head.body)
  const merged = { ...columnsIn(there.body) }
  merged.updated = Math.max(Number(merged.updated), Number(written.updated))
  for (const { body } of notes) {
    const { note, status } = columnsIn(body ?? '{}')
    if (typeof note === 'string') merged.bytes = Number(merged.bytes) + Buffer.byteLength(note)
    const isFree = merged.claim_at === null || merged.claim_session === author.session || merged.client === author.client
    if (status === null || status === 'claimed' || closed.includes(merged.status ?? null) || !isFree) continue
    merged.status = status ?? null
    for (const name of ['claim_client', 'claim_session', 'claim_at', 'claim_machine']) if (name in merged) merged[name] = null
  }
  return [...notes, { ...head, body: JSON.stringify(merged), own: there.own }]
}
