import type { Environment, World } from '../../model/environment.ts'
import type { Manifest, ServerSpec } from '../../model/manifest.ts'
import { isEnvironmentName } from '../manifest/rules.ts'
import { belongs, runSide } from '../launch/side.ts'
import { environmentLabel } from '../participants.ts'

/** What decides whether a server is reached through the bridge. */
export interface SharingContext {
  readonly manifest: Manifest
  readonly home: Environment
  readonly world: World
  /** The manifest's path where it is not home's own, from which alone a bridge starts servers. */
  readonly named?: unknown
}

/** The family of tools that shared servers belong to, in `bridge.families`. */
const family = 'shared'

/** Whether a person asks for a server to be shared. */
export const asksToShare = ({ share, disabled }: ServerSpec): boolean => share !== undefined && share !== false && disabled !== true

/** Why a server with "share" is not shared, in words that follow its name; null: it is. */
export function whyNotShared({ manifest, home, world, named }: SharingContext, server: ServerSpec): string | null {
  const { bridge = {} } = manifest
  if (server.extension !== undefined) return 'Claude Desktop has it as its own extension, and would list its tools twice'
  if (bridge.enabled === false) return 'the bridge is switched off'
  if (bridge.families !== undefined && !bridge.families.includes(family)) return `bridge.families lacks "${family}"`
  if (named !== undefined) return "its manifest is not home's own"
  const side = runSide(server, home, world, home)
  if (side?.id !== home.id) return `it runs in ${server.runIn}, and the bridge runs in ${environmentLabel(home)}`
  const { only = [], except = [] } = server
  if (![...only, ...except].every(isEnvironmentName))
    return '"only" or "except" name programs, and the bridge offers its tools to all of them'
  if (!belongs(server, '', home, 'user')) return `"only" or "except" keep it from ${environmentLabel(home)}, where the bridge runs`
  return null
}

/** Whether a server is reached through the bridge, in every client that has it. */
export const isShared = (context: SharingContext, server: ServerSpec): boolean =>
  asksToShare(server) && whyNotShared(context, server) === null
