import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/client'
import type { Remote } from '../../model/entry.ts'
import type { Fetch } from './http.ts'

/** What may go along with one message. */
export interface SendOptions {
  /** Aborting it closes the answer's stream, which is how revision 2026-07-28 cancels a request over HTTP. */
  readonly signal?: AbortSignal
  /** The stream of the answer has ended; when no answer came before, none will. */
  readonly onEnd?: () => void
}

/** The far end of a remote server, whichever of the two transports carries it. */
export interface RemoteEnd {
  /** Connects where the transport has a connection (SSE); throws when it cannot. */
  start(): Promise<void>
  send(message: JSONRPCMessage, options?: SendOptions): Promise<void>
  /** From `initialize` on, the version that both agreed on stands in a header. */
  setProtocolVersion(version: string): void
  /** The server has given this connection a session of its own. */
  hasSession(): boolean
  onMessage(listener: (message: JSONRPCMessage) => void): void
  /** The connection that carries all answers is gone for good. */
  onLost(listener: (error: Error) => void): void
  /** Ends the session, where there is one, and the connection. */
  close(): Promise<void>
}

const GOODBYE_MS = 500

/** Opens a remote server by the SDK's transports. The headers may hold keys: they go to the server and nowhere else. */
export async function openRemote(remote: Remote, fetch: Fetch): Promise<RemoteEnd> {
  const { SSEClientTransport, SseError, StreamableHTTPClientTransport } = await import('@modelcontextprotocol/client')
  const url = new URL(remote.url)
  const shared = { fetch, requestInit: { headers: { ...remote.headers } } }
  if (remote.transport === 'sse') {
    const transport = new SSEClientTransport(url, shared)
    let open = false
    let lost: (error: Error) => void = () => {}
    // The event source would connect again by itself, but to a new session that nobody has initialized.
    transport.onerror = (error) => {
      if (open && SseError.isInstance(error)) lost(error)
    }
    return {
      ...ending(transport, async () => {}),
      start: async () => {
        await transport.start()
        open = true
      },
      hasSession: () => false,
      onLost: (listener) => {
        lost = listener
      },
    }
  }
  const transport = new StreamableHTTPClientTransport(url, shared)
  return {
    ...ending(transport, () => transport.terminateSession()),
    start: () => transport.start(),
    hasSession: () => transport.sessionId !== undefined,
    onLost: () => {},
  }
}

function ending(transport: Transport, leave: () => Promise<void>): Pick<RemoteEnd, 'send' | 'setProtocolVersion' | 'onMessage' | 'close'> {
  return {
    send: (message, { signal, onEnd } = {}) =>
      transport.send(message, {
        ...(signal === undefined ? {} : { requestSignal: signal }),
        ...(onEnd === undefined ? {} : { onRequestStreamEnd: onEnd }),
      }),
    setProtocolVersion: (version) => transport.setProtocolVersion?.(version),
    onMessage: (listener) => {
      transport.onmessage = (message) => listener(message)
    },
    close: async () => {
      // A server that does not take the goodbye must not hold the end up.
      await Promise.race([leave().catch(() => {}), new Promise((resolve) => setTimeout(resolve, GOODBYE_MS).unref())])
      await transport.close()
    },
  }
}
