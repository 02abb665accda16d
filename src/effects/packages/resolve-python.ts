import { layout } from '../../core/layout.ts'
import { canRun } from '../../core/participants.ts'
import { parsePython, pythonTrouble, withoutPrefix } from '../../core/packages/python.ts'
import { passingName } from '../../core/packages/place.ts'
import { joinPath } from '../../core/paths.ts'
import type { Environment, World } from '../../model/environment.ts'
import type { LockedPackage } from '../../model/lock.ts'
import type { System } from '../../model/system.ts'
import { ownFolder } from '../machine/home.ts'
import type { Resolution, ResolveOptions } from './resolution.ts'
import { callUv, findUv, noUv } from './uv.ts'

/** uv's moments have seconds. */
const moment = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z')

/**
 * Pins a package of PyPI for all sides. uv tells a version only by installing it, so the first side that has uv installs it and throws it
 * away; the same moment and Python give every side the same dependencies.
 */
export async function resolvePython(
  system: System,
  world: World,
  environment: Environment,
  words: string,
  { offline, refresh, builds, sides = [], signal }: ResolveOptions,
): Promise<Resolution> {
  const parsed = parsePython(withoutPrefix(words))
  if ('refuse' in parsed)
    return { words, code: 'EINVALIDPACKAGENAME', reason: parsed.refuse, hint: 'name a package of PyPI: "pypi": "name@1.2.3"' }
  const others = sides.filter((each) => each.id !== environment.id)
  for (const side of [environment, ...others].filter((each) => canRun(each) && each.node !== undefined)) {
    const uv = await findUv(system, world, side)
    if (uv === null) continue
    const excludeNewer = moment(system.now())
    const may = builds?.has(words) === true
    // Beside the installed ones, where uv's cache is on the same disk, and what a killed run leaves is found again.
    const { pypi } = layout(side, ownFolder(system, side))
    const folder = joinPath(side, pypi, passingName('part', system.pid, system.random(4)))
    const end = await callUv(system, world, side, uv, {
      ...parsed,
      excludeNewer,
      builds: may,
      refresh,
      offline,
      folder,
      isThrownAway: true,
      signal,
    })
    if (!end.ok) return { words, ...end.trouble }
    const { version, python, programs } = end.tool
    const locked: LockedPackage = {
      name: parsed.name,
      version,
      bin: Object.fromEntries(programs.map((each) => [each, each])),
      python: { excludeNewer, version: python },
    }
    const odd = pythonTrouble(words, locked)
    if (odd === null) return { words, locked }
    return {
      words,
      code: 'EREGISTRY',
      reason: `what uv installed is not valid: ${odd.message}`,
      hint: `uv tool install ${parsed.name} shows it`,
    }
  }
  return { words, ...noUv(environment) }
}
