import { createHash, createHmac } from 'node:crypto'

const minute = 60_000
/** How long the first ticket is good, while a browser and its person wake up, and each later one. */
const ticketMs = { first: 30 * minute, later: 2 * minute }
/** Most that are kept of each; the oldest go first. */
const most = 200

const digest = (token: string): string => createHash('sha256').update(token).digest('hex')

interface Ticket {
  readonly until: number
  isUsed: boolean
}

/** What became of a ticket. */
export type TicketOutcome = { readonly session: string } | { readonly refused: 'used' | 'late' | 'unknown' }

/**
 * Who may come in. A ticket is in a link, and counts once; it is changed for a session, which the page sends with every request. Neither
 * is kept here as it is, but for the newest ticket, which proves to Windows' side that it is us who listen.
 */
export class Entrance {
  readonly #now: () => number
  readonly #token: () => string
  readonly #tickets = new Map<string, Ticket>()
  readonly #sessions = new Set<string>()
  #newest = ''

  /** `token`: 43 characters that nobody can guess. */
  constructor(now: () => number, token: () => string) {
    this.#now = now
    this.#token = token
  }

  /** A new ticket. Those before stay good for their time. */
  ticket(): string {
    const ticket = `mtu_${this.#token()}`
    const isFirst = this.#tickets.size === 0
    this.#tickets.set(digest(ticket), { until: this.#now() + (isFirst ? ticketMs.first : ticketMs.later), isUsed: false })
    keepNewest(this.#tickets)
    this.#newest = ticket
    return ticket
  }

  /** Changes a ticket for a session. */
  enter(ticket: string): TicketOutcome {
    const known = this.#tickets.get(digest(ticket))
    if (known === undefined) return { refused: 'unknown' }
    if (known.isUsed) return { refused: 'used' }
    if (this.#now() >= known.until) return { refused: 'late' }
    known.isUsed = true
    const session = `mts_${this.#token()}`
    this.#sessions.add(digest(session))
    keepNewest(this.#sessions)
    return { session }
  }

  admits(session: string): boolean {
    return session !== '' && this.#sessions.has(digest(session))
  }

  /** What only who knows the newest ticket can answer. */
  proof(question: string): string {
    return createHmac('sha256', this.#newest).update(question).digest('hex')
  }
}

function keepNewest(kept: Map<string, unknown> | Set<string>): void {
  const [oldest] = kept.keys()
  if (kept.size > most && oldest !== undefined) kept.delete(oldest)
}
