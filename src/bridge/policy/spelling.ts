import type { Environment } from '../../model/environment.ts'
import { denied } from '../base/refusal.ts'
import type { Sides } from '../base/settings.ts'

interface Mount {
  /** As the other side spells it, without the separator at its end: `C:`, `\\wsl.localhost\Ubuntu`. */
  readonly theirs: string
  /** As this process opens it, without a separator at its end: `/mnt/c`. */
  readonly here: string
  readonly side: string
}

const bare = (path: string): string => path.replace(/[\\/]+$/, '')

/** The other sides' files as they are reached from here. Drives of WSL need no detection: they are under the mount root. */
export function mounts(sides: Sides): Mount[] {
  const found = sides.others.flatMap((side) =>
    side.files.map(({ native, here }) => ({ theirs: bare(native), here: bare(here), side: side.id })),
  )
  const { self } = sides
  if (self.kind === 'windows') {
    for (const side of sides.others.filter(({ kind, distro }) => kind === 'wsl' && distro !== undefined)) {
      for (const host of ['wsl.localhost', 'wsl$']) found.push({ theirs: '', here: `\\\\${host}\\${side.distro}`, side: side.id })
    }
  }
  return found
}

const drive = /^([A-Za-z]):([\\/].*)$/s

/**
 * The path that this process opens for a path in either side's spelling. Only a change of words: nothing is looked
 * up, and `..` stays as it is, since what it means depends on links. Refuses what belongs to no side: NULs, URLs,
 * network shares, device paths, drive-relative names.
 */
export function understand(path: string, sides: Sides, base: string): string {
  const shown = JSON.stringify(path.slice(0, 200))
  if (path.includes('\0')) throw denied('The path holds a NUL character; no file has such a name.')
  if (path.trim() === '') throw denied('The path is empty; give an absolute path.')
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(path)) throw denied(`${shown} is a URL; give a path${pathOfUrl(path)}.`)
  return sides.self.kind === 'windows' ? onWindows(path, shown, sides, base) : onPosix(path, shown, sides, base)
}

/** The path that a `file:` URL names, to be given instead; '' for any other URL. */
function pathOfUrl(url: string): string {
  const [, host = '', rest = ''] = /^file:\/\/([^/]*)(\/.*)$/is.exec(url) ?? []
  let path = rest
  try {
    path = decodeURIComponent(rest)
  } catch {
    // It holds a percent sign that encodes nothing: it stands for itself.
  }
  if (path === '' || path.includes('\0')) return ''
  if (host !== '' && host.toLowerCase() !== 'localhost') return `: ${JSON.stringify(`//${host}${path}`)}`
  return `: ${JSON.stringify(path.replace(/^\/(?=[A-Za-z]:)/, ''))}`
}

function onPosix(path: string, shown: string, sides: Sides, base: string): string {
  if (path === '~' || path.startsWith('~/')) return sides.self.home + path.slice(1)
  if (path.startsWith('/') && !path.startsWith('//')) return path
  if (path.startsWith('\\\\') || path.startsWith('//')) return distroPath(path, shown, sides)
  const letter = drive.exec(path)
  if (letter === null) {
    if (/^[A-Za-z]:/.test(path))
      throw denied(`${shown} depends on the current folder of a drive; give a full path such as C:\\folder\\file.`)
    if (path.includes('\\')) throw denied(`${shown} is a Windows path without its drive; give a full path.`)
    return `${base}/${path}`
  }
  const rest = (letter[2] ?? '').replaceAll('\\', '/')
  const known = mounts(sides).find(({ theirs }) => theirs.toLowerCase() === `${letter[1]?.toLowerCase()}:`)
  if (known !== undefined) return known.here + rest
  if (sides.self.kind === 'wsl') return `${sides.self.mountRoot ?? '/mnt/'}${letter[1]?.toLowerCase()}${rest}`
  throw denied(`${shown} is a Windows path and this side has no Windows drives; give a path of this side.`)
}

/** `\\wsl.localhost\Ubuntu\home\ana` as Windows names our own files; any other share is refused before anything touches the network. */
function distroPath(path: string, shown: string, sides: Sides): string {
  const [, , host, share, ...rest] = path.replaceAll('/', '\\').split('\\')
  const own = sides.self.distro
  if (own !== undefined && /^wsl(\.localhost|\$)$/i.test(host ?? '') && share?.toLowerCase() === own.toLowerCase())
    return `/${rest.join('/')}`
  throw denied(`${shown} is a network or device path; only files of this computer's own sides are opened.`)
}

