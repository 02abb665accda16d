import { limits } from '../base/limits.ts'
import type { Database } from '../store/database.ts'
import type { Transaction } from '../store/transaction.ts'
import type { Claim, IsLive } from './claims.ts'

/** A program that is, or was in the last 30 days, connected to a bridge over the store. */
export interface ConnectedProgram {
  readonly client: string
  /** The folder of the project that is open in it; null: none, or it does not say. */
  readonly project: string | null
  /** Where it remembers what it names no namespace for. */
  readonly namespace: string
  readonly connected: boolean
  /** Ms since the epoch, a minute late at most: of the start of its connection, or of its last call. */
  readonly lastSeen: number
}

/** A connection, as it is recorded. */
export interface Connection extends Pick<ConnectedProgram, 'project' | 'namespace'> {
  /** The session, and the process of its bridge. */
  readonly by: Claim
  /** True: it ends with its process. False: it comes and goes with single requests. */
  readonly isKept: boolean
}

/** Records that a program was there just now, and forgets those that were not for long. */
export function seen(store: Transaction, { by, project, namespace, isKept }: Connection): void {
  store.run('DELETE FROM programs WHERE seen < ?', store.now - limits.programKeptMs)
  store.run(
    'INSERT OR REPLACE INTO programs (session, client, project, namespace, pid, start, kept, seen) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    ...[by.session, by.client, project, namespace, by.pid, by.start, isKept ? 1 : 0, store.now],
  )
}

/** All programs, each once for each project and namespace: those that are connected first, then those seen last. */
export function programsIn(database: Database, isLive: IsLive, now: number): readonly ConnectedProgram[] {
  const rows = database.all<ProgramRow>(
    'SELECT session, client, project, namespace, pid, start, kept, seen FROM programs WHERE seen >= ? ORDER BY seen DESC, session',
    now - limits.programKeptMs,
  )
  const found = new Map<string, ConnectedProgram>()
  for (const { client, project, namespace, session, pid, start, kept, seen: lastSeen } of rows) {
    const name = JSON.stringify([client, project, namespace])
    const isThere = isLive({ client, session, pid, start }) && (kept === 1 || now - lastSeen < limits.programIdleMs)
    const { connected = false, lastSeen: last = 0 } = found.get(name) ?? {}
    found.set(name, {
      client,
      project,
      namespace,
      connected: connected || isThere,
      lastSeen: Math.max(last, lastSeen),
    })
  }
  return [...found.values()].sort((a, b) => Number(b.connected) - Number(a.connected) || b.lastSeen - a.lastSeen)
}

/** The names under which programs were connected in the last 30 days, or changed something then. */
export const namesIn = (database: Database, now: number): readonly string[] =>
  database
    .all<{ client: string }>(
      'SELECT client FROM programs WHERE seen >= ?1 UNION SELECT client FROM changes WHERE at >= ?1 ORDER BY client',
      now - limits.programKeptMs,
    )
    .map(({ client }) => client)

type ProgramRow = {
  session: string
  client: string
  project: string | null
  namespace: string
  pid: number
  start: string
  kept: number
  seen: number
}
