import type { Environment, Reach } from '../../model/environment.ts'
import { type NativePath, native, type ReachablePath, reachable } from '../../model/path.ts'
import { distroOf, fitsWindows, isWindows, looksWindowsPath, type PathSpelling, type Split, sameName, spell, splitPath } from './grammar.ts'

/** The spelling of paths as this process sees them, judged by the text, since a planted Windows side may be on Linux. */
const spellingHere = (text: string): PathSpelling => ({ kind: looksWindowsPath(text) || /^[A-Za-z]:$/.test(text) ? 'windows' : 'linux' })

/** A root for comparing: both hosts of WSL's files are one, and Windows roots do not tell case apart. */
function rootKey(spelling: PathSpelling, split: Split): string {
  const distro = distroOf(split)
  const root = distro === null ? split.root : `\\\\wsl.localhost\\${distro}\\`
  return isWindows(spelling) ? root.toLowerCase() : root
}

/** The prefixes of `files` are folders, so that `C:` and `C:\` mean the same. */
const splitFolder = (spelling: PathSpelling, text: string): Split | null =>
  splitPath(spelling, isWindows(spelling) && /^[A-Za-z]:$/.test(text) ? `${text}\\` : text)

/** What is left of `path` below `folder`; null when it does not lie there. */
function below(spelling: PathSpelling, path: Split, folder: Split): readonly string[] | null {
  if (rootKey(spelling, path) !== rootKey(spelling, folder) || path.names.length < folder.names.length) return null
  const inside = folder.names.every((name, at) => sameName(spelling, name, path.names[at] ?? ''))
  return inside ? path.names.slice(folder.names.length) : null
}

interface Mapping {
  readonly from: string
  readonly to: string
}

/** Puts the rest of a path below the longest fitting prefix into that prefix's other spelling. */
function remap(
  path: string,
  from: (prefix: string) => PathSpelling,
  to: (prefix: string) => PathSpelling,
  mappings: readonly Mapping[],
): string | null {
  let best: { readonly depth: number; readonly text: string | null } | null = null
  for (const mapping of mappings) {
    const spelling = from(mapping.from)
    const folder = splitFolder(spelling, mapping.from)
    const split = splitPath(spelling, path)
    const rest = folder && split && below(spelling, split, folder)
    if (!folder || !rest || (best && best.depth >= folder.names.length)) continue
    const target = to(mapping.to)
    const base = splitFolder(target, mapping.to)
    // A Linux name such as `a:b` has no spelling in Windows: better no path than that of another file.
    const possible = base && (!isWindows(target) || isWindows(spelling) || rest.every(fitsWindows))
    best = { depth: folder.names.length, text: possible ? spell(target, { root: base.root, names: [...base.names, ...rest] }) : null }
  }
  return best?.text ?? null
}

/** The own side needs no `files`; where it has some, a POSIX path outside them still stands for itself. */
const standsForItself = (environment: Environment): boolean =>
  environment.self && (environment.files.length === 0 || !isWindows(environment))

const mapped = (environment: Environment, path: string, from: 'native' | 'here'): boolean =>
  environment.files.some((file) => {
    const spelling = from === 'native' ? environment : spellingHere(file.here)
    const folder = splitFolder(spelling, file[from])
    const split = splitPath(spelling, path)
    return folder !== null && split !== null && below(spelling, split, folder) !== null
  })

/** A side's path as this process opens it, by the longest fitting prefix of the side's `files`; null: not to be reached. */
export function toHere(environment: Environment, path: NativePath): ReachablePath | null {
  if (standsForItself(environment) && !mapped(environment, path, 'native')) return reachable(path)
  const mappings = environment.files.map((file) => ({ from: file.native, to: file.here }))
  const text = remap(path, () => environment, spellingHere, mappings)
  return text === null ? null : reachable(text)
}

/** The inverse of `toHere`: a path of this process as a side spells it; null where that side has no spelling for it. */
export function fromHere(environment: Environment, path: ReachablePath): NativePath | null {
  if (standsForItself(environment) && !mapped(environment, path, 'here')) return native(path)
  const mappings = environment.files.map((file) => ({ from: file.here, to: file.native }))
  const text = remap(path, spellingHere, () => environment, mappings)
  return text === null ? null : native(text)
}

/** How an environment is worked with: on our own side, across the boundary (its programs or its files), or not at all. */
export function reachOf(environment: Environment): Reach {
  if (environment.self) return 'native'
  return environment.exec !== undefined || environment.files.length > 0 ? 'across' : 'none'
}
