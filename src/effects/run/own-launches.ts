import { jsonOrNull } from '../../core/formats/json/loose.ts'
import { TwinError } from '../../errors.ts'
import { type Launches, launchesSchema } from '../../model/launches.ts'
import type { ReachablePath } from '../../model/path.ts'
import { Secret } from '../../model/secret.ts'
import type { System } from '../../model/system.ts'
import { checkOwnerOnly } from '../secrets/file.ts'

/** Reads this side's own `launches.json`; null when there is none. One that others may read, or that is damaged, is refused. */
export async function readLaunches(system: System, path: ReachablePath): Promise<Secret<Launches> | null> {
  if (!(await checkOwnerOnly(system, path))) return null
  const parsed = launchesSchema.safeParse(jsonOrNull(Buffer.from((await system.files.read(path)) ?? []).toString('utf8')))
  if (parsed.success) return new Secret(parsed.data)
  throw new TwinError('damaged', `${path} cannot be read.`, { place: { file: path }, hint: 'mcp-twin sync writes it anew' })
}