function onWindows(path: string, shown: string, sides: Sides, base: string): string {
  if (path === '~' || /^~[\\/]/.test(path)) return sides.self.home + path.slice(1)
  if (/^[\\/]{2}/.test(path)) {
    const plain = path.replaceAll('/', '\\')
    const known = mounts(sides).find(
      ({ here }) => here.startsWith('\\\\') && `${plain}\\`.toLowerCase().startsWith(`${here}\\`.toLowerCase()),
    )
    if (known !== undefined) return plain
    throw denied(`${shown} is a network or device path; only files of this computer's own sides are opened.`)
  }
  if (path.startsWith('/')) return linuxPath(path, shown, sides)
  if (drive.test(path)) return path.replaceAll('/', '\\')
  if (/^[A-Za-z]:/.test(path)) throw denied(`${shown} depends on the current folder of a drive; give a full path such as C:\\folder\\file.`)
  if (path.startsWith('\\')) throw denied(`${shown} has no drive; give a full path such as C:\\folder\\file.`)
  return `${base}\\${path.replaceAll('/', '\\')}`
}

/** A Linux path on Windows: a drive as a distribution mounts it, else a distribution's own file. */
function linuxPath(path: string, shown: string, sides: Sides): string {
  const roots = sides.others.flatMap(({ kind, mountRoot }) => (kind === 'wsl' ? [mountRoot ?? '/mnt/'] : []))
  const root = [...roots, '/mnt/'].find((each) => each !== '' && path.startsWith(each) && /^[A-Za-z](\/|$)/.test(path.slice(each.length)))
  if (root !== undefined) return `${path.charAt(root.length).toUpperCase()}:${path.slice(root.length + 1).replaceAll('/', '\\') || '\\'}`
  const known = mounts(sides)
    .filter(
      ({ theirs, side }) => `${path}/`.startsWith(`${theirs}/`) && sides.others.some(({ id, kind }) => id === side && kind !== 'windows'),
    )
    .sort((one, other) => other.theirs.length - one.theirs.length)[0]
  if (known === undefined) throw denied(`${shown} is a Linux path and no WSL distribution takes part here; give a Windows path.`)
  return known.here + path.slice(known.theirs.length).replaceAll('/', '\\')
}

/** True where Windows' rules for names hold: its own paths, and its drives as WSL mounts them. */
export function onDrive(path: string, sides: Sides): boolean {
  if (sides.self.kind === 'windows') return !path.startsWith('\\\\')
  const root = sides.self.kind === 'wsl' ? (sides.self.mountRoot ?? '/mnt/') : null
  if (root !== null && path.startsWith(root) && /^[a-z](\/|$)/i.test(path.slice(root.length))) return true
  return sides.others.some((side) => side.kind === 'windows' && side.files.some(({ here }) => `${path}/`.startsWith(`${bare(here)}/`)))
}

/** What makes two spellings of one path alike: letters' case means nothing on Windows drives and on macOS. */
export const folding =
  (sides: Sides): ((path: string) => string) =>
  (path) =>
    sides.self.kind === 'macos' || onDrive(path, sides) ? path.normalize('NFC').toLowerCase() : path

/** The spelling of a path (as this process opens it) on a side; null when that side cannot name it. */
export function spell(path: string, side: Environment, sides: Sides): string | null {
  const { self } = sides
  if (side.id === self.id) return path
  const mount = mounts(sides).find(
    ({ here, side: id }) =>
      id === side.id && `${path}${self.kind === 'windows' ? '\\' : '/'}`.startsWith(`${here}${self.kind === 'windows' ? '\\' : '/'}`),
  )
  if (side.kind === 'windows') {
    if (mount !== undefined) return `${mount.theirs}${path.slice(mount.here.length).replaceAll('/', '\\') || '\\'}`
    const root = self.mountRoot ?? '/mnt/'
    if (self.kind === 'wsl' && onDrive(path, sides))
      return `${path.charAt(root.length).toUpperCase()}:${path.slice(root.length + 1).replaceAll('/', '\\') || '\\'}`
    return self.distro === undefined ? null : `\\\\wsl.localhost\\${self.distro}${path.replaceAll('/', '\\')}`
  }
  if (mount !== undefined) return mount.theirs + path.slice(mount.here.length).replaceAll('\\', '/') || '/'
  if (self.kind !== 'windows') return null
  const letter = drive.exec(path)
  return letter === null ? null : `${side.mountRoot ?? '/mnt/'}${letter[1]?.toLowerCase()}${(letter[2] ?? '').replaceAll('\\', '/')}`
}
