import { join, relative, sep } from 'node:path'
import { jsonOrNull } from '../../core/formats/json/loose.ts'
import { packagePlace, type PackagePrefix } from '../../core/packages/place.ts'
import { meets, readRecord } from '../../core/packages/record.ts'
import { joinPath, toHere } from '../../core/paths.ts'
import type { Environment } from '../../model/environment.ts'
import type { LockedPackage } from '../../model/lock.ts'
import type { NativePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { isInstalled, readOn } from './installed.ts'

/** A package that a server is started from. */
export interface NeededPackage {
  readonly locked: LockedPackage
  readonly allowScripts: boolean
  readonly prefix: PackagePrefix
  /** The lock is not home's own: the installed package must be exactly the pinned one. */
  readonly verified: boolean
  /** Reads npm settings only from npmrc files, see `NpmCall`. */
  readonly npmrcOnly: boolean
}

/** `odd`: `folder` holds something that must not be started. */
export type Readiness =
  | { readonly kind: 'ready' }
  | { readonly kind: 'missing' }
  | { readonly kind: 'odd'; readonly reason: string; readonly folder: NativePath }

/** Returns whether `script`, a file of an installed package, may be started. Reads a few small files; starts nothing. */
export async function readiness(
  system: System,
  environment: Environment,
  folder: NativePath,
  needed: NeededPackage,
  script: NativePath,
): Promise<Readiness> {
  const { locked, prefix, verified } = needed
  // Its programs are links out of the folder that names them, and its file `done` vouches for the whole.
  if (locked.python !== undefined) return { kind: (await isInstalled(system, environment, folder, locked, needed)) ? 'ready' : 'missing' }
  const place = packagePlace(environment, folder, locked, prefix)
  const [here, files, root] = [script, place?.files, place?.prefix].map((path) => (path === undefined ? null : toHere(environment, path)))
  if (place === null || !here || !files || !root) return { kind: 'missing' }
  if (verified && place.record !== null && !(await isRecorded(system, environment, place.record, needed))) return { kind: 'missing' }
  const [realScript, realFiles, realRoot] = await Promise.all([here, files, root].map((path) => system.files.realPath(path)))
  if (!realScript || !realFiles || !realRoot) return { kind: 'missing' }
  const words = `${locked.name} ${locked.version}`
  const odd = (reason: string): Readiness => ({ kind: 'odd', reason, folder: place.prefix })
  if (!realScript.startsWith(`${realFiles}${sep}`)) return odd(`its script is outside ${words}: ${realScript}`)
  if (!verified) return { kind: 'ready' }
  // In the user's npm prefix a link is the user's own (npm link).
  if (place.record !== null && realFiles !== join(realRoot, relative(root, files))) return odd(`${place.files} is a link to ${realFiles}`)
  return (await isNamed(system, environment, place.files, locked)) ? { kind: 'ready' } : odd(`${place.files} is not ${words}`)
}

/** Returns whether our record beside the package confirms the pinned digest; a lock without a digest needs no record. */
async function isRecorded(system: System, environment: Environment, path: NativePath, needed: NeededPackage): Promise<boolean> {
  const text = await readOn(system, environment, path)
  if (text === null) return needed.locked.integrity === undefined && !needed.allowScripts
  const record = readRecord(text)
  return record !== null && meets(record, needed.locked, needed.allowScripts)
}

async function isNamed(system: System, environment: Environment, files: NativePath, { name, version }: LockedPackage): Promise<boolean> {
  const manifest = jsonOrNull((await readOn(system, environment, joinPath(environment, files, 'package.json'))) ?? '')
  if (typeof manifest !== 'object' || manifest === null || !('name' in manifest) || !('version' in manifest)) return false
  return manifest.name === name && manifest.version === version
}
