import type { JsonObject } from '../../model/entry.ts'
import { envelopeOf, LEGACY_NEWEST } from '../protocol.ts'
import type { RpcAnswer } from './requests.ts'

/** A server's era and what it says of itself; or its error, where it took no greeting. */
export type Greeting =
  | { readonly era: 'legacy' | 'modern'; readonly about: JsonObject }
  | { readonly error: { readonly code: number; readonly message: string } }

/** How the greeting reaches the server. `ask` rejects where the server ends or does not answer in time. */
interface Line {
  ask(method: string, params: JsonObject): Promise<RpcAnswer>
  send(message: JsonObject): void
}

/**
 * Greets a server as a client that offers nothing: `initialize` first, since nearly all servers support it. A server of the era
 * without a handshake refuses that and gets `server/discover`.
 */
export async function greet({ ask, send }: Line, client: JsonObject): Promise<Greeting> {
  const greeting = await ask('initialize', { protocolVersion: LEGACY_NEWEST, capabilities: {}, clientInfo: client })
  if ('result' in greeting) {
    send({ jsonrpc: '2.0', method: 'notifications/initialized' })
    return { era: 'legacy', about: greeting.result }
  }
  const discovery = await ask('server/discover', { _meta: envelopeOf(client) })
  return 'result' in discovery ? { era: 'modern', about: discovery.result } : { error: greeting.error }
}
