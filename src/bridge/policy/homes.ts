import type { Names } from './names.ts'

/** Whether a disk begins before the name at a place: `/Users`, `C:\Users`, `/mnt/c/Users`, `\\wsl.localhost\Ubuntu\home`. */
const atDiskRoot = (names: Names, at: number): boolean =>
  at === 1 || (at === 4 && names[0] === '' && names[1] === '') || /^[a-z]:?$/.test(names[at - 1] ?? '')

/** `/home/ana`, `/var/home/ana` (Fedora's immutable desktops), `/root`: how many names a home of Linux has behind the disk's root. */
function linuxHome(names: Names): number | null {
  const root = names[0] === '' && names[1] === '' ? 4 : 1
  if (names[root] === 'root') return root + 1
  if (names[root] === 'home') return root + 2
  return names[root] === 'var' && names[root + 1] === 'home' ? root + 3 : null
}

/**
 * Where in a path's names what lies below a user's home begins, for homes that are known by their path alone: of Linux,
 * macOS and Windows, from wherever they are reached; and those of `known`. One behind the end: the path leads to a home.
 * `loose`: any folder called `Users` counts, whatever disk it lies on.
 */
export function homesIn(names: Names, known: readonly Names[], loose: boolean): number[] {
  const found = known.filter((home) => home.every((name, at) => names[at] === name)).map((home) => home.length)
  const linux = linuxHome(names)
  if (linux !== null) found.push(linux)
  for (let at = names.indexOf('users'); at !== -1; at = names.indexOf('users', at + 1))
    if (loose || atDiskRoot(names, at)) found.push(at + 2)
  return found
}

/** Whether all homes of a disk lie in this folder: `C:\Users`, `/home`. */
export const holdsHomes = (names: Names): boolean => homesIn(names, [], false).some((at) => at === names.length + 1) && names.length > 1
