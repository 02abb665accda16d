import type pg from 'pg'
import { failed } from '../base/refusal.ts'
import type { ServerAddress } from './address.ts'
import { limits } from '../base/limits.ts'
import type { Batch, News, SentBatch } from './batch.ts'
import { clientFor, endClient, type ServerTrust } from './client.ts'
import { announce, Hearing } from './hearing.ts'
import { type NamesakeOptions, Namesakes } from './namesakes.ts'
import { asUnreachable, Unreachable } from './trouble.ts'

export interface ServerOptions {
  readonly address: ServerAddress
  readonly trust?: ServerTrust
  /** The name of this machine. */
  readonly machine: string
  /** Called with the number of a change that the server announces. */
  onNews(n: number): void
  /** Called once when the connection has ended, for whatever reason. */
  onEnd(): void
  /** Present where this connection speaks for the machine: another one of the same name is looked for. */
  readonly namesakes?: Pick<NamesakeOptions, 'speaks' | 'onFound'>
}

/** What the server says of itself. */
export interface ServerFacts {
  /** Of the database: another one, or an older backup of it, has another history. */
  readonly id: string
  readonly schema: number
  /** The role that signed in. */
  readonly person: string
  /** This role can read what all others keep there. */
  readonly administrator: boolean
  /** The number of this person's last change. */
  readonly last: number
  /** How far the server's clock is ahead of this machine's, in ms. */
  readonly clock: number
  /** Changes are announced to this connection; else the server has to be asked. */
  readonly hears: boolean
}

/** How this machine learns what others write. Asleep: nobody has called for a while, and nothing is asked until somebody does. */
export type Liveness = 'notified' | 'asked' | 'asleep'

/** How this machine reaches the store server. */
export interface ServerState {
  readonly reached: boolean
  /** Ms since the epoch: since when it is, or is not. */
  readonly since: number
  /** Why it is not. */
  readonly why: string | null
  /** Null: it is not reached. */
  readonly live: Liveness | null
  /** Null: it was not reached since the store is looked after by this process. */
  readonly facts: Pick<ServerFacts, 'person' | 'administrator' | 'schema'> | null
}

/** What the server holds of one kind. */
export interface KindTotals {
  readonly kind: string
  /** Deleted ones are counted. */
  readonly rows: number
  readonly live: number
  /** The sum of the numbers of their changes. */
  readonly numbers: number
}

export interface ServerTotals {
  /** The number of the last change. */
  readonly last: number
  readonly kinds: readonly KindTotals[]
}

/** The one connection of this machine to the store server. */
export class ServerConnection {
  readonly facts: ServerFacts
  private readonly client: pg.Client
  private readonly machine: string
  private readonly namesakes: Namesakes | null

  /** Rejects with `Unreachable`, or with a Refusal where the server can be reached but holds no store for this person. */
  static async open(options: ServerOptions, now: () => number): Promise<ServerConnection> {
    const { address, trust = {}, onNews, onEnd } = options
    let refused: Error | undefined
    const client = clientFor(address, trust, (why) => {
      refused = why
    })
    client.on('error', () => undefined)
    client.on('end', onEnd)
    const hearing = new Hearing(client)
    client.on('notification', ({ payload = '' }) => {
      // Every role may announce on every channel: what is no number of a change is from somebody else, or asks whether this one hears.
      if (/^[1-9]\d{0,14}$/.test(payload)) onNews(Number(payload))
    })
    try {
      await client.connect()
      const asked = now()
      const { rows } = await client.query<FactsRow>(factsSql)
      const row = rows[0]
      if (row === undefined) throw failed('The store server did not say who signed in.')
      if (!row.there) throw failed('The database has no store of mcp-twin that this person may use.')
      // What is written after the last number was read is announced: it listens before.
      const channel = `mcp_twin_${row.hash}`
      await client.query(`LISTEN "${channel}"`)
      const about = await client.query<AboutRow>(aboutSql, [channel])
      const { id = '', schema = '0', last = '0', pid = 0 } = about.rows[0] ?? {}
      const clock = Number(row.at) - Math.round((asked + now()) / 2)
      const { person, administrator } = row
      const hears = await hearing.isSure(pid, () => announce(address, trust, channel))
      const { machine, namesakes: wanted } = options
      const namesakes = wanted && hears ? new Namesakes(client, { ...wanted, channel, machine }) : null
      await namesakes?.ask()
      const said = { id, schema: Number(schema), last: Number(last) }
      return new ServerConnection(client, machine, { ...said, ...{ person, administrator, clock, hears } }, namesakes)
    } catch (error) {
      await endClient(client)
      throw refused === undefined ? asUnreachable(error) : new Unreachable(refused.message)
    }
  }

  private constructor(client: pg.Client, machine: string, facts: ServerFacts, namesakes: Namesakes | null) {
    this.namesakes = namesakes
    this.client = client
    this.machine = machine
    this.facts = facts
  }

