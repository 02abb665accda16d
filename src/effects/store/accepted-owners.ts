import { layout } from '../../core/layout.ts'
import { fromHere, toHere } from '../../core/paths.ts'
import type { Environment } from '../../model/environment.ts'
import type { ReachablePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { ownFolder } from '../machine/own-folder.ts'
import type { Fault } from '../machine/ownership-faults.ts'

/** A fault as it is recorded once a person has accepted it: by owner or group, not by file. */
export const markOf = ({ kind, id }: Fault): string => (kind === 'world' ? kind : `${kind}:${id}`)

/**
 * True if the user trusted this folder (a real path) although others may write its files, and the others are still the same users
 * and groups. Sides other than home read it from `launches.json`; its digests show that nothing has changed.
 */
export async function isAccepted(
  system: System,
  environment: Environment,
  folder: ReachablePath,
  faults: readonly Fault[],
): Promise<boolean> {
  const { folder: own, launches } = layout(environment, ownFolder(system, environment))
  const [ownHere, launchesHere, place] = [toHere(environment, own), toHere(environment, launches), fromHere(environment, folder)]
  if (ownHere === null || launchesHere === null || place === null) return false
  // Loaded only where something is wrong: programs wait for the start of the bridge.
  const { readTrust, trustedAt } = await import('./trust.ts')
  const known = trustedAt(await readTrust(system, ownHere), place)
  if (known !== undefined) return faults.every((fault) => known.inSpiteOf.includes(markOf(fault)))
  const { readLaunches } = await import('./own-launches.ts')
  return (await readLaunches(system, launchesHere))?.places.includes(place) === true
}
