import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'
import { type ReachablePath, reachable } from '../../src/model/path.ts'

export * from './rewriting.ts'

const made: string[] = []

afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** A folder of its own for one test. */
export function folderOf(): (...parts: string[]) => ReachablePath {
  const folder = mkdtempSync(join(tmpdir(), 'mcp-twin-files-'))
  made.push(folder)
  return (...parts) => reachable(join(folder, ...parts))
}
