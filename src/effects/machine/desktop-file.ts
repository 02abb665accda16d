import { chooseDesktop, DAY_MS } from '../../core/desktop/choose.ts'
import type { DesktopView } from '../../core/desktop/notices.ts'
import { userDataDir } from '../../core/desktop/places.ts'
import { dirName, isWindows, toHere } from '../../core/paths.ts'
import type { Environment, World } from '../../model/environment.ts'
import { type NativePath, native } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { type DesktopFolder, type DesktopFolders, type DesktopRecords, desktopFolders, lookAtFolder, samePath } from './desktop-folders.ts'
import { knownUserData, userDataInRegistry } from './user-data.ts'

export interface DesktopQuestion extends DesktopRecords {
  /** The file that a person named, and by what; null: nobody did. */
  readonly named: { readonly file: NativePath; readonly by: string } | null
}

export interface DesktopFile extends DesktopView {
  readonly file: NativePath
}

/** `candidates`: the files among which nobody can tell. */
export type DesktopAnswer = DesktopFile | { readonly refuse: string; readonly candidates: readonly NativePath[] }

/** Claude Desktop's live file on a side, and why it is that one. */
export async function locateDesktop(
  system: System,
  world: World,
  environment: Environment,
  question: DesktopQuestion,
): Promise<DesktopAnswer> {
  const { named } = question
  const known = knownUserData(environment)
  let moved = [known]
  let found = await desktopFolders(system, environment, question, moved)
  if (named !== null) {
    const live = await lookAtFolder(system, environment, dirName(environment, named.file), 'recorded', named.file)
    const seen = view(environment, question, found, live, moved)
    const later = usedLater(environment, found.folders, live)
    const told = { ...seen, reason: named.by, places: [] }
    // What may well be the live file is no copy to be put away.
    return later === null ? told : { ...told, likelier: later.file, stale: seen.stale.filter(({ file }) => file !== later.file) }
  }
  let choice = chooseDesktop(found.folders)
  if ('undecided' in choice || isDoubtful(system, choice.chosen)) {
    const now = await userDataInRegistry(system, world, environment)
    if (now !== undefined && now !== known) {
      moved = [now, known]
      found = await desktopFolders(system, environment, question, moved)
      choice = chooseDesktop(found.folders)
    }
  }
  if ('chosen' in choice) return { ...view(environment, question, found, choice.chosen, moved), reason: choice.reason }
  const refuse = 'Claude Desktop was used in several folders less than a day apart, and their servers differ'
  return { refuse, candidates: choice.undecided.map(({ file }) => file) }
}

/**
 * Whether a folder that was not looked at could be the one in use: none can win over one that was written before and was used
 * within a day. So most runs need not ask Windows for its variables.
 */
const isDoubtful = (system: System, { recorded, usedMs }: DesktopFolder): boolean =>
  recorded === null || usedMs === null || system.now() - usedMs > DAY_MS

const isSame = (environment: Environment, one: DesktopFolder, other: DesktopFolder): boolean =>
  samePath(environment, one.file, other.file) || (one.realFile !== null && one.realFile === other.realFile)

function view(
  environment: Environment,
  { records }: DesktopRecords,
  { folders, left }: DesktopFolders,
  live: DesktopFolder,
  moved: readonly (string | undefined)[],
): Omit<DesktopFile, 'reason'> {
  const holdsOurs = (file: NativePath): boolean =>
    Object.entries(records).some(([each, { entries }]) => samePath(environment, native(each), file) && Object.keys(entries).length > 0)
  const unseen = moved.flatMap((value) => {
    const folder = userDataDir(environment, value)
    return folder !== null && toHere(environment, folder) === null ? [folder] : []
  })
  return {
    file: live.file,
    stale: [...folders, ...left.filter(({ file }) => isWindows(environment) && holdsOurs(file))]
      .filter((each) => each.hasConfig && !isSame(environment, each, live))
      .map(({ file }) => ({ file, ours: holdsOurs(file) })),
    unseen: [...new Set(unseen)],
    ...behind(environment, folders, live),
    places: folders.map(({ file }) => file),
  }
}

/** What a package without a config of its own sees of the usual folder. */
function behind(environment: Environment, folders: readonly DesktopFolder[], live: DesktopFolder): Pick<DesktopView, 'behind'> {
  const isPackage = folders.some(({ file, rule }) => rule === 'package' && samePath(environment, file, live.file))
  const usual = folders.find(({ rule, hasConfig }) => rule === 'classic' && hasConfig)
  return isPackage && !live.hasConfig && usual !== undefined ? { behind: usual.file } : {}
}

/** Of the other folders the one used last, where that was more than a day after the named one: the name may be out of date. */
function usedLater(environment: Environment, folders: readonly DesktopFolder[], live: DesktopFolder): DesktopFolder | null {
  const later = folders
    .filter((each) => each.usedMs !== null && each.usedMs - (live.usedMs ?? -Infinity) > DAY_MS && !isSame(environment, each, live))
    .sort((a, b) => (b.usedMs ?? 0) - (a.usedMs ?? 0))
  return later[0] ?? null
}
