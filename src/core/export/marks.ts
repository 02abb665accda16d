import { createHash } from 'node:crypto'
import type { NamedText } from './guide.ts'

/** The file of an export that says what it wrote. */
export const guideName = 'SETUP.md'

const block = /\n<!-- mcp-twin export\n([^>]*)-->\n/

/** Line ends are Git's to choose (`core.autocrlf`). */
const plain = (text: string): string => text.replaceAll('\r\n', '\n')
const digest = (text: string): string => createHash('sha256').update(plain(text)).digest('hex').slice(0, 16)

/** The same files, and in the guide a comment that says what each is, so that a later export knows its own. */
export function marked(files: readonly NamedText[]): NamedText[] {
  const lines = files.map(({ name, text }) => `${name} ${digest(text)}\n`)
  return files.map((each) =>
    each.name === guideName ? { ...each, text: `${each.text}\n<!-- mcp-twin export\n${lines.join('')}-->\n` } : each,
  )
}

/** Is the text of that name what the export wrote which `guide` tells of? One that was edited since is its editor's. */
export function wasExported(guide: string, name: string, text: string): boolean {
  const [, lines = ''] = block.exec(plain(guide)) ?? []
  const own = name === guideName ? plain(text).replace(block, '') : text
  return lines.split('\n').includes(`${name} ${digest(own)}`)
}
