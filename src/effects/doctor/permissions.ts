import { dirname } from 'node:path'
import type { ClientFile, Facts, ModeFacts, OwnerFault } from '../../core/doctor/facts.ts'
import { layout } from '../../core/layout.ts'
import { isWindows, toHere } from '../../core/paths.ts'
import type { PlanInput } from '../../core/plan/plan.ts'
import { hasModes, hasOwners } from '../machine/modes.ts'
import { describeFaults, type Fault } from '../machine/ownership-faults.ts'
import { ownRemedy } from '../machine/vet-own-folder.ts'
import type { Situation } from '../manifest/open.ts'
import { isWithin } from '../store/inside.ts'
import { trustCommand } from '../store/vet.ts'
import type { Environment } from '../../model/environment.ts'
import { type NativePath, reachable, type ReachablePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'

const closed = (mode: number): number => mode & 0o7755

async function describe(system: System, { home, place }: Situation, fault: Fault): Promise<OwnerFault> {
  const [words = ''] = await describeFaults(system, [fault])
  const { path, kind, mode } = fault
  if (!isWithin(home.here, path)) return { path, words, fix: trustCommand(place), autofix: null }
  const isOurs = kind !== 'owner' && (await system.files.look(path))?.uid === system.uid
  return { path, words, fix: ownRemedy(system, [fault], home.here), autofix: isOurs ? closed(mode) : null }
}

/** Returns our folders and the project's on file systems without owners and modes. */
async function withoutOwners(system: System, { home, place, self }: Situation): Promise<ReachablePath[]> {
  if (isWindows(self)) return []
  const folders = new Set([home.here, reachable(dirname(place.here))])
  const found = await Promise.all([...folders].map(async (folder) => ((await hasOwners(system, folder)) ? [] : [folder])))
  return found.flat()
}

/** Returns which other users can change our folder and the manifest, and where that is unknown. */
export async function observeOwners(system: System, situation: Situation): Promise<Facts['owners']> {
  return {
    faults: await Promise.all(situation.faults.map((fault) => describe(system, situation, fault))),
    withoutOwners: await withoutOwners(system, situation),
  }
}

interface PathWithKeys {
  readonly environment: Environment
  readonly path: NativePath
  readonly what: ModeFacts['what']
}

/** Returns the paths that hold keys: our own files on each side, and client files with a key of ours. */
function pathsWithKeys(input: PlanInput, files: readonly ClientFile[]): PathWithKeys[] {
  const own = input.world.environments.flatMap((environment): PathWithKeys[] => {
    const folder = input.render.folders(environment.id)
    if (folder === null) return []
    const { secrets, launches, logins, backups } = layout(environment, folder)
    return [
      { environment, path: folder, what: 'folder' },
      { environment, path: backups, what: 'folder' },
      { environment, path: secrets, what: 'keys' },
      { environment, path: launches, what: 'keys' },
      { environment, path: logins, what: 'keys' },
    ]
  })
  const clients = files
    .filter(({ entries }) => entries.some(({ keys }) => keys.length > 0))
    .map(({ environment, file }): PathWithKeys => ({ environment, path: file, what: 'client' }))
  return [...own, ...clients]
}

/** Returns the paths with keys that other users may open. Windows drives have no modes. */
export async function observeModes(system: System, input: PlanInput, files: readonly ClientFile[]): Promise<ModeFacts[]> {
  if (system.platform === 'win32') return []
  const looks = pathsWithKeys(input, files).map(async ({ environment, path, what }): Promise<ModeFacts[]> => {
    const here = isWindows(environment) ? null : toHere(environment, path)
    const facts = here === null ? null : await system.files.look(here, 'follow')
    if (here === null || facts === null || (facts.mode & 0o077) === 0 || !(await hasModes(system, here))) return []
    return [{ environment, shown: path, here, mode: facts.mode, wanted: what === 'folder' ? 0o700 : 0o600, what }]
  })
  return (await Promise.all(looks)).flat()
}
