import type { FoundOptions } from '../../core/import/from-files.ts'
import type { Imported } from '../../core/import/merge.ts'
import { lookUp } from '../../core/lookup.ts'
import { wordsOf } from '../../core/manifest/names.ts'
import type { PlanInput } from '../../core/plan/plan.ts'
import type { Lock } from '../../model/lock.ts'
import type { State } from '../../model/state.ts'
import type { System } from '../../model/system.ts'
import { resolvePackages } from '../packages/resolve.ts'
import { emptyLock } from '../manifest/records.ts'
import type { Situation } from '../manifest/open.ts'
import { importBeside } from './import.ts'
import { npmSide, type PinOptions } from './pin.ts'

/** What is imported of what the registry has. */
export interface Present {
  readonly imported: Imported
  /** Package words that the registry does not have, and why: entries with one stay the person's own. */
  readonly absent: ReadonlyMap<string, string>
  /** What `state.json` keeps of it from now on, by the words of the package; what was not asked for stays as it was. */
  readonly kept: State['absent']
  /** Versions that were found on the way, so that nothing is asked twice. */
  readonly found: Lock['packages']
}

/** Also what could only be built from source: its own program may do that, we do not unasked. */
const isAbsent = (code: string): boolean => code === 'E404' || code === 'ETARGET' || code === 'EBUILD'

type Looking = Pick<PinOptions, 'offline' | 'signal' | 'progress'>

/**
 * Imports what the registry has: one program's version that it does not have takes no other program's entry along. Null as
 * `looking`, or offline, nothing is asked, and nothing counts as absent.
 */
export async function importPresent(
  system: System,
  situation: Situation,
  input: PlanInput,
  options: FoundOptions,
  looking: Looking | null,
): Promise<Present> {
  const absent = new Map<string, string>()
  const asked = new Set<string>()
  let found: Lock['packages'] = {}
  for (;;) {
    const { imported } = await importBeside(system, situation, input, { ...options, absent })
    const words = [...new Set(Object.values(imported.servers).flatMap(wordsOf))].filter(
      (each) => lookUp(situation.lock.packages, each) === undefined && lookUp(found, each) === undefined,
    )
    const looked = looking === null || looking.offline || words.length === 0 ? null : await lookedUp(system, situation, words, looking)
    if (looked !== null) for (const each of words) asked.add(each)
    found = { ...found, ...looked?.found }
    for (const [each, reason] of looked?.absent ?? []) absent.set(each, reason)
    // Without the absent ones others may speak for a server, with words of their own.
    if ((looked?.absent.size ?? 0) === 0) return { imported, absent, kept: keptOf(situation.state.absent, asked, absent), found }
  }
}

function keptOf(before: State['absent'], asked: ReadonlySet<string>, absent: ReadonlyMap<string, string>): State['absent'] {
  const others = Object.entries(before ?? {}).filter(([words]) => !asked.has(words))
  return absent.size === 0 && others.length === Object.keys(before ?? {}).length ? before : Object.fromEntries([...others, ...absent])
}

async function lookedUp(system: System, situation: Situation, words: readonly string[], { offline, signal, progress: start }: Looking) {
  const progress = start('Looking up versions')
  try {
    const { lock, troubles } = await resolvePackages(system, situation.world, npmSide(situation), [...words], emptyLock, {
      offline,
      refresh: false,
      sides: situation.sides,
      signal,
      onProgress: (text) => progress.update(text),
    })
    return {
      absent: new Map(troubles.flatMap((each) => (isAbsent(each.code) ? [[each.words, each.reason] as const] : []))),
      found: lock.packages,
    }
  } finally {
    progress.done()
  }
}

/** The situation with versions that were looked up before: they are not asked for again. */
export const withFound = (situation: Situation, found: Lock['packages']): Situation =>
  Object.keys(found).length === 0
    ? situation
    : { ...situation, lock: { ...situation.lock, packages: { ...found, ...situation.lock.packages } } }
