import type { Socket } from 'node:net'

/** Bounds of a listener's connections; times in ms. */
export interface ConnectionLimits {
  /** Connections on which no valid token was used yet. */
  readonly strangers: number
  /** Those of one address other than loopback, from which all programs of this computer come. */
  readonly strangersAnAddress: number
  /** How long a connection without a session may stay open. */
  readonly strangerMs: number
  /** Connections on which valid tokens were used: of all sessions, and of one. */
  readonly known: number
  readonly aSession: number
  /** Requests of one connection that wait for their answers. */
  readonly unanswered: number
  /** A client that does not take what was written to it for so long, or of which so many bytes wait, is cut off. */
  readonly unreadMs: number
  readonly unreadBytes: number
}

interface Connection {
  readonly socket: Socket
  readonly address: string
  readonly since: number
  /** Whose token was used on it; null: nobody's. */
  session: string | null
  /** Requests that are not answered yet. */
  open: number
  /** When a request of it came or was answered last. */
  usedAt: number
  /** Since when something waits to be taken; null: nothing does. */
  unreadSince: number | null
  /** Ends it with a reason, where its protocol can carry one. */
  close: ((why: string) => void) | null
  /** It is being ended, which may take its protocol a moment. */
  isCut: boolean
}

const loopback = /^(?:127\.|::1$|::ffff:127\.)/

/**
 * The connections of a listener. Anybody may connect, so strangers have a few places among themselves: for a newcomer the
 * one goes that has been silent for the longest time. Whoever has used a valid token counts to its session, and no session
 * and no stranger keeps another session out.
 */
export class Connections {
  private readonly all = new Map<Socket, Connection>()
  private readonly limits: ConnectionLimits
  private readonly clock: () => number
  private readonly onCut: (session: string, why: string) => void

  /** `clock`: ms that only go forward. `onCut`: a connection of a session was cut. */
  constructor(limits: ConnectionLimits, clock: () => number, onCut: (session: string, why: string) => void = () => undefined) {
    this.limits = limits
    this.clock = clock
    this.onCut = onCut
  }

  /** Adds a new connection; where there are too many, cuts another. */
  add(socket: Socket): void {
    const now = this.clock()
    const connection: Connection = {
      ...{ socket, address: socket.remoteAddress ?? '', since: now, session: null, open: 0, usedAt: now },
      ...{ unreadSince: null, close: null, isCut: false },
    }
    this.all.set(socket, connection)
    socket.once('close', () => this.all.delete(socket))
    const { strangers, strangersAnAddress } = this.limits
    const same = this.strangers().filter(({ address }) => address === connection.address)
    if (!loopback.test(connection.address) && same.length > strangersAnAddress) this.drop(same, connection)
    else if (this.strangers().length > strangers)
      this.drop(
        ofMost(this.strangers(), ({ address }) => address),
        connection,
      )
  }

  /** A request came; false, and its connection is cut, when too many of it wait already. */
  begin(socket: Socket): boolean {
    const connection = this.all.get(socket)
    if (connection === undefined || connection.open >= this.limits.unanswered) {
      socket.destroy()
      return false
    }
    connection.open++
    connection.usedAt = this.clock()
    return true
  }

  /** A request was answered, or its connection ended. */
  end(socket: Socket): void {
    const connection = this.all.get(socket)
    if (connection === undefined) return
    connection.open--
    connection.usedAt = this.clock()
  }

  /** A valid token was used; false when its session has too many connections, all of them busy. */
  know(socket: Socket, session: string): boolean {
    const connection = this.all.get(socket)
    if (connection === undefined) return false
    if (connection.session === session) return true
    const known = this.known()
    const mine = known.filter((each) => each.session === session)
    const crowd =
      mine.length >= this.limits.aSession ? mine : known.length >= this.limits.known ? ofMost(known, (each) => each.session) : []
    const idle = crowd.filter(({ open }) => open === 0)
    if (crowd.length > 0 && idle.length === 0) return false
    if (crowd.length > 0) this.drop(idle, connection)
    connection.session = session
    return true
  }

  /** How a connection is to be ended from now on; without it its socket is destroyed. */
  closeBy(socket: Socket, close: (why: string) => void): void {
    const connection = this.all.get(socket)
    if (connection !== undefined) connection.close = close
  }

  /** Sessions whose clients are connected. */
  sessions(): readonly string[] {
    return [...new Set(this.known().map(({ session }) => session))]
  }

  /** Cuts what belongs to sessions that have ended. */
  cut(hasEnded: (session: string) => boolean): void {
    for (const connection of this.known()) if (hasEnded(connection.session)) this.dismiss(connection, reasons.ended)
  }

  /** Cuts strangers that stay too long, and clients that do not read. */
  sweep(): void {
    const now = this.clock()
    for (const connection of this.all.values()) {
      const { socket, session, since, open } = connection
      connection.unreadSince = socket.writableLength === 0 ? null : (connection.unreadSince ?? now)
      // One whose token is being looked up gets a little more.
      const late = session === null && now - since >= this.limits.strangerMs * (open === 0 ? 1 : 3)
      const unread = connection.unreadSince !== null && now - connection.unreadSince >= this.limits.unreadMs
      if (late) this.dismiss(connection, reasons.silent)
      else if (unread || socket.writableLength > this.limits.unreadBytes) this.dismiss(connection, reasons.unread)
    }
  }

  private strangers(): Connection[] {
    return [...this.all.values()].filter(({ session }) => session === null)
  }

  private known(): (Connection & { session: string })[] {
    return [...this.all.values()].filter((connection): connection is Connection & { session: string } => connection.session !== null)
  }

  /** Cuts one of some connections: idle before busy, then the one unused for the longest time. */
  private drop(some: readonly Connection[], newcomer: Connection): void {
    const others = some.filter((each) => each !== newcomer)
    const [first] = others.sort((one, other) => Math.min(one.open, 1) - Math.min(other.open, 1) || one.usedAt - other.usedAt)
    if (first === undefined) return
    this.dismiss(first, reasons.room)
    this.all.delete(first.socket)
  }

  private dismiss(connection: Connection, why: string): void {
    const { socket, session, close } = connection
    if (session !== null && !connection.isCut) this.onCut(session, why)
    connection.isCut = true
    if (close === null) socket.destroy()
    else close(why)
  }
}

/** Reasons for cutting a connection, for its client and the log. */
const reasons = {
  ended: 'the session has expired or was revoked',
  silent: 'no token came in time',
  unread: 'the client does not read what is sent to it',
  room: 'the session has too many connections',
} as const

/** Those that share what the most of them share. */
function ofMost<T>(all: readonly T[], of: (each: T) => string | null): T[] {
  const groups = new Map<string | null, T[]>()
  for (const each of all) groups.set(of(each), [...(groups.get(of(each)) ?? []), each])
  return [...groups.values()].sort((one, other) => other.length - one.length)[0] ?? []
}
