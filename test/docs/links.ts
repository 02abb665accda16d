import { posix } from 'node:path'
import { anchorOf } from './markdown.ts'
import { blocksOf, isThere, type Page, proseOf } from './pages.ts'

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

/** Files of ours that a page names by the end of their paths, in code or in a block: `lists/index.ts`, `sandbox*.test.ts`. */
export const filesIn = ({ text }: Page): string[] =>
  [...text.matchAll(/(?<![\w./$@<>{}-])(?:[\w-]+\/)*[\w*-]+(?:\.[\w*-]+)*\.(?:ts|mjs)(?![\w.])/g)].map(([name]) => name)

/** Whether a file of the repository ends with that name; a star stands for any letters. */
export const isFile = (name: string, files: readonly string[]): boolean => {
  const pattern = new RegExp(`(?:^|/)${name.replaceAll('.', '\\.').replaceAll('*', '[\\w.-]*')}$`)
  return files.some((file) => pattern.test(file))
}

/** Folders that the map of a page names, as `core/formats/`. */
export const foldersIn = (page: Page): string[] =>
  blocksOf(page).flatMap(({ text }) => [...text.matchAll(/(?<![\w./~<:-])((?:[a-z][\w-]*\/)+)(?=[\s,;]|$)/gm)].map(([, name = '']) => name))

/** What a page has npm run. */
export const scriptsIn = ({ text }: Page): string[] => [...text.matchAll(/(?:`|^\s+)npm run ([a-z][\w:-]*)/gm)].map(([, name = '']) => name)

/** Whether a path of the repository is there; the map of `src` and that of `test` name paths from their own folder too. */
export const isPathOf = (page: Page, path: string): boolean => isThere(path) || isThere(posix.join(posix.dirname(page.path), path))
