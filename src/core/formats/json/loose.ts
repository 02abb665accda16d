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
