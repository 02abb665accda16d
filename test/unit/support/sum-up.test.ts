import { describe, expect, it } from 'vitest'
import { filesToTryAgain, sumUp, type Tally } from '../../support/sum-up.mjs'

const a = 'test/e2e/a.test.ts'
const b = 'test/e2e-lab/b.test.ts'

const tally = (more: Partial<Tally>): Tally => ({ passed: 10, skipped: 1, ran: [], failures: [], unproven: [], leftOut: [], ...more })
const failing = (...files: (string | null)[]): Tally => tally({ failures: files.map((file) => ({ file, name: 'ends' })) })

describe('what is worth a second try', () => {
  it.each<[string, Tally[], string[]]>([
    ['nothing, where nothing failed', [tally({}), tally({})], []],
    ['each file that failed, once', [failing(a, a), failing(b)], [a, b]],
    ['nothing, where many files failed', [failing(a, b), failing('test/e2e/c.test.ts', 'test/integration/d.test.ts')], []],
    ['nothing, where a unit test failed', [failing(a, 'test/unit/e.test.ts')], []],
    ['nothing, where the architecture test failed', [failing('test/architecture.test.ts')], []],
    ['nothing, where something failed outside every file', [failing(a, null)], []],
  ])('is %s', (_what, tallies, files) => {
    expect(filesToTryAgain(tallies)).toEqual(files)
  })
})

describe('the sums of a run', () => {
  it('name what failed and why tests were left out', () => {
    expect(sumUp([failing(a), tally({ leftOut: ['no zsh here'] })], null)).toEqual({
      passed: 20,
      failed: 1,
      skipped: 2,
      lines: [`failed: ${a}: ends`, 'left out: no zsh here'],
    })
  })

  it('count a file that passed alone as passed, with its requirement, and name it', () => {
    const unproven = [{ behaviour: 'it ends', files: [a], missing: [`${a}: ends`] }]
    const { lines, ...sums } = sumUp([{ ...failing(a), unproven }], { files: [a], tally: tally({ ran: [a] }) })
    expect(sums).toEqual({ passed: 11, failed: 0, skipped: 1 })
    expect(lines).toEqual([`unsteady: ${a}: ends: failed at first, passed when it was run once more, alone`])
  })

  it.each<[string, Tally]>([
    ['failed again', failing(a)],
    ['failed with something outside every test', failing(null)],
    ['was not found', tally({ ran: [b] })],
  ])('count as failed what %s', (_what, second) => {
    const unproven = [{ behaviour: 'it ends', files: [a], missing: [`${a}: ends`] }]
    const { lines, ...sums } = sumUp([{ ...failing(a), unproven }], { files: [a], tally: second })
    expect(sums).toEqual({ passed: 10, failed: 2, skipped: 1 })
    expect(lines).toEqual([`failed: ${a}: ends`, `failed: requirement not proven: it ends (${a}: ends)`])
  })
})
