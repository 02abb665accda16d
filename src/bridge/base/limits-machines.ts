import { MiB, seconds } from './units.ts'

/** Bounds of what is kept on a store server. */
export const machineLimits = {
  serverConnectMs: 5 * seconds,
  serverAnswerMs: 10 * seconds,
  /** How long another schema of a store server may take to be made. */
  serverUpgradeMs: 600_000,
  /** How long a connection that is ended waits for the other side. */
  serverGoodbyeMs: 1 * seconds,
  /** Time between two tries to reach the server, which doubles. A try may take `serverConnectMs`, and 10 s is promised for both. */
  serverRetryMs: 1 * seconds,
  serverRetryMostMs: 4 * seconds,
  /** Time between two tries with a password that was refused: servers shut out who tries often. */
  serverRefusedMs: 60 * seconds,
  /** The first probe of a quiet connection, by TCP: a query would keep a sleeping database awake. */
  serverProbeMs: 30 * seconds,
  /** How long a connection waits for what it announced to itself. */
  serverHearMs: 1 * seconds,
  /** How often a server is asked that announces nothing. */
  serverAskMs: 2 * seconds,
  /** Nothing is asked, and no connection is made anew, when nobody has called for so long. */
  serverAwakeMs: 5 * 60 * seconds,
  /** How often a bridge that is in use says so to the one that holds the lease. */
  serverUsedMs: 10 * seconds,
  /** How often the holder looks for claims whose process has ended. */
  serverTendMs: 5 * seconds,
  /** Numbers of changes that are fetched at once. */
  newsNumbers: 200,
  /** The largest file of namespaces that were given to checkouts. */
  namespaceLinksBytes: 1 * MiB,
}
