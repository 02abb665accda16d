import type { McpServerFactory } from '@modelcontextprotocol/server'
import type { System } from '../../model/system.ts'
import type { Bridge } from '../contract/bridge.ts'
import { HttpCarrier } from '../transports/http.ts'
import type { ListenerLimits } from '../transports/listener-plan.ts'
import { protocols } from '../transports/carrier.ts'
import { admission, atPort, type ListenAddress } from './admission.ts'

/** The listener of a bridge for Streamable HTTP, with its tokens, its audit and what it says of itself. */
export const carryHttp = (
  system: System,
  place: ListenAddress,
  bridge: Bridge,
  factory: McpServerFactory,
  limits: Partial<ListenerLimits> = {},
): Promise<HttpCarrier> =>
  atPort(bridge, place, '--http', () =>
    HttpCarrier.open({
      ...{ ...admission(system, bridge, 'http'), ...place, factory, limits },
      identity: { name: 'mcp-twin', version: bridge.settings.version, protocols },
      now: () => bridge.now(),
    }),
  )
