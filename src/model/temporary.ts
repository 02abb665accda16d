import { type ReachablePath, reachable } from './path.ts'

/** The name under which new content stands beside its file until it is whole. Who made it can be read from it. */
export const temporaryPath = (path: ReachablePath, pid: number, random: string): ReachablePath =>
  reachable(`${path}.mcp-twin-${pid}-${random}.tmp`)

/** The file a temporary name stands for and the process that made it; null for every other name. */
export function readTemporaryName(name: string): { base: string; pid: number } | null {
  const found = /^(.+)\.mcp-twin-(\d{1,10})-[0-9a-f]+\.tmp$/s.exec(name)
  return found?.[1] === undefined ? null : { base: found[1], pid: Number(found[2]) }
}
