import { failed } from '../base/refusal.ts'
import type { Database } from './database.ts'
import { libsql, libsqlPackage } from './libsql.ts'
import { nodeSqlite } from './node-sqlite.ts'

export type EngineName = 'node' | 'libsql'

export interface Engine {
  readonly name: EngineName
  /** Opens a file, which is made where it is missing. */
  open(path: string): Database
}

/**
 * What this node opens the store with: its own SQLite where it has one, else libsql's. Throws a Refusal where there is neither.
 * `wanted` (for tests) names one of the two.
 */
export function chooseEngine(platform: NodeJS.Platform, arch: string, wanted?: EngineName): Engine {
  const own = wanted === 'libsql' ? null : nodeSqlite()
  if (own !== null) return { name: 'node', open: own }
  const binary = wanted === 'node' ? null : libsql(platform, arch)
  if (binary !== null) return { name: 'libsql', open: binary }
  const name = libsqlPackage(platform, arch)
  const lacking = name === null ? `there is no SQLite for ${platform} ${arch}` : `the package ${name} is not installed`
  throw failed(
    `There is no store: this node has no SQLite of its own, and ${lacking}; install Node 22.13 or newer, then run: mcp-twin sync`,
  )
}
