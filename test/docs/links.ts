import { posix } from 'node:path'
import { anchorOf } from './markdown.ts'
import { isThere, type Page, proseOf } from './pages.ts'

/** A link of a page to another place of the repository. */
export interface Link {
  /** Where it leads, from the root. */
  readonly path: string
  /** A heading there; empty: the page as a whole. */
  readonly anchor: string
  readonly written: string
}

const targets = (line: string): string[] =>
  [...line.matchAll(/\]\(([^)\s]+)\)|(?:src|srcset|href)="([^"]+)"/g)].map(([, link, attribute]) => link ?? attribute ?? '')

/** The links of a page that stay within the repository. */
export const linksOf = (page: Page): Link[] =>
  proseOf(page)
    .flatMap(targets)
    .filter((target) => !/^(?:https?|mailto):/.test(target))
    .map((written) => {
      const [path = '', anchor = ''] = written.split('#')
      return { path: path === '' ? page.path : posix.normalize(posix.join(posix.dirname(page.path), path)), anchor, written }
    })

/** The addresses of a page's headings; the second of one name gets a number, as GitHub gives it. */
export function anchorsOf(page: Page): string[] {
  const seen = new Map<string, number>()
  return proseOf(page).flatMap((line) => {
    const heading = /^#{1,6} (.*)$/.exec(line)?.[1]
    if (heading === undefined) return []
    const anchor = anchorOf(heading)
    const count = seen.get(anchor) ?? 0
    seen.set(anchor, count + 1)
    return [count === 0 ? anchor : `${anchor}-${count}`]
  })
}

/** Paths of the repository that a page names in code: those that begin in one of its folders. `<x>`, `*`, `…` and `NAME` stand for any. */
export const pathsIn = (page: Page): string[] =>
  proseOf(page)
    .flatMap((line) => [...line.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text))
    .flatMap((text) => text.split(/\s/))
    .filter((word) => /^(?:src|test|docs|templates|bin|\.github|\.ci)\/[\w./-]*$/.test(word) && !/[<*…]/.test(word))

/** Whether a path of the repository is there; the map of `src` and that of `test` name paths from their own folder too. */
export const isPathOf = (page: Page, path: string): boolean => isThere(path) || isThere(posix.join(posix.dirname(page.path), path))
