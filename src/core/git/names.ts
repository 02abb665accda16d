/** What HFS+ drops from names, so that `.g\u200cit` is `.git` there (CVE-2014-9390). */
const dropped = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g
/** `.git` and what NTFS takes for it: dots and blanks at its end, streams, its short name (CVE-2019-1352, CVE-2019-1353). */
const gitOfAnySpelling = /^(?:\.git|git~\d+)(?:[. ]*|[. ]*:.*)$/i

/**
 * Whether a path that a repository names leads to another computer on Windows, which is sent the person's login as soon as the path is
 * looked at. WSL's own shares do not.
 */
export const namesShare = (path: string): boolean => /^[\\/]{2}(?!wsl(?:\$|\.localhost)[\\/])/i.test(path)

/**
 * Returns why a path of an index or a tree is none that git would check out, as a clause; null if it is. Each part is a name: not empty,
 * not `.` or `..`, and not `.git` in any spelling. `isWindows`: a backslash parts names there, and a colon names a drive or a stream.
 */
export function pathTrouble(path: string, isWindows: boolean): string | null {
  if (path.startsWith('/')) return 'is absolute'
  if (path.includes('\0')) return 'holds a NUL'
  if (isWindows && /[\\:]/.test(path)) return 'holds a character that parts paths on Windows'
  // Every part is looked at as Windows would part it, since the same folder may be opened there.
  for (const name of path.split(/[/\\]/)) {
    if (name === '' || name === '.') return 'holds an empty name'
    if (name === '..') return 'climbs out of the repository'
    if (gitOfAnySpelling.test(name.normalize('NFC').replace(dropped, ''))) return 'leads into a git directory'
  }
  return null
}
