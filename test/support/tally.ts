import { writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Reporter, TestCase, TestModule, Vitest } from 'vitest/node'
import { requirements, unproven } from '../requirements.ts'
import { type Ran, unprovenBy } from './proven.ts'
import type { Tally } from './sum-up.mjs'

const folder = fileURLToPath(new URL('..', import.meta.url))

/**
 * Counts a run for `test/run` and writes the sums to the file that MCP_TWIN_TALLY names. A file that could not be
 * loaded and an error outside every test count as one failure each: vitest's own sums pass over them.
 */
export default class TallyReporter implements Reporter {
  /** Only a part of each file was asked for (`-t`). */
  private isPart = false

  onInit(vitest: Vitest): void {
    this.isPart = vitest.config.testNamePattern !== undefined
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const file = process.env.MCP_TWIN_TALLY
    if (!file) return
    const outside = errors.map((error) => ({ file: null, name: String((error as { message?: unknown }).message ?? error) }))
    const tally: Tally = { passed: 0, skipped: 0, ran: [], failures: outside, unproven: [], leftOut: [] }
    const reasons = new Set<string>()
    for (const module of modules) count(module, tally, reasons)
    if (!this.isPart) judge(modules, tally, reasons)
    tally.leftOut = [...reasons].sort()
    writeFileSync(file, JSON.stringify(tally))
  }
}

/** A requirement that this run was to prove and did not is a failure; those without a test are named. */
function judge(modules: readonly TestModule[], tally: Tally, reasons: Set<string>): void {
  const ran = modules.flatMap((module) => [...module.children.allTests()].map((test) => ranOf(module, test)))
  for (const { behaviour, missing } of unprovenBy(requirements, ran)) {
    tally.unproven.push({
      behaviour,
      missing: missing.map(({ file, title }) => `${file}: ${title}`),
      files: [...new Set(missing.map(({ file }) => `test/${file}`))],
    })
  }
  const isWhole = new Set(ran.map(({ file }) => file.split('/')[0])).size > 2
  if (isWhole) for (const { behaviour } of unproven) reasons.add(`a requirement that has no test yet: ${behaviour}`)
}

function ranOf(module: TestModule, test: TestCase): Ran {
  const { state } = test.result()
  const left = state === 'skipped' && leftOutFor(test) !== null
  return { file: relative(folder, module.moduleId), name: test.name, state: left ? 'left out' : state === 'pending' ? 'skipped' : state }
}

/** Why a test was left out; null: it was not, or nobody said why. */
function leftOutFor(test: TestCase): string | null {
  const result = test.result()
  return (result.state === 'skipped' && result.note) || /\(left out: (.*?)\)(?: > |$)/.exec(test.fullName)?.[1] || null
}

function count(module: TestModule, tally: Tally, reasons: Set<string>): void {
  const file = `test/${relative(folder, module.moduleId)}`
  const failedBefore = tally.failures.length
  const passedBefore = tally.passed
  for (const test of module.children.allTests()) {
    const result = test.result()
    if (result.state === 'passed') tally.passed++
    else if (result.state === 'failed') tally.failures.push({ file, name: test.fullName })
    else {
      tally.skipped++
      const reason = leftOutFor(test)
      if (reason !== null) reasons.add(reason)
    }
  }
  if (!module.ok() && tally.failures.length === failedBefore)
    tally.failures.push({ file, name: 'the file itself, or what it does before and after its tests' })
  if (tally.passed > passedBefore) tally.ran.push(file)
}
