import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { limits } from '../base/limits.ts'
import { failed } from '../base/refusal.ts'
import type { ServerAddress } from './address.ts'
import { clientFor, endClient, type ServerTrust } from './client.ts'
import { schemaSql, upgradeSql } from './schema.ts'
import { isAdministrator, ServerConnection } from './server.ts'
import { asUnreachable } from './trouble.ts'

/** A server as it is before a store moves there. */
export interface ServerLook {
  /** The role that signed in. */
  readonly person: string
  /** This role can read what all others keep there, or will, since it makes the schema. */
  readonly administrator: boolean
  /** The schema is there. */
  readonly isMade: boolean
  /** What this person has there already. */
  readonly memory: number
  readonly handoffs: number
  /** Machines that wrote there as this person. */
  readonly machines: readonly string[]
}

/** Looks at a server without changing anything. Rejects with `Unreachable`, or with a Refusal where this person can keep nothing there. */
export const lookAt = (address: ServerAddress, trust: ServerTrust): Promise<ServerLook> =>
  withClient(address, trust, async (client) => {
    const { person, administrator, is_made: isMade, may_use: mayUse, may_make: mayMake } = await row<FoundRow>(client, foundSql)
    if (!isMade && !mayMake)
      throw failed(
        `The role ${person} may not make a schema in this database. Its administrator can run what is printed by: mcp-twin store sql --person ${person}`,
      )
    if (!isMade) return { person, administrator: true, isMade, memory: 0, handoffs: 0, machines: [] }
    if (!mayUse)
      throw failed(
        `The role ${person} may not use the store in this database. Its administrator can run what is printed by: mcp-twin store sql --person ${person}`,
      )
    const { memory, handoffs, machines } = await row<HeldRow>(client, heldSql)
    return { person, administrator, isMade, memory: Number(memory), handoffs: Number(handoffs), machines: machines ?? [] }
  })

/** Whether a machine of this name is connected. */
export async function isConnected(address: ServerAddress, trust: ServerTrust, machine: string, now: () => number): Promise<boolean> {
  let isFound = false
  const onFound = () => {
    isFound = true
  }
  const quiet = { onNews: () => undefined, onEnd: () => undefined }
  const connection = await ServerConnection.open({ address, trust, machine, ...quiet, namesakes: { speaks: () => false, onFound } }, now)
  await sleep(limits.serverHearMs)
  await connection.close()
  return isFound
}

/** Makes the schema where it is missing. Another machine may do so at the same moment. */
export const makeSchema = (address: ServerAddress, trust: ServerTrust): Promise<void> =>
  withClient(address, trust, async (client) => {
    try {
      // All of it or nothing: statements that are sent as one text are one transaction.
      await client.query(schemaSql)
    } catch (error) {
      const { is_made: isMade } = await row<FoundRow>(client, foundSql)
      if (!isMade) throw error
    }
  })

/** The schema as it is on a server that has one. */
export interface SchemaLook {
  readonly person: string
  readonly schema: number
  /** This role may change it. */
  readonly mayUpgrade: boolean
}

/** Looks at the schema without changing anything. */
export const lookAtSchema = (address: ServerAddress, trust: ServerTrust): Promise<SchemaLook> =>
  withClient(address, trust, async (client) => {
    const { person, is_made: isMade, may_use: mayUse } = await row<FoundRow>(client, foundSql)
    if (!isMade || !mayUse) throw failed(`The database has no store of mcp-twin that the role ${person} may use.`)
    const { schema, may_upgrade: mayUpgrade } = await row<{ schema: string; may_upgrade: boolean }>(client, ownedSql)
    return { person, schema: Number(schema), mayUpgrade }
  })

/** Brings the schema to the one of this program, all of it or nothing. */
export const upgradeSchema = (address: ServerAddress, trust: ServerTrust): Promise<void> =>
  withClient(address, trust, async (client) => {
    // Sums over all that everybody keeps take longer than an answer.
    const all: pg.QueryConfig & { query_timeout: number } = { text: upgradeSql, query_timeout: limits.serverUpgradeMs }
    await client.query(all)
  })

async function withClient<T>(address: ServerAddress, trust: ServerTrust, work: (client: pg.Client) => Promise<T>): Promise<T> {
  let refused: Error | undefined
  const client = clientFor(address, trust, (why) => {
    refused = why
  })
  client.on('error', () => undefined)
  try {
    await client.connect()
    return await work(client)
  } catch (error) {
    throw refused ?? asUnreachable(error)
  } finally {
    await endClient(client)
  }
}

async function row<R extends pg.QueryResultRow>(client: pg.Client, text: string): Promise<R> {
  const [first] = (await client.query<R>(text)).rows
  if (first === undefined) throw failed('The store server gave no answer.')
  return first
}

interface FoundRow {
  person: string
  administrator: boolean
  is_made: boolean
  may_use: boolean | null
  may_make: boolean
}

const foundSql = `SELECT session_user::text AS person, ${isAdministrator} AS administrator, to_regnamespace('mcp_twin') IS NOT NULL AS is_made,
  has_schema_privilege(to_regnamespace('mcp_twin'), 'USAGE') AS may_use, has_database_privilege(current_database(), 'CREATE') AS may_make`

const ownedSql = `SELECT (SELECT value FROM mcp_twin.about WHERE name = 'schema') AS schema,
  pg_has_role(session_user, nspowner, 'USAGE') AS may_upgrade FROM pg_catalog.pg_namespace WHERE nspname = 'mcp_twin'`

interface HeldRow {
  memory: string
  handoffs: string
  machines: string[] | null
}

const heldSql = `SELECT count(*) FILTER (WHERE kind = 'memory') AS memory, count(*) FILTER (WHERE kind = 'handoff_heads') AS handoffs,
  (SELECT array_agg(DISTINCT machine) FROM mcp_twin.batches WHERE person = session_user) AS machines
  FROM mcp_twin.entries WHERE person = session_user AND body IS NOT NULL`
