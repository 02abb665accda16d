import { layout } from '../../core/layout.ts'
import type { PackagePlace } from '../../core/packages/place.ts'
import type { InstalledRecord } from '../../core/packages/record.ts'
import type { LockedPackage } from '../../model/lock.ts'
import { lacksAll, missingPrograms } from './installed.ts'
import { failed, type InstallJob, type InstallResult, npmFailed } from './job.ts'
import { moveAside, reach, removeQuietly, sweep } from './leftovers.ts'
import { callUv, findUv, noUv } from './uv.ts'

/**
 * Installs a package of PyPI in its final place, since console scripts hold absolute paths. Its file `done` comes last: without it the
 * folder counts for nothing. What was there before comes back after a failure.
 */
export async function installPython(
  job: InstallJob,
  place: PackagePlace,
  pin: NonNullable<LockedPackage['python']>,
): Promise<InstallResult> {
  const { system, environment, folder } = job
  const { pypi } = layout(environment, folder)
  await sweep(system, environment, pypi)
  const old = await moveAside(system, environment, pypi, place.prefix)
  let whole = false
  try {
    await system.files.makeDirectory(reach(environment, place.prefix), 0o700)
    const result = await build(job, place, pin)
    whole = result.outcome === 'done'
    return result
  } finally {
    if (!whole) await removeQuietly(system, environment, place.prefix)
    if (!whole && old !== null) await system.files.rename(reach(environment, old), reach(environment, place.prefix))
    else if (old !== null) await removeQuietly(system, environment, old)
  }
}

async function build(
  job: InstallJob,
  place: PackagePlace,
  { excludeNewer, version: python }: NonNullable<LockedPackage['python']>,
): Promise<InstallResult> {
  const { system, world, environment, locked, options } = job
  const { name, version } = locked
  const uv = await findUv(system, world, environment)
  if (uv === null) return npmFailed(noUv(environment))
  const { allowScripts: builds, offline, signal } = options
  const end = await callUv(system, world, environment, uv, {
    name,
    version,
    excludeNewer,
    python,
    builds,
    offline,
    signal,
    folder: place.prefix,
    isThrownAway: false,
  })
  if (!end.ok) return npmFailed(end.trouble)
  if (end.tool.version !== version)
    return failed(`uv installed ${name} ${end.tool.version} instead of ${name} ${version}`, 'mcp-twin sync --refresh')
  const missing = await missingPrograms(system, environment, place.files, locked)
  if (lacksAll(missing, locked))
    return failed(`${name} ${version} lacks its program ${missing.join(', ')}`, 'name another version in the manifest')
  const record: InstalledRecord = { name, version, integrity: null, scripts: [], scriptsRan: builds }
  if (place.record !== null)
    await system.files.create(reach(environment, place.record), Buffer.from(`${JSON.stringify(record, null, 2)}\n`), 0o644)
  return {
    outcome: 'done',
    ...(missing.length === 0 ? {} : { notices: missing.map((each) => `${name} ${version} lacks its program ${each}`) }),
  }
}
