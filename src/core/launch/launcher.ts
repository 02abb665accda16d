import { unlessEmpty } from '../object.ts'
import type { ClientDefinition } from '../../model/client.ts'
import type { Entry, JsonObject, Launch } from '../../model/entry.ts'
import type { Environment, World } from '../../model/environment.ts'
import type { ServerSpec } from '../../model/manifest.ts'
import { Secret } from '../../model/secret.ts'
import { layout } from '../layout.ts'
import { BRIDGE } from '../manifest/new-name.ts'
import { cross } from './cross-border.ts'
import { meaningKeys } from './meaning.ts'
import { refuse, type Refused, type RenderContext, type RenderedEntry, type RenderRequest } from './request.ts'
import { missing } from './resolve.ts'

type Spelled = Pick<ClientDefinition, 'spelling'>

/** A stdio entry as the client takes it, mostly: no empty list, no empty object, no `type`. */
export function stdioValue({ spelling }: Spelled, launch: Launch): JsonObject {
  const { command, args, env } = launch
  return (
    spelling.stdio?.(launch) ?? {
      command,
      ...(args.length === 0 ? {} : { args: [...args] }),
      ...unlessEmpty('env', env),
    }
  )
}

/** Our launcher on a side with these words behind it: node and the launcher by their full paths. */
function launcherOn(side: Environment, folders: RenderRequest['folders'], words: readonly string[]): Launch | Refused {
  const folder = folders(side.id)
  if (side.node === undefined) return missing(side, 'node')
  if (folder === null) return side.trouble === undefined ? missing(side, 'folder of ours') : refuse(side.trouble.reason, side.trouble.hint)
  return { command: side.node, args: [layout(side, folder).launcher, ...words], env: {} }
}

/** Our launcher on a side, to start a server by its name. Other sides than home have a copy of what home's manifest said. */
export const runOn = (side: Environment, { folders, home, named, name }: RenderRequest): Launch | Refused =>
  launcherOn(side, folders, ['run', ...(named !== undefined && side.id === home.id ? [`--manifest=${named}`] : []), name])

/** What of a rendered entry differs from the common case: nothing needed, nothing to say. */
export const entryParts = (client: Spelled, name: string, value: JsonObject): RenderedEntry => ({
  kind: 'entry',
  name,
  value: new Secret(value),
  owned: [...meaningKeys(client), ...(client.spelling.excludes?.(value) ?? [])],
  holdsKey: false,
  packages: [],
  launcher: [],
  launches: [],
  notices: [],
})

interface BridgeRequest extends Pick<RenderContext, 'folders' | 'home'> {
  readonly client: Pick<ClientDefinition, 'id' | 'spelling'>
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
  return { ...entryParts(client, BRIDGE, stdioValue(client, crossed)), launcher: [home.id] }
}

/** True for a package's JavaScript that this side's own node starts, so that `run` may run it in its own process. */
export const isOwnScript = (entry: Entry, spec: ServerSpec, side: Environment): boolean =>
  entry.kind === 'stdio' && spec.package !== undefined && entry.command === side.node && !/npx-cli\.js$/.test(entry.args[0] ?? '')
