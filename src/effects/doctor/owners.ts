import { dirname } from 'node:path'
import type { Facts, OwnerFault } from '../../core/doctor/facts.ts'
import { isWindows } from '../../core/paths.ts'
import type { ReachablePath } from '../../model/path.ts'
import { reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { isWithin } from '../store/inside.ts'
import type { Fault } from '../machine/ownership-faults.ts'
import { ownRemedy } from '../machine/vet-own-folder.ts'
import { describeFaults } from '../machine/ownership-refusal.ts'
import { trustCommand } from '../store/vet.ts'
import { hasOwners } from '../machine/modes.ts'
import type { Situation } from '../manifest/open.ts'

const closed = (mode: number): number => mode & 0o7755

async function describe(system: System, { home, place }: Situation, fault: Fault): Promise<OwnerFault> {
  const [words = ''] = await describeFaults(system, [fault])
  const { path, kind, mode } = fault
  if (!isWithin(home.here, path)) return { path, words, fix: trustCommand(place), autofix: null }
  const isOurs = kind !== 'owner' && (await system.files.look(path))?.uid === system.uid
  return { path, words, fix: ownRemedy(system, [fault], home.here), autofix: isOurs ? closed(mode) : null }
}

/** Folders of ours or of the project on file systems where owner and mode say nothing of who may write. */
async function withoutOwners(system: System, { home, place, self }: Situation): Promise<ReachablePath[]> {
  if (isWindows(self)) return []
  const folders = new Set([home.here, reachable(dirname(place.here))])
  const found = await Promise.all([...folders].map(async (folder) => ((await hasOwners(system, folder)) ? [] : [folder])))
  return found.flat()
}

/** Who else decides what our folder and the manifest say, and where nobody can tell. */
export async function observeOwners(system: System, situation: Situation): Promise<Facts['owners']> {
  return {
    faults: await Promise.all(situation.faults.map((fault) => describe(system, situation, fault))),
    untold: await withoutOwners(system, situation),
  }
}
