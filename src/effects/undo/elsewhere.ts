import { prefixOn } from '../../core/launch/package.ts'
import { packagePlace } from '../../core/packages/place.ts'
import { TwinError } from '../../errors.ts'
import type { World } from '../../model/environment.ts'
import type { NativePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { type HomePlace, ownFolder } from '../machine/home.ts'
import { vetOwn } from '../store/vet.ts'
import { versionAt } from '../packages/installed.ts'
import { usersOwn } from '../manifest/open.ts'
import { loadLock } from '../manifest/records.ts'

/** A package of the manifest in an npm prefix that is not ours alone. */
export interface Elsewhere {
  readonly environment: string
  readonly name: string
  readonly prefix: NativePath
  readonly path: NativePath
}

/**
 * Packages that stand in a prefix of the user's (`"prefix": "global"`, or a path). They stay: nobody wrote down whether they
 * were there before us, and other programs may start them. Where the manifest cannot be read nothing is known of them.
 */
export async function packagesElsewhere(system: System, world: World, home: HomePlace): Promise<Elsewhere[]> {
  try {
    const manifest = await usersOwn(system, home)
    if (manifest.prefix === undefined || manifest.prefix === 'own') return []
    const { packages } = await loadLock(system, (await vetOwn(system, home.environment, home.folder)).lock)
    const found: Elsewhere[] = []
    for (const side of world.environments) {
      const folder = side.id === home.environment.id ? home.folder : ownFolder(system, side)
      for (const locked of Object.values(packages)) {
        const place = packagePlace(side, folder, locked, prefixOn(manifest, side))
        if (place === null || place.record !== null || (await versionAt(system, side, place.files)) !== locked.version) continue
        found.push({ environment: side.id, name: locked.name, prefix: place.prefix, path: place.files })
      }
    }
    return found
  } catch (error) {
    if (error instanceof TwinError) return []
    throw error
  }
}
