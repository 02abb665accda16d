import { jsonOrNull } from '../../core/formats/json/loose.ts'
import { prefixOn } from '../../core/launch/package.ts'
import { wordsOf } from '../../core/manifest/names.ts'
import { programFile } from '../../core/packages/python.ts'
import { meets, readRecord } from '../../core/packages/record.ts'
import { type PackagePlace, type PackagePrefix, packagePlace } from '../../core/packages/place.ts'
import { joinPath, toHere } from '../../core/paths.ts'
import type { Environment } from '../../model/environment.ts'
import type { Lock, LockedPackage } from '../../model/lock.ts'
import type { Manifest } from '../../model/manifest.ts'
import type { NativePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'

/** Returns the text of a file on a side; null if it is missing or the side's files cannot be reached. */
export async function readOn(system: System, environment: Environment, path: NativePath): Promise<string | null> {
  const here = toHere(environment, path)
  const bytes = here === null ? null : await system.files.read(here)
  return bytes === null ? null : Buffer.from(bytes).toString('utf8')
}

/** Returns the names of a package's programs that are missing in its folder. */
export async function missingPrograms(
  system: System,
  environment: Environment,
  files: NativePath,
  locked: LockedPackage,
): Promise<string[]> {
  const missing: string[] = []
  for (const [name, path] of Object.entries(locked.bin)) {
    const here = toHere(environment, joinPath(environment, files, ...programFile(environment, locked, path).split('/')))
    if (here === null || (await system.files.look(here, 'follow'))?.kind !== 'file') missing.push(name)
  }
  return missing
}

/** A package that declares programs and has none of them cannot be started. */
export const lacksAll = (missing: readonly string[], locked: LockedPackage): boolean =>
  missing.length > 0 && missing.length === Object.keys(locked.bin).length

/** Returns whether exactly this version is complete on that side. Reads a few small files; starts nothing. */
export async function isInstalled(
  system: System,
  environment: Environment,
  folder: NativePath,
  locked: LockedPackage,
  options: { readonly prefix: PackagePrefix; readonly allowScripts: boolean },
): Promise<boolean> {
  const place = packagePlace(environment, folder, locked, options.prefix)
  if (place === null || !(await isThere(system, environment, place, locked, options.allowScripts))) return false
  return !lacksAll(await missingPrograms(system, environment, place.files, locked), locked)
}

async function isThere(
  system: System,
  environment: Environment,
  place: PackagePlace,
  locked: LockedPackage,
  allowScripts: boolean,
): Promise<boolean> {
  if (place.record !== null) {
    const record = readRecord((await readOn(system, environment, place.record)) ?? '')
    return record !== null && meets(record, locked, allowScripts)
  }
  return (await versionAt(system, environment, place.files)) === locked.version
}

/** Returns the version in a package's package.json, or null. */
export async function versionAt(system: System, environment: Environment, files: NativePath): Promise<string | null> {
  const text = await readOn(system, environment, joinPath(environment, files, 'package.json'))
  const parsed = jsonOrNull(text ?? '')
  return typeof parsed === 'object' && parsed !== null && 'version' in parsed ? String(parsed.version) : null
}

/**
 * Returns the pinned packages that are complete on each side, as `environment words`. A package whose install scripts some
 * server allows counts only once they have run.
 */
export async function installedPackages(
  system: System,
  sides: readonly Environment[],
  folders: ReadonlyMap<string, NativePath>,
  manifest: Manifest,
  lock: Lock,
): Promise<ReadonlySet<string>> {
  const allowed = scriptsAllowed(manifest)
  const looks = sides.flatMap((side) =>
    Object.entries(lock.packages).map(async ([words, locked]) => {
      const folder = folders.get(side.id)
      if (folder === undefined) return []
      const options = { prefix: prefixOn(manifest, side), allowScripts: allowed.has(words) }
      return (await isInstalled(system, side, folder, locked, options)) ? [`${side.id} ${words}`] : []
    }),
  )
  return new Set((await Promise.all(looks)).flat())
}

/** Words of packages whose install scripts, or builds from source, some server allows. */
export function scriptsAllowed(manifest: Manifest): Set<string> {
  const servers = Object.values(manifest.servers).filter((server) => server.allowScripts === true)
  return new Set(servers.flatMap(wordsOf))
}
