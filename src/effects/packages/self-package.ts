import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { TwinError } from '../../errors.ts'
import { reachable, type ReachablePath } from '../../model/path.ts'
import type { FileFacts, System } from '../../model/system.ts'

/** The published files of the program; the build computes its identity from the same list. */
export const shipped = ['package.json', 'LICENSE', 'bin', 'dist', 'templates'] as const

/** The running program: a checkout, an unpacked package, npx's copy or an installed one. */
export interface OwnPackage {
  readonly root: ReachablePath
  /** Version and digest of the shipped files, from the build: `1.0.0-0e37088d4a3e`. */
  readonly id: string
  /** The text of `bin/mcp-twin.mjs` in a side's folder. */
  readonly launcher: string
}

/** Returns the running program's folder, found from the path of its code, and its build. */
export async function ownPackage(system: System): Promise<OwnPackage> {
  const { files } = system
  let folder = dirname(fileURLToPath(import.meta.url))
  while (
    !((await files.look(reachable(join(folder, 'bin', 'mcp-twin.mjs')))) && (await files.look(reachable(join(folder, 'package.json')))))
  ) {
    if (folder === dirname(folder)) throw notBuilt('its folder was not found')
    folder = dirname(folder)
  }
  const bytes = await files.read(reachable(join(folder, 'dist', 'id.txt')))
  const id = bytes === null ? '' : Buffer.from(bytes).toString('utf8').trim()
  if (!isId(id)) throw notBuilt(`${join(folder, 'dist')} holds no build`)
  const launcher = await files.read(reachable(join(folder, 'bin', 'launcher.mjs')))
  if (launcher === null) throw notBuilt('its launcher is missing')
  return { root: reachable(folder), id, launcher: Buffer.from(launcher).toString('utf8') }
}

const notBuilt = (message: string): TwinError =>
  new TwinError('not-built', `this copy of mcp-twin is incomplete: ${message}`, { hint: 'npm run build' })

/** Returns whether a folder name in `app/` is a version of this program. */
export const isId = (name: string): boolean => /^\d+\.\d+\.\d+[0-9A-Za-z.+-]*-[0-9a-f]{12}$/.test(name)

/** Copies a file or a folder. Both paths are as this process opens them, on whichever side. A missing `from` is ignored. */
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
