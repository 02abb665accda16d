import type { Environment } from '../../model/environment.ts'
import type { LockedPackage } from '../../model/lock.ts'
import { isWindows } from '../paths.ts'
import { shown } from './words.ts'

/** In front of words that name a package of PyPI, wherever they stand beside npm's: no package of npm can be called so. */
const PYPI = 'pypi:'

export const pythonWords = (text: string): string => `${PYPI}${text}`
export const isPython = (words: string): boolean => words.startsWith(PYPI)
/** Words as the manifest has them: without the prefix that tells PyPI's from npm's. */
export const withoutPrefix = (words: string): string => (isPython(words) ? words.slice(PYPI.length) : words)

/** Package words taken apart: `mcp-server-git@2026.1.1`. `version` null: the newest. */
interface PythonWords {
  readonly name: string
  readonly version: string | null
}

const NAME_LENGTH_MAX = 214
/** A name of PyPI (packaging.python.org, "Names and normalization"). */
const namePattern = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/
/** One version of PEP 440 in its normal form, without epoch and local part, which no server on PyPI has. */
const exactPattern = /^(\d+(?:\.\d+)*)(?:(a|b|rc)(\d+))?(?:\.post(\d+))?(?:\.dev(\d+))?$/
const VERSION_LENGTH_MAX = 64

export const isPythonName = (name: string): boolean => name.length <= NAME_LENGTH_MAX && namePattern.test(name)
export const isPythonVersion = (version: string): boolean => version.length <= VERSION_LENGTH_MAX && exactPattern.test(version)

/** The one spelling of a name that PyPI takes in many: `MCP_Server.Git` → `mcp-server-git`. */
export const normalized = (name: string): string => name.toLowerCase().replace(/[-_.]+/g, '-')

/**
 * Reads the value of `pypi` in the manifest, without its prefix: a plain name, with one exact version or without. uv itself
 * would also accept paths, addresses, repositories, extras and flags, and run what it finds there.
 */
export function parsePython(words: string): PythonWords | { readonly refuse: string } {
  const [, name = '', version] = /^([^@=]*)(?:(?:@|==)(.*))?$/s.exec(words.trim()) ?? []
  if (!isPythonName(name)) return { refuse: `"${shown(words)}" is not a package of PyPI: name it plainly, NAME or NAME@VERSION` }
  if (version === undefined || version === 'latest') return { name: normalized(name), version: null }
  return isPythonVersion(version)
    ? { name: normalized(name), version }
    : { refuse: `"${shown(version)}" is not one exact version of ${normalized(name)}` }
}

/** Order of two versions (PEP 440): a number below, at or above zero. */
export function comparePython(a: string, b: string): number {
  const [left, right] = [orderOf(a), orderOf(b)]
  const length = Math.max(left.release.length, right.release.length)
  const padded = (each: typeof left): number[] => [...Array.from({ length }, (_, at) => each.release[at] ?? 0), ...each.rest]
  const [one, other] = [padded(left), padded(right)]
  const at = one.findIndex((number, index) => number !== other[index])
  return at < 0 ? 0 : (one[at] ?? 0) < (other[at] ?? 0) ? -1 : 1
}

function orderOf(version: string): { readonly release: readonly number[]; readonly rest: readonly number[] } {
  const [, release = '', letter, pre = '0', post, dev] = exactPattern.exec(version) ?? []
  // `1.dev1` stands before `1a1`, `1.post1` behind `1`.
  const phase = letter !== undefined ? ['a', 'b', 'rc'].indexOf(letter) : post === undefined && dev !== undefined ? -1 : 3
  return {
    release: release.split('.').map(Number),
    rest: [phase, Number(pre), Number(post ?? -1), dev === undefined ? Number.POSITIVE_INFINITY : Number(dev)],
  }
}

/** A moment as `--exclude-newer` takes it. */
const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/
/** A version of Python as `--python` takes it: anything else could be a path. */
export const isPythonSeries = (text: string): boolean => /^3\.\d{1,3}$/.test(text)
/** A program of PyPI's becomes the name of a file. */
const isScript = (name: string): boolean => /^[A-Za-z0-9_][\w.-]*$/.test(name) && !name.endsWith('.')

/** What is wrong with one package of PyPI in a lock, by the words of the manifest; null: nothing. */
export function pythonTrouble(
  words: string,
  { name, version, python, bin }: LockedPackage,
): { key?: keyof LockedPackage; message: string } | null {
  const parsed = parsePython(withoutPrefix(words))
  if ('refuse' in parsed) return { message: parsed.refuse }
  if (name !== parsed.name) return { key: 'name', message: `"${shown(name)}" is pinned under the name of another package, ${parsed.name}` }
  if (!isPythonVersion(version)) return { key: 'version', message: `"${shown(version)}" is not one exact version of ${name}` }
  if (parsed.version !== null && comparePython(parsed.version, version) !== 0)
    return { key: 'version', message: `${name} is pinned to ${version}, and the manifest names ${parsed.version}` }
  if (python === undefined || !moment.test(python.excludeNewer) || !isPythonSeries(python.version))
    return { key: 'python', message: `the date or the Python of ${name} is not well-formed` }
  const odd = Object.keys(bin).find((program) => !isScript(program))
  return odd === undefined ? null : { key: 'bin', message: `"${shown(odd)}" is not a program name of ${name}` }
}

/** The file of a program in its folder. On Windows uv makes a program of each console script. */
export const programFile = (environment: Environment, { python }: Pick<LockedPackage, 'python'>, path: string): string =>
  python !== undefined && isWindows(environment) ? `${path}.exe` : path

/** How uv is installed on a side, by its own documentation. */
export const getUv = (environment: Environment): string =>
  isWindows(environment)
    ? 'install uv there: powershell -ExecutionPolicy ByPass -c "irm https://astral.sh/uv/install.ps1 | iex"'
    : 'install uv there: curl -LsSf https://astral.sh/uv/install.sh | sh'

/** What uvx gets for one version of a package, and with `bin` for a program of it. Its dependencies are the newest at each start. */
export const uvxWords = ({ name, version }: Pick<LockedPackage, 'name' | 'version'>, bin: string | undefined): string[] =>
  bin === undefined ? [`${name}@${version}`] : ['--from', `${name}==${version}`, bin]
