import type { Environment } from '../../model/environment.ts'
import type { LockedPackage } from '../../model/lock.ts'
import type { Manifest } from '../../model/manifest.ts'
import { type NativePath, native } from '../../model/path.ts'
import { type PackagePrefix, packagePlace } from '../packages/place.ts'
import { meansEnvironment } from '../participants.ts'

/** Where packages of a side go: a folder of ours, or an npm prefix (`npm prefix -g` there, or the path that the manifest names). */
export function prefixOn(manifest: Pick<Manifest, 'prefix'>, environment: Environment): PackagePrefix {
  const { prefix = 'own' } = manifest
  const word =
    typeof prefix === 'string' ? prefix : (Object.entries(prefix).find(([key]) => meansEnvironment(key, environment))?.[1] ?? 'own')
  if (word === 'own') return { kind: 'own' }
  return { kind: 'npm', path: word === 'global' ? (environment.prefix ?? null) : native(word) }
}

/** Where the files of a package are on that side; null when the side has no such place. */
export function packageFiles(
  manifest: Pick<Manifest, 'prefix'>,
  environment: Environment,
  folder: NativePath | null,
  locked: Pick<LockedPackage, 'name' | 'version'>,
): NativePath | null {
  const prefix = prefixOn(manifest, environment)
  if (prefix.kind === 'own' && folder === null) return null
  return packagePlace(environment, folder ?? environment.home, locked, prefix)?.files ?? null
}

/** The last part of a package's name, which npx takes for the name of its program. */
export const lastPart = (name: string): string => name.slice(name.lastIndexOf('/') + 1)

/** Which program of a package is meant: the one that is named, else the one named like the package, else the only one. */
export function programOf(
  locked: LockedPackage,
  bin: string | undefined,
): { readonly name: string; readonly path: string } | { readonly trouble: string } {
  const names = Object.keys(locked.bin)
  const name = bin ?? (names.includes(lastPart(locked.name)) ? lastPart(locked.name) : names.length === 1 ? names[0] : undefined)
  const path = name === undefined ? undefined : Object.hasOwn(locked.bin, name) ? locked.bin[name] : undefined
  if (name !== undefined && path !== undefined) return { name, path: path.replace(/^(?:\.?\/)+/, '') }
  if (names.length === 0) return { trouble: `${locked.name} ${locked.version} has no program to start` }
  const choices = names.join(', ')
  return {
    trouble:
      name === undefined ? `${locked.name} has several programs: ${choices}` : `${locked.name} has no program "${name}"; it has ${choices}`,
  }
}
