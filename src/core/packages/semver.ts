/** Order of two exact versions as semver.org (rule 11) has it: a number below, at or above zero. Build data does not count. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [split(a), split(b)]
  for (let index = 0; index < 3; index++) {
    const difference = (left.numbers[index] ?? 0) - (right.numbers[index] ?? 0)
    if (difference !== 0) return difference
  }
  if (left.before === null || right.before === null) return Number(right.before !== null) - Number(left.before !== null)
  return comparePrereleases(left.before, right.before)
}

interface Split {
  readonly numbers: readonly number[]
  /** The parts after the hyphen; null for a release. */
  readonly before: readonly string[] | null
}

function split(version: string): Split {
  const [plain = ''] = version.split('+')
  const hyphen = plain.indexOf('-')
  const core = hyphen < 0 ? plain : plain.slice(0, hyphen)
  return { numbers: core.split('.').map(Number), before: hyphen < 0 ? null : plain.slice(hyphen + 1).split('.') }
}

function comparePrereleases(left: readonly string[], right: readonly string[]): number {
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const [a, b] = [left[index], right[index]]
    if (a === undefined || b === undefined) return a === undefined ? -1 : 1
    if (a === b) continue
    const [numberA, numberB] = [/^\d+$/.test(a), /^\d+$/.test(b)]
    if (numberA && numberB) return Number(a) - Number(b)
    if (numberA !== numberB) return numberA ? -1 : 1
    return a < b ? -1 : 1
  }
  return 0
}

interface Part {
  readonly operator: string
  readonly numbers: readonly number[]
}

/** One comparator of a range, as npm reads it: `>=20.18`, `^22`, `~20.1.2`, `20.x`, `18`. Null: it is none. */
function readPart(text: string): Part | null {
  const found = /^(>=|<=|>|<|\^|~|=)?\s*v?(\d+|[xX*])(?:\.(\d+|[xX*]))?(?:\.(\d+|[xX*]))?(?:[-+][\w.+-]*)?$/.exec(text)
  if (found === null) return null
  const numbers: number[] = []
  for (const number of found.slice(2, 5)) {
    if (number === undefined || /[xX*]/.test(number)) break
    numbers.push(Number(number))
  }
  return { operator: found[1] ?? '', numbers }
}

const text = (numbers: readonly number[]): string => [0, 1, 2].map((at) => numbers[at] ?? 0).join('.')

/** The first version above all that the numbers leave open: `20` → 21.0.0, `20.1` → 20.2.0. */
const above = (numbers: readonly number[]): string => text(numbers.map((number, at) => (at === numbers.length - 1 ? number + 1 : number)))

function meets(version: string, { operator, numbers }: Part): boolean {
  const [low, high] = [text(numbers), above(numbers)]
  if (operator === '>=') return compareVersions(version, low) >= 0
  if (operator === '<') return compareVersions(version, low) < 0
  if (numbers.length === 0) return true
  if (operator === '>') return compareVersions(version, numbers.length === 3 ? low : high) >= (numbers.length === 3 ? 1 : 0)
  if (operator === '<=') return numbers.length === 3 ? compareVersions(version, low) <= 0 : compareVersions(version, high) < 0
  const first = numbers.findIndex((number) => number > 0)
  const kept = operator === '^' ? Math.max(1, first + 1) : operator === '~' ? Math.min(2, numbers.length) : numbers.length
  return compareVersions(version, low) >= 0 && compareVersions(version, above(numbers.slice(0, kept))) < 0
}

/** Does a node of this version satisfy a package's `engines.node`? Null: the range is written in a way that is not understood. */
export function fitsEngines(version: string, range: string): boolean | null {
  const choices = range.split('||').map((choice) => {
    const between = /^\s*(\S+)\s+-\s+(\S+)\s*$/.exec(choice)
    const words = between
      ? [`>=${between[1]}`, `<=${between[2]}`]
      : choice
          .trim()
          .replace(/([<>=^~])\s+/g, '$1')
          .split(/\s+/)
    return words.filter((word) => word !== '').map(readPart)
  })
  if (choices.some((parts) => parts.some((part) => part === null))) return null
  return choices.some((parts) => parts.every((part) => part !== null && meets(version, part)))
}
