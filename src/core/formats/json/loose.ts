import { getNodeValue, parseTree } from 'jsonc-parser'
import { readValue } from './value.ts'

/** Parses JSON; null if it is none. The parser's message is dropped, since it quotes the text around the fault, keys included. */
export function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

/** The same for a JSON text that may have comments and trailing commas. */
export function commentedOrNull(text: string): unknown {
  try {
    return readValue(text, 'jsonc')
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return null
    throw error
  }
}

/** The values of all members of this name in a text that need not be JSON: what stands before, between and after its faults counts. */
export function membersNamed(text: string, name: string): readonly unknown[] {
  try {
    const root = parseTree(text, [], { allowTrailingComma: true })
    const open = root === undefined ? [] : [root]
    const found: unknown[] = []
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      const [key, value] = node.type === 'property' ? (node.children ?? []) : []
      if (key?.value === name && value !== undefined) found.push(getNodeValue(value))
      open.push(...(node.children ?? []))
    }
    return found
  } catch (error) {
    // Nested deeper than the stack.
    if (error instanceof RangeError) return []
    throw error
  }
}
