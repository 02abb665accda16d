import { type ReachablePath, reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { withFileLock } from './lock.ts'

const lockMs = 10_000

/** The text of a file; null: there is none. */
export async function textOf(system: System, path: ReachablePath): Promise<string | null> {
  const bytes = await system.files.read(path)
  return bytes === null ? null : Buffer.from(bytes).toString('utf8')
}

/** Replaces a file in a bridge's folder, under its lock, where `change` changes its text. Returns whether it was replaced. */
export async function changeBridgeFile(
  system: System,
  folder: ReachablePath,
  name: string,
  side: string,
  change: (text: string | null) => string,
): Promise<boolean> {
  const path = reachable(`${folder}/${name}`)
  await system.files.makeDirectory(folder, 0o700)
  return withFileLock(system, path, side, { waitMs: lockMs }, async () => {
    const before = await textOf(system, path)
    const text = change(before)
    if (before === text) return false
    await system.files.replace(path, Buffer.from(text), 0o600)
    return true
  })
}
