import { join } from 'node:path'
import { layout } from '../../core/layout.ts'
import { joinPath } from '../../core/paths.ts'
import type { Environment } from '../../model/environment.ts'
import { type NativePath, type ReachablePath, reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { ownerOnly } from '../files/far-modes.ts'
import { fileTrouble } from '../packages/file-trouble.ts'
import { readOn } from '../packages/installed.ts'
import { makePart, reach, removeQuietly, settle, sweep } from '../packages/leftovers.ts'
import { isWhole, selfCurrent } from './current.ts'
import { type OwnPackage, ownPackage, shipped } from './package.ts'

export interface SelfResult {
  readonly outcome: 'done' | 'present' | 'failed'
  readonly reason?: string
  readonly hint?: string
}

/**
 * Puts the very code that is running into a side's folder, by plain copy: no npm, no network. What it replaces goes on
 * working at every moment: the new version lies beside the old one, is pointed to when it is whole, and the
 * launcher comes last. Older versions stay until `pruneSelf`.
 */
export async function installSelf(system: System, environment: Environment, folder: NativePath): Promise<SelfResult> {
  try {
    if (await selfCurrent(system, environment, folder)) return { outcome: 'present' }
    const own = await ownPackage(system)
    const places = layout(environment, folder)
    await system.files.makeDirectory(reach(environment, folder), 0o700)
    await ownerOnly(system, environment, [reach(environment, folder)])
    await system.files.makeDirectory(reach(environment, places.app))
    await system.files.makeDirectory(reach(environment, places.bin))
    await sweep(system, environment, places.app)
    if (!(await isWhole(system, environment, joinPath(environment, places.app, own.id)))) await place(system, environment, places.app, own)
    await system.files.replace(reach(environment, places.current), Buffer.from(`${own.id}\n`), 0o644)
    if ((await readOn(system, environment, places.launcher)) !== own.launcher) {
      await system.files.replace(reach(environment, places.launcher), Buffer.from(own.launcher), 0o755)
    }
    return { outcome: 'done' }
  } catch (error) {
    return { outcome: 'failed', ...fileTrouble(error) }
  }
}

/**
 * One version folder, whole or not there. Everything in it is plain JavaScript for every platform: if a part of the
 * program ever needs binaries of one, that side's npm adds them to `part` here, before it gets its name.
 */
async function place(system: System, environment: Environment, app: NativePath, own: OwnPackage): Promise<void> {
  const part = await makePart(system, environment, app)
  let whole = false
  try {
    for (const name of shipped)
      await copy(system, reachable(join(own.root, name)), reachable(join(reach(environment, part), name)), name === 'bin')
    const target = joinPath(environment, app, own.id)
    await settle(system, environment, app, part, target)
    whole = true
  } finally {
    if (!whole) await removeQuietly(system, environment, part)
  }
}

/** Copies a file or a folder; both are paths of this process, whichever side they lie on. What is not there is left out. */
async function copy(system: System, from: ReachablePath, to: ReachablePath, executable: boolean): Promise<void> {
  const facts = await system.files.look(from)
  if (facts?.kind === 'directory') {
    await system.files.makeDirectory(to)
    for (const name of await system.files.list(from)) await copy(system, reachable(join(from, name)), reachable(join(to, name)), executable)
  }
  const bytes = facts?.kind === 'file' ? await system.files.read(from) : null
  if (bytes !== null) await system.files.create(to, bytes, executable ? 0o755 : 0o644)
}
