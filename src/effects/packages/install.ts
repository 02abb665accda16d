import { environmentLabel } from '../../core/participants.ts'
import { packagePlace } from '../../core/packages/place.ts'
import type { Environment, World } from '../../model/environment.ts'
import type { LockedPackage } from '../../model/lock.ts'
import type { NativePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { fileTrouble } from './file-trouble.ts'
import { installInPrefix } from './install-in-prefix.ts'
import { installOwn } from './install-own.ts'
import { isInstalled } from './installed.ts'
import { failed, type InstallOptions, type InstallResult } from './job.ts'

export type { InstallOptions, InstallResult } from './job.ts'

/** Work on one prefix of one side goes one after the other: npm would undo half of what another npm does there. */
const queues = new Map<string, Promise<unknown>>()

async function inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
  const turn = (queues.get(key) ?? Promise.resolve()).then(work)
  const settled = turn.catch(() => undefined)
  queues.set(key, settled)
  try {
    return await turn
  } finally {
    if (queues.get(key) === settled) queues.delete(key)
  }
}

/**
 * Installs exactly the pinned version on one side by that side's own npm, unless it is whole there already. Whatever
 * goes wrong, what was installed before stays as it was, and the reason comes back in words. Several calls may run at
 * once, for other packages and for other sides.
 */
export async function installPackage(
  system: System,
  world: World,
  environment: Environment,
  folder: NativePath,
  locked: LockedPackage,
  options: InstallOptions,
): Promise<InstallResult> {
  const place = packagePlace(environment, folder, locked, options.prefix)
  if (place === null) return failed(`the npm prefix of ${environmentLabel(environment)} is not known`, 'npm config get prefix')
  const job = { system, world, environment, folder, locked, options }
  try {
    return await inTurn(`${environment.id}\0${place.prefix}`, async () => {
      if (await isInstalled(system, environment, folder, locked, options)) return { outcome: 'present' }
      options.onProgress?.(`${locked.name} ${locked.version} on ${environmentLabel(environment)}`)
      return place.record === null ? installInPrefix(job, place) : installOwn(job, place)
    })
  } catch (error) {
    const { reason, hint } = fileTrouble(error)
    return failed(reason, hint)
  }
}
