import { SUPPORTED_PROTOCOL_VERSIONS } from '@modelcontextprotocol/server'
import { MODERN } from '../../core/protocol.ts'

/** The name under which the bearer of a session's token is known to the audit and to others. */
export const bearer = (session: string): string => `session ${session}`

/** Something that carries the protocol to clients: stdio, Streamable HTTP, WebSocket. It ends when its client does, or when closed. */
export interface Carrier {
  readonly name: string
  /** The port that it listens on, if any. */
  readonly port?: number
  /** Who is connected now, each once. */
  clients(): readonly string[]
  /** Settles when there is no client any more and none will come. */
  readonly ended: Promise<void>
  close(): Promise<void>
}

/** The revisions of the protocol that are spoken: the present one, and those with a handshake. */
export const protocols: readonly string[] = [MODERN, ...SUPPORTED_PROTOCOL_VERSIONS]
