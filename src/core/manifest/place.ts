import { readDocument } from '../json/read.ts'

/** Line and column (from 1) of an offset in a text. */
export function lineAndColumn(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset)
  const line = before.split('\n').length
  return { line, column: offset - (before.lastIndexOf('\n') + 1) + 1 }
}

/** Where the key at a path stands, or the deepest part of the path that is there. */
export function placeOf(bytes: Uint8Array, path: readonly PropertyKey[]): { line: number; column: number } {
  for (let depth = path.length; depth > 0; depth--) {
    const read = readDocument(bytes, { path: path.slice(0, depth - 1).map(String), dialect: 'jsonc' })
    if (!read.ok) continue
    const member = read.document.container?.members.findLast((each) => each.name === String(path[depth - 1]))
    if (member !== undefined) return lineAndColumn(read.document.text, member.key.start)
  }
  return { line: 1, column: 1 }
}
