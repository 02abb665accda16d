import { limits } from '../base/limits.ts'
import type { ConnectionLimits } from './connections.ts'

/** The options of a listener: its address, how it checks tokens, and callbacks. */
export interface ListenerPlan {
  readonly address: string
  /** 0: any free port. */
  readonly port: number
  /** The id of a valid token's session; null for any other. */
  verify(token: string): Promise<string | null>
  isValid(session: string): Promise<boolean>
  /** A refused request, for the audit. */
  onRefused(why: string): void
  onUsed(session: string): void
  /** A session that was used has expired or was revoked. */
  onEnded?(session: string): void
  /** A client with a valid token was cut off. */
  onCut?(session: string, why: string): void
  onError(error: Error): void
  readonly limits?: Partial<ListenerLimits>
}

/** Bounds of a listener; times in ms. */
export interface ListenerLimits extends ConnectionLimits {
  /** A client that has not sent its headers, or its whole request, by then is cut off, and one that asks nothing more. */
  readonly headersMs: number
  readonly requestMs: number
  readonly idleMs: number
  readonly checkMs: number
}

export const usualLimits: ListenerLimits = {
  strangers: limits.httpStrangers,
  strangersAnAddress: limits.httpStrangersAnAddress,
  strangerMs: limits.httpStrangerMs,
  known: limits.httpKnown,
  aSession: limits.httpKnownASession,
  unanswered: limits.httpUnanswered,
  unreadMs: limits.httpUnreadMs,
  unreadBytes: limits.httpUnreadBytes,
  headersMs: limits.httpHeadersMs,
  requestMs: limits.httpRequestMs,
  idleMs: limits.httpIdleMs,
  checkMs: limits.httpCheckMs,
}
