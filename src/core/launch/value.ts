import type { JsonObject, Launch } from '../../model/entry.ts'
import type { Environment } from '../../model/environment.ts'
import { Secret } from '../../model/secret.ts'
import { layout } from '../layout.ts'
import { meaningKeys } from './meaning.ts'
import { type Refused, type RenderedEntry, type RenderRequest, refuse } from './request.ts'
import { missing } from './resolve.ts'

/** A stdio entry as every client takes it: no empty list, no empty object, no `type`. */
export const stdioValue = ({ command, args, env }: Launch): JsonObject => ({
  command,
  ...(args.length === 0 ? {} : { args: [...args] }),
  ...(Object.keys(env).length === 0 ? {} : { env: { ...env } }),
})

/** Our launcher on a side with these words behind it: node and the launcher by their full paths. */
export function launcherOn(side: Environment, folders: RenderRequest['folders'], words: readonly string[]): Launch | Refused {
  const folder = folders(side.id)
  if (side.node === undefined) return missing(side, 'node')
  if (folder === null) return side.trouble === undefined ? missing(side, 'folder of ours') : refuse(side.trouble.reason, side.trouble.hint)
  return { command: side.node, args: [layout(side, folder).launcher, ...words], env: {} }
}

/** Our launcher on a side, to start a server by its name. Other sides than home have a copy of what home's manifest said. */
export const runOn = (side: Environment, { folders, home, named, name }: RenderRequest): Launch | Refused =>
  launcherOn(side, folders, ['run', ...(named !== undefined && side.id === home.id ? [`--manifest=${named}`] : []), name])

/** What of a rendered entry differs from the common case: nothing needed, nothing to say. */
export const entryParts = (name: string, value: JsonObject): RenderedEntry => ({
  kind: 'entry',
  name,
  value: new Secret(value),
  owned: meaningKeys,
  holdsKey: false,
  packages: [],
  launcher: [],
  launches: [],
  notices: [],
})
