import { jsonOrNull } from '../../core/formats/json/loose.ts'
import { joinPath, toHere } from '../../core/paths.ts'
import { TwinError } from '../../errors.ts'
import type { Environment } from '../../model/environment.ts'
import { type LockedPackage, lockSchema } from '../../model/lock.ts'
import { native } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { isTrouble } from '../store/trouble.ts'
import type { HomePlace } from '../machine/home.ts'
import { readTrust } from '../store/trust.ts'

const lockName = 'mcp-twin.lock.json'

/**
 * The packages that trusted projects pin. No entry names what `run` starts their servers from, and yet it is to stay. A lock
 * that cannot be read counts for none, since `run` installs what is missing.
 */
export async function trustedPackages(system: System, { environment, here }: HomePlace): Promise<LockedPackage[]> {
  const found = await orNone(async () => {
    const places = Object.keys((await readTrust(system, here)).projects)
    return Promise.all(places.map((place) => orNone(() => pinnedIn(system, environment, place))))
  })
  return found.flat()
}

async function pinnedIn(system: System, environment: Environment, place: string): Promise<LockedPackage[]> {
  const lock = toHere(environment, joinPath(environment, native(place), lockName))
  const bytes = lock === null ? null : await system.files.read(lock)
  const parsed = lockSchema.safeParse(jsonOrNull(Buffer.from(bytes ?? []).toString('utf8')))
  return parsed.success ? Object.values(parsed.data.packages) : []
}

async function orNone<T>(work: () => Promise<T[]>): Promise<T[]> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof TwinError || isTrouble(error)) return []
    throw error
  }
}
