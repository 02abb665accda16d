import { jsonOrNull } from '../../core/formats/json/loose.ts'
import { toHere } from '../../core/paths.ts'
import { type Environment, type WorldCache, worldCacheSchema } from '../../model/environment.ts'
import type { ReachablePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { readText } from './kernel.ts'

/** How long an answer is valid, in ms: known folders move, Node versions are added. */
const lastsMs = 7 * 24 * 60 * 60 * 1000

/** The remembered sides; null when there are none, or they cannot be read: detection then asks again. */
export async function readCache(system: System, file: ReachablePath): Promise<WorldCache | null> {
  const text = await readText(system, file)
  if (text === '') return null
  const cache = worldCacheSchema.safeParse(jsonOrNull(text))
  return cache.success ? cache.data : null
}

async function nodeTime(system: System, environment: Environment): Promise<number | undefined> {
  const here = environment.node === undefined ? null : toHere(environment, environment.node)
  return here === null ? undefined : (await system.files.look(here, 'follow'))?.modifiedMs
}

/** Whether the remembered sides are still valid, by facts that cost nothing. A side with an error is always asked again. */
export async function stillHolds(system: System, cache: WorldCache, key: string): Promise<boolean> {
  const age = system.now() - cache.foundAtMs
  if (cache.key !== key || age < 0 || age > lastsMs || cache.environments.some(({ trouble }) => trouble !== undefined)) return false
  for (const environment of cache.environments) {
    if ((await nodeTime(system, environment)) !== cache.nodes[environment.id]) return false
  }
  return true
}

/**
 * Remembers the other sides, where our folder is there already: looking alone makes no folder. That it cannot be written
 * (a full disk, a run that may only look) is no reason to fail: the next run asks again.
 */
export async function writeCache(
  system: System,
  file: ReachablePath,
  folder: ReachablePath,
  key: string,
  environments: readonly Environment[],
): Promise<void> {
  if ((await system.files.look(folder, 'follow'))?.kind !== 'directory') return
  const nodes: Record<string, number> = {}
  for (const environment of environments) {
    const time = await nodeTime(system, environment)
    if (time !== undefined) nodes[environment.id] = time
  }
  const cache: WorldCache = {
    version: 3,
    foundAtMs: system.now(),
    key,
    nodes,
    environments: environments.map((each) => ({ ...each, running: [] })),
  }
  try {
    await system.files.replace(file, new TextEncoder().encode(`${JSON.stringify(cache, null, 2)}\n`), 0o600)
  } catch (error) {
    if (!(error instanceof Error)) throw error
  }
}
