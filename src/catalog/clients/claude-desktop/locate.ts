import { variableIn } from '../../../core/lookup.ts'
import { dirName, isWindows, samePath, toHere } from '../../../core/paths.ts'
import type { Locator } from '../../../model/client.ts'
import type { Environment } from '../../../model/environment.ts'
import type { Located, LocatedFile, LocateRequest } from '../../../model/located.ts'
import { native, type NativePath } from '../../../model/path.ts'
import { chooseDesktop, DAY_MS } from './choose.ts'
import { type DesktopFolder, type DesktopFolders, desktopFolders, lookAtFolder } from './folders.ts'
import { userDataDir, userDataVariable } from './places.ts'

/** `CLAUDE_USER_DATA_DIR` as the side's environment was when it was last asked for all its variables. */
const knownUserData = ({ variables = {} }: Environment): string | undefined => variableIn(variables, userDataVariable)

/**
 * `CLAUDE_USER_DATA_DIR` as programs that a person starts on Windows get it from now on. Terminals, WSL among them, keep the
 * environment that they were started with, and our memory of a side may be days old. Undefined: not set, or not known.
 */
async function userDataInRegistry({ environment, registry }: LocateRequest): Promise<string | undefined> {
  if (!isWindows(environment)) return undefined
  const values = await registry('HKCU\\Environment')
  if (typeof values === 'string') return undefined
  const value = variableIn(Object.fromEntries(values), userDataVariable)
  const path = value === undefined ? undefined : expanded(environment, value)
  // A letter that the console's code page lacks is printed as a question mark, which no path holds.
  return path === undefined || /[?%]/.test(path) ? undefined : path
}

/** `%USERPROFILE%\x` with the folders that are known of that side. */
function expanded({ home, appData, localAppData, systemRoot = native('C:\\Windows'), user }: Environment, text: string): string {
  const known: Record<string, string | undefined> = {
    userprofile: home,
    appdata: appData,
    localappdata: localAppData,
    systemroot: systemRoot,
    username: user,
    systemdrive: systemRoot.slice(0, 2),
    homedrive: home.slice(0, 2),
    homepath: home.slice(2),
  }
  return text.replace(/%([^%]+)%/g, (whole, name: string) => known[name.toLowerCase()] ?? whole)
}

/** Claude Desktop's live file on a side, and why it is that one. */
async function find(request: LocateRequest): Promise<Located> {
  const { environment, named, now } = request
  const known = knownUserData(environment)
  let moved = [known]
  let found = await desktopFolders(request, moved)
  if (named !== null) {
    const live = await lookAtFolder(request, dirName(environment, named.file), 'recorded', named.file)
    const seen = view(request, found, live, moved)
    const later = usedLater(environment, found.folders, live)
    const told = { ...seen, reason: named.by, places: [] }
    // What may well be the live file is no copy to be put away.
    return later === null ? told : { ...told, likelier: later.file, stale: seen.stale.filter(({ file }) => file !== later.file) }
  }
  let choice = chooseDesktop(found.folders)
  if ('undecided' in choice || isDoubtful(choice.chosen, now)) {
    const set = await userDataInRegistry(request)
    if (set !== undefined && set !== known) {
      moved = [set, known]
      found = await desktopFolders(request, moved)
      choice = chooseDesktop(found.folders)
    }
  }
  if ('chosen' in choice) return { ...view(request, found, choice.chosen, moved), reason: choice.reason }
  const refuse = 'Claude Desktop was used in several folders less than a day apart, and their servers differ'
  return { refuse, candidates: choice.undecided.map(({ file }) => file) }
}

/** On Windows it may come to read any of its files again. */
export const desktopLocator: Locator = { find, keepsFormer: isWindows }

/**
 * Whether a folder that was not looked at could be the one in use: none can win over one that was written before and was used
 * within a day. So most runs need not ask Windows for its variables.
 */
const isDoubtful = ({ recorded, usedMs }: DesktopFolder, now: number): boolean =>
  recorded === null || usedMs === null || now - usedMs > DAY_MS

const isSame = (environment: Environment, one: DesktopFolder, other: DesktopFolder): boolean =>
  samePath(environment, one.file, other.file) || (one.realFile !== null && one.realFile === other.realFile)

function view(
  { environment, records }: LocateRequest,
  { folders, left }: DesktopFolders,
  live: DesktopFolder,
  moved: readonly (string | undefined)[],
): Omit<LocatedFile, 'reason'> {
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
    unseen: [...new Set(unseen)].map((folder) => ({ by: userDataVariable, folder })),
    ...fallbackOf(environment, folders, live),
    places: folders.map(({ file }) => file),
  }
}

/** What a package without a config of its own sees of the usual folder. */
function fallbackOf(environment: Environment, folders: readonly DesktopFolder[], live: DesktopFolder): Pick<LocatedFile, 'fallbackFile'> {
  const isPackage = folders.some(({ file, rule }) => rule === 'package' && samePath(environment, file, live.file))
  const usual = folders.find(({ rule, hasConfig }) => rule === 'classic' && hasConfig)
  return isPackage && !live.hasConfig && usual !== undefined ? { fallbackFile: usual.file } : {}
}

/** Of the other folders the one used last, where that was more than a day after the named one: the name may be out of date. */
function usedLater(environment: Environment, folders: readonly DesktopFolder[], live: DesktopFolder): DesktopFolder | null {
  const later = folders
    .filter((each) => each.usedMs !== null && each.usedMs - (live.usedMs ?? -Infinity) > DAY_MS && !isSame(environment, each, live))
    .sort((a, b) => (b.usedMs ?? 0) - (a.usedMs ?? 0))
  return later[0] ?? null
}
