import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/client'
import type { JsonObject, Remote } from '../../model/entry.ts'
import { answerOf, statusOf } from './failure.ts'
import type { Fetch } from './http.ts'

/** A message passes as it came: its shape was the sender's to choose and is the receiver's to judge. */
export const asMessage = (message: JsonObject): JSONRPCMessage => message as unknown as JSONRPCMessage

/** What may go along with one message. */
export interface SendOptions {
  /** Aborting it closes the answer's stream, which is how revision 2026-07-28 cancels a request over HTTP. */
  readonly signal?: AbortSignal
  /** The stream of the answer has ended; when no answer came before, none will. */
  readonly onEnd?: () => void
}

/** The far end of a remote server, whichever of the two transports carries it. */
export interface RemoteEnd {
  /** Connects where the transport has a connection (SSE); throws when it cannot, and may be called again then. */
  start(): Promise<void>
  send(message: JSONRPCMessage, options?: SendOptions): Promise<void>
  /** From `initialize` on, a header holds the version that both agreed on. */
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

/**
 * Opens a remote server by the SDK's transports: by the one that it names, else Streamable HTTP first, then SSE. The headers may
 * hold keys: they go to the server and nowhere else.
 */
export async function openRemote(remote: Remote, fetch: Fetch): Promise<RemoteEnd> {
  if (remote.transport !== undefined) return openBy(remote, remote.transport, fetch)
  return httpThenSse(await openBy(remote, 'http', fetch), () => openBy(remote, 'sse', fetch))
}

async function openBy(remote: Remote, transport: 'http' | 'sse', fetch: Fetch): Promise<RemoteEnd> {
  if (transport === 'sse') return openSse(remote, fetch)
  const { StreamableHTTPClientTransport } = await import('@modelcontextprotocol/client')
  const streamable = new StreamableHTTPClientTransport(new URL(remote.url), { fetch, requestInit: { headers: { ...remote.headers } } })
  return {
    ...ending(
      () => streamable,
      () => streamable.terminateSession(),
    ),
    onMessage: (listener) => {
      streamable.onmessage = (message) => listener(message)
    },
    start: () => streamable.start(),
    hasSession: () => streamable.sessionId !== undefined,
    onLost: () => {},
  }
}

async function openSse(remote: Remote, fetch: Fetch): Promise<RemoteEnd> {
  const { SSEClientTransport, SseError } = await import('@modelcontextprotocol/client')
  let isOpen = false
  let message: (message: JSONRPCMessage) => void = () => {}
  let lost: (error: Error) => void = () => {}
  // The event source repeats no more than the text of what went wrong.
  let cause: unknown
  const noted: Fetch = async (url, init) => {
    try {
      return await fetch(url, init)
    } catch (error) {
      cause = error
      throw error
    }
  }
  const make = () => {
    const made = new SSEClientTransport(new URL(remote.url), { fetch: noted, requestInit: { headers: { ...remote.headers } } })
    made.onmessage = (each) => message(each)
    // The event source would connect again by itself, but to a new session that nobody has initialized.
    made.onerror = (error) => {
      if (isOpen && SseError.isInstance(error)) lost(error)
    }
    return made
  }
  let transport = make()
  return {
    ...ending(
      () => transport,
      async () => {},
    ),
    start: async () => {
      cause = undefined
      try {
        await transport.start()
        isOpen = true
      } catch (error) {
        // A transport starts only once.
        await transport.close()
        transport = make()
        throw cause ?? error
      }
    },
    onMessage: (listener) => {
      message = listener
    },
    hasSession: () => false,
    onLost: (listener) => {
      lost = listener
    },
  }
}

function ending(transport: () => Transport, leave: () => Promise<void>): Pick<RemoteEnd, 'send' | 'setProtocolVersion' | 'close'> {
  return {
    send: (message, { signal, onEnd } = {}) =>
      transport().send(message, {
        ...(signal === undefined ? {} : { requestSignal: signal }),
        ...(onEnd === undefined ? {} : { onRequestStreamEnd: onEnd }),
      }),
    setProtocolVersion: (version) => transport().setProtocolVersion?.(version),
    close: async () => {
      // A server that does not take the goodbye must not hold the end up.
      await Promise.race([leave().catch(() => {}), new Promise((resolve) => setTimeout(resolve, GOODBYE_MS).unref())])
      await transport().close()
    },
  }
}

/** How long a server that does not speak Streamable HTTP may take to open its stream of events, in ms. */
const SSE_MS = 10_000

/**
 * True where the answer to the first message says that nobody takes messages by POST at that address (2025-11-25:
 * basic/transports, "Backwards Compatibility"). A JSON-RPC error comes from a server that does.
 */
const takesNoPost = (error: unknown): boolean => [400, 404, 405].includes(statusOf(error) ?? 0) && answerOf(error) === null

/** An end that begins with Streamable HTTP, and goes over to SSE where the server's first answer says that it knows no other. */
function httpThenSse(http: RemoteEnd, openSse: () => Promise<RemoteEnd>): RemoteEnd {
  let end = http
  let isDecided = false
  let moving: Promise<RemoteEnd | null> | null = null
  let message: (message: JSONRPCMessage) => void = () => {}
  let lost: (error: Error) => void = () => {}
  http.onMessage((each) => message(each))
  const move = async (): Promise<RemoteEnd | null> => {
    const sse = await openSse()
    sse.onMessage((each) => message(each))
    sse.onLost((error) => lost(error))
    try {
      await within(SSE_MS, sse.start())
    } catch {
      await sse.close()
      return null
    }
    await http.close()
    isDecided = true
    end = sse
    return sse
  }
  return {
    start: () => http.start(),
    send: async (each, options) => {
      const used = end
      try {
        await used.send(each, options)
        isDecided = true
      } catch (error) {
        if (used !== http || (isDecided && moving === null) || !takesNoPost(error)) throw error
        moving ??= move()
        const sse = await moving
        // Nobody answers there either: the error of the first transport is the one that a person can act on.
        if (sse === null) throw error
        await sse.send(each, options)
      }
    },
    setProtocolVersion: (version) => end.setProtocolVersion(version),
    hasSession: () => end.hasSession(),
    onMessage: (listener) => {
      message = listener
    },
    onLost: (listener) => {
      lost = listener
    },
    close: () => end.close(),
  }
}

function within(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no stream of events in time')), ms)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
