// What the tallies of a run come to. Pure: `sums.mjs` reads and prints.

/** @typedef {import('./sum-up.d.mts').Tally} Tally */

/** More files than this that failed are no busy machine. */
const mostFiles = 3

/**
 * The files to run once more, alone: those that failed, where they are few and each of them starts processes. A unit test
 * never depends on the machine, so where one failed nothing is tried again.
 * @param {Tally[]} tallies
 * @returns {string[]}
 */
export function filesToTryAgain(tallies) {
  const files = [...new Set(tallies.flatMap(({ failures }) => failures.map(({ file }) => file)))]
  const known = files.filter((file) => file !== null)
  const all =
    known.length === files.length &&
    known.length <= mostFiles &&
    known.every((file) => /^test\/(integration|e2e|e2e-lab|stories)\//.test(file))
  return all ? known : []
}

/**
 * The sums and the lines about them. A file that was tried again counts as it did then, if all of it passed.
 * @param {Tally[]} tallies
 * @param {{files: string[], tally: Tally} | null} again
 * @returns {{passed: number, failed: number, skipped: number, lines: string[]}}
 */
export function sumUp(tallies, again) {
  const failures = tallies.flatMap((tally) => tally.failures)
  const failedAgain = (/** @type {string} */ file) => again?.tally.failures.some((each) => each.file === null || each.file === file)
  const passedAlone = new Set(again?.files.filter((file) => again.tally.ran.includes(file) && !failedAgain(file)))
  const unsteady = failures.filter(({ file }) => file !== null && passedAlone.has(file))
  const failed = failures.filter((each) => !unsteady.includes(each))
  const unproven = tallies.flatMap((tally) => tally.unproven).filter(({ files }) => !files.every((file) => passedAlone.has(file)))
  const sum = (/** @type {(tally: Tally) => number} */ of) => tallies.reduce((all, each) => all + of(each), 0)
  return {
    passed: sum(({ passed }) => passed) + unsteady.length,
    failed: failed.length + unproven.length,
    skipped: sum(({ skipped }) => skipped),
    lines: [
      ...unsteady.map(({ file, name }) => `unsteady: ${file}: ${name}: failed at first, passed when it was run once more, alone`),
      ...failed.map(({ file, name }) => `failed: ${file ?? 'outside every test'}: ${name}`),
      ...unproven.map(({ behaviour, missing }) => `failed: requirement not proven: ${behaviour} (${missing.join(', ')})`),
      ...[...new Set(tallies.flatMap(({ leftOut }) => leftOut))].sort().map((reason) => `left out: ${reason}`),
    ],
  }
}
