import { limits } from '../base/limits.ts'
import { lastChange, type StoreChange } from './changes.ts'
import type { Database } from './database.ts'

/** The author of a change, kept with every row. */
export interface Author {
  readonly client: string
  /** One connection of a client; what it changes is not news to itself. */
  readonly session: string
}

/** The store in the middle of a write, which is kept whole or not at all. */
export interface Transaction extends Database {
  readonly author: Author
  readonly machine: string
  /** Ms since the epoch, the same for the whole transaction. */
  readonly now: number
  /** True where the store is the copy of a server's: what goes by its age alone goes in writes of its own. */
  readonly isCopy: boolean
  /** Records a change for those who wait for one. `by`: who made it, where that is not the author. */
  changed(kind: string, id: string, namespace?: string | null, by?: Author & { readonly at: number }): void
}

export type NotedChange = Pick<StoreChange, 'kind' | 'id' | 'namespace'>

/** A write as it was tried on a copy. */
export interface TriedWrite {
  readonly author: Author
  /** Ms since the epoch. */
  readonly at: number
  readonly changes: readonly NotedChange[]
}

/** What became of a write that a store server orders. */
export type SentWrite =
  /** `stale`: one of its rows was changed elsewhere meanwhile; the copy holds that now, and the write is tried again. */
  | { readonly kind: 'kept' | 'stale' }
  /** The server is not reached since a time, in ms. `isSure`: nothing was sent; otherwise it may have been kept. */
  | { readonly kind: 'away'; readonly why: string; readonly since: number; readonly isSure: boolean }

/** What a transaction on a copy has changed in shared rows. The transaction is undone before anything is done with it. */
export interface UnsentWrite {
  /** Other writes wait for the server already: this one goes behind them. */
  readonly isBehind: boolean
  /** Why what it lies over cannot be sent: the server refused it. Null: nothing is in the way. */
  readonly refusal: string | null
  /** Has the server order it. Where that is done, the copy holds it. */
  send(): Promise<SentWrite>
  /** Sends what waits already. */
  sendEarlier(): Promise<SentWrite>
  /**
   * Keeps it in the copy, to be sent later. False: what it changes was changed meanwhile, or, where it was to go behind others, none
   * of them waits any more.
   */
  keep(copy: Transaction): boolean
}

/** What makes a generation of the store the copy of a store server, which orders all writes of shared rows. */
export interface StoreCopy {
  /** The name that this machine has there. */
  readonly machine: string
  /** What a transaction has changed in shared rows so far; null: nothing. */
  toSend(database: Database, write: TriedWrite): UnsentWrite | null
  /** Forgets which rows the transaction has changed: they came from the server. */
  settle(database: Database): void
}

/** Makes copies. Loaded where a store is one. */
export interface CopyMaker {
  /** Turns a store that was just made into a copy without rows. */
  make(database: Database): void
  /** Has everything fetched again: some rows of the copy were lost. */
  renew(database: Database): void
  /** Prepares an open copy. */
  open(database: Database): StoreCopy
}

/** A write that was kept, or that is to be sent first. */
export interface Commit<T> {
  readonly result: T
  /** The number of its last change; 0: it changed nothing that anybody waits for. */
  readonly n: number
  readonly kinds: ReadonlySet<string>
  readonly unsent: UnsentWrite | null
}

export interface WriteOptions extends Pick<Transaction, 'author' | 'machine' | 'now'> {
  /** Null: the store is no copy. */
  readonly copy: StoreCopy | null
  /** What is written came from the server, and is not sent to it. */
  readonly isOrdered: boolean
}

/** Runs a write in the transaction that `database` is in. Where the result is to be sent, the caller undoes the transaction. */
export function runWrite<T>(database: Database, options: WriteOptions, work: (transaction: Transaction) => T): Commit<T> {
  const { author, machine, now, copy, isOrdered } = options
  const changes: NotedChange[] = []
  const result = work({
    ...database,
    ...{ author, machine, now, isCopy: copy !== null },
    changed(kind, id, namespace = null, by = { ...author, at: now }) {
      database.run(
        'INSERT INTO changes (kind, id, namespace, client, session, at) VALUES (?, ?, ?, ?, ?, ?)',
        ...[kind, id, namespace, by.client, by.session, by.at],
      )
      changes.push({ kind, id, namespace })
    },
  })
  if (isOrdered) copy?.settle(database)
  const unsent = isOrdered ? null : (copy?.toSend(database, { author, at: now, changes }) ?? null)
  const n = changes.length > 0 ? lastChange(database) : 0
  if (n > 0) database.run('DELETE FROM changes WHERE n <= ?', n - limits.storeChanges)
  return { result, n, kinds: new Set(changes.map(({ kind }) => kind)), unsent }
}
