import { createHash } from 'node:crypto'

/** Characters of the longest name: clients allow 64, and some put `mcp__mcp-twin__` before it. */
export const longestName = 49

/** True for a tool name that every client accepts. */
export const isToolName = (name: string): boolean => name.length <= longestName && /^[A-Za-z0-9_-]+$/.test(name)

/** The shared server, of these, that the name of a tool says it belongs to: `up__search` to `up`, in any case. Null: to none. */
export const serverOfName = (name: string, servers: readonly string[]): string | null =>
  servers.find((server) => name.toLowerCase().startsWith(`${server}__`.toLowerCase())) ?? null

const hashLength = 6

/**
 * The name under which a shared server's tool is called: `<server>__<tool>`. A name that clients would refuse is cut or has its other
 * characters replaced, and then ends in a hash of the whole, so that two of them never become one.
 */
export function sharedToolName(server: string, tool: string): string {
  const whole = `${server}__${tool}`
  if (isToolName(whole)) return whole
  const hash = createHash('sha256').update(whole).digest('hex').slice(0, hashLength)
  return `${whole.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, longestName - hashLength - 1)}_${hash}`
}
