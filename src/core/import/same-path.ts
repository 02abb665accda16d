import type { Environment, World } from '../../model/environment.ts'
import { type NativePath, native } from '../../model/path.ts'
import { escapeTemplates, fillTemplates } from '../keys/template.ts'
import { isWindows, joinPath, looksPosixPath, looksWindowsPath, readPath, translate } from '../paths.ts'

/** A text of a server on one side. */
export interface PlacedText {
  readonly side: Environment
  readonly text: string
}

const option = /^(--?[A-Za-z][\w.-]*=)?([\s\S]+)$/
const plain = (text: string): string => fillTemplates(text, (kind, name) => `\${${kind}:${name}}`)
const absolute = (side: Environment, text: string): boolean => (isWindows(side) ? looksWindowsPath(text) : looksPosixPath(text))

/** How a path is written in the manifest: from `~` where it lies in home's home, by its drive where it is on one, else as a side that has it spells it. */
function* spellings(path: NativePath, side: Environment, home: Environment, world: World): Iterable<string> {
  const atHome = translate(world, path, side, home)
  const folder = isWindows(home) ? `${home.home}\\` : `${home.home}/`
  if (atHome?.startsWith(folder)) yield `~/${atHome.slice(folder.length).replaceAll('\\', '/')}`
  const all = world.environments.map((other) => translate(world, path, side, other)).filter((there) => there !== null)
  yield* all.filter((there) => /^[A-Za-z]:/.test(there))
  yield path
  yield* all
}

/**
 * The `${path:…}` that gives each of these texts back on its own side, when they are one file's path in two spellings;
 * null when they are not. An option in front (`--root=`) may be the same on both.
 */
export function samePath(a: PlacedText, b: PlacedText, world: World, home: Environment): string | null {
  const [, lead = '', first = ''] = option.exec(plain(a.text)) ?? []
  const [, otherLead = '', second = ''] = option.exec(plain(b.text)) ?? []
  if (lead !== otherLead || !absolute(a.side, first) || !absolute(b.side, second)) return null
  const same = (from: Environment, to: Environment, one: string | null, other: string): boolean => {
    if (one === null) return false
    const there = translate(world, native(one), from, to)
    return joinPath(from, one) === joinPath(from, other) || (there !== null && there === translate(world, native(other), from, to))
  }
  for (const written of spellings(native(first), a.side, home, world)) {
    const place = readPath(written, world, home)
    const on = (side: Environment): string | null => (place === null ? null : translate(world, place.path, place.environment, side))
    if (!/[{}]/.test(written) && same(a.side, b.side, on(a.side), first) && same(b.side, a.side, on(b.side), second))
      return `${escapeTemplates(lead)}\${path:${written}}`
  }
  return null
}
