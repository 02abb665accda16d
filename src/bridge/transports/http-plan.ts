import type { McpServerFactory } from '@modelcontextprotocol/server'
import { limits } from '../base/limits.ts'
import type { ConnectionLimits } from './connections.ts'

/** What a listener is opened with. */
export interface HttpPlan {
  readonly factory: McpServerFactory
  readonly address: string
  /** 0: any free port. */
  readonly port: number
  /** What `GET /identity` says, and nothing else. */
  readonly identity: { readonly name: string; readonly version: string; readonly protocols: readonly string[] }
  /** The id of a valid token's session; null for any other. */
  verify(token: string): Promise<string | null>
  isValid(session: string): Promise<boolean>
  now(): number
  /** A refused request, for the audit. */
  onRefused(why: string): void
  onUsed(session: string): void
  /** A session that was used has expired or was revoked. */
  onEnded?(session: string): void
  onError(error: Error): void
  readonly limits?: Partial<HttpLimits>
}

/** Bounds of a listener; times in ms. */
export interface HttpLimits extends ConnectionLimits {
  /** A client that has not sent its headers, or its whole request, by then is cut off, and one that asks nothing more. */
  readonly headersMs: number
  readonly requestMs: number
  readonly idleMs: number
  readonly checkMs: number
}

export const usualLimits: HttpLimits = {
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
