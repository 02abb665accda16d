/** Package words taken apart: `@scope/name@^1.2` → name and range. `range` null: none was given, npm's `latest` tag counts. */
interface PackageWords {
  readonly name: string
  readonly range: string | null
}

/** Why words name no package of the registry, in one sentence. */
interface WordsRefusal {
  readonly refuse: string
}

const NAME_LENGTH_MAX = 214
const part = '[a-z0-9][a-z0-9._-]*'
const namePattern = new RegExp(`^(?:@${part}/)?${part}$`)
/** One comparator of a range: an optional operator, then a version whose parts may be missing or `x`. */
const comparator = /^(?:[~^=]|[<>]=?)?v?(?:[xX*]|\d+)(?:\.(?:[xX*]|\d+)){0,2}(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/
const tagPattern = /^[A-Za-z][0-9A-Za-z_-]*(?:\.[0-9A-Za-z_-]+)*$/
/** semver.org, "Is there a suggested regular expression to check a SemVer string?". */
const exactPattern =
  /^(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:-(?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*)(?:\.(?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*))*)?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/
/** The longest version that npm takes (node-semver, `MAX_LENGTH`). */
const VERSION_LENGTH_MAX = 256
/** npm takes text with these endings for a file on this disk (npm-package-arg, `isFileType`). */
const archive = /\.(?:tgz|tar|tar\.gz)$/i

/** True for one exact version, `1.2.3` or `1.2.3-beta.1`. `1.2.3-x.tgz` is none: npm takes it for a file. */
export const isExact = (range: string): boolean => range.length <= VERSION_LENGTH_MAX && exactPattern.test(range) && !archive.test(range)

/**
 * Reads the value of `package` in the manifest. Only names of the registry are taken, with a version, a range
 * or a tag: npm itself would also accept paths, URLs, repositories, aliases and flags, and run what it finds there.
 */
export function parseWords(words: string): PackageWords | WordsRefusal {
  const text = words.trim()
  const odd = oddity(text)
  if (odd !== null) return { refuse: odd }
  const at = text.indexOf('@', 1)
  const name = at < 0 ? text : text.slice(0, at)
  const range = at < 0 ? null : text.slice(at + 1).trim()
  const badName = nameTrouble(name)
  if (badName !== null) return { refuse: badName }
  if (range === null) return { name, range }
  if (range === '') return { refuse: `nothing follows the @ in "${shown(text)}"` }
  if (archive.test(range) || !(isRange(range) || tagPattern.test(range))) {
    return { refuse: `"${shown(range)}" is not a version, range or tag` }
  }
  return { name, range }
}

/** Words that npm would read as something else than a package of the registry, each called by its name. */
function oddity(text: string): string | null {
  if (text === '') return 'the package name is empty'
  const foreign = [...text].find((letter) => letter < ' ' || letter > '~')
  if (foreign !== undefined) {
    const code = (foreign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
    return `a package name holds plain ASCII letters only, and "${shown(text)}" has U+${code}`
  }
  if (text.startsWith('-')) return `"${shown(text)}" is a flag, not a package`
  if (/^npm:/i.test(text) || /@npm:/i.test(text)) return `"${shown(text)}" is an alias; name the package itself`
  if (/^(?:https?|git|ssh|file|git\+\w+|github|gitlab|bitbucket|gist):/i.test(text) || /\.git(?:#|$)/.test(text) || text.includes('://')) {
    return `"${shown(text)}" is an address; only packages of the registry are installed`
  }
  if (/^(?:[./~\\]|[A-Za-z]:[\\/])/.test(text) || text.includes('\\') || archive.test(text)) {
    return `"${shown(text)}" is a path; only packages of the registry are installed`
  }
  return null
}

function nameTrouble(name: string): string | null {
  if (name.length > NAME_LENGTH_MAX) return `a package name has at most ${NAME_LENGTH_MAX} characters`
  if (namePattern.test(name)) return name === 'node_modules' ? '"node_modules" is not a package' : null
  if (/[A-Z]/.test(name) && namePattern.test(name.toLowerCase())) return `package names are lower case: "${name.toLowerCase()}"`
  if (/^[^@/]+\/[^@]+$/.test(name)) return `"${shown(name)}" is a repository or a path; only packages of the registry are installed`
  return `"${shown(name)}" is not a package name`
}

function isRange(range: string): boolean {
  return range.split('||').every((alternative) => {
    const tight = alternative.trim().replace(/([<>]=?|[~^=])\s+/g, '$1')
    const hyphen = tight.split(/\s+-\s+/)
    const comparators = hyphen.length === 2 ? hyphen : tight.split(/\s+/)
    return tight !== '' && comparators.every((each) => comparator.test(each))
  })
}

/** Foreign text as messages show it: cut, on one line, in plain ASCII. */
export const shown = (text: string): string => (text.length > 60 ? `${text.slice(0, 57)}...` : text).replace(/[^ -~]/g, '?')
