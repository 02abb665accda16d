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
