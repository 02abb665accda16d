import { folderName, layout } from '../../core/layout.ts'
import { isWindows, joinPath, toHere } from '../../core/paths.ts'
import { quoted } from '../../core/doctor/names.ts'
import type { Environment } from '../../model/environment.ts'
import type { NativePath, ReachablePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { ownFolder } from './own-folder.ts'
import { type Fault, faultsOf, refusal, type Subject } from './ownership-faults.ts'

/** What in our folder decides which programs are started, with which keys: what may run, where home is, what was found, and the programs. */
function deciding(environment: Environment, folder: NativePath): Subject[] {
  const at = layout(environment, folder)
  const subject =
    (kind: Subject['kind']) =>
    (path: NativePath): Subject[] => {
      const here = toHere(environment, path)
      return here === null ? [] : [{ path: here, kind }]
    }
  const trust = joinPath(environment, folder, 'trust.json')
  return [
    ...[at.manifest, at.lock, at.state, at.homeJson, at.launches, at.cache, trust, at.launcher, at.current].flatMap(subject('file')),
    ...[at.bin, at.app, at.npm, at.backups, at.bridge].flatMap(subject('folder')),
  ]
}

/** Every version of this program, and every package: looked at only where others can get to them at all. */
async function versions(system: System, environment: Environment, folder: NativePath): Promise<Subject[]> {
  const { app, npm } = layout(environment, folder)
  const found: Subject[] = []
  for (const parent of [app, npm]) {
    const here = toHere(environment, parent)
    for (const name of here === null ? [] : await system.files.list(here)) {
      const path = toHere(environment, joinPath(environment, parent, name))
      if (path !== null) found.push({ path, kind: 'folder' })
    }
  }
  return found
}

/** True for a link, another user's file, or one that others may write. */
async function isOdd(system: System, { path }: Subject): Promise<boolean> {
  const facts = await system.files.look(path)
  return facts !== null && (facts.kind === 'link' || (facts.uid !== system.uid && facts.uid !== 0) || (facts.mode & 0o022) !== 0)
}

/**
 * Who else decides what our folder on this side says. The folder itself must be this user's (or root's), and nobody else may
 * write it, whatever lies above; of what is in it, nobody else may be able to.
 */
export async function ownFolderFaults(system: System, environment: Environment): Promise<Fault[]> {
  const folder = ownFolder(system, environment)
  const here = isWindows(environment) || system.uid === undefined ? null : toHere(environment, folder)
  const facts = here === null ? null : await system.files.look(here, 'follow')
  if (here === null || facts === null) return []
  // Whoever may write the home folder has every program of its user, this one not more than any other.
  const isMoved = folder !== joinPath(environment, environment.home, folderName)
  const own: Subject = { path: here, kind: 'folder', isStrict: true, ...(isMoved ? { withAbove: true } : {}) }
  const inside = [...deciding(environment, folder), ...((facts.mode & 0o011) === 0 ? [] : await versions(system, environment, folder))]
  const odd = await Promise.all(inside.map(async (subject) => ((await isOdd(system, subject)) ? [subject] : [])))
  return faultsOf(system, [own, ...odd.flat()])
}

/** The command that makes our folder this user's own again. */
export function ownRemedy(system: System, faults: readonly Fault[], folder: ReachablePath): string {
  const foreign = faults.some(({ kind }) => kind === 'owner')
  const open = faults.filter(({ kind }) => kind !== 'owner').map(({ path }) => quoted(path))
  return [
    ...(foreign ? [`sudo chown -R ${system.uid} ${quoted(folder)}`] : []),
    ...(open.length > 0 ? [`chmod go-w ${open.join(' ')}`] : []),
  ].join(' && ')
}

/** Refuses to work with a folder of ours that others decide about. Throws a TwinError that names them and the remedy. */
export async function vetOwnFolder(system: System, environment: Environment): Promise<void> {
  const faults = await ownFolderFaults(system, environment)
  const folder = toHere(environment, ownFolder(system, environment))
  if (folder === null || faults.length === 0) return
  throw await refusal(system, faults, `check its content, then: ${ownRemedy(system, faults, folder)}`)
}
