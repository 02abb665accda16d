import { nearest } from '../../core/nearest.ts'
import { lockedTrouble } from '../../core/packages/lock-rules.ts'
import { readAnswer, viewFields } from '../../core/packages/registry-answer.ts'
import type { NpmTrouble } from '../../core/packages/trouble.ts'
import { parseWords } from '../../core/packages/words.ts'
import type { Environment, World } from '../../model/environment.ts'
import type { Lock, LockedPackage } from '../../model/lock.ts'
import type { System } from '../../model/system.ts'
import { callNpm } from './npm.ts'

export interface ResolveOptions {
  readonly offline: boolean
  /** Ask again also for words that are pinned already. */
  readonly refresh: boolean
  /** Names of well-known packages, to guess what a mistyped one withSuggestion. */
  readonly known?: readonly string[]
  readonly onProgress?: ((text: string) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** Words that stand for no package, and why. */
export interface ResolveTrouble {
  readonly words: string
  readonly reason: string
  readonly hint: string
  /** npm's word for it; `E404` and `ETARGET`: there is no such package or version. */
  readonly code: string
  /** npm's own words, keys masked, for `--verbose`. */
  readonly detail?: string
}

export interface Resolved {
  readonly lock: Lock
  readonly troubles: readonly ResolveTrouble[]
  /** Words that were to be asked again without success: their old pin stays. */
  readonly kept: readonly ResolveTrouble[]
}

/** Questions to the registry at once. */
const atOnce = 4
const timeoutMs = 90_000

type Resolution = { readonly words: string; readonly locked: LockedPackage } | ResolveTrouble

/**
 * Pins package words to one exact version each, for all sides alike: the newest that fits, whatever Node a side has (npm left
 * to itself would give sides with different Nodes different versions). Asked of the npm on `environment`; words that
 * the lock has touch no network.
 */
export async function resolvePackages(
  system: System,
  world: World,
  environment: Environment,
  words: readonly string[],
  lock: Lock,
  options: ResolveOptions,
): Promise<Resolved> {
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
  const pinned = found.flatMap((each) => ('locked' in each ? [[each.words, each.locked] as const] : []))
  const troubles = found.flatMap((each) => ('reason' in each ? [each] : []))
  const packages = { ...lock.packages, ...Object.fromEntries(pinned) }
  return {
    lock: { ...lock, packages: Object.fromEntries(Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : 1))) },
    troubles: troubles.filter((each) => !Object.hasOwn(lock.packages, each.words)),
    kept: troubles.filter((each) => Object.hasOwn(lock.packages, each.words)),
  }
}

async function resolveOne(
  system: System,
  world: World,
  environment: Environment,
  words: string,
  options: ResolveOptions,
): Promise<Resolution> {
  const parsed = parseWords(words)
  if ('refuse' in parsed)
    return { words, code: 'EINVALIDPACKAGENAME', reason: parsed.refuse, hint: 'name a package of the registry: "package": "name@1.2.3"' }
  const { name, range } = parsed
  const asked = range === null ? name : `${name}@${range}`
  const { offline, refresh, signal } = options
  // npm answers from its cache for some minutes; who asks again wants to know what is there now.
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

/** npm's trouble, with the package that a mistyped name most likely withSuggestion. */
function withSuggestion(name: string, { code, reason, hint, detail }: NpmTrouble, known: readonly string[]): Omit<ResolveTrouble, 'words'> {
  const others = known.filter((each) => each !== name)
  const near = code === 'E404' ? nearest(name, others) : null
  return { code, reason, hint: near === null ? hint : `did you mean ${near}?`, ...(detail === undefined ? {} : { detail }) }
}
