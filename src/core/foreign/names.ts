/** Characters of the longest name: clients allow 64, and some put `mcp__mcp-twin__` before it. */
export const longestName = 49

/** True for a tool name that every client accepts. */
export const isToolName = (name: string): boolean => name.length <= longestName && /^[A-Za-z0-9_-]+$/.test(name)

/** The shared server, of these, that the name of a tool says it belongs to: `up__search` to `up`, in any case. Null: to none. */
export const serverOfName = (name: string, servers: readonly string[]): string | null =>
  servers.find((server) => name.toLowerCase().startsWith(`${server}__`.toLowerCase())) ?? null
