import type { Environment, World } from '../../model/environment.ts'
import { type NativePath, native } from '../../model/path.ts'
import { distroOf, isWindows, joinPath, looksPosixPath, looksWindowsPath, spell, splitPath, splitWindows } from './grammar.ts'

/** A path with the side whose spelling it is in. */
export interface PlacedPath {
  readonly environment: Environment
  readonly path: NativePath
}

/** Starts like a Windows path without being absolute: `C:x` hangs on a drive's current folder, `\x` on the current drive. */
const halfWindows = /^(?:[A-Za-z]:|\\)/

function readWindows(text: string, world: World): PlacedPath | null {
  const split = splitWindows(text)
  if (!split) return null
  const distro = distroOf(split)?.toLowerCase()
  if (distro !== undefined) {
    const owner = world.environments.find((one) => one.kind === 'wsl' && one.distro?.toLowerCase() === distro)
    if (owner) return { environment: owner, path: native(`/${split.names.join('/')}`) }
  }
  const windows = world.environments.find(isWindows)
  return windows ? { environment: windows, path: spell(windows, split) } : null
}

function readPosix(text: string, world: World, home: Environment): PlacedPath | null {
  const posix = [home, ...world.environments].find((one) => !isWindows(one))
  const split = posix && splitPath(posix, text)
  return split ? { environment: posix, path: spell(posix, split) } : null
}

/**
 * What the P of `${path:P}` names: an absolute path in either spelling, one from `~`, or one relative to home's `~`.
 * Null for what names no one file: drive-relative (`C:x`), rooted without a drive (`\x`), or a spelling of a kind of side that
 * this world has not.
 */
export function readPath(text: string, world: World, home: Environment): PlacedPath | null {
  if (looksWindowsPath(text)) return readWindows(text, world)
  if (looksPosixPath(text)) return readPosix(text, world, home)
  if (text === '' || halfWindows.test(text) || text.startsWith('/')) return null
  if (/^~[^\\/]/.test(text)) return null
  const names = /^~?[\\/]/.test(text) || isWindows(home) ? text.split(/[\\/]/) : text.split('/')
  return { environment: home, path: joinPath(home, home.home, ...(names[0] === '~' ? names.slice(1) : names)) }
}

/** Top-level folders of Linux and macOS: an argument that begins with one is a path, while `/c` is a switch. */
const posixPath = /^\/(?:home|mnt|usr|opt|tmp|var|etc|root|srv|Users|Applications)\/./

/** A path in a text, bare or behind an `=`, in a spelling that means nothing on this side; null: there is none. */
export function foreignPath(side: Environment, text: string): string | null {
  const candidates = [text, text.slice(text.indexOf('=') + 1)]
  return candidates.find((each) => (isWindows(side) ? posixPath.test(each) : looksWindowsPath(each) && !each.startsWith('/'))) ?? null
}
