import { toHere } from '../../core/paths.ts'
import { recordOf } from '../../core/plan/records.ts'
import { isProjectFile } from '../../core/project-file.ts'
import { native, type ReachablePath } from '../../model/path.ts'
import type { State } from '../../model/state.ts'
import type { System } from '../../model/system.ts'
import { isTrouble } from '../store/trouble.ts'
import type { Target } from './target.ts'

/** Entries of ours are left in it. */
export const holdsOurs = (state: State, { environment, client, file }: Target): boolean =>
  Object.keys(recordOf(state, { environment: environment.id, client: client.id, file }).entries).length > 0

/**
 * The files that a client had before it was given others, as far as entries of ours are left in them: they go. What its
 * program may come to read again by itself stays, and so does a second name of a file in use.
 */
export async function formerTargets(system: System, state: State, used: readonly Target[]): Promise<Target[]> {
  const [target] = used
  if (target === undefined) return []
  const { environment, client } = target
  if ((await client.locator?.())?.keepsFormer(environment) === true) return []
  const former: Target[] = []
  for (const name of Object.keys(state.files[environment.id]?.[client.id] ?? {})) {
    const file = native(name)
    const here = toHere(environment, file)
    const old: Target = { environment, client, scope: 'user', file, here, unused: true }
    if (used.some((each) => each.file === file) || here === null || isProjectFile(client, environment, file) || !holdsOurs(state, old))
      continue
    if (target.located?.places.includes(file)) continue
    const one = await realPath(system, here)
    const others = await Promise.all(used.map((each) => (each.here === null ? null : realPath(system, each.here))))
    if (one !== null && !others.some((other) => one.toLowerCase() === other?.toLowerCase())) former.push(old)
  }
  return former
}

/** Null: it is not there, or cannot be looked at. */
async function realPath(system: System, path: ReachablePath): Promise<string | null> {
  try {
    return await system.files.realPath(path)
  } catch (error) {
    if (isTrouble(error)) return null
    throw error
  }
}
