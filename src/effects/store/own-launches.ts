import { jsonOrNull } from '../../core/formats/json/loose.ts'
import { TwinError } from '../../errors.ts'
import { formerProjects } from '../../model/former.ts'
import { type Launches, launchesSchema } from '../../model/launches.ts'
import type { ReachablePath } from '../../model/path.ts'
import { Secret } from '../../model/secret.ts'
import type { System } from '../../model/system.ts'
import { checkOwnerOnly } from './secrets-file.ts'

/** What this side's own `launches.json` says; `holdsFormer`: it lists projects of an older version, which are ignored. */
export interface OwnLaunches {
  readonly launches: Secret<Launches>
  readonly holdsFormer: boolean
  /** The trusted projects, by their real path as this side spells it. */
  readonly places: readonly string[]
}

/** Reads this side's own `launches.json`; null when there is none. One that others may read, or that is damaged, is refused. */
export async function readLaunches(system: System, path: ReachablePath): Promise<OwnLaunches | null> {
  if (!(await checkOwnerOnly(system, path))) return null
  const value = jsonOrNull(Buffer.from((await system.files.read(path)) ?? []).toString('utf8'))
  const parsed = launchesSchema.safeParse(value)
  if (parsed.success) {
    const places = Object.keys(parsed.data.projects)
    return { launches: new Secret(parsed.data), holdsFormer: formerProjects(value).length > 0, places }
  }
  throw new TwinError('damaged', `${path} cannot be read.`, { place: { file: path }, hint: 'to write it anew: mcp-twin sync' })
}
