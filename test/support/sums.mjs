// sums.mjs EXIT MORE_FAILED TALLY...  adds up the tallies of all runners; prints why tests were left out
// (MCP_TWIN_LEFT_OUT: for the whole run) and, last, the line of sums. Exits non-zero when anything failed, when nothing
// ran, or when a runner itself ended badly.
import { readFileSync } from 'node:fs'

const [exit = '1', more = '0', ...files] = process.argv.slice(2)

/**
 * @param {string} file
 * @returns {{passed: number, failed: number, skipped: number, leftOut: string[]}}
 */
function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    // The runner ended before it could count: that is one failure, whatever it was.
    return { passed: 0, failed: 1, skipped: 0, leftOut: [] }
  }
}

const tallies = files.map(read)
/** @param {(tally: ReturnType<typeof read>) => number} of */
const sum = (of) => tallies.reduce((all, each) => all + of(each), 0)
const tally = {
  passed: sum(({ passed }) => passed),
  failed: sum(({ failed }) => failed) + Number(more),
  skipped: sum(({ skipped }) => skipped),
  leftOut: [...new Set(tallies.flatMap(({ leftOut }) => leftOut))].sort(),
}
if (exit !== '0' && tally.failed === 0) tally.failed = 1
const { MCP_TWIN_LEFT_OUT: always } = process.env
for (const reason of [...tally.leftOut, ...(always ? [always] : [])]) console.log(`left out: ${reason}`)
if (tally.passed + tally.failed === 0) console.log('no test ran')
console.log(`${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped`)
process.exitCode = tally.failed > 0 || tally.passed === 0 ? 1 : 0
