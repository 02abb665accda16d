import type { PackageFacts } from '../../core/doctor/facts.ts'
import { prefixOn } from '../../core/launch/package.ts'
import { runSide, serverOn } from '../../core/launch/side.ts'
import { wordsIn } from '../../core/manifest/names.ts'
import { packagePlace } from '../../core/packages/place.ts'
import { readRecord } from '../../core/packages/record.ts'
import type { Plan, PlanInput } from '../../core/plan/plan.ts'
import type { Environment } from '../../model/environment.ts'
import type { LockedPackage } from '../../model/lock.ts'
import type { System } from '../../model/system.ts'
import { readOn, versionAt } from '../packages/installed.ts'

/** Returns the servers of the manifest that start this package on a side, for any client. */
function usersOf({ manifest, render, home }: PlanInput, plan: Plan, side: Environment, words: string): string[] {
  const found = plan.files.flatMap(({ observed, desired }) =>
    [...desired.wanted, ...desired.blocked].flatMap(({ server }) => {
      const spec = Object.hasOwn(manifest.servers, server) ? manifest.servers[server] : undefined
      if (spec === undefined || runSide(spec, observed.environment, render.world, home)?.id !== side.id) return []
      return wordsIn(serverOn(spec, side)) === words ? [server] : []
    }),
  )
  return [...new Set(found)]
}

async function observePackage(
  system: System,
  input: PlanInput,
  plan: Plan,
  side: Environment,
  words: string,
  locked: LockedPackage,
): Promise<PackageFacts> {
  const folder = input.render.folders(side.id)
  const place = folder === null ? null : packagePlace(side, folder, locked, prefixOn(input.manifest, side))
  const record = place?.record ? readRecord((await readOn(system, side, place.record)) ?? '') : null
  return {
    environment: side,
    words,
    name: locked.name,
    pinned: locked.version,
    engines: locked.engines ?? null,
    installed: locked.python !== undefined ? (record?.version ?? null) : place === null ? null : await versionAt(system, side, place.files),
    servers: usersOf(input, plan, side, words),
    scripts: record === null || record.scriptsRan ? [] : record.scripts,
  }
}

/** Returns the installed version of every pinned package on every side. */
export async function observePackages(system: System, input: PlanInput, plan: Plan): Promise<PackageFacts[]> {
  const pairs = input.world.environments.flatMap((side) =>
    Object.entries(input.render.lock.packages).map(([words, locked]) => ({ side, words, locked })),
  )
  const found = await Promise.all(pairs.map(({ side, words, locked }) => observePackage(system, input, plan, side, words, locked)))
  return found.filter(({ servers }) => servers.length > 0)
}
