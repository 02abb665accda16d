import type { LogPlace } from '../../model/log-place.ts'
import type { NativePath } from '../../model/path.ts'

/** Names as Windows and macOS find them, without regard to case. */
export const folderNames = (...words: readonly string[]): RegExp[] =>
  words.map((word) => new RegExp(`^${word.replaceAll('.', '\\.')}$`, 'i'))

/** Our own logs, below home's folder. */
export const ownLogs = (bridge: NativePath): LogPlace => ({ base: bridge, folders: [/^logs$/], file: /\.log$/, newestOnly: false })

/** Programs put their own signs in the place of odd ones in a server's name: what is left must be the same. */
export const sameServer = (one: string, other: string): boolean => plain(one) === plain(other)

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]+/g, '-')
