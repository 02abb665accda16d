// sums.mjs again TALLY...  prints the files that are worth a second try, one a line.
// sums.mjs sum EXIT MORE_FAILED AGAIN TALLY...  adds up the tallies of all runners; AGAIN is that of the second try, or empty.
// Prints what failed, what passed at the second try alone, why tests were left out (MCP_TWIN_LEFT_OUT: for the whole run)
// and, last, the line of sums. Exits non-zero when anything failed, when nothing ran, or when a runner itself ended badly.
import { readFileSync } from 'node:fs'
import { filesToTryAgain, sumUp } from './sum-up.mjs'

/**
 * @param {string} file
 * @returns {import('./sum-up.mjs').Tally}
 */
function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    // The runner ended before it could count: that is one failure, whatever it was.
    return {
      passed: 0,
      skipped: 0,
      ran: [],
      failures: [{ file: null, name: 'a runner ended before it could count' }],
      unproven: [],
      leftOut: [],
    }
  }
}

const [what, ...words] = process.argv.slice(2)
if (what === 'again') for (const file of filesToTryAgain(words.map(read))) console.log(file)
if (what === 'sum') {
  const [exit, more, second, ...files] = words
  const tallies = files.map(read)
  const again = second ? { files: filesToTryAgain(tallies), tally: read(second) } : null
  const { passed, skipped, lines, ...sums } = sumUp(tallies, again)
  // A runner that ended badly without a failure that it counted is one.
  const failed = sums.failed + Number(more) + (exit !== '0' && again === null && sums.failed === 0 ? 1 : 0)
  const { MCP_TWIN_LEFT_OUT: always } = process.env
  for (const line of [...lines, ...(always ? [`left out: ${always}`] : [])]) console.log(line)
  if (passed + failed === 0) console.log('no test ran')
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`)
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0
}
