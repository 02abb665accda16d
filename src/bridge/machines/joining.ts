import { setImmediate as breath, setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { limits } from '../base/limits.ts'
import { failed } from '../base/refusal.ts'
import { indexAgain } from '../memory/index-again.ts'
import { isCopy, lastChange, prepare, within } from '../store/connection.ts'
import { type Database, hasCode, type Row, type SqlValue } from '../store/database.ts'
import type { Engine } from '../store/engine.ts'
import { originName } from '../store/held.ts'
import { type StoredCounts, storedCounts } from '../store/state.ts'
import type { StorePlace } from '../store/place.ts'
import { copyRows } from '../store/salvage-rows.ts'
import { runWrite, type StoreCopy, type Transaction } from '../store/transaction.ts'
import { compareWithServer } from './comparing.ts'
import { type JoinedServer, join, joinedTo, makeCopy, openCopy } from './copy.ts'
import { keepLateHere } from './late.ts'
import { type Merged, mergeInto } from './merging.ts'
import { Ordering } from './ordering.ts'
import type { ServerAddress } from './address.ts'

export interface StoreMove {
  readonly place: StorePlace
  readonly engine: Engine
  now(): number
  random(bytes: number): string
}

export interface Joining extends StoreMove {
  /** What the copy says of its server. */
  readonly server: JoinedServer
  /** Where that is, with its password. */
  readonly address: ServerAddress
  /** Whether a value holds a key that is stored here: it stays where it is. */
  holdsKey(value: unknown): boolean
}

/** How much there is before and after, and what became of it. */
export interface Moved extends Merged {
  readonly from: StoredCounts
  readonly to: StoredCounts
}

/** Rows that stay on each machine, and go over as they are. */
const local = ['actions', 'nonces', 'programs', 'searches']

/**
 * Makes a copy of a server's store from the embedded one: what both hold, with every row of this machine sent to the server. Bridges
 * that run go over to it once it is complete. Until then, and if anything fails, the embedded store is in use; it stays where it is.
 * Typed again, it sends what is missing.
 */
export async function joinServer(work: Joining): Promise<Moved> {
  const { place, engine } = work
  const generation = place.generation()
  if (generation === null) throw failed('There is no store yet.')
  const old = engine.open(place.database(generation))
  const next = place.nextGeneration()
  place.make(next)
  let isDone = false
  const fresh = engine.open(place.database(next))
  try {
    if (isCopy(old)) throw failed('The store is the copy of a server already.')
    return await fill(fresh, old, work, () => {
      const files = place.files(generation)
      fresh.run('INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)', originName(generation, files), String(lastChange(old)))
      fresh.get('PRAGMA wal_checkpoint(TRUNCATE)')
      place.moveTo(next, work.random(4))
      isDone = true
    })
  } finally {
    fresh.close()
    old.close()
    if (!isDone) place.remove(next)
  }
}

async function fill(fresh: Database, old: Database, work: Joining, done: () => void): Promise<Moved> {
  const { server, address, now, random, holdsKey } = work
  prepare(fresh, random)
  within(fresh, 'BEGIN IMMEDIATE', () => {
    makeCopy(fresh)
    // Cursors of programs that run go on meaning the same.
    for (const row of old.all<Row>('SELECT * FROM changes ORDER BY n')) insert(fresh, 'changes', row)
  })
  const ordering: Ordering = new Ordering({
    address,
    trust: server,
    machine: server.machine,
    now,
    store: () => Promise.resolve(store),
    speaks: () => true,
  })
  const copy = openCopy(fresh, { machine: server.machine, random, send: (batch) => ordering.order(batch) })
  const store = rawStore(fresh, copy, server.machine, now)
  const merging = { to: store, from: old, machine: server.machine, holdsKey }
  try {
    await ordering.begin()
    // Most of it goes while programs go on writing; what they wrote meanwhile goes while they wait.
    const first = await mergeInto(merging)
    await locked(old, now)
    try {
      const { conflicts, leftOut } = await mergeInto(merging)
      takeLocal(fresh, old, server)
      await compareWithServer(fresh, ordering)
      const moved = { from: storedCounts(old), to: storedCounts(fresh), conflicts: first.conflicts + conflicts, leftOut }
      done()
      return moved
    } finally {
      old.exec('ROLLBACK')
    }
  } finally {
    await ordering.close()
  }
}

/** The part of a store that its making needs: nobody else has it open. */
export interface RawStore {
  read<T>(work: (database: Database) => T): Promise<T>
  take<T>(author: Transaction['author'], work: (transaction: Transaction) => T): Promise<T>
  write(work: (transaction: Transaction) => void): Promise<void>
}

function rawStore(database: Database, copy: StoreCopy, machine: string, now: () => number): RawStore {
  const author = { client: '', session: '' }
  const run = <T>(work: (transaction: Transaction) => T, isOrdered: boolean) =>
    runWrite(database, { author, machine, now: now(), copy, isOrdered }, work)
  return {
    read: async (work) => work(database),
    take: async (_author, work) => within(database, 'BEGIN IMMEDIATE', () => run(work, true).result),
    async write(work) {
      for (let isKept = false; !isKept; ) {
        database.exec('BEGIN IMMEDIATE')
        const { unsent } = ((): ReturnType<typeof run> => {
          try {
            return run(work, false)
          } finally {
            database.exec('ROLLBACK')
          }
        })()
        isKept = unsent === null || (await unsent.send()).kind === 'kept'
        await breath()
      }
    },
  }
}

/** What says something about this machine alone goes over as it is. */
function takeLocal(fresh: Database, old: Database, server: JoinedServer): void {
  within(fresh, 'BEGIN IMMEDIATE', () => {
    for (const table of local) for (const row of old.all<Row>(`SELECT * FROM ${table}`)) insert(fresh, table, row)
    const last = fresh.get<{ n: number | null }>('SELECT max(n) AS n FROM changes')?.n ?? 0
    const copied = Math.min(last, lastChange(old))
    for (const { n: _n, ...row } of old.all<Row>('SELECT * FROM changes WHERE n > ? ORDER BY n', copied)) insert(fresh, 'changes', row)
    for (const row of old.all<Row>('SELECT * FROM meta')) insert(fresh, 'meta', row, 'OR REPLACE')
    join(fresh, server)
  })
}

function insert(database: Database, table: string, row: Row, or = 'OR IGNORE'): void {
  const names = Object.keys(row)
  const values: SqlValue[] = names.map((name) => row[name] ?? null)
  database.run(`INSERT ${or} INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`, ...values)
}

/** Takes the lock of a store's writers, until ROLLBACK. */
async function locked(database: Database, now: () => number): Promise<void> {
  for (const until = now() + limits.storeBusyMs; ; await sleep(limits.storeRetryMs))
    try {
      return database.exec('BEGIN IMMEDIATE')
    } catch (error) {
      if (!hasCode(error, 'busy', 'locked')) throw error
      if (now() > until) throw failed('The store is busy: another process holds it; try again.')
    }
}

/** Takes this machine's name out of recipients: an embedded store knows no machines. */
function forThisMachine({ run }: Database, machine: string): void {
  const end = `@${machine}`
  for (const table of ['handoff_texts', 'handoff_heads', 'questions'])
    run(
      `UPDATE ${table} SET recipient = nullif(substr(recipient, 1, length(recipient) - length(?1)), 'any') WHERE substr(recipient, -length(?1)) = ?1`,
      end,
    )
}

/** Makes the copy the store of this machine, whether the server is there or not. */
export async function leaveServer({ place, engine, now, random }: StoreMove): Promise<Omit<Moved, keyof Merged>> {
  const generation = place.generation()
  if (generation === null) throw failed('There is no store yet.')
  const old = engine.open(place.database(generation))
  const next = place.nextGeneration()
  place.make(next)
  let isDone = false
  const fresh = engine.open(place.database(next))
  try {
    if (!isCopy(old)) throw failed('The store is the embedded one already.')
    prepare(fresh, random)
    await locked(old, now)
    try {
      fresh.exec('BEGIN IMMEDIATE; DELETE FROM meta')
      // Late values go into the history here, as they would on the server. The copy itself is rolled back.
      keepLateHere({ ...old, machine: joinedTo(old).machine })
      await copyRows(old, fresh)
      fresh.exec(`DELETE FROM meta WHERE name IN ('server', 'server id', 'server seen')`)
      const last = lastChange(old)
      if (fresh.run(`UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = 'changes'`, last) === 0)
        fresh.run(`INSERT INTO sqlite_sequence (name, seq) VALUES ('changes', ?)`, last)
      forThisMachine(fresh, joinedTo(old).machine)
      await indexAgain(fresh)
      fresh.run('INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)', originName(generation, place.files(generation)), String(last))
      fresh.exec('COMMIT')
      const counts = { from: storedCounts(old), to: storedCounts(fresh) }
      if (!isDeepStrictEqual(counts.from, counts.to))
        throw failed('The counts differ, so the copy of the server is still in use; try again.')
      fresh.get('PRAGMA wal_checkpoint(TRUNCATE)')
      place.moveTo(next, random(4))
      isDone = true
      return counts
    } finally {
      old.exec('ROLLBACK')
    }
  } finally {
    fresh.close()
    old.close()
    if (!isDone) place.remove(next)
  }
}
