import { UnreadableRepository } from './unreadable.ts'

/** A line of an ignore file: of the folder that it is about, with `/` at its end ('' for the top). */
interface Rule {
  readonly parts: readonly string[]
  readonly isNegated: boolean
  readonly foldersOnly: boolean
}

/** The rules of one ignore file and the folder that they hold in, with `/` at its end ('' for the top). */
export interface IgnoreRules {
  readonly folder: string
  readonly rules: readonly Rule[]
}

const longestLine = 1024
const mostRules = 2000
/** Letters of names and patterns, and names, that are compared for one path: some ten milliseconds, in which nothing else goes on. */
const mostSteps = 2_000_000

/** How much comparing may still be done. */
interface Steps {
  left: number
}

function step(steps: Steps): void {
  if (--steps.left < 0) throw new UnreadableRepository('its ignore files take too long')
}

/** Reads an ignore file (gitignore(5)); lines beyond a few thousand, or as long, count for nothing. */
export function ignoreRules(text: string, folder: string): IgnoreRules {
  const rules: Rule[] = []
  for (const line of text.replace(/^\ufeff/, '').split('\n')) {
    if (rules.length >= mostRules) break
    if (line.length > longestLine) continue
    const whole = withoutBlanks(line.replace(/\r$/, ''))
    if (whole === '' || whole.startsWith('#')) continue
    const isNegated = whole.startsWith('!')
    const pattern = isNegated ? whole.slice(1) : whole
    const foldersOnly = pattern.endsWith('/')
    const parts = pattern.replace(/\/$/, '').split('/')
    if (parts.length === 1) parts.unshift('**')
    else if (parts[0] === '') parts.shift()
    if (parts.join('') !== '') rules.push({ parts, isNegated, foldersOnly })
  }
  return { folder, rules }
}

/** Blanks at the end count only behind a backslash. Counted from the end: a search for them would begin anew at each blank of the line. */
function withoutBlanks(line: string): string {
  let end = line.length
  while (line[end - 1] === ' ') end--
  return line[end - 1] === '\\' ? line.slice(0, end + 1) : line.slice(0, end)
}

/**
 * Whether a path below the top is ignored. `files`: what holds for it, the nearest folder's last; the last rule that fits decides. Throws
 * UnreadableRepository for rules that take too long. `all`: what all paths of a repository may take.
 */
export function isIgnored(path: string, isFolder: boolean, files: readonly IgnoreRules[], all: Steps): boolean {
  const steps = { left: Math.min(mostSteps, all.left) }
  const before = steps.left
  try {
    return fitsLast(path, isFolder, files, steps)
  } finally {
    all.left -= before - steps.left
  }
}

function fitsLast(path: string, isFolder: boolean, files: readonly IgnoreRules[], steps: Steps): boolean {
  for (let at = files.length - 1; at >= 0; at--) {
    const { folder, rules } = files[at] ?? { folder: '', rules: [] }
    const names = path.slice(folder.length).split('/')
    for (let row = rules.length - 1; row >= 0; row--) {
      const rule = rules[row]
      if (rule !== undefined && (isFolder || !rule.foldersOnly) && fits(names, rule.parts, steps)) return !rule.isNegated
    }
  }
  return false
}

/** `**` stands for any number of names. Going back only to the last star keeps this from growing with each further one. */
function fits(names: readonly string[], parts: readonly string[], steps: Steps): boolean {
  let [at, part, star, mark] = [0, 0, -1, 0]
  while (at < names.length) {
    step(steps)
    if (parts[part] === '**') {
      // At the end it means everything inside, but not the folder itself.
      if (part === parts.length - 1) return true
      ;[star, mark] = [part++, at]
    } else if (part < parts.length && fitsName(names[at] ?? '', parts[part] ?? '', steps)) {
      part++
      at++
    } else if (star >= 0) {
      at = ++mark
      part = star + 1
    } else return false
  }
  return part === parts.length
}

/** The same for the letters of one name: `*`, `?`, `[a-z]` and backslashes. */
function fitsName(name: string, pattern: string, steps: Steps): boolean {
  let [at, next, star, mark] = [0, 0, -1, 0]
  while (at < name.length) {
    step(steps)
    const length = pattern[next] === '*' ? 0 : fitsOne(name[at] ?? '', pattern, next, steps)
    if (pattern[next] === '*') [star, mark] = [next++, at]
    else if (length > 0) {
      at++
      next += length
    } else if (star >= 0) {
      at = ++mark
      next = star + 1
    } else return false
  }
  while (pattern[next] === '*') next++
  return next >= pattern.length
}

/** How long the part of a pattern is that stands for this one letter; 0: it stands for another. */
function fitsOne(letter: string, pattern: string, at: number, steps: Steps): number {
  const sign = pattern[at]
  if (sign === '?') return 1
  if (sign === '\\') return pattern[at + 1] === letter ? 2 : 0
  if (sign !== '[') return sign === letter ? 1 : 0
  const isNot = pattern[at + 1] === '!' || pattern[at + 1] === '^'
  const first = at + (isNot ? 2 : 1)
  let isIn = false
  for (let next = first; next < pattern.length; next++) {
    step(steps)
    if (pattern[next] === ']' && next > first) return isIn !== isNot ? next + 1 - at : 0
    if (pattern[next] === '\\') next++
    const [low = '', high = ''] =
      pattern[next + 1] === '-' && pattern[next + 2] !== ']' ? [pattern[next], pattern[next + 2]] : [pattern[next], pattern[next]]
    if (low <= letter && letter <= high) isIn = true
    if (low !== high) next += 2
  }
  return 0
}
