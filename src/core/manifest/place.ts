import { placeOf as placeInText } from '../json/place.ts'
import { readDocument } from '../json/read.ts'

/** Where the key at a path stands, or the deepest part of the path that is there; line and column count from 1. */
export function placeOf(bytes: Uint8Array, path: readonly PropertyKey[]): { line: number; column: number } {
  for (let depth = path.length; depth > 0; depth--) {
    const read = readDocument(bytes, { path: path.slice(0, depth - 1).map(String), dialect: 'jsonc' })
    if (!read.ok) continue
    const member = read.document.container?.members.findLast((each) => each.name === String(path[depth - 1]))
    if (member !== undefined) return placeInText(read.document.text, member.key.start)
  }
  return { line: 1, column: 1 }
}
