import { join } from 'node:path'
import { layout } from '../../core/layout.ts'
import { joinPath } from '../../core/paths.ts'
import type { Environment, World } from '../../model/environment.ts'
import { type NativePath, reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { fileTrouble } from './job.ts'
import { readOn } from './installed.ts'
import { makePart, reach, removeQuietly, settle, sweep } from './leftovers.ts'
import type { BinaryOptions } from './self-binaries.ts'
import { complete } from './self-complete.ts'
import { copyTree, ownPackage, type OwnPackage, shipped } from './self-package.ts'
import { isWhole, selfCurrent } from './self-current.ts'

export interface SelfResult {
  /** `present`: nothing changed. */
  readonly outcome: 'done' | 'present' | 'failed'
  /** Why it failed, or which binary is missing there. */
  readonly reason?: string
  readonly hint?: string
}

/**
 * Copies the running program into a side's folder, and adds its binaries: copied on this side, installed by npm on another
 * one. The former version keeps working at every moment: the new one lies beside it, `current` points to it once it is
 * complete, and the launcher is written last. Older versions stay until `pruneSelf`. A missing binary does not fail the
 * installation; the result has the reason.
 */
export async function installSelf(
  system: System,
  world: World,
  environment: Environment,
  folder: NativePath,
  options: BinaryOptions & {
    /** Leaves the binaries out: only the bridge uses them, and it runs at home. */
    readonly bare?: boolean
  },
): Promise<SelfResult> {
  try {
    if (await selfCurrent(system, environment, folder)) return { outcome: 'present' }
    const own = await ownPackage(system)
    const places = layout(environment, folder)
    const version = joinPath(environment, places.app, own.id)
    await system.files.makeDirectory(reach(environment, folder), 0o700)
    await system.files.makeDirectory(reach(environment, places.app))
    await system.files.makeDirectory(reach(environment, places.bin))
    await sweep(system, environment, places.app)
    const isNew = !(await isWhole(system, environment, version))
    if (isNew) await place(system, environment, places.app, own)
    const nothing = { added: false, lack: null }
    const target = { system, world, environment, app: places.app, version, own }
    const { added, lack } = options.bare === true ? nothing : await complete(target, options)
    if (options.signal?.aborted) return { outcome: 'failed', reason: 'cancelled', hint: 'run the same command again' }
    const named = await write(system, environment, places.current, `${own.id}\n`, 0o644)
    const launched = await write(system, environment, places.launcher, own.launcher, 0o755)
    return { outcome: isNew || added || named || launched ? 'done' : 'present', ...lack }
  } catch (error) {
    return { outcome: 'failed', ...fileTrouble(error) }
  }
}

/** Writes a file unless it has that text already. Returns whether it was written. */
async function write(system: System, environment: Environment, path: NativePath, text: string, mode: number): Promise<boolean> {
  if ((await readOn(system, environment, path)) === text) return false
  await system.files.replace(reach(environment, path), Buffer.from(text), mode)
  return true
}

/** Creates a version folder atomically: plain JavaScript for every platform. */
async function place(system: System, environment: Environment, app: NativePath, own: OwnPackage): Promise<void> {
  const part = await makePart(system, environment, app)
  let whole = false
  try {
    for (const name of shipped) {
      const to = reachable(join(reach(environment, part), name))
      await copyTree(system, reachable(join(own.root, name)), to, () => (name === 'bin' ? 0o755 : 0o644))
    }
    const target = joinPath(environment, app, own.id)
    await settle(system, environment, app, part, target)
    whole = true
  } finally {
    if (!whole) await removeQuietly(system, environment, part)
  }
}
