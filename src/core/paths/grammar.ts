import type { Environment } from '../../model/environment.ts'
import { type NativePath, native } from '../../model/path.ts'

/** What the spelling of a path hangs on: nothing but the kind of its side, whatever system this process runs on. */
export type PathSpelling = Pick<Environment, 'kind'>

/** An absolute path taken apart: its root as spelled (`/`, `C:\`, `\\host\share\`), the names below it without `.` and `..`. */
export interface Split {
  readonly root: string
  readonly names: readonly string[]
}

export const isWindows = (environment: PathSpelling): boolean => environment.kind === 'windows'

/** Hosts under which Windows shows the files of WSL distributions; the first is today's name, the second older Windows'. */
const wslHosts = ['wsl.localhost', 'wsl$']

const device = /^\\\\\?\\(?:UNC\\|(?=[A-Za-z]:\\))/i
const drive = /^([A-Za-z]):\\/
const share = /^\\\\([^\\?.][^\\]*)\\([^\\]+)(?:\\|$)/
/** Characters that no Windows file name has; `:` would name a stream, `\` a folder. Control characters count too. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const unfit = /[<>:"/\\|?*\u0000-\u001f]/

/** Whether Windows takes this name as it is: a final dot or blank would be dropped, and so name another file. */
export const fitsWindows = (name: string): boolean => !unfit.test(name) && !/[. ]$/.test(name)

/** Takes `.` and `..` out; nothing climbs above a root, while a relative path keeps the `..` it begins with. */
function settle(names: readonly string[], rooted: boolean): string[] {
  const settled: string[] = []
  for (const name of names) {
    if (name === '' || name === '.') continue
    const last = settled.at(-1)
    if (name !== '..') settled.push(name)
    else if (last !== undefined && last !== '..') settled.pop()
    else if (!rooted) settled.push(name)
  }
  return settled
}

/**
 * An absolute Windows path taken apart, in either kind of slash, `\\?\` forms included. Null for everything that is
 * not absolute: relative, on the current drive (`\x`), in a drive's current folder (`C:x`), and devices (`\\.\`).
 */
export function splitWindows(text: string): Split | null {
  const path = text.replaceAll('/', '\\').replace(device, (found) => (/UNC/i.test(found) ? '\\\\' : ''))
  const onDrive = drive.exec(path)
  if (onDrive) return { root: `${onDrive[1]}:\\`, names: settle(path.slice(3).split('\\'), true) }
  const onShare = share.exec(path)
  if (!onShare) return null
  return { root: `\\\\${onShare[1]}\\${onShare[2]}\\`, names: settle(path.slice(onShare[0].length).split('\\'), true) }
}

/** An absolute POSIX path taken apart; null for a relative one. */
export const splitPosix = (text: string): Split | null =>
  text.startsWith('/') ? { root: '/', names: settle(text.split('/'), true) } : null

/** An absolute path in a side's own spelling, taken apart. */
export const splitPath = (environment: PathSpelling, text: string): Split | null =>
  isWindows(environment) ? splitWindows(text) : splitPosix(text)

/** The drive letter of a Windows root, upper case; null for a share. */
export const driveOf = (split: Split): string | null => drive.exec(split.root)?.[1]?.toUpperCase() ?? null

/** The distribution whose files a Windows root shows (`\\wsl.localhost\Ubuntu\`); null for anything else. */
export function distroOf(split: Split): string | null {
  const found = share.exec(split.root)
  return found?.[1] && found[2] && wslHosts.includes(found[1].toLowerCase()) ? found[2] : null
}

/** `C:\x`, `c:/x`, `\\host\share`, `//wsl.localhost/Ubuntu/x`: an absolute path that only Windows reads that way. */
export function looksWindowsPath(text: string): boolean {
  const split = splitWindows(text)
  // "//host/share" is a legal POSIX path too, so that forward slashes are believed of WSL's own hosts only.
  return split !== null && (!text.startsWith('/') || distroOf(split) !== null)
}

/** An absolute path as Linux and macOS spell it. */
export const looksPosixPath = (text: string): boolean => text.startsWith('/') && !looksWindowsPath(text)

/** A split path in a side's own spelling. */
export const spell = (environment: PathSpelling, { root, names }: Split): NativePath =>
  native(root + names.join(isWindows(environment) ? '\\' : '/'))

/** Parts put together with a side's separator, `.` and `..` taken out. Later parts never start anew, even if absolute. */
export function joinPath(environment: PathSpelling, ...parts: readonly string[]): NativePath {
  const separator = isWindows(environment) ? '\\' : '/'
  const text = parts.filter((part) => part !== '').join(separator)
  const split = splitPath(environment, text)
  if (split) return spell(environment, split)
  const names = isWindows(environment) ? text.split(/[\\/]/) : text.split('/')
  return native(settle(names, false).join(separator) || '.')
}

/** The folder that holds a path; a root holds itself. */
export function dirName(environment: PathSpelling, path: NativePath): NativePath {
  const split = splitPath(environment, path)
  return split ? spell(environment, { root: split.root, names: split.names.slice(0, -1) }) : joinPath(environment, path, '..')
}

/** The last name of a path; empty for a root. */
export function baseName(environment: PathSpelling, path: NativePath): string {
  const names = splitPath(environment, path)?.names ?? path.split(isWindows(environment) ? /[\\/]/ : '/')
  return names.at(-1) ?? ''
}

/** Whether two names are one on that side: NTFS keeps the case of a name but does not tell names apart by it. */
export const sameName = (environment: PathSpelling, one: string, other: string): boolean =>
  isWindows(environment) ? one.toLowerCase() === other.toLowerCase() : one === other

/** Are two paths of a side one, as far as their spelling tells? */
export const samePath = (environment: PathSpelling, one: NativePath, other: NativePath): boolean =>
  sameName(environment, joinPath(environment, one), joinPath(environment, other))
