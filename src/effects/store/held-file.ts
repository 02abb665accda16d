import { dirname, join } from 'node:path'
import { TwinError } from '../../errors.ts'
import type { ClientDefinition } from '../../model/client.ts'
import { type ReachablePath, reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import type { RewriteTarget } from './decision.ts'
import { isTrouble } from './trouble.ts'

const waitMs = 15_000
const pauseMs = 200

/** The file that a client holds while it writes the one at `here`, as a part of a target. */
export const heldBeside = (client: ClientDefinition, here: ReachablePath): Pick<RewriteTarget, 'held'> =>
  client.heldFile === undefined ? {} : { held: { file: reachable(join(dirname(here), client.heldFile)), program: client.label } }

/**
 * Waits until no program holds the file by flock, and throws TwinError `locked` after 15 s. Node cannot take such a lock, but Linux lists
 * who has one; a file of another system is not in that list. What begins to write right after is noticed before our rename.
 */
export async function untilReleased(
  system: System,
  { file, program }: NonNullable<RewriteTarget['held']>,
  signal?: AbortSignal,
): Promise<void> {
  for (let waitedMs = 0; await isHeld(system, file); waitedMs += pauseMs) {
    signal?.throwIfAborted()
    if (waitedMs >= waitMs)
      throw new TwinError('locked', `${program} is writing its file and has not finished for ${waitMs / 1000} s (${file})`, {
        hint: `close ${program}, then try again`,
      })
    await system.sleep(pauseMs)
  }
}

/** Lines of /proc/locks: `1: FLOCK  ADVISORY  WRITE 2045 fe:00:5326744 0 EOF`; one that waits has `->` before FLOCK (proc_locks(5)). */
async function isHeld(system: System, file: ReachablePath): Promise<boolean> {
  const inode = (await system.files.look(file))?.inode
  if (inode === undefined) return false
  const list = await locks(system)
  return [...list.matchAll(/^\d+: FLOCK +\w+ +WRITE +-?\d+ +([\da-f]+):([\da-f]+):(\d+) /gm)].some(
    ([, major = '', minor = '', number = '']) => `${device(Number.parseInt(major, 16), Number.parseInt(minor, 16))}:${number}` === inode,
  )
}

/** The number of a device as `stat` gives it (makedev(3)). */
const device = (major: number, minor: number): number => (minor & 0xff) | ((major & 0xfff) << 8) | ((minor & ~0xff) << 12)

async function locks(system: System): Promise<string> {
  try {
    const bytes = await system.files.read(reachable('/proc/locks'))
    return bytes === null ? '' : new TextDecoder().decode(bytes)
  } catch (error) {
    if (isTrouble(error)) return ''
    throw error
  }
}
