import { environmentLabel } from '../../core/participants.ts'
import { filesIn } from '../../core/packages/place.ts'
import { dirName } from '../../core/paths.ts'
import type { Environment, World } from '../../model/environment.ts'
import type { NativePath, ReachablePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { fileTrouble } from './job.ts'
import { makePart, reach, removeQuietly, settle } from './leftovers.ts'
import { archOf, type Binary, type BinaryOptions, fetchBinary, lackedBy, ownBinary } from './self-binaries.ts'
import { copyTree, type OwnPackage } from './self-package.ts'
import { isNoted, noteOf } from './self-current.ts'

/** The side to add binaries to, and its version folder below `app`. */
export interface BinariesTarget {
  readonly system: System
  readonly world: World
  readonly environment: Environment
  readonly app: NativePath
  readonly version: NativePath
  readonly own: OwnPackage
}

/** Why a binary is missing, and what to do about it. */
export interface Lack {
  readonly reason: string
  readonly hint: string
}

export interface Completed {
  /** Whether a binary was added. */
  readonly added: boolean
  readonly lack: Lack | null
}

/**
 * Adds the binaries that a version folder lacks, each atomically, also while the program runs: on this side copied from this
 * program's own, on another one installed by that side's npm. A failure is returned, and recorded in the folder, so that a
 * later run on that side asks its npm again.
 */
export async function complete(target: BinariesTarget, options: BinaryOptions): Promise<Completed> {
  const { system, environment, version, own } = target
  const lacked = await lackedBy(system, environment, own.root, version)
  const noted = await isNoted(system, environment, version)
  const mayFetch = !environment.self || noted
  const { fitting, lack: unfit } = await fittingOf(target, lacked)
  const lacks: Lack[] = unfit === null ? [] : [unfit]
  let added = false
  for (const binary of fitting) {
    const lack = await add(target, binary, mayFetch, options)
    if (lack === null) added = true
    else lacks.push(lack)
  }
  const note = reach(environment, noteOf(environment, version))
  if (noted && lacks.length === 0) await system.files.remove(note)
  if (!noted && lacks.length > 0 && mayFetch) await system.files.replace(note, new Uint8Array(), 0o644)
  return { added, lack: lacks[0] ?? null }
}

/** Returns the binary of each kind for that side's processor. */
async function fittingOf(target: BinariesTarget, lacked: readonly Binary[]): Promise<{ fitting: readonly Binary[]; lack: Lack | null }> {
  const { system, world, environment } = target
  const kinds = new Set(lacked.map(({ kind }) => kind))
  if (lacked.length === kinds.size) return { fitting: lacked, lack: null }
  const arch = await archOf(system, world, environment)
  const fitting = lacked.filter((each) => each.arch === arch)
  const [without] = [...kinds].filter((kind) => !fitting.some((each) => each.kind === kind))
  if (without === undefined) return { fitting, lack: null }
  const reason = `without ${without}: it is not available for the ${arch} node of ${environmentLabel(environment)}`
  return { fitting, lack: { reason, hint: 'install a 64-bit Node.js there, then run the same command again' } }
}

async function add(target: BinariesTarget, binary: Binary, mayFetch: boolean, options: BinaryOptions): Promise<Lack | null> {
  const words = `${binary.name} ${binary.version}`
  const source = target.environment.self ? await ownBinary(target.system, target.own.root, binary) : null
  if (source === null && !mayFetch) {
    const hint = 'install mcp-twin with its optional dependencies, then run the same command again'
    return { reason: `without ${words}, which this copy of mcp-twin lacks too`, hint }
  }
  options.onProgress?.(`${words} on ${environmentLabel(target.environment)}`)
  const trouble = await bring(target, binary, source, options).catch(fileTrouble)
  return trouble === null ? null : { reason: `without ${words}: ${trouble.reason}`, hint: trouble.hint }
}

/** Builds a binary's folder under a temporary name, then renames it. */
async function bring(target: BinariesTarget, binary: Binary, source: ReachablePath | null, options: BinaryOptions): Promise<Lack | null> {
  const { system, world, environment, app, version } = target
  const part = await makePart(system, environment, app)
  try {
    const from = filesIn(environment, part, binary.name)
    if (source !== null) await copyTree(system, source, reach(environment, from), ({ mode }) => mode & 0o777)
    const trouble = source === null ? await fetchBinary(system, world, environment, part, binary, options) : null
    if (trouble !== null) return trouble
    const to = filesIn(environment, version, binary.name)
    await system.files.makeDirectory(reach(environment, dirName(environment, to)))
    await settle(system, environment, app, from, to)
    return null
  } finally {
    await removeQuietly(system, environment, part)
  }
}
