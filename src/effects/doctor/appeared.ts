import { type Appeared, appearedIn } from '../../core/doctor/bridge-facts.ts'
import { type ReachablePath, reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { readJson } from './place.ts'

/** What commands in the sandbox made that runs by itself later, without what is not there any more. `folder`: the bridge's. */
export async function observeAppeared(system: System, folder: ReachablePath): Promise<Appeared[]> {
  const list = appearedIn(await readJson(system, reachable(`${folder}/sandbox/appeared.json`)))
  const there = await Promise.all(list.map(async ({ path }) => (await system.files.look(reachable(path))) !== null))
  return list.filter((_, at) => there[at])
}
