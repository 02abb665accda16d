import { readClientFile } from '../../../core/plan/file.ts'
import { digest, meaning } from '../../../core/launch/meaning.ts'
import type { FileState } from '../../../model/state.ts'
import type { JsonValue } from '../../../model/entry.ts'
import { dirName, isWindows, joinPath, sameName, samePath } from '../../../core/paths.ts'
import type { Environment } from '../../../model/environment.ts'
import type { LocateRequest, SideFiles } from '../../../model/located.ts'
import { type NativePath, native } from '../../../model/path.ts'
import { type DesktopCandidate, exists } from './choose.ts'
import { desktopConfigName, desktopFormat, type DesktopPlace, desktopPlaces, type DesktopRule, localStateName } from './places.ts'

/** What starts our launcher or a package that we installed is ours, whatever became of our records. */
const isLaunchedByUs = (text: string): boolean => /\.mcp-twin[\\/]+(?:bin|npm)[\\/]/.test(text)

/**
 * What the servers of a config say, those that we wrote left out, as one text for comparing; it may hold keys. A file that is
 * not there has no servers, and one that cannot be read is like no other. `records`: what we wrote into this client's files.
 */
function foreignServers(file: string, bytes: Uint8Array | null, records: readonly FileState[]): string {
  const read = readClientFile(desktopFormat, bytes)
  if (!read.ok) return `unreadable ${file}`
  const ours = new Set(records.flatMap(({ entries }) => Object.values(entries).map((each) => each.digest)))
  const said = read.document.entries().flatMap(({ name, value }): string[] => {
    const entry = meaning(value, desktopFormat)
    const known = 'unreadable' in entry ? null : digest(entry)
    const text = spelled(value)
    return (known !== null && ours.has(known)) || isLaunchedByUs(text) ? [] : [JSON.stringify([name, known ?? text])]
  })
  return said.sort().join('\n')
}

/** An entry may be nested deeper than can be written again. */
function spelled(value: JsonValue): string {
  try {
    return JSON.stringify(value).replaceAll('\\\\', '\\')
  } catch (error) {
    if (error instanceof RangeError) return 'nested too deep'
    throw error
  }
}

/** More folders in `Claude-Data` than this are not looked into. */
const FOLDERS_MAX = 64

interface Side {
  readonly environment: Environment
  readonly files: SideFiles
}

/** A folder that may hold Claude Desktop's settings, as it was found. */
export interface DesktopFolder extends DesktopCandidate {
  /** Two names of one folder have the same; null: it is not there. */
  readonly real: string | null
  /** The same of its config. */
  readonly realFile: string | null
  /** When its config was written last, in ms since the epoch; -1: it has none. */
  readonly writtenMs: number
}

export interface DesktopFolders {
  /** Where Claude Desktop may keep its settings, in the order in which the folders count. */
  readonly folders: readonly DesktopFolder[]
  /** Files that we wrote, in folders that nothing names any more and where the program has left no sign. */
  readonly left: readonly DesktopFolder[]
}

/** Every folder that is to be considered on a side. `moved`: values of `CLAUDE_USER_DATA_DIR`. */
export async function desktopFolders(request: LocateRequest, moved: readonly (string | undefined)[]): Promise<DesktopFolders> {
  const { environment, records } = request
  const places = desktopPlaces(environment, moved)
  const found = (await Promise.all(places.map((place) => lookInto(request, place)))).flat()
  const files = Object.keys(records)
  const isKnown = (file: string): boolean => found.some((each) => samePath(environment, each.file, native(file)))
  const left: DesktopFolder[] = []
  for (const file of files.filter((each) => !isKnown(each))) {
    const kept = await lookAtFolder(request, dirName(environment, native(file)), 'recorded', native(file))
    // A person named it once, or a variable that is not set in this terminal: only the program's own sign tells them apart.
    if (kept.usedMs !== null) found.push(kept)
    else if (kept.hasConfig) left.push(kept)
  }
  const named = found.map((each) => {
    const recorded = files.findIndex((file) => samePath(environment, native(file), each.file))
    return recorded < 0 ? each : { ...each, recorded }
  })
  const once = withoutSecondNames(named)
  const isContested = once.filter(({ usedMs }) => usedMs !== null).length > 1
  if (!isContested) return { folders: once, left }
  const servers = async ({ file }: DesktopFolder): Promise<string> =>
    foreignServers(file, await request.files.read(file), Object.values(records))
  return { folders: await Promise.all(once.map(async (each) => (exists(each) ? { ...each, servers: await servers(each) } : each))), left }
}

