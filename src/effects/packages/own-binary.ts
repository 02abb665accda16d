import { basename, dirname, join } from 'node:path'
import { type ReachablePath, reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import type { Binary } from './self-binaries.ts'

/**
 * Where the program at `root` finds a package for itself, as Node looks for it: in the nearest `node_modules` upwards that
 * has it (a checkout's, npx's, a global prefix's, an installed copy's own). Null: nowhere, or in another version.
 */
export async function ownBinary(system: System, root: ReachablePath, { name, version }: Binary): Promise<ReachablePath | null> {
  for (let folder: string = root, below = ''; folder !== below; [folder, below] = [dirname(folder), folder]) {
    if (basename(folder) === 'node_modules') continue
    const at = reachable(join(folder, 'node_modules', ...name.split('/')))
    const found = await versionIn(system, at)
    // Package managers that keep one store put links here.
    if (found !== null) return found === version ? system.files.realPath(at) : null
  }
  return null
}

/** A folder of somebody else's on the way up may be closed to us, or hold anything. */
async function versionIn(system: System, folder: ReachablePath): Promise<string | null> {
  try {
    const bytes = await system.files.read(reachable(join(folder, 'package.json')))
    const parsed: unknown = bytes === null ? null : JSON.parse(Buffer.from(bytes).toString('utf8'))
    return typeof parsed === 'object' && parsed !== null && 'version' in parsed ? String(parsed.version) : null
  } catch (error) {
    if (error instanceof SyntaxError || (error instanceof Error && 'code' in error)) return null
    throw error
  }
}
