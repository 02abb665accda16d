import { digestsOf, type ProjectBytes, sameDigests } from '../../core/trust/digests.ts'
import { manifestName } from '../../core/layout.ts'
import { jsonOrNull } from '../../core/formats/json/loose.ts'
import type { TrustView } from '../../core/trust/view.ts'
import { TwinError } from '../../errors.ts'
import { formerProjects } from '../../model/former.ts'
import { type NativePath, type ReachablePath, reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { type Trust, type TrustDigests, type TrustedProject, trustSchema } from '../../model/trust.ts'
import { withFileLock } from './lock.ts'

/** A project as it was found: its place, as home spells its real path, and the bytes that decide what is started. */
export interface ProjectSeen extends ProjectBytes {
  readonly place: NativePath
}

/** What is known of a project. `former`: an older version trusted it, without a look at its lock. */
export type TrustState = 'trusted' | 'changed' | 'former' | 'unknown'

/** The trusted projects, and the manifests that an older version of this program trusted. */
export interface TrustRecords {
  readonly projects: Trust['projects']
  readonly former: readonly string[]
}

/** What is recorded of a project besides its digests. */
export interface TrustAbout {
  readonly keys: readonly string[]
  readonly shown: TrustView
  readonly owner?: TrustedProject['owner']
  readonly inSpiteOf?: readonly string[]
}

export const trustName = 'trust.json'
const LOCK_MS = 30_000
/** More projects than anyone works on; the oldest are forgotten, and asked for again. */
const PROJECTS_MAX = 500
/** The most changes of our own that can be undone without asking again. */
const PAST_MAX = 20

const fileIn = (folder: ReachablePath): ReachablePath => reachable(`${folder}/${trustName}`)

/** What was trusted on this home; empty without a file. A damaged one is refused. */
export async function readTrust(system: System, folder: ReachablePath): Promise<TrustRecords> {
  const path = fileIn(folder)
  const bytes = await system.files.read(path)
  if (bytes === null) return { projects: {}, former: [] }
  const value = jsonOrNull(Buffer.from(bytes).toString('utf8'))
  const parsed = trustSchema.safeParse(value)
  if (parsed.success) return { projects: parsed.data.projects, former: formerProjects(value) }
  throw new TwinError('damaged', `${path} cannot be read.`, {
    place: { file: path },
    hint: `move it away, then trust the projects again: mcp-twin trust`,
  })
}

/** The record of this place; undefined: none. */
export const trustedAt = ({ projects }: TrustRecords, place: NativePath): TrustedProject | undefined =>
  Object.hasOwn(projects, place) ? projects[place] : undefined

/** True if a project was trusted at this place with these bytes. */
export async function trustState(system: System, folder: ReachablePath, seen: ProjectSeen): Promise<TrustState> {
  const records = await readTrust(system, folder)
  const known = trustedAt(records, seen.place)
  if (known !== undefined) return sameDigests(known, digestsOf(seen)) ? 'trusted' : 'changed'
  return ['/', '\\'].some((slash) => records.former.includes(`${seen.place}${slash}${manifestName}`)) ? 'former' : 'unknown'
}

/** Records that the user trusts a project; false when it was trusted already. Owners accepted earlier stay recorded unless given anew. */
export async function recordTrust(
  system: System,
  folder: ReachablePath,
  seen: ProjectSeen,
  about: TrustAbout,
  side: string,
): Promise<boolean> {
  return changeTrust(system, folder, side, (projects) => {
    const digests = digestsOf(seen)
    const before = Object.hasOwn(projects, seen.place) ? projects[seen.place] : undefined
    const { keys, shown } = about
    const { owner, inSpiteOf = [] } = about.inSpiteOf === undefined ? (before ?? {}) : about
    if (before !== undefined && sameDigests(before, digests) && sameWords(before.inSpiteOf, inSpiteOf)) return null
    const past = before === undefined ? [] : [pick(before), ...before.past].filter((each) => !sameDigests(each, digests)).slice(0, PAST_MAX)
    const others = Object.entries(projects).filter(([place]) => place !== seen.place)
    const kept = others.sort(([, a], [, b]) => (a.at < b.at ? 1 : -1)).slice(0, PROJECTS_MAX - 1)
    const at = new Date(system.now()).toISOString()
    const project = { ...digests, at, keys: [...keys], shown, past, inSpiteOf: [...inSpiteOf], ...(owner === undefined ? {} : { owner }) }
    return Object.fromEntries([[seen.place, project], ...kept])
  })
}

const sameWords = (one: readonly string[], other: readonly string[]): boolean => one.join() === other.join()

const pick = ({ manifest, lock }: TrustDigests): TrustDigests => ({ manifest, lock })

/** Removes these places; returns those that were trusted. */
export async function forgetTrust(
  system: System,
  folder: ReachablePath,
  places: readonly string[],
  side: string,
): Promise<readonly string[]> {
  let gone: string[] = []
  await changeTrust(system, folder, side, (projects) => {
    gone = places.filter((place) => Object.hasOwn(projects, place))
    return gone.length === 0 ? null : Object.fromEntries(Object.entries(projects).filter(([place]) => !gone.includes(place)))
  })
  return gone
}

async function changeTrust(
  system: System,
  folder: ReachablePath,
  side: string,
  change: (projects: Trust['projects']) => Trust['projects'] | null,
): Promise<boolean> {
  const path = fileIn(folder)
  await system.files.makeDirectory(folder, 0o700)
  return withFileLock(system, path, side, { waitMs: LOCK_MS }, async () => {
    const projects = change((await readTrust(system, folder)).projects)
    if (projects === null) return false
    const next: Trust = { version: 1, projects }
    await system.files.replace(path, Buffer.from(`${JSON.stringify(next, null, 2)}\n`, 'utf8'), 0o600)
    return true
  })
}
