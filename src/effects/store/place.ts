import { basename, dirname, join, resolve } from 'node:path'
import { type ReachablePath, reachable } from '../../model/path.ts'
import type { FileFacts, System } from '../../model/system.ts'
import type { RewriteTarget } from './decision.ts'
import type { Reason } from '../../model/reason.ts'
import { quoted } from '../../core/doctor/names.ts'
import { escapeFrom, escapeWords } from './inside.ts'

/** The largest file we rewrite. Claude Code's own grow to some ten megabytes. */
export const bytesMax = 64 * 1024 * 1024

/** As many links as Linux follows. */
const hopsMax = 40

/** Where a file really is. */
export interface FileLocation {
  readonly real: ReachablePath
  readonly facts: FileFacts | null
  /** False: the folder has yet to be made. */
  readonly hasFolder: boolean
}

export type LocationResult = { readonly ok: true; readonly place: FileLocation } | ({ readonly ok: false } & Reason)

const refuse = (reason: string, hint: string): LocationResult => ({ ok: false, reason, hint })

/** Why what was found at a path is not rewritten; null: it may be. */
export function unfit(facts: FileFacts, shown: string): Reason | null {
  if (facts.kind === 'directory') return { reason: `${shown} is a folder, not a file`, hint: 'move the folder away, then try again' }
  if (facts.kind !== 'file')
    return { reason: `${shown} is no ordinary file but a pipe, socket or device`, hint: 'move it away, then try again' }
  if (facts.size > bytesMax)
    return { reason: `${shown} is larger than ${bytesMax / 1024 / 1024} MiB`, hint: 'make the file smaller, then try again' }
  if (facts.links > 1) {
    return {
      reason: `${shown} has ${facts.links} names (hard links), and replacing it would leave the others with the old content`,
      hint: 'turn the other names into symbolic links, then try again',
    }
  }
  // By the mode even for root, who could write all the same: it was made read-only on purpose.
  if ((facts.mode & 0o200) === 0)
    return { reason: `${shown} is read-only`, hint: 'make the file writable, then try again', isReadOnly: true }
  return null
}

const inRealFolder = async (system: System, path: string): Promise<ReachablePath> =>
  reachable(join((await system.files.realPath(reachable(dirname(path)))) ?? dirname(path), basename(path)))

/** The file a link leads to, hop by hop, so that each link's owner is seen. */
async function follow(system: System, start: ReachablePath, shown: string): Promise<LocationResult> {
  const foreign = (facts: FileFacts): boolean => system.uid !== undefined && facts.uid !== system.uid
  let path = start
  for (let hops = 0; hops <= hopsMax; hops++) {
    const facts = await system.files.look(path)
    if (facts === null) return refuse(`${shown} is a symbolic link to nothing (${path})`, 'fix or remove the link, then try again')
    if (foreign(facts)) {
      return refuse(
        `${shown} is a symbolic link, and ${path} belongs to another user`,
        'put a file of your own in its place, then try again',
      )
    }
    if (facts.kind !== 'link') return { ok: true, place: { real: path, facts, hasFolder: true } }
    const to = await system.files.readLink(path)
    if (to === null) continue
    path = await inRealFolder(system, resolve(dirname(path), to))
  }
  return refuse(`${shown} is a symbolic link that leads in a circle`, 'fix or remove the link, then try again')
}

/** Finds the real file behind a path, or the reason why it is not rewritten. Changes nothing. */
export async function findPlace(system: System, { here, shown, links, base, within }: RewriteTarget): Promise<LocationResult> {
  const away = within ? await escapeFrom(system, within, here) : null
  if (away !== null) return { ok: false, ...escapeWords(away, shown) }
  if (base !== undefined && (await system.files.look(base, 'follow'))?.kind !== 'directory') {
    return refuse(`the folder ${base}, in which ${shown} would lie, is not there`, 'see whether HOME is right, then try again')
  }
  const folder = await system.files.realPath(reachable(dirname(here)))
  if (folder === null) return { ok: true, place: { real: here, facts: null, hasFolder: false } }
  const real = reachable(join(folder, basename(here)))
  const facts = await system.files.look(real)
  if (facts?.kind !== 'link') return judged(system, { ok: true, place: { real, facts, hasFolder: true } }, shown)
  if (links === 'refuse') {
    return refuse(`${shown} is a symbolic link, which its program does not accept either`, 'put a file in its place, then try again')
  }
  return judged(system, await follow(system, real, shown), shown)
}

function judged(system: System, placed: LocationResult, shown: string): LocationResult {
  if (!placed.ok || placed.place.facts === null) return placed
  const reason = unfit(placed.place.facts, shown)
  if (reason === null) return placed
  return { ok: false, ...reason, ...(reason.isReadOnly ? { hint: makeWritable(system, placed.place.real) } : {}) }
}

/** The command for this shell: on a drive of Windows seen from WSL, chmod changes the read-only attribute. */
const makeWritable = (system: System, path: string): string =>
  system.platform === 'win32' ? `attrib -R "${path}"` : `chmod u+w ${quoted(path)}`
