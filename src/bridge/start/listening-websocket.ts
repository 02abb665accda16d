import type { McpServerFactory } from '@modelcontextprotocol/server'
import type { System } from '../../model/system.ts'
import type { Bridge } from '../contract/bridge.ts'
import { WebSocketCarrier, type WebSocketPlan } from '../transports/websocket.ts'
import { admission, atPort, type ListenAddress } from './admission.ts'

/** The listener of a bridge for WebSocket. `serverFor` makes the server of a connection, `onListen` is called when a client subscribes to changes. */
export const carryWebSocket = (
  system: System,
  place: ListenAddress,
  bridge: Bridge,
  serverFor: (session: string) => McpServerFactory,
  onListen: () => void,
  bounds: Pick<WebSocketPlan, 'limits' | 'wire'> = {},
): Promise<WebSocketCarrier> =>
  atPort(bridge, place, '--ws', () =>
    WebSocketCarrier.open({ ...admission(system, bridge, 'websocket'), ...place, serverFor, onListen, ...bounds }),
  )
