import { randomBytes } from 'node:crypto'
import type pg from 'pg'

export interface NamesakeOptions {
  readonly channel: string
  /** The name of this machine. */
  readonly machine: string
  /** Whether this process speaks for the machine now: one that was stopped and goes on may have been replaced. */
  speaks(): boolean | Promise<boolean>
  /** Called where another machine that is connected has the same name. */
  onFound(): void
}

/**
 * Finds out whether another machine is connected under the name of this one, as the clone of a disk would be: the machines of a person
 * ask and answer each other by announcements. Where announcements do not arrive, nothing is found out.
 */
export class Namesakes {
  private readonly client: pg.Client
  private readonly options: NamesakeOptions
  /** This connection. */
  private readonly own = randomBytes(8).toString('hex')
  private isOver = false

  constructor(client: pg.Client, options: NamesakeOptions) {
    this.client = client
    this.options = options
    client.on('notification', ({ payload = '', processId }) => {
      // An answer that cannot be given now is asked for again by the next connection.
      this.heed(payload, processId).catch(() => undefined)
    })
  }

  /** Asks. `onFound` is called within a round trip or two, if at all. */
  async ask(): Promise<void> {
    await this.announce(`? ${this.own} ${this.options.machine}`)
  }

  /** The connection ends; until it has, it must not answer the one that takes its place. */
  end(): void {
    this.isOver = true
  }

  private async heed(payload: string, from: number): Promise<void> {
    const [, sign, asker, machine] = /^([?!]) ([0-9a-f]{16}) (.+)$/s.exec(payload) ?? []
    if (this.isOver || machine !== this.options.machine) return
    if (sign === '?' && asker !== this.own && (await this.options.speaks())) await this.announce(`! ${asker} ${machine}`)
    // Every role may announce on every channel: only a connection of the same person counts.
    if (sign === '!' && asker === this.own && (await this.isSamePerson(from))) this.options.onFound()
  }

  private async isSamePerson(pid: number): Promise<boolean> {
    const text = 'SELECT 1 FROM pg_catalog.pg_stat_activity WHERE pid = $1 AND pid <> pg_backend_pid() AND usename = session_user'
    return (await this.client.query({ text, values: [pid] })).rows.length > 0
  }

  private async announce(payload: string): Promise<void> {
    await this.client.query('SELECT pg_notify($1, $2)', [this.options.channel, payload])
  }
}
