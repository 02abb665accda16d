/** The separator of an absolute path. On Linux and macOS a backslash is a part of a name. */
export const separatorOf = (path: string): '/' | '\\' => (path.startsWith('/') || !path.includes('\\') ? '/' : '\\')

/** Whether a path is a folder or lies in it, by whole segments of canonical paths: `/allowed-evil` is not in `/allowed`. */
export function within(path: string, folder: string, fold: (path: string) => string): boolean {
  const [a, b] = [fold(path), fold(folder)]
  if (a === b) return true
  const separator = separatorOf(folder)
  return a.startsWith(b.endsWith(separator) ? b : b + separator)
}

/** Paths that are open, and exceptions inside that are closed, and exceptions to those: the longest that holds a path decides. */
export interface Region {
  readonly open: readonly string[]
  readonly closed: readonly string[]
  /** Open again inside something closed: the workspace in our own folder. */
  readonly reopened: readonly string[]
}

const longest = (path: string, folders: readonly string[], fold: (path: string) => string): number =>
  Math.max(-1, ...folders.filter((folder) => within(path, folder, fold)).map((folder) => folder.length))

/** `closed`: the list that forbids it wins over the roots. */
export function judge(path: string, region: Region, fold: (path: string) => string): 'open' | 'outside' | 'closed' {
  const closed = longest(path, region.closed, fold)
  if (closed >= 0 && longest(path, region.reopened, fold) < closed) return 'closed'
  return longest(path, region.open, fold) < 0 ? 'outside' : 'open'
}

/** True when something closed lies below a folder: such a folder is not moved or deleted as a whole. */
export const holdsClosed = (folder: string, region: Region, fold: (path: string) => string): boolean =>
  region.closed.some((path) => within(path, folder, fold))
