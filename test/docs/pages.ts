import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** A path of the repository, as this machine spells it. */
export const pathOf = (path: string): string => join(root, path)

export const isThere = (path: string): boolean => existsSync(pathOf(path))

/** The files in some folders of the repository. */
export const filesBelow = (...folders: readonly string[]): string[] =>
  folders.flatMap((folder) =>
    readdirSync(pathOf(folder), { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name.replaceAll('\\', '/')}`),
  )

const below = (folder: string): string[] =>
  filesBelow(folder)
    .filter((name) => name.endsWith('.md'))
    .sort()

/** A page for people who use the program, or work on it. */
export interface Page {
  readonly path: string
  readonly text: string
}

/** Every page: the first one, those of `docs/`, and the maps. */
export const pages = (): Page[] =>
  [
    ...['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'src/README.md', 'test/README.md', '.github/SECURITY.md'],
    ...['test/bench/README.md', 'test/lab/README.md', ...below('docs')],
  ].map((path) => ({ path, text: readFileSync(pathOf(path), 'utf8') }))

/** A fenced block: its language, the words behind it, and its lines. */
export interface Block {
  readonly language: string
  readonly mark: string
  readonly text: string
  /** The line of its first line, from 1. */
  readonly line: number
}

/** The fenced blocks of a page. */
export function blocksOf({ text }: Page): Block[] {
  const found: Block[] = []
  let open: { language: string; mark: string; line: number; lines: string[] } | null = null
  for (const [at, line] of text.split('\n').entries()) {
    const fence = /^```(\w*) ?(.*)$/.exec(line)
    if (fence === null) open?.lines.push(line)
    else if (open === null) open = { language: fence[1] ?? '', mark: fence[2] ?? '', line: at + 2, lines: [] }
    else {
      found.push({ language: open.language, mark: open.mark, line: open.line, text: `${open.lines.join('\n')}\n` })
      open = null
    }
  }
  return found
}

/** A page's words without its fenced blocks, line by line. */
export function proseOf({ text }: Page): string[] {
  let isFenced = false
  return text.split('\n').map((line) => {
    if (line.startsWith('```')) {
      isFenced = !isFenced
      return ''
    }
    return isFenced ? '' : line
  })
}
