import { type ReachablePath, reachable } from './path.ts'

/** Returns the name of a temporary file beside the file that it will replace. The name tells which process made it. */
export const temporaryPath = (path: ReachablePath, pid: number, random: string): ReachablePath =>
  reachable(`${path}.mcp-twin-${pid}-${random}.tmp`)

/** Parses a temporary name: the file it replaces and the process that made it; null for any other name. */
export function readTemporaryName(name: string): { base: string; pid: number } | null {
  const found = /^(.+)\.mcp-twin-(\d{1,10})-[0-9a-f]+\.tmp$/s.exec(name)
  return found?.[1] === undefined ? null : { base: found[1], pid: Number(found[2]) }
}
