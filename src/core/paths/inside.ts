import type { Environment } from '../../model/environment.ts'
import { isWindows } from './grammar.ts'

/** What may stand before a path in a text: a blank, a quotation mark, a sign of a shell, or the beginning of a file's address. */
const before = String.raw`(?:^|[\s"'\x60=,;|&(<>]|file:/{2,3})`
const ends = String.raw`\s"'\x60,;|&()<>`
const posix = new RegExp(
  String.raw`(?:${before}|(?<!\b[A-Za-z]):)(/(?:home|mnt|usr|opt|tmp|var|etc|root|srv|Users|Applications)/[^:${ends}]+)`,
  'g',
)
const windows = new RegExp(String.raw`${before}/?((?:[A-Za-z]:[\\/]|\\\\[^\s\\/]+\\)[^${ends}]+)`, 'g')

/**
 * Paths within a text, as in `bash -c "node /home/ana/x.js"` and `file:///home/ana/x`, in a spelling that means nothing on this side.
 * The text itself may be one, too. Templates are left alone, and addresses of other kinds.
 */
export function pathsInside(side: Environment, text: string): readonly string[] {
  if (/^(?!file:)[a-z][a-z0-9+.-]+:\/\//i.test(text)) return []
  const plain = text.replace(/\$\{[^}]*\}/g, '\0')
  const found = [...plain.matchAll(isWindows(side) ? posix : windows)].map(([, path = '']) => path)
  return [...new Set(found.filter((path) => !path.includes('\0')))]
}

/** A path within an argument or a variable. */
export interface PathInside {
  /** `argument 2`, or the name of the variable. What it says may hold keys. */
  readonly where: string
  readonly path: string
}

interface Words {
  readonly args?: readonly string[] | undefined
  readonly env?: Readonly<Record<string, string>> | undefined
}

/** The paths within the words of a server that mean nothing on this side; `isWhole`: a word that is told of as a path itself. */
export function insidePaths(side: Environment, { args = [], env = {} }: Words, isWhole: (text: string) => boolean): readonly PathInside[] {
  const words = [...args.map((text, at) => [`argument ${at + 1}`, text] as const), ...Object.entries(env)]
  return words.flatMap(([where, text]) => (isWhole(text) ? [] : pathsInside(side, text).map((path) => ({ where, path }))))
}
