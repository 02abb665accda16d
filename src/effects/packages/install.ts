import { layout, packageFolder } from '../../core/layout.ts'
import { environmentLabel } from '../../core/participants.ts'
import { packagePlace } from '../../core/packages/place.ts'
import type { Environment, World } from '../../model/environment.ts'
import type { LockedPackage } from '../../model/lock.ts'
import { joinPath } from '../../core/paths.ts'
import type { NativePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { LockedError, withFileLock } from '../store/lock.ts'
import { failed, fileTrouble, type InstallJob, type InstallOptions, type InstallResult, installTimeoutMs } from './job.ts'
import { installInPrefix } from './install-in-prefix.ts'
import { installOwn } from './install-own.ts'
import { isInstalled } from './installed.ts'
import { reach } from './leftovers.ts'

export type { InstallOptions, InstallResult } from './job.ts'

/** Serializes work on one prefix of one side: concurrent npm runs undo each other's changes. */
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
 * Runs `work` under a lock in that side's folder, which other processes wait for too: two that install one version would
 * replace each other's folder under a running server. In the user's npm prefix all versions share one lock.
 */
async function aloneWith<T>({ system, world, environment, folder, locked, options }: InstallJob, work: () => Promise<T>): Promise<T> {
  const { npm, pypi, locks } = layout(environment, folder)
  const kind = locked.python === undefined ? 'npm' : 'pypi'
  for (const each of [kind === 'npm' ? npm : pypi, locks]) await system.files.makeDirectory(reach(environment, each), 0o700)
  const name = kind === 'pypi' || options.prefix.kind === 'own' ? packageFolder(locked.name, locked.version) : 'prefix'
  const self = world.environments.find((each) => each.self) ?? environment
  const { signal } = options
  return withFileLock(
    system,
    reach(environment, joinPath(environment, locks, `${kind}-${name}`)),
    self.id,
    { waitMs: installTimeoutMs, signal },
    work,
  )
}

/**
 * Installs exactly the pinned version on one side with that side's npm or uv, unless it is complete there already. After a
 * failure the former installation is unchanged, and the result has the reason. Calls may run concurrently, also in
 * several processes.
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
  if (place === null) return failed(`the npm prefix of ${environmentLabel(environment)} is unknown`, 'npm config get prefix')
  const job = { system, world, environment, folder, locked, options }
  try {
    return await inTurn(`${environment.id}\0${place.prefix}`, async () => {
      const isThere = () => isInstalled(system, environment, folder, locked, options)
      if (await isThere()) return { outcome: 'present' }
      options.onProgress?.(`${locked.name} ${locked.version} on ${environmentLabel(environment)}`)
      return aloneWith(job, async () => {
        if (await isThere()) return { outcome: 'present' }
        if (locked.python !== undefined) return (await import('./install-python.ts')).installPython(job, place, locked.python)
        return place.record === null ? installInPrefix(job, place) : installOwn(job, place)
      })
    })
  } catch (error) {
    if (options.signal?.aborted) return failed('cancelled', 'run the same command again')
    if (error instanceof LockedError)
      return failed(
        `another mcp-twin (process ${error.holder?.pid ?? 'unknown'}) is installing the same package`,
        'run the same command again later',
      )
    const { reason, hint } = fileTrouble(error)
    return failed(reason, hint)
  }
}
