import { baseName, dirName, fromHere, isWindows, joinPath, looksWindowsPath, toHere } from '../../core/paths.ts'
import type { Environment } from '../../model/environment.ts'
import { type NativePath, native, reachable } from '../../model/path.ts'
import type { FileFacts, System } from '../../model/system.ts'

const fileName = 'claude_desktop_config.json'

/** Which rule chose Claude Desktop's live file. */
export type DesktopRule = 'named' | 'claude-data' | 'msix' | 'classic'

export type DesktopFile =
  | { readonly file: NativePath; readonly rule: DesktopRule; readonly stale: readonly NativePath[] }
  | { readonly refuse: string; readonly candidates: readonly NativePath[] }

interface Candidate {
  readonly file: NativePath
  readonly rule: DesktopRule
  readonly facts: FileFacts | null
}

/** Folders below `base` along `patterns`, each matched without regard to case, as Windows finds them. */
async function folders(system: System, environment: Environment, base: NativePath, patterns: readonly RegExp[]): Promise<NativePath[]> {
  const [pattern, ...rest] = patterns
  if (!pattern) return [base]
  const here = toHere(environment, base)
  const names = here === null ? [] : (await system.files.list(here)).filter((name) => pattern.test(name))
  const found: NativePath[] = []
  for (const name of names) {
    const folder = joinPath(environment, base, name)
    if ((await lookAt(system, environment, folder))?.kind === 'directory') found.push(...(await folders(system, environment, folder, rest)))
  }
  return found
}

async function lookAt(system: System, environment: Environment, path: NativePath): Promise<FileFacts | null> {
  const here = toHere(environment, path)
  return here === null ? null : system.files.look(here, 'follow')
}

async function candidate(system: System, environment: Environment, folder: NativePath, rule: DesktopRule): Promise<Candidate> {
  const here = toHere(environment, folder)
  const names = here === null ? [] : await system.files.list(here)
  // On a real Windows any case is the same file; on a copy of its folders the name that is there must be used.
  const name = names.find((each) => each.toLowerCase() === fileName) ?? fileName
  const file = joinPath(environment, folder, name)
  return { file, rule, facts: await lookAt(system, environment, file) }
}

/** A candidate's place below a package folder, in whatever case its folders have; as the app makes them where they are missing. */
async function inPackage(system: System, environment: Environment, folder: NativePath): Promise<Candidate> {
  const [inside] = await folders(system, environment, folder, [/^localcache$/i, /^roaming$/i, /^claude$/i])
  return candidate(system, environment, inside ?? joinPath(environment, folder, 'LocalCache', 'Roaming', 'Claude'), 'msix')
}

const newestFirst = (one: Candidate, other: Candidate): number => (other.facts?.modifiedMs ?? -1) - (one.facts?.modifiedMs ?? -1)

/** A path that a person gave for this side, in its own spelling or in that of the side it was typed on. */
function named(environment: Environment, path: string): NativePath {
  if (isWindows(environment) && looksWindowsPath(path)) return native(path)
  return fromHere(environment, reachable(path)) ?? native(path)
}

function choose(data: readonly Candidate[], msix: readonly Candidate[], classic: Candidate): Candidate | readonly Candidate[] {
  const [live] = [...data].sort(newestFirst)
  if (live) return live
  const written = msix.filter(({ facts }) => facts !== null)
  const [only, second] = written.length > 0 ? written : classic.facts === null ? msix : [classic]
  if (second) return written.length > 0 ? written : msix
  return only ?? classic
}

/**
 * Claude Desktop's live file on Windows, the first that fits: the one that is named; a `Claude-Data\claude*` folder (builds
 * since October 2026, MadGapun/PBP#1245); the one file of an MSIX package, which shadows the classic one as soon as it is
 * there (MicrosoftDocs/msix-docs, "Write under AppData"); the classic file; the place in a package that has none yet; the
 * classic place. Several packages cannot be told apart: the answer is then a refusal that lists them.
 */
export async function locateDesktop(system: System, environment: Environment, override?: string): Promise<DesktopFile> {
  const local = environment.localAppData ?? joinPath(environment, environment.home, 'AppData', 'Local')
  const roaming = environment.appData ?? joinPath(environment, environment.home, 'AppData', 'Roaming')
  const data: Candidate[] = []
  for (const folder of await folders(system, environment, local, [/^claude-data$/i, /^claude/i]))
    data.push(await candidate(system, environment, folder, 'claude-data'))
  const msix: Candidate[] = []
  for (const folder of await folders(system, environment, local, [/^packages$/i, /^claude_/i]))
    msix.push(await inPackage(system, environment, folder))
  const [plain] = await folders(system, environment, roaming, [/^claude$/i])
  const classic = await candidate(system, environment, plain ?? joinPath(environment, roaming, 'Claude'), 'classic')
  const chosen =
    override === undefined ? choose(data, msix, classic) : { file: named(environment, override), rule: 'named' as const, facts: null }
  if ('length' in chosen) {
    return {
      refuse: 'Claude Desktop has several packages on Windows, and which one is used cannot be told',
      candidates: chosen.map(({ file }) => file),
    }
  }
  const others = [...data, ...msix, classic].filter(({ file, facts }) => facts !== null && !sameFile(environment, file, chosen.file))
  return { file: chosen.file, rule: chosen.rule, stale: others.map(({ file }) => file) }
}

const sameFile = (environment: Environment, one: NativePath, other: NativePath): boolean =>
  baseName(environment, one).toLowerCase() === baseName(environment, other).toLowerCase() &&
  dirName(environment, one).toLowerCase() === dirName(environment, other).toLowerCase()
