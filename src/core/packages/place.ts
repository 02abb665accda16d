import type { Environment } from '../../model/environment.ts'
import type { LockedPackage } from '../../model/lock.ts'
import type { NativePath } from '../../model/path.ts'
import { layout, packageFolder } from '../layout.ts'
import { isWindows, joinPath } from '../paths.ts'

/** Where packages of a side go: a folder of ours for each version, or one npm prefix (null: that side's is not known). */
export type PackagePrefix = { readonly kind: 'own' } | { readonly kind: 'npm'; readonly path: NativePath | null }

/** The places of one package on one side. */
export interface PackagePlace {
  /** The folder that holds it: an npm prefix, or ours for one package of PyPI. */
  readonly prefix: NativePath
  /** The package's own files, where the paths of its `bin` begin. */
  readonly files: NativePath
  /** Our note about the installation; only in folders of ours. */
  readonly record: NativePath | null
}

/** The name of our note beside an installed package. */
export const recordName = 'installed.json'

/** Where a package is, or will be, on a side; null when the side's npm prefix is not known. */
export function packagePlace(
  environment: Environment,
  folder: NativePath,
  { name, version, python }: Pick<LockedPackage, 'name' | 'version' | 'python'>,
  prefix: PackagePrefix,
): PackagePlace | null {
  if (python !== undefined) {
    const own = joinPath(environment, layout(environment, folder).pypi, packageFolder(name, version))
    // uv's links to console scripts are absolute, and Windows follows no such link inside a distribution.
    const scripts = isWindows(environment) ? joinPath(environment, own, 'bin') : joinPath(environment, own, 'tools', name, 'bin')
    return { prefix: own, files: scripts, record: joinPath(environment, own, 'done') }
  }
  if (prefix.kind === 'npm') {
    return prefix.path === null ? null : { prefix: prefix.path, files: folderInPrefix(environment, prefix.path, name), record: null }
  }
  const own = joinPath(environment, layout(environment, folder).npm, packageFolder(name, version))
  return { prefix: own, files: filesIn(environment, own, name), record: joinPath(environment, own, recordName) }
}

/** The folder of a package in an npm prefix: Windows has no `lib` in it (npm docs, "folders"). */
export const folderInPrefix = (environment: Environment, prefix: NativePath, name: string): NativePath =>
  isWindows(environment)
    ? joinPath(environment, prefix, 'node_modules', ...name.split('/'))
    : joinPath(environment, prefix, 'lib', 'node_modules', ...name.split('/'))

/** The files of a package below a prefix of ours, which npm lays out like a project's folder. */
export const filesIn = (environment: Environment, prefix: NativePath, name: string): NativePath =>
  joinPath(environment, prefix, 'node_modules', ...name.split('/'))

/** Names for folders that are not whole yet (`part`) or on their way out (`old`); they tell which process made them. */
export const passingName = (kind: 'part' | 'old', pid: number, random: string): string => `.${kind}-${pid}-${random}`

/** The process behind a passing name; null for every other name. */
export function passingPid(name: string): number | null {
  const found = /^\.(?:part|old)-(\d{1,10})-[0-9a-f]+$/.exec(name)
  return found === null ? null : Number(found[1])
}
