import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'

const beginning = 'mcp-twin-run-'

/**
 * One temporary folder for a whole run, removed at its end: whatever a test leaves there, also one that is killed. The
 * first project makes it, and is the last to be torn down. As open as /tmp, since other users' programs write to it too.
 */
export function setup(): (() => void) | undefined {
  if (basename(tmpdir()).startsWith(beginning)) return
  const folder = mkdtempSync(join(tmpdir(), beginning))
  chmodSync(folder, 0o1777)
  process.env.TMPDIR = folder
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
}
