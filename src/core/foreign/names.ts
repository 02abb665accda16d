/** The most that is left of the 64 characters of a tool's name where a client puts `mcp__mcp-twin__` before it. */
export const longestName = 49

/** A name that every client takes for a tool. */
export const isToolName = (name: string): boolean => name.length <= longestName && /^[A-Za-z0-9_-]+$/.test(name)
