import type { Imported } from '../../core/import/merge.ts'
import { lookUp } from '../../core/lookup.ts'
import { wordsOf } from '../../core/manifest/names.ts'
import type { Lock } from '../../model/lock.ts'
import type { ServerSpec } from '../../model/manifest.ts'
import type { State } from '../../model/state.ts'
import type { System } from '../../model/system.ts'
import { resolvePackages } from '../packages/resolve.ts'
import { emptyLock } from '../manifest/records.ts'
import type { Situation } from '../manifest/open.ts'
import { npmSide, type PinOptions } from './pin.ts'

/** What the registry says of the packages of servers that are about to be imported. */
export interface Absent {
  /** Servers whose package or version it does not have, and why: they stay the person's own. */
  readonly servers: ReadonlyMap<string, string>
  /** What `state.json` keeps of it from now on, by the words of the package; what was not asked for stays as it was. */
  readonly kept: State['absent']
  /** Versions that were found on the way, so that nothing is asked twice. */
  readonly found: Lock['packages']
}

const isAbsent = (code: string): boolean => code === 'E404' || code === 'ETARGET'

/** Asks the registry for the packages of these servers. Offline nothing is asked, and nothing counts as absent. */
export async function absentPackages(
  system: System,
  situation: Situation,
  servers: Readonly<Record<string, ServerSpec>>,
  { offline, signal, progress: start }: Pick<PinOptions, 'offline' | 'signal' | 'progress'>,
): Promise<Absent> {
  const words = [...new Set(Object.values(servers).flatMap(wordsOf))].filter((each) => lookUp(situation.lock.packages, each) === undefined)
  const before = situation.state.absent
  if (offline || words.length === 0) return { servers: new Map(), kept: before, found: {} }
  const progress = start('Looking up versions')
  try {
    const { lock, troubles } = await resolvePackages(system, situation.world, npmSide(situation), words, emptyLock, {
      offline,
      refresh: false,
      signal,
      onProgress: (text) => progress.update(text),
    })
    const reasons = new Map(troubles.flatMap((each) => (isAbsent(each.code) ? [[each.words, each.reason] as const] : [])))
    const absent = Object.entries(servers).flatMap(([name, server]) => {
      const reason = wordsOf(server)
        .map((each) => reasons.get(each))
        .find((each) => each !== undefined)
      return reason === undefined ? [] : [[name, reason] as const]
    })
    const others = Object.entries(before ?? {}).filter(([each]) => !words.includes(each))
    const kept =
      reasons.size === 0 && others.length === Object.keys(before ?? {}).length ? before : Object.fromEntries([...others, ...reasons])
    return { servers: new Map(absent), kept, found: lock.packages }
  } finally {
    progress.done()
  }
}

/** The situation with versions that were looked up before: they are not asked for again. */
export const withFound = (situation: Situation, found: Lock['packages']): Situation =>
  Object.keys(found).length === 0
    ? situation
    : { ...situation, lock: { ...situation.lock, packages: { ...found, ...situation.lock.packages } } }

/** Entries whose package the registry does not have: each is the person's own and stays as it is. */
export const leftAlone = ({ adopted }: Imported, absent: Absent): Imported['unmanaged'] =>
  adopted.flatMap(({ server, digest: _, ...place }) => {
    const reason = absent.servers.get(server)
    return reason === undefined ? [] : [{ ...place, reason }]
  })
