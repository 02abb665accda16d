import { dirname } from 'node:path'
import { quoted } from '../../core/doctor/names.ts'
import { layout } from '../../core/layout.ts'
import { isWindows, toHere } from '../../core/paths.ts'
import { EXIT, TwinError, usageError } from '../../errors.ts'
import type { Environment } from '../../model/environment.ts'
import { type NativePath, type ReachablePath, reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { isAccepted } from './accepted-owners.ts'
import { escapeFrom, escapeWords } from './inside.ts'
import { type Fault, faultsOf, refusal, type Subject } from '../machine/ownership-faults.ts'

/** Code of the error that refuses a project's file which leads out of it. */
export const outside = 'outside'

/** A path whose content may decide what is started: it was checked that only this user may write it. */
export type VettedPath = ReachablePath & { readonly __vetted: true }

/** A manifest with the lock beside it, as this process opens them. */
export interface ManifestFiles {
  readonly here: ReachablePath
  readonly lockHere: ReachablePath
  /** The real path of the project's root, where the manifest is a project's. */
  readonly root: ReachablePath | null
}

export interface Vetted {
  readonly manifest: VettedPath
  readonly lock: VettedPath
}

const subjectsOf = ({ here, lockHere, root }: ManifestFiles): Subject[] => [
  ...(root === null ? [] : [{ path: root, kind: 'folder' as const }]),
  { path: here, kind: 'file' },
  { path: lockHere, kind: 'file' },
]

/** Who else may write a manifest and its lock, accepted or not. None where neither exists. */
export async function manifestFaults(system: System, environment: Environment, files: ManifestFiles): Promise<Fault[]> {
  if (isWindows(environment) || system.uid === undefined) return []
  const there = await Promise.all([files.here, files.lockHere].map((path) => system.files.look(path)))
  return there.every((facts) => facts === null) ? [] : faultsOf(system, subjectsOf(files))
}

/** The same without what the user has accepted by `mcp-twin trust`. */
async function unaccepted(system: System, environment: Environment, files: ManifestFiles): Promise<readonly Fault[]> {
  const faults = await manifestFaults(system, environment, files)
  if (faults.length === 0) return faults
  const folder = files.root ?? (await system.files.realPath(reachable(dirname(files.here))))
  return folder !== null && (await isAccepted(system, environment, folder, faults)) ? [] : faults
}

/** Refuses a manifest or lock of a project that leads out of it: neither is read. */
export async function demandInside(system: System, { here, lockHere, root }: ManifestFiles): Promise<void> {
  for (const path of root === null ? [] : [here, lockHere]) {
    const away = root === null ? null : await escapeFrom(system, root, path)
    if (away === null) continue
    const { reason, hint = '' } = escapeWords(away, path)
    throw new TwinError(outside, `${reason}. It is not read.`, { exit: EXIT.usage, place: { file: path }, hint })
  }
}

/** The command that uses a manifest in spite of its owner. */
export const trustCommand = ({ here, root }: Pick<ManifestFiles, 'here' | 'root'>): string =>
  `mcp-twin trust ${quoted(root ?? dirname(here))}`

function trustHint(files: ManifestFiles, faults: readonly Fault[]): string {
  const open = faults.every(({ kind }) => kind !== 'owner') ? `chmod go-w ${faults.map(({ path }) => quoted(path)).join(' ')}; or, ` : ''
  const other = files.root === null ? '' : '; or --user for your own manifest'
  return `${open}if you know who that is, look at it, then: ${trustCommand(files)}${other}`
}

/**
 * Accepts a manifest and its lock if they lie in their project and no other user may write them, as git does with repositories
 * (CVE-2022-24765). Throws a TwinError that names the owner, or both paths, and the command that accepts them.
 */
export async function vetManifest(system: System, environment: Environment, files: ManifestFiles): Promise<Vetted> {
  await demandInside(system, files)
  const faults = await unaccepted(system, environment, files)
  if (faults.length > 0) throw await refusal(system, faults, trustHint(files, faults))
  return { manifest: files.here as VettedPath, lock: files.lockHere as VettedPath }
}

/**
 * The same for a command that reports faults instead of refusing them. Such a file may be read, but nothing in it may be
 * run, least of all its `secrets.command`.
 */
export async function lookAtManifest(
  system: System,
  environment: Environment,
  files: ManifestFiles,
): Promise<Vetted & { readonly faults: readonly Fault[] }> {
  await demandInside(system, files)
  const faults = await unaccepted(system, environment, files)
  return { manifest: files.here as VettedPath, lock: files.lockHere as VettedPath, faults }
}

/** Manifest and lock of our folder on this side. */
export function ownFiles(environment: Environment, folder: NativePath): ManifestFiles {
  const { manifest, lock } = layout(environment, folder)
  const [here, lockHere] = [toHere(environment, manifest), toHere(environment, lock)]
  if (here === null || lockHere === null)
    throw usageError(`${manifest} on ${environment.id} is not reached from here.`, { hint: `run the command on ${environment.id}` })
  return { here, lockHere, root: null }
}

/** The same as `vetManifest` for the manifest and lock of our folder on this side. */
export const vetOwn = (system: System, environment: Environment, folder: NativePath): Promise<Vetted> =>
  vetManifest(system, environment, ownFiles(environment, folder))
