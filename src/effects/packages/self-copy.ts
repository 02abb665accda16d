import { join } from 'node:path'
import { type ReachablePath, reachable } from '../../model/path.ts'
import type { FileFacts, System } from '../../model/system.ts'

/** Copies a file or a folder; both are paths of this process, whichever side they lie on. What is not there is left out. */
export async function copyTree(
  system: System,
  from: ReachablePath,
  to: ReachablePath,
  modeOf: (facts: FileFacts) => number,
): Promise<void> {
  const facts = await system.files.look(from)
  if (facts?.kind === 'directory') {
    await system.files.makeDirectory(to)
    for (const name of await system.files.list(from)) await copyTree(system, reachable(join(from, name)), reachable(join(to, name)), modeOf)
  }
  const bytes = facts?.kind === 'file' ? await system.files.read(from) : null
  if (facts !== null && bytes !== null) await system.files.create(to, bytes, modeOf(facts))
}
