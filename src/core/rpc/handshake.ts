import type { JsonObject } from '../../model/entry.ts'
import { isObject } from '../object.ts'
import { envelopeOf, LEGACY_NEWEST, MODERN } from '../protocol.ts'
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
  const discovery = await discover(ask, envelopeOf(client))
  return 'result' in discovery ? { era: 'modern', about: discovery.result } : { error: greeting.error }
}

/** Asks a server of the era without a handshake what it is. `envelope`: the `_meta` of the client that it is asked for. */
export const discover = (ask: Line['ask'], envelope: JsonObject): Promise<RpcAnswer> => ask('server/discover', { _meta: envelope })

/** The capabilities of a server, by its answer to `discover`; null where it is not of the newest revision. */
export function modernCapabilities(answer: RpcAnswer): JsonObject | null {
  if ('error' in answer) return null
  const { supportedVersions, capabilities } = answer.result
  if (!Array.isArray(supportedVersions) || !supportedVersions.includes(MODERN)) return null
  return isObject(capabilities) ? capabilities : {}
}
