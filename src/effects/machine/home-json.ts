import { jsonOrNull } from '../../core/formats/json/loose.ts'
import { layout } from '../../core/layout.ts'
import { toHere } from '../../core/paths.ts'
import { TwinError } from '../../errors.ts'
import type { Environment } from '../../model/environment.ts'
import { type HomeJson, homeJsonSchema } from '../../model/home.ts'
import type { ReachablePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { ownerOnly } from './far-modes.ts'
import { ownFolder } from './own-folder.ts'

/** Reads `home.json`; null when there is none. Throws if it is damaged: guessing would make a second home. */
export async function readHomeJson(system: System, file: ReachablePath): Promise<HomeJson | null> {
  const bytes = await system.files.read(file)
  if (bytes === null) return null
  const hint = `give the side with --home, or remove ${file}, then: mcp-twin init`
  const parsed = homeJsonSchema.safeParse(jsonOrNull(new TextDecoder().decode(bytes)))
  if (!parsed.success) throw new TwinError('home-json', `${file} is damaged: it does not say where home is.`, { hint, place: { file } })
  return parsed.data
}

/** Where home is. */
export interface HomeLocation {
  readonly environment: Environment
  readonly folder: HomeJson['folder']
}

/** Writes `home.json` on a side that is not home; false when it is up to date, or the side cannot be reached from here. */
export async function writeHomeJson(system: System, side: Environment, home: HomeLocation): Promise<boolean> {
  const file = toHere(side, layout(side, ownFolder(system, side)).homeJson)
  const folder = toHere(side, ownFolder(system, side))
  if (file === null || folder === null || side.id === home.environment.id) return false
  const { environment } = home
  const content: HomeJson = {
    version: 1,
    environment: environment.id,
    user: environment.user,
    folder: home.folder,
    ...(environment.node !== undefined && { node: environment.node }),
  }
  const bytes = new TextEncoder().encode(`${JSON.stringify(content, null, 2)}\n`)
  const before = await system.files.read(file)
  if (before !== null && Buffer.from(before).equals(bytes)) return false
  await system.files.makeDirectory(folder, 0o700)
  await ownerOnly(system, side, [folder])
  await system.files.replace(file, bytes, 0o600)
  return true
}
