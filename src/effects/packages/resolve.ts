import { lookUp } from '../../core/lookup.ts'
import { nearest } from '../../core/nearest.ts'
import { lockedTrouble } from '../../core/packages/lock-rules.ts'
import { readAnswer, viewFields } from '../../core/packages/registry-answer.ts'
import { isPython } from '../../core/packages/python.ts'
import type { NpmTrouble } from '../../core/packages/trouble.ts'
import { parseWords } from '../../core/packages/words.ts'
import type { Environment, World } from '../../model/environment.ts'
import type { Lock, LockedPackage } from '../../model/lock.ts'
import type { System } from '../../model/system.ts'
import { callNpm } from './npm.ts'
import type { Resolution, ResolveOptions, ResolveTrouble } from './resolution.ts'

export interface ResolvedPackage {
  readonly lock: Lock
  readonly troubles: readonly ResolveTrouble[]
  /** Packages whose second lookup failed: they stay pinned as before. */
  readonly kept: readonly ResolveTrouble[]
}

/** Limit of concurrent registry queries. */
const atOnce = 4
const timeoutMs = 90_000

/**
 * Pins each package to one exact version for all sides: the newest that fits, whichever Node a side has (npm itself would
 * choose different versions for different Nodes). Uses the npm of `environment`; packages that the lock has need no network.
 */
export async function resolvePackages(
  system: System,
  world: World,
  environment: Environment,
  words: readonly string[],
  lock: Lock,
  options: ResolveOptions,
): Promise<ResolvedPackage> {
  const open = [...new Set(words)].filter((each) => options.refresh || !Object.hasOwn(lock.packages, each))
  const found: Resolution[] = []
  const lane = async (waiting: string[]): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      options.onProgress?.(`${found.length + 1} of ${open.length}: ${next}`)
      found.push(await resolveOne(system, world, environment, next, options))
    }
  }
  const waiting = [...open]
  await Promise.all(Array.from({ length: Math.min(atOnce, open.length) }, () => lane(waiting)))
  const pinned = found.flatMap((each) =>
    'locked' in each ? [[each.words, unlessSame(lookUp(lock.packages, each.words), each.locked)] as const] : [],
  )
  const troubles = found.flatMap((each) => ('reason' in each ? [each] : []))
  const packages = { ...lock.packages, ...Object.fromEntries(pinned) }
  return {
    lock: { ...lock, packages: Object.fromEntries(Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : 1))) },
    troubles: troubles.filter((each) => !Object.hasOwn(lock.packages, each.words)),
    kept: troubles.filter((each) => Object.hasOwn(lock.packages, each.words)),
  }
}

/** The Python package as it is pinned already where its version is the same, so that its dependencies stay the same too. */
const unlessSame = (before: LockedPackage | undefined, now: LockedPackage): LockedPackage =>
  before?.python !== undefined && before.version === now.version ? before : now

async function resolveOne(
  system: System,
  world: World,
  environment: Environment,
  words: string,
  options: ResolveOptions,
): Promise<Resolution> {
  if (isPython(words)) return (await import('./resolve-python.ts')).resolvePython(system, world, environment, words, options)
  const parsed = parseWords(words)
  if ('refuse' in parsed)
    return { words, code: 'EINVALIDPACKAGENAME', reason: parsed.refuse, hint: 'name a package of the registry: "package": "name@1.2.3"' }
  const { name, range } = parsed
  const asked = range === null ? name : `${name}@${range}`
  const { offline, refresh, signal } = options
  // npm answers from its cache for some minutes.
  const fresh = refresh && !offline ? ['--prefer-online=true'] : []
  const end = await callNpm(system, world, environment, {
    args: ['view', asked, ...viewFields, ...fresh],
    words: asked,
    offline,
    signal,
    timeoutMs,
    kind: 'look',
  })
  if (!end.ok) return { words, ...withSuggestion(name, end.trouble, options.known ?? []) }
  const locked = readAnswer(name, end.stdout)
  const odd = locked === null ? null : lockedTrouble(words, locked)
  if (odd !== null)
    return {
      words,
      code: 'EREGISTRY',
      reason: `the registry's answer is not valid: ${odd.message}`,
      hint: `npm view ${asked} --json shows it`,
    }
  if (locked !== null) return { words, locked }
  return { words, code: 'ETARGET', reason: `${name} has no version that fits ${range ?? 'latest'}`, hint: `npm view ${name} versions` }
}

/** Returns npm's error, with a suggestion for a mistyped name. */
function withSuggestion(name: string, { code, reason, hint, detail }: NpmTrouble, known: readonly string[]): Omit<ResolveTrouble, 'words'> {
  const others = known.filter((each) => each !== name)
  const near = code === 'E404' ? nearest(name, others) : null
  return { code, reason, hint: near === null ? hint : `did you mean ${near}?`, ...(detail === undefined ? {} : { detail }) }
}
