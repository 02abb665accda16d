import { localTime } from '../../../core/local-time.ts'
import type { NativePath } from '../../../model/path.ts'
import { type DesktopRule, localStateName, userDataVariable } from './places.ts'

/** A folder of Claude Desktop's settings as it was found. It exists when it holds a config or a `Local State`. */
export interface DesktopCandidate {
  /** Its config, there or not. */
  readonly file: NativePath
  readonly rule: DesktopRule
  readonly hasConfig: boolean
  /** When the program was last at work there: the time of its `Local State`, in ms since the epoch; null: it has none. */
  readonly usedMs: number | null
  /** Place among the files that `state.json` names, the one written last being the highest; null: it does not name it. */
  readonly recorded: number | null
  /** What its servers say, ours left out: two folders have the same servers when these are equal. */
  readonly servers: string
}

export type DesktopChoice<C extends DesktopCandidate = DesktopCandidate> =
  | { readonly chosen: C; readonly reason: string }
  | { readonly undecided: readonly C[] }

/** A folder used so much later than another, in ms, is the one in use. */
export const DAY_MS = 24 * 60 * 60 * 1000

export const exists = ({ hasConfig, usedMs }: DesktopCandidate): boolean => hasConfig || usedMs !== null

/**
 * The folder that Claude Desktop reads, of all that it may read, at least one, in the order in which they count. The one that
 * `state.json` names stays, unless another was used more than a day later; else the one used last; where none was ever used, the
 * first. Undecided: several were used less than a day apart, `state.json` names none of them, and their servers differ, so that
 * a wrong guess would hide some.
 */
export function chooseDesktop<C extends DesktopCandidate>(candidates: readonly C[]): DesktopChoice<C> {
  const there = candidates.filter(exists)
  const [first] = there
  if (first === undefined) return whereNoneIs(candidates)
  const last = Math.max(...there.map(({ usedMs }) => usedMs ?? -Infinity))
  const wasUsed = last !== -Infinity
  const lag = ({ usedMs }: C): number => (wasUsed ? last - (usedMs ?? -Infinity) : 0)
  const written = there.filter(({ recorded }) => recorded !== null).sort((a, b) => (b.recorded ?? 0) - (a.recorded ?? 0))
  const stays = written.find((each) => lag(each) <= DAY_MS)
  const only = there.length === 1 ? 'it is the only folder of settings that is there' : null
  if (stays !== undefined) return { chosen: stays, reason: only ?? `it was written before, and ${noneIsNewer(wasUsed)}` }
  if (!wasUsed) return { chosen: first, reason: only ?? `no folder has a "${localStateName}", and ${order[first.rule]}` }
  const rivals = there.filter((each) => lag(each) < DAY_MS).sort((a, b) => lag(a) - lag(b))
  const newest = rivals[0] ?? first
  if (rivals.some(({ servers }) => servers !== newest.servers)) return { undecided: rivals }
  return { chosen: newest, reason: only ?? `its "${localStateName}" is the newest, of ${localTime(last)}${insteadOf(written[0])}` }
}

/** No folder is there: a package that is installed, whose folder is made, or the folder that a variable names, or the usual one. */
function whereNoneIs<C extends DesktopCandidate>(candidates: readonly C[]): DesktopChoice<C> {
  const of = (wanted: DesktopRule): readonly C[] => candidates.filter(({ rule }) => rule === wanted)
  const found = of('package').find(({ recorded }) => recorded !== null) ?? of('package')[0]
  if (found !== undefined) return { chosen: found, reason: 'no folder of settings is there yet, and this package is installed' }
  const [named] = of('variable')
  if (named !== undefined) return { chosen: named, reason: `no folder of settings is there yet, and ${userDataVariable} names this one` }
  return { chosen: of('classic')[0] ?? (candidates[0] as C), reason: 'no folder of settings is there yet; this is the usual one' }
}

const order: Record<DesktopRule, string> = {
  variable: `the one that ${userDataVariable} names comes first`,
  'claude-data': 'one in Claude-Data comes before those of packages and the usual one',
  package: "a package's own comes before the usual one",
  classic: 'this is the usual one',
  recorded: 'this one was written before',
}

const noneIsNewer = (wasUsed: boolean): string =>
  wasUsed ? `no other "${localStateName}" is newer by more than a day` : `no folder has a "${localStateName}"`

const insteadOf = (before: DesktopCandidate | undefined): string =>
  before === undefined
    ? ''
    : `; ${before.file}, which was written before, has ${before.usedMs === null ? 'none' : `one of ${localTime(before.usedMs)}`}`
