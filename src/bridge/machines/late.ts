import type { Transaction } from '../store/transaction.ts'
import { isSame, type StoredVersion, versionsOf } from './merging-memory.ts'
import { cutHistory, memoryWriteIn, versionRow } from './memory-rows.ts'
import { entriesIn, laidThing, memoryKeyOf, type OutboxEntry, type OutboxRow, rowsOf, sharedBody, uncover, write } from './outbox.ts'
import { columnsIn } from './put-row.ts'
import type { OpenCopy } from './row.ts'

/** A value, or a deletion, that came after another machine had changed the key. */
export interface LateWrite {
  readonly thing: string
  readonly namespace: string
  readonly key: string
  readonly client: string
  readonly at: number
  /** Null: the key was to be deleted. */
  readonly value: StoredVersion | null
}

/** What an unsent batch would have made of a key, now that it is late; null: nothing that counts. */
export function lateWriteIn(copy: OpenCopy, { id, author, at }: OutboxEntry, thing: string): LateWrite | null {
  const memory = memoryKeyOf(thing)
  if (memory === null) return null
  const [namespace, key] = memory
  const written = memoryWriteIn(rowsOf(copy, id, 1, thing))
  if (written === null) return null
  return {
    thing,
    namespace,
    key,
    client: author.client,
    at,
    value: written.body === null ? null : (columnsIn(written.body) as unknown as StoredVersion),
  }
}

const isEqual = (one: StoredVersion, other: StoredVersion): boolean =>
  one.value === other.value && one.rationale === other.rationale && one.tags === other.tags

/**
 * The rows by which a late write goes to the server: its value becomes a version in the history, before the server's, which stays
 * current under the next number. None: the server has it, or has the same, or it was a deletion.
 */
function rowsBelow(copy: OpenCopy, { namespace, key, value }: LateWrite): readonly OutboxRow[] {
  const versions = versionsOf(copy, namespace, key)
  const current = versions[0]
  if (value === null || current === undefined) return []
  if (isEqual(current, value) || versions.some((each) => isSame(each, value))) return []
  const next = current.version + 1
  const rows = [
    ...(current.value === null ? [] : [versionRow(namespace, key, current)]),
    versionRow(namespace, key, { ...value, version: next }),
  ]
  const cut = cutHistory(versions, namespace, key, next + 1)
  if (current.value === null) return [...rows, versionRow(namespace, key, { ...current, version: next + 1 }), ...cut]
  const name = JSON.stringify([namespace, key])
  const present = columnsIn(sharedBody(copy, 'memory', name, copy.machine).body ?? '{}')
  return [...rows, { kind: 'memory', key: name, body: JSON.stringify({ ...present, version: next + 1 }), own: '{}' }, ...cut]
}

/** The rows that a batch sends now. Changes nothing; where some of it is late, it runs in a transaction. */
export function rowsToSend(copy: OpenCopy, entry: OutboxEntry): readonly OutboxRow[] {
  const asKept = rowsOf(copy, entry.id, 0)
  const things = new Set(rowsOf(copy, entry.id, 1).map(({ thing }) => thing))
  if (things.size === 0) return asKept
  copy.exec('SAVEPOINT below')
  try {
    for (const thing of things) uncover(copy, thing)
    return [
      ...asKept,
      ...[...things].flatMap((thing) => {
        const late = lateWriteIn(copy, entry, thing)
        return late === null ? [] : rowsBelow(copy, late)
      }),
    ]
  } finally {
    copy.exec('ROLLBACK TO below; RELEASE below')
  }
}

/** Puts late values into the history of a copy that sends nothing any more. */
export function keepLateHere(copy: OpenCopy): void {
  for (const entry of entriesIn(copy))
    for (const thing of new Set(rowsOf(copy, entry.id, 1).map((row) => row.thing))) {
      const late = lateWriteIn(copy, entry, thing)
      if (late !== null) for (const row of rowsBelow(copy, late)) write(copy, row)
    }
}

/** Tells the author of a late write what became of it, until he writes the key. The copy holds what the server has. */
export function noteConflict(copy: Transaction, { thing, namespace, key, client, at, value }: LateWrite): void {
  const name = JSON.stringify([namespace, key])
  const isOver = laidThing(copy, 'memory', name) === thing
  const author = copy.get<{ client: string }>('SELECT client FROM memory WHERE namespace = ? AND key = ?', namespace, key)?.client
  // He has written it since.
  if (isOver && author === client) return
  const versions = versionsOf(copy, namespace, key)
  const current = versions[0]
  const kept = current === undefined || current.value === null ? null : current.version
  const own = value === null ? null : (versions.find((each) => isSame(each, value)) ?? null)
  const isMade = value === null ? kept === null : current !== undefined && isEqual(current, value)
  if (isMade || (value !== null && own === null)) {
    copy.run('DELETE FROM conflicts WHERE namespace = ? AND key = ? AND client = ?', namespace, key, client)
    return
  }
  copy.run(
    'INSERT OR REPLACE INTO conflicts (namespace, key, client, version, kept, at) VALUES (?, ?, ?, ?, ?, ?)',
    ...[namespace, key, client, own?.version ?? null, kept, at],
  )
  copy.changed('memory', key, namespace, { client: '', session: '', at: copy.now })
}
