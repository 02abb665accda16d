/** What a JSON text says; null for what is none. The parser's words are dropped: they quote what stands around the fault, keys included. */
export function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}
