import { lookUp } from '../../core/lookup.ts'
import { belongs, runSide, serverOn } from '../../core/launch/side.ts'
import { wordsIn } from '../../core/manifest/names.ts'
import { isPython } from '../../core/packages/python.ts'
import { canRun } from '../../core/participants.ts'
import type { Why } from '../../core/plan/plan.ts'
import type { Environment } from '../../model/environment.ts'
import type { Lock } from '../../model/lock.ts'
import type { System } from '../../model/system.ts'
import type { Target } from '../manifest/target.ts'
import type { Situation } from '../manifest/open.ts'
import { findUv, noUv } from '../packages/uv.ts'

/**
 * The Python packages that are still to be installed on a side without uv, as `environment words`. Sides are asked for uv only where
 * something is missing, so a run in sync starts nothing for it.
 */
export async function withoutUv(
  system: System,
  { world, home, manifest }: Situation,
  lock: Lock,
  targets: readonly Target[],
  installed: ReadonlySet<string>,
): Promise<ReadonlyMap<string, Why>> {
  const needs = new Map<string, { side: Environment; words: string[] }>()
  for (const server of Object.values(manifest.servers)) {
    if (server.disabled === true) continue
    for (const { client, environment, scope } of targets) {
      // What a project's files start is fetched by their own programs.
      const side =
        scope === 'user' && belongs(server, client.id, environment, scope) ? runSide(server, environment, world, home.environment) : null
      const words = side === null ? undefined : wordsIn(serverOn(server, side))
      if (side === null || words === undefined || !isPython(words) || lookUp(lock.packages, words) === undefined) continue
      if (!canRun(side) || installed.has(`${side.id} ${words}`)) continue
      needs.set(side.id, { side, words: [...(needs.get(side.id)?.words ?? []), words] })
    }
  }
  const found = await Promise.all(
    [...needs.values()].map(async ({ side, words }) =>
      (await findUv(system, world, side)) === null ? words.map((each): [string, Why] => [`${side.id} ${each}`, noUv(side)]) : [],
    ),
  )
  return new Map(found.flat())
}
