import type { Environment } from '../../model/environment.ts'
import type { LockedPackage } from '../../model/lock.ts'
import type { Manifest } from '../../model/manifest.ts'
import { type NativePath, native } from '../../model/path.ts'
import { layout, packageFolder as prefixName } from '../layout.ts'
import { meansEnvironment } from '../participants.ts'
import { isWindows, joinPath } from '../paths.ts'

/** A name of an npm package, scoped or not. */
const packageName = /^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-zA-Z0-9~-][a-zA-Z0-9._~-]*$/

/**
 * The words of a manifest that name a package: `name`, or `name@` with a version, range or tag behind it. Null for
 * everything else npm would take: paths, addresses, git, aliases.
 */
export function packageWords(words: string): { readonly name: string; readonly wanted: string } | null {
  const at = words.indexOf('@', 1)
  const name = at < 0 ? words : words.slice(0, at)
  const wanted = at < 0 ? '' : words.slice(at + 1)
  if (!packageName.test(name) || (at >= 0 && wanted === '') || /[:/\\]/.test(wanted) || wanted !== wanted.trim()) return null
  return { name, wanted }
}

/** True for one exact version: `1.2.3`, `1.2.3-beta.1`. */
export const isExact = (version: string): boolean => /^\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?$/.test(version)

/** Where packages of a side go: a folder of ours, or an npm prefix (`npm prefix -g` there, or the path that the manifest names). */
export function prefixOn(
  manifest: Pick<Manifest, 'prefix'>,
  environment: Environment,
): { readonly kind: 'own' } | { readonly kind: 'npm'; readonly path: NativePath | null } {
  const { prefix = 'own' } = manifest
  const word =
    typeof prefix === 'string'
      ? prefix
      : (prefix[environment.id] ?? prefix[Object.keys(prefix).find((key) => meansEnvironment(key, environment)) ?? ''] ?? 'own')
  if (word === 'own') return { kind: 'own' }
  return { kind: 'npm', path: word === 'global' ? (environment.prefix ?? null) : native(word) }
}

/** The folder of a package in an npm prefix: Windows has no `lib` in it (npm docs, "folders"). */
export const folderInPrefix = (environment: Environment, prefix: NativePath, name: string): NativePath =>
  isWindows(environment)
    ? joinPath(environment, prefix, 'node_modules', ...name.split('/'))
    : joinPath(environment, prefix, 'lib', 'node_modules', ...name.split('/'))

/** Where the files of a package are on that side; null when the side has no such place. */
export function packageFolder(
  manifest: Pick<Manifest, 'prefix'>,
  environment: Environment,
  folder: NativePath | null,
  { name, version }: Pick<LockedPackage, 'name' | 'version'>,
): NativePath | null {
  const prefix = prefixOn(manifest, environment)
  if (prefix.kind === 'npm') return prefix.path === null ? null : folderInPrefix(environment, prefix.path, name)
  return folder === null
    ? null
    : joinPath(environment, layout(environment, folder).npm, prefixName(name, version), 'node_modules', ...name.split('/'))
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
