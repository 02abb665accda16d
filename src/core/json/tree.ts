import { findNodeAtLocation, getNodeValue, type Node, parseTree } from 'jsonc-parser'

/** A JSONC text as a tree with offsets, for values and for the places of what is wrong in them. Read it with our scanner first. */
export type JsonTree = Node

/** The tree of a text that our own scanner has accepted; undefined for one without a value. */
export const treeOf = (text: string): JsonTree | undefined => parseTree(text, [], { allowTrailingComma: true })

/** The plain value of a tree. */
export const treeValue = (tree: JsonTree): unknown => getNodeValue(tree)

/** Offset of the key at a path, or of the deepest part of the path that is there. */
export function offsetOf(tree: JsonTree, path: readonly PropertyKey[]): number {
  for (let depth = path.length; depth > 0; depth--) {
    const parts = path.slice(0, depth).map((part) => (typeof part === 'symbol' ? String(part) : part))
    const node = findNodeAtLocation(tree, parts)
    if (node !== undefined) return (node.parent?.type === 'property' ? node.parent : node).offset
  }
  return tree.offset
}
