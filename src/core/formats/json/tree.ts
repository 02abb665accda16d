import { findNodeAtLocation, parseTree } from 'jsonc-parser'

/** Offset of the key at a path of a JSONC text, or of the deepest part of the path that is there. For the places of errors. */
export function offsetOf(text: string, path: readonly PropertyKey[]): number {
  const tree = parseTree(text, [], { allowTrailingComma: true })
  if (tree === undefined) return 0
  for (let depth = path.length; depth > 0; depth--) {
    const parts = path.slice(0, depth).map((part) => (typeof part === 'symbol' ? String(part) : part))
    const node = findNodeAtLocation(tree, parts)
    if (node !== undefined) return (node.parent?.type === 'property' ? node.parent : node).offset
  }
  return tree.offset
}
