import { once } from 'node:events'
import type pg from 'pg'
import { limits } from '../base/limits.ts'
import type { ServerAddress } from './address.ts'
import { clientFor, endClient, type ServerTrust } from './client.ts'

/** The parts of the driver's client that it does not declare. */
interface ClientParts {
  /** The server process that the other side named when the connection was made. */
  readonly processID: number | null
}

/**
 * Finds out whether a connection hears what the server announces. A pooler in transaction mode, such as PgBouncer, accepts LISTEN and
 * delivers nothing, except by luck while a statement is under way: the announcement of this connection may be made by the very
 * process that listens.
 */
export class Hearing {
  private readonly client: pg.Client
  private heard = false

  constructor(client: pg.Client) {
    this.client = client
    client.on('notification', () => {
      this.heard = true
    })
  }

  /**
   * Call it once something was announced over the connection itself, while no statement is under way. `pid`: the process that did so.
   * Where it is the one that the connection was given, no pooler is between (poolers name processes of their own making), and its
   * announcement has to arrive. Else another connection announces: what arrives while this one rests does not arrive by luck.
   */
  async isSure(pid: number, announceElsewhere: () => Promise<boolean>): Promise<boolean> {
    if (pid !== (this.client as unknown as ClientParts).processID) {
      this.heard = false
      if (!(await announceElsewhere())) return false
    }
    if (!this.heard) await once(this.client, 'notification', { signal: AbortSignal.timeout(limits.serverHearMs) }).catch(() => undefined)
    return this.heard
  }
}

/** Announces over a connection of its own, which ends then, that there is nothing new. Resolves to whether it could. */
export async function announce(address: ServerAddress, trust: ServerTrust, channel: string): Promise<boolean> {
  const client = clientFor(address, trust, () => undefined)
  client.on('error', () => undefined)
  try {
    await client.connect()
    await client.query(`SELECT pg_notify($1, '0')`, [channel])
    return true
  } catch {
    return false
  } finally {
    await endClient(client)
  }
}
