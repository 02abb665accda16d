import { dirname, join, parse, resolve, sep } from 'node:path'
import { type ReachablePath, reachable } from '../../model/path.ts'
import type { FileFacts, System } from '../../model/system.ts'

/** As many links as Linux follows (path_resolution(7)). */
const linksMax = 40

/** A path with every link on it followed. */
export interface Traced {
  /** The path with links resolved. Names that do not exist yet are kept, also behind a dangling link. */
  readonly real: ReachablePath
  /** The links that were followed, in their order. */
  readonly links: readonly { readonly path: ReachablePath; readonly facts: FileFacts }[]
}

const rootOf = (path: string): string => parse(resolve(parse(path).root)).root
// A backslash is part of a name on Linux and macOS.
const partsOf = (path: string): string[] =>
  path
    .slice(parse(path).root.length)
    .split(sep === '\\' ? /[\\/]/ : '/')
    .filter((part) => part !== '' && part !== '.')

/**
 * Follows an absolute path part by part, as the kernel does, but past what is missing too: `realPath` has no answer for a
 * dangling link, whose target a write would create. Null: its links lead in a circle, or one cannot be read.
 */
export async function trace(system: System, path: ReachablePath): Promise<Traced | null> {
  const links: { path: ReachablePath; facts: FileFacts }[] = []
  let real = rootOf(path)
  const left = partsOf(path)
  for (let part = left.shift(); part !== undefined; part = left.shift()) {
    if (part === '..') {
      real = dirname(real)
      continue
    }
    const next = reachable(join(real, part))
    const facts = await system.files.look(next)
    if (facts?.kind !== 'link') {
      real = next
      continue
    }
    const to = await system.files.readLink(next)
    links.push({ path: next, facts })
    if (to === null || links.length > linksMax) return null
    if (parse(to).root !== '') real = rootOf(to)
    left.unshift(...partsOf(to))
  }
  return { real: reachable(real), links }
}
