import type { Environment } from '../../model/environment.ts'
import { isWindows, looksWindowsPath } from './grammar.ts'

/** Top-level folders of Linux and macOS: an argument that begins with one is a path, while `/c` is a switch. */
const posixPath = /^\/(?:home|mnt|usr|opt|tmp|var|etc|root|srv|Users|Applications)\/./

/** A path in a text, bare or behind an `=`, in a spelling that means nothing on this side; null: there is none. */
export function foreignPath(side: Environment, text: string): string | null {
  const candidates = [text, text.slice(text.indexOf('=') + 1)]
  return candidates.find((each) => (isWindows(side) ? posixPath.test(each) : looksWindowsPath(each) && !each.startsWith('/'))) ?? null
}
