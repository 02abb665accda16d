import { seconds } from './units.ts'

/** Bounds of what is kept on a store server. */
export const machineLimits = {
  serverConnectMs: 5 * seconds,
  serverAnswerMs: 10 * seconds,
  /** How long a connection that is ended waits for the other side. */
  serverGoodbyeMs: 1 * seconds,
  /** Time between two tries to reach the server, which doubles. */
  serverRetryMs: 1 * seconds,
  serverRetryMostMs: 60 * seconds,
  /** How often the holder looks for claims whose process has ended. */
  serverTendMs: 5 * seconds,
  /** Numbers of changes that are fetched at once. */
  newsNumbers: 200,
}