/** A folder under several names (a link, a variable that names the usual one) once: by the name in our records, else by its first. */
function withoutSecondNames(folders: readonly DesktopFolder[]): DesktopFolder[] {
  return folders.flatMap((each, at) => {
    if (each.real === null) return [each]
    const same = folders.filter(({ real }) => real === each.real)
    return same[0] === folders[at] ? [same.find(({ recorded }) => recorded !== null) ?? each] : []
  })
}

/** Returns the folders of one place; of several without a sign of use, the one with the newest config comes first. */
async function lookInto(request: Side, { rule, base, folders, below }: DesktopPlace): Promise<DesktopFolder[]> {
  const { environment } = request
  const outer = await foldersAlong(request, base, folders)
  const found = await Promise.all(
    outer.slice(0, FOLDERS_MAX).map(async (folder) => {
      const names = isWindows(environment) ? below.map((each) => new RegExp(`^${each}$`, 'i')) : []
      const [inside] = names.length === 0 ? [] : await foldersAlong(request, folder, names)
      return lookAtFolder(request, inside ?? joinPath(environment, folder, ...below), rule)
    }),
  )
  // Chromium's own folders lie in `Claude-Data` too, where that is the folder of settings.
  const meant = rule === 'claude-data' ? found.filter(exists) : found
  return meant.sort((a, b) => b.writtenMs - a.writtenMs)
}

/** Folders below `base` along `patterns`, in whatever case Windows has them. */
async function foldersAlong(side: Side, base: NativePath, patterns: readonly RegExp[]): Promise<NativePath[]> {
  const [pattern, ...rest] = patterns
  if (pattern === undefined) return [base]
  const names = (await side.files.list(base)).filter((name) => pattern.test(name))
  const found = await Promise.all(
    names.map(async (name) => {
      const folder = joinPath(side.environment, base, name)
      return (await side.files.look(folder, 'follow'))?.kind === 'directory' ? foldersAlong(side, folder, rest) : []
    }),
  )
  return found.flat()
}

/** One folder. On a real Windows any case is the same file; on a copy of its folders the name that is there must be used. */
export async function lookAtFolder(
  { environment, files }: Side,
  folder: NativePath,
  rule: DesktopRule,
  recorded?: NativePath,
): Promise<DesktopFolder> {
  const names = await files.list(folder)
  const there = (wanted: string): NativePath =>
    joinPath(environment, folder, names.find((name) => sameName(environment, name, wanted)) ?? wanted)
  const file = recorded ?? there(desktopConfigName)
  // A dangling link counts too.
  const [config, state] = await Promise.all([files.look(file), files.look(there(localStateName), 'follow')])
  const realPath = async (path: NativePath): Promise<string | null> => {
    const real = await files.realPath(path)
    return real !== null && isWindows(environment) ? real.toLowerCase() : real
  }
  const isThere = config !== null || state !== null
  return {
    ...{ file, rule },
    real: isThere ? await realPath(folder) : null,
    realFile: config === null ? null : await realPath(file),
    hasConfig: config !== null,
    usedMs: state?.kind === 'file' ? state.modifiedMs : null,
    writtenMs: config?.modifiedMs ?? -1,
    ...{ recorded: null, servers: '' },
  }
}
