import fc from 'fast-check'
import { describe, it } from 'vitest'
import { runs } from '../../support/runs.ts'
import { byHand, commands, type Dress, filesOfOne, History, type Step } from './history.ts'

const step: fc.Arbitrary<Step> = fc.record({
  act: fc.oneof(
    { weight: 10, arbitrary: fc.constantFrom(...commands) },
    { weight: 8, arbitrary: fc.constantFrom(...byHand) },
    { weight: 1, arbitrary: fc.constantFrom('again' as const, 'afresh' as const) },
  ),
  file: fc.nat(filesOfOne - 1),
  name: fc.nat(7),
})

const dress: fc.Arbitrary<Dress> = fc.record({ crlf: fc.boolean(), mark: fc.boolean(), end: fc.boolean() })
const dresses = fc.array(dress, { minLength: filesOfOne, maxLength: filesOfOne })

for (const inProject of [false, true])
  describe(`a history of commands and edits by hand in ${inProject ? 'a project' : 'the home folder'}`, () => {
    // The same histories each time; another seed by HISTORY_SEED.
    it('ends with an uninstall that loses nothing of the person', { timeout: 600_000 }, async () => {
      await fc.assert(
        fc.asyncProperty(dresses, fc.array(step, { minLength: 90, maxLength: 110 }), async (worn, steps) => {
          const history = new History(worn, inProject)
          try {
            await history.begin()
            for (const each of steps) await history.take(each)
            await history.end()
          } finally {
            history.close()
          }
        }),
        { seed: Number(process.env.HISTORY_SEED ?? 21), numRuns: runs(1), endOnFailure: true },
      )
    })
  })
