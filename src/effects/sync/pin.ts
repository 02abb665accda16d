import { builtinServers } from '../../catalog/servers/index.ts'
import { lookUp } from '../../core/lookup.ts'
import { wordsOfAll } from '../../core/manifest/names.ts'
import { checkedLock } from '../../core/manifest/locked.ts'
import { canRun } from '../../core/participants.ts'
import type { Why } from '../../core/plan/plan.ts'
import type { Environment } from '../../model/environment.ts'
import type { Lock, LockedPackage } from '../../model/lock.ts'
import type { System } from '../../model/system.ts'
import { scriptsAllowed } from '../packages/installed.ts'
import { resolvePackages } from '../packages/resolve.ts'
import type { Situation } from '../manifest/open.ts'
import { emptyLock } from '../manifest/records.ts'
import type { SyncOptions } from './options.ts'

/** Why a package could not be pinned; `code` is npm's error code. */
export interface Unresolved extends Why {
  readonly code: string
}

export type PinOptions = Pick<SyncOptions, 'offline' | 'resolve' | 'refresh' | 'signal' | 'progress'>

export interface Pinned {
  readonly lock: Lock
  /** Packages that could not be resolved, and why. */
  readonly unresolved: Map<string, Unresolved>
}

/**
 * Returns the lock without packages that no server names, and with those that it lacks; the same object if nothing changes.
 * Only missing packages are looked up on the network.
 */
export async function pin(system: System, situation: Situation, options: PinOptions): Promise<Pinned> {
  const words = wordsOfAll(situation.manifest)
  const current = checkedLock(situation.lock, situation.manifest)
  const missing = words.filter((each) => options.refresh || lookUp(current.packages, each) === undefined)
  const bare = situation.place.project === null ? [] : withoutIntegrity(current, words)
  if (missing.length + bare.length === 0 || !options.resolve) return { lock: current, unresolved: new Map() }
  const progress = options.progress('Looking up versions')
  const ask = async (asked: readonly string[], lock: Lock, refresh: boolean) =>
    resolvePackages(system, situation.world, npmSide(situation), asked, lock, {
      offline: options.offline,
      refresh,
      sides: situation.sides,
      builds: scriptsAllowed(situation.manifest),
      known: (await builtinServers()).flatMap(({ server }) => server.package ?? []),
      signal: options.signal,
      onProgress: (text) => progress.update(text),
    })
  try {
    const { lock, troubles } = missing.length === 0 ? { lock: current, troubles: [] } : await ask(words, current, options.refresh)
    // A side without uv refuses by itself, with the line that installs it.
    const unresolved = new Map(
      troubles.filter(({ code }) => code !== 'no-uv').map(({ words: which, code, reason, hint }) => [which, { code, reason, hint }]),
    )
    const open = withoutIntegrity(lock, bare)
    if (open.length === 0) return { lock, unresolved }
    const exact = (each: LockedPackage): string => `${each.name}@${each.version}`
    const asked = open.flatMap((each) => lookUp(lock.packages, each) ?? []).map(exact)
    const answers = await ask(asked, emptyLock, false)
    return { lock: completed(lock, (each) => lookUp(answers.lock.packages, exact(each))), unresolved }
  } finally {
    progress.done()
  }
}

/**
 * Returns the packages that are to be looked up again: in a project, npm's without integrity, since the trusted content must be installed.
 * uv records none.
 */
const withoutIntegrity = (lock: Lock, words: readonly string[]): string[] =>
  words.filter((each) => {
    const locked = lookUp(lock.packages, each)
    return locked !== undefined && locked.integrity === undefined && locked.python === undefined
  })

function completed(lock: Lock, answer: (locked: LockedPackage) => LockedPackage | undefined): Lock {
  const packages = Object.entries(lock.packages).map(([words, locked]): [string, LockedPackage] => {
    const found = locked.integrity === undefined ? answer(locked) : undefined
    return [words, found?.integrity === undefined ? locked : found]
  })
  return packages.every(([words, locked]) => lock.packages[words] === locked) ? lock : { ...lock, packages: Object.fromEntries(packages) }
}

/** The side whose npm is asked. */
export const npmSide = ({ self, home, sides }: Situation): Environment =>
  [self, home.environment, ...sides].find((each) => canRun(each) && each.npm !== undefined) ?? self
