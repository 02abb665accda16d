import type { ClientDefinition } from '../../model/client.ts'
import type { Environment, World } from '../../model/environment.ts'
import { BRIDGE } from '../manifest/new-name.ts'
import { cross } from './crossing.ts'
import { type Refused, type RenderContext, type RenderedEntry, refuse } from './request.ts'
import { entryParts, launcherOn, stdioValue } from './value.ts'

export interface BridgeRequest extends Pick<RenderContext, 'folders' | 'home'> {
  readonly client: Pick<ClientDefinition, 'id'>
  readonly environment: Environment
  readonly world: World
}

/**
 * The entry of the bridge: `serve` by home's launcher, across the border for a client of another side. It needs no
 * variable of ours, since Claude Desktop passes on only about sixteen (anthropics/claude-code#90074).
 */
export function renderBridge({ client, environment, world, home, folders }: BridgeRequest): RenderedEntry | Refused {
  const launch = launcherOn(home, folders, ['serve', '--client', client.id])
  if ('reason' in launch) return launch
  const crossed = cross(launch, environment, home, world)
  if ('reason' in crossed) return refuse(crossed.reason, crossed.hint)
  return { ...entryParts(BRIDGE, stdioValue(crossed)), launcher: [home.id] }
}
