import type { Database, Row, SqlValue } from '../store/database.ts'
import type { Transaction } from '../store/transaction.ts'
import { onMachine, machineOf } from '../handoff/claims.ts'
import type { SharedTable } from './tables.ts'

/** What reads and writes a copy: its rows name this machine. */
export type OpenCopy = Database & Pick<Transaction, 'machine'>

export type Columns = Record<string, SqlValue>

/** A row of a copy in two parts: what all machines share, and what stays here. */
export function bodyOf({ number, own }: SharedTable, row: Row, machine: string): { body: Columns; own: Columns } {
  const parts: { body: Columns; own: Columns } = { body: {}, own: {} }
  for (const [name, value] of Object.entries(row))
    if (name === number) continue
    else if (own.includes(name)) parts.own[name] = value
    else parts.body[name] = value
  if (typeof row.claim_start === 'string') parts.body.claim_machine = machineOf(row.claim_start) ?? machine
  return parts
}

/**
 * The columns of a shared row as this machine stores them. `own`: those that stay here, where the row was changed here; `before`: the
 * row as it was.
 */
export function columnsOf(shared: Columns, own: Columns, before: Row | undefined, machine: string): Columns {
  const { claim_machine: holder, ...columns } = shared
  if (!('claim_at' in columns)) return { ...columns, ...own }
  if (columns.claim_at === null) return { ...columns, ...own, claim_pid: null, claim_start: null }
  if (holder !== machine) return { ...columns, ...own, claim_pid: 0, claim_start: onMachine(String(holder)) }
  // Claimed here: by a process that is known from this write or an earlier one, else by one that is gone.
  const known = own.claim_start !== undefined ? own : before?.claim_session === columns.claim_session ? before : undefined
  return { ...columns, ...own, claim_pid: known?.claim_pid ?? 0, claim_start: known?.claim_start ?? 'gone' }
}