  /** Sends a batch, which is kept whole or not at all. Rejects with `Unreachable` where no answer came. */
  async write({ id, author, at, rows, changes }: Batch): Promise<SentBatch> {
    const columns = [rows.map((row) => row.kind), rows.map((row) => row.key), rows.map((row) => row.seen), rows.map((row) => row.body)]
    const values = [id, this.machine, author.client, author.session, at, JSON.stringify(changes), ...columns]
    const [row] = await this.ask<{ n: string; stale: boolean }>(writeSql, values)
    return { n: Number(row?.n ?? 0), isStale: row?.stale ?? true }
  }

  /** What was ordered after a number, at least one number of it whole. */
  async newsAfter(n: number): Promise<News> {
    const found = await this.ask<NewsRow>(newsSql, [n, n + limits.newsNumbers])
    const last = Number(found.find(({ kind }) => kind === lastKind)?.n ?? 0)
    return {
      last,
      upTo: Math.min(last, n + limits.newsNumbers),
      rows: found.flatMap(({ kind, key, body, n }) => (kind === batchKind || kind === lastKind ? [] : [{ kind, key, body, n: Number(n) }])),
      batches: found.flatMap(({ kind, key: id, n, machine, client, session, at, body }) =>
        kind === batchKind ? [{ n: Number(n), id, machine, client, session, at: Number(at), changes: JSON.parse(body ?? '[]') }] : [],
      ),
    }
  }

  /** How many rows of each kind this person has there, at one moment. */
  async totals(): Promise<ServerTotals> {
    const rows = await this.ask<{ kind: string; rows: string; live: string; numbers: string }>(totalsSql, [])
    const numbered = rows.map(({ kind, rows: all, live, numbers }) => ({
      ...{ kind, rows: Number(all), live: Number(live), numbers: Number(numbers) },
    }))
    return {
      last: numbered.find(({ kind }) => kind === lastKind)?.numbers ?? 0,
      kinds: numbered.filter(({ kind }) => kind !== lastKind),
    }
  }

  async close(): Promise<void> {
    this.namesakes?.end()
    await endClient(this.client)
  }

  /** Statements have no names: behind PgBouncer the next one may reach another server process. */
  private async ask<R extends pg.QueryResultRow>(text: string, values: readonly unknown[]): Promise<R[]> {
    try {
      return (await this.client.query<R>(text, [...values])).rows
    } catch (error) {
      throw asUnreachable(error)
    }
  }
}

interface FactsRow {
  person: string
  administrator: boolean
  hash: string
  at: string
  there: boolean
}

interface AboutRow {
  id: string
  schema: string
  last: string
  pid: number
}

/** A row, a batch or the number of the last change: the kinds of the latter two are no tables. */
interface NewsRow {
  n: string
  kind: string
  /** The id of a batch. */
  key: string
  /** The changes of a batch. */
  body: string | null
  machine: string
  client: string
  session: string
  at: string
}

const batchKind = '(batch)'
const lastKind = '(last)'

/** The owner of the schema may take its wall away. */
export const isAdministrator = `(SELECT rolsuper OR rolbypassrls FROM pg_catalog.pg_roles WHERE rolname = session_user)
  OR coalesce((SELECT pg_has_role(session_user, nspowner, 'MEMBER') FROM pg_catalog.pg_namespace WHERE nspname = 'mcp_twin'), false)`

const factsSql = `SELECT session_user::text AS person, ${isAdministrator} AS administrator, md5(session_user::text) AS hash,
  floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS at,
  to_regnamespace('mcp_twin') IS NOT NULL AND has_schema_privilege(to_regnamespace('mcp_twin'), 'USAGE') AS there`

const aboutSql = `SELECT (SELECT value FROM mcp_twin.about WHERE name = 'id') AS id,
  (SELECT value FROM mcp_twin.about WHERE name = 'schema') AS schema,
  coalesce((SELECT n FROM mcp_twin.people WHERE person = session_user), 0) AS last,
  pg_backend_pid() AS pid, pg_notify($1, '0')`

const writeSql = 'SELECT n, stale FROM mcp_twin.write($1, $2, $3, $4, $5, $6, $7::text[], $8::text[], $9::bigint[], $10::text[])'

/** One statement, and so one state of the server. */
const newsSql = `SELECT n, kind, key, body, '' AS machine, '' AS client, '' AS session, 0::bigint AS at
    FROM mcp_twin.entries WHERE person = session_user AND n > $1 AND n <= $2
  UNION ALL SELECT n, '${batchKind}', id, changes, machine, client, session, at
    FROM mcp_twin.batches WHERE person = session_user AND n > $1 AND n <= $2
  UNION ALL SELECT n, '${lastKind}', '', NULL, '', '', '', 0 FROM mcp_twin.people WHERE person = session_user
  ORDER BY n`

const totalsSql = `SELECT kind, count(*) AS rows, count(body) AS live, sum(n) AS numbers
    FROM mcp_twin.entries WHERE person = session_user GROUP BY kind
  UNION ALL SELECT '${lastKind}', 0, 0, n FROM mcp_twin.people WHERE person = session_user`
