import type { Database, Row } from '../store/database.ts'
import type { Transaction } from '../store/transaction.ts'
import { deleteRow, putRow } from './put-row.ts'

/** One version of a key, as either store holds it. */
export interface StoredVersion extends Row {
  version: number
  /** Null: the key was deleted. */
  value: string | null
  rationale: string | null
  tags: string
  client: string
  session: string
  machine: string
  at: number
}

const columns = 'version, value, rationale, tags, client, session, machine, at'

/** All versions of a key, the newest first. */
export const versionsOf = ({ all }: Pick<Database, 'all'>, namespace: string, key: string): StoredVersion[] =>
  all<StoredVersion>(
    `SELECT ${columns} FROM memory WHERE namespace = ?1 AND key = ?2
     UNION ALL SELECT ${columns} FROM memory_versions WHERE namespace = ?1 AND key = ?2 ORDER BY version DESC`,
    ...[namespace, key],
  )

export const isSame = (a: StoredVersion, b: StoredVersion): boolean => a.value === b.value && a.at === b.at && a.session === b.session

/** Whether one state is among the versions of a key. What lost to another value has got another number there. */
const holds = (versions: readonly StoredVersion[], one: StoredVersion): boolean => versions.some((each) => isSame(each, one))

/**
 * Brings a key of this machine's store to the copy. Returns true where both have gone on from different states: the server's stays
 * current, and this machine's becomes a version before it.
 */
export function mergeKey(copy: Transaction, from: Database, namespace: string, key: string): boolean {
  const [here, there] = [versionsOf(from, namespace, key), versionsOf(copy, namespace, key)]
  const [own, current] = [here[0], there[0]]
  if (own === undefined || holds(there, own)) return false
  if (current === undefined || (current.version <= own.version && holds(here, current))) {
    takeOver(copy, from, here, there, namespace, key)
    return false
  }
  const isEqual = current.value === own.value && current.rationale === own.rationale && current.tags === own.tags
  if (isEqual || own.value === null) return false
  keepBoth(copy, own, current, namespace, key)
  return true
}

/** What is here was made of what is there: it goes on. */
function takeOver(
  copy: Transaction,
  from: Database,
  here: readonly StoredVersion[],
  there: readonly StoredVersion[],
  namespace: string,
  key: string,
): void {
  const present = from.get<Row>('SELECT * FROM memory WHERE namespace = ? AND key = ?', namespace, key)
  if (present !== undefined) {
    const { id: _id, ...row } = present
    putRow(copy, 'memory', [namespace, key], row, {})
  } else if (there[0]?.value != null) deleteRow(copy, 'memory', [namespace, key])
  for (const version of here)
    if (version.version !== present?.version)
      putRow(copy, 'memory_versions', [namespace, key, version.version], { namespace, key, ...version }, {})
}

function keepBoth(copy: Transaction, own: StoredVersion, current: StoredVersion, namespace: string, key: string): void {
  const put = (version: StoredVersion): void => {
    putRow(copy, 'memory_versions', [namespace, key, version.version], { namespace, key, ...version }, {})
  }
  const next = current.version + 1
  if (current.value !== null) put(current)
  put({ ...own, version: next })
  if (current.value === null) {
    put({ ...current, version: next + 1 })
    return
  }
  const row = copy.get<Row>('SELECT * FROM memory WHERE namespace = ? AND key = ?', namespace, key) ?? {}
  const { id: _id, ...columns } = row
  putRow(copy, 'memory', [namespace, key], { ...columns, version: next + 1 }, {})
}
