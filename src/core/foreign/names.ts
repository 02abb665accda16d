/** Characters of the longest name: clients allow 64, and some put `mcp__mcp-twin__` before it. */
export const longestName = 49

/** True for a tool name that every client accepts. */
export const isToolName = (name: string): boolean => name.length <= longestName && /^[A-Za-z0-9_-]+$/.test(name)
