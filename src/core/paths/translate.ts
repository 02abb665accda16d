import type { Environment, World } from '../../model/environment.ts'
import { type NativePath, native, reachable } from '../../model/path.ts'
import { distroOf, driveOf, fitsWindows, isWindows, looksWindowsPath, type Split, splitPosix, splitWindows } from './grammar.ts'
import { fromHere, toHere } from './reach.ts'

/** Where a distribution mounts Windows drives, with a final slash; null when it mounts none (an empty `mountRoot`). */
export function mountRootOf(environment: Environment): string | null {
  if (environment.kind !== 'wsl' || environment.mountRoot === '') return null
  const root = environment.mountRoot ?? '/mnt/'
  return root.endsWith('/') ? root : `${root}/`
}

interface OnDrive {
  readonly letter: string
  readonly names: readonly string[]
}

/** A path of a distribution that lies on a Windows drive, as drive and names; null when it is the distribution's own. */
export function onDrive(environment: Environment, path: string): OnDrive | null {
  const root = mountRootOf(environment)
  const split = splitPosix(path)
  const mount = root === null ? null : splitPosix(root)
  if (!split || !mount?.names.every((name, at) => name === split.names[at])) return null
  const letter = split.names[mount.names.length]
  if (letter === undefined || !/^[a-z]$/i.test(letter)) return null
  return { letter: letter.toUpperCase(), names: split.names.slice(mount.names.length + 1) }
}

function toDistro(environment: Environment, place: OnDrive): NativePath | null {
  const root = mountRootOf(environment)
  return root === null ? null : native(root + [place.letter.toLowerCase(), ...place.names].join('/'))
}

const toWindows = (root: string, names: readonly string[]): NativePath | null =>
  names.every(fitsWindows) ? native(root + names.join('\\')) : null

const sameDistro = (one: string | null | undefined, other: string | null | undefined): boolean =>
  one !== undefined && one !== null && one.toLowerCase() === other?.toLowerCase()

function fromWindows(world: World, split: Split, to: Environment): NativePath | null {
  const letter = driveOf(split)
  if (letter !== null) return toDistro(to, { letter, names: split.names })
  const distro = distroOf(split)
  const path = native(`/${split.names.join('/')}`)
  if (sameDistro(distro, to.distro)) return path
  // The files of a third distribution: only what it shows of a Windows drive is there for others too.
  const third = world.environments.find((one) => one.kind === 'wsl' && sameDistro(distro, one.distro))
  return third ? translate(world, path, third, to) : null
}

function fromDistro(from: Environment, path: NativePath, to: Environment): NativePath | null {
  const place = onDrive(from, path)
  if (place) return isWindows(to) ? toWindows(`${place.letter}:\\`, place.names) : toDistro(to, place)
  const split = splitPosix(path)
  if (!split || !isWindows(to) || from.distro === undefined) return null
  return toWindows(`\\\\wsl.localhost\\${from.distro}\\`, split.names)
}

/** Sides that Windows' own rules do not join (a planted plain Linux beside a Windows): by how this process reaches them. */
function throughHere(path: NativePath, from: Environment, to: Environment): NativePath | null {
  const here = toHere(from, path)
  return here === null ? null : fromHere(to, reachable(here))
}

/**
 * One file's path as another side spells it: `/home/a/x` of wsl:Ubuntu ↔ `\\wsl.localhost\Ubuntu\home\a\x`, `C:\x` ↔
 * `/mnt/c/x` under the mount root of that distribution. Reads `\\wsl$\…` and forward slashes too. Null where the other
 * side has no path to that file (another distribution's own files), or no spelling for its name.
 */
export function translate(world: World, path: NativePath, from: Environment, to: Environment): NativePath | null {
  if (from.id === to.id) return path
  if (isWindows(from) && to.kind === 'wsl') {
    const split = splitWindows(path)
    return split && fromWindows(world, split, to)
  }
  if (from.kind === 'wsl' && (isWindows(to) || to.kind === 'wsl')) return looksWindowsPath(path) ? null : fromDistro(from, path, to)
  return from.self || to.self ? throughHere(path, from, to) : null
}
