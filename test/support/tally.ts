import { writeFileSync } from 'node:fs'
import type { Reporter, TestModule } from 'vitest/node'

/** What a run came to. `leftOut` holds each reason why tests were skipped, once. */
export interface Tally {
  passed: number
  failed: number
  skipped: number
  leftOut: string[]
}

/**
 * Counts a run for `test/run` and writes the sums to the file that MCP_TWIN_TALLY names. A file that could not be
 * loaded and an error outside every test count as one failure each: vitest's own sums pass over them.
 */
export default class TallyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const file = process.env.MCP_TWIN_TALLY
    if (!file) return
    const tally: Tally = { passed: 0, failed: errors.length, skipped: 0, leftOut: [] }
    const reasons = new Set<string>()
    for (const module of modules) count(module, tally, reasons)
    tally.leftOut = [...reasons].sort()
    writeFileSync(file, JSON.stringify(tally))
  }
}

function count(module: TestModule, tally: Tally, reasons: Set<string>): void {
  const failedBefore = tally.failed
  for (const test of module.children.allTests()) {
    const result = test.result()
    if (result.state === 'passed') tally.passed++
    else if (result.state === 'failed') tally.failed++
    else {
      tally.skipped++
      const reason = (result.state === 'skipped' && result.note) || /\(left out: (.*?)\)(?: > |$)/.exec(test.fullName)?.[1]
      if (reason) reasons.add(reason)
    }
  }
  if (!module.ok() && tally.failed === failedBefore) tally.failed++
}
