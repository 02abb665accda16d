/** The separator of an absolute path. On Linux and macOS a backslash is a part of a name. */
export const separatorOf = (path: string): '/' | '\\' => (path.startsWith('/') || !path.includes('\\') ? '/' : '\\')

/** Whether a path is a folder or lies in it, by whole segments of canonical paths: `/allowed-evil` is not in `/allowed`. */
export function within(path: string, folder: string, fold: (path: string) => string): boolean {
  const [a, b] = [fold(path), fold(folder)]
  if (a === b) return true
  const separator = separatorOf(folder)
  return a.startsWith(b.endsWith(separator) ? b : b + separator)
}

/** Canonical paths that are open, closed exceptions inside them, and open exceptions inside those. The longest match decides. */
export interface Region {
  readonly open: readonly string[]
  readonly closed: readonly string[]
  /** Open again inside something closed: the workspace in our own folder. */
  readonly reopened: readonly string[]
  /** Open to reading but not to writing. */
  readonly autorun: readonly string[]
  /** What of that lies in an allowed folder that is open to reading only: nothing opens it to writing. */
  readonly readable: readonly string[]
  /** What of that a person has opened in `bridge.allow`. */
  readonly allowed: readonly string[]
}

/** A path without a separator at its end; the root of a Linux disk is ''. */
export const bare = (path: string): string => path.replace(separatorOf(path) === '/' ? /\/+$/ : /[\\/]+$/, '')

/** A path, then each folder above it, without separators at their ends. */
export function* upwards(path: string): Generator<string> {
  const separator = separatorOf(path)
  for (let at = bare(path); ; at = at.slice(0, Math.max(0, at.lastIndexOf(separator)))) {
    yield at
    if (at === '') return
  }
}

const longest = (path: string, folders: readonly string[], fold: (path: string) => string): number =>
  Math.max(-1, ...folders.filter((folder) => within(path, folder, fold)).map((folder) => folder.length))

/** `closed`: the list that forbids it wins over the roots. */
export function judge(
  path: string,
  region: Pick<Region, 'open' | 'closed' | 'reopened'>,
  fold: (path: string) => string,
): 'open' | 'outside' | 'closed' {
  const closed = longest(path, region.closed, fold)
  if (closed >= 0 && longest(path, region.reopened, fold) < closed) return 'closed'
  return longest(path, region.open, fold) < 0 ? 'outside' : 'open'
}

/** True when one of some folders lies below a folder, or is it: such a folder is not moved or deleted as a whole. */
export const holdsOne = (folder: string, folders: readonly string[], fold: (path: string) => string): boolean =>
  folders.some((path) => within(path, folder, fold))
