import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type Requirement, requirements, unproven } from '../requirements.ts'
import { type Ran, unprovenBy } from '../support/proven.ts'

const path = (file: string): URL => new URL(`../${file}`, import.meta.url)
const named = requirements.flatMap(({ tests }) =>
  Object.entries(tests).flatMap(([file, titles]) => titles.map((title) => [file, title] as const)),
)

describe('the requirements', () => {
  it('are one row each', () => {
    const all = [...requirements, ...unproven].map(({ behaviour }) => behaviour)
    expect(new Set(all).size).toBe(all.length)
    expect(requirements.filter(({ tests }) => Object.values(tests).flat().length === 0)).toEqual([])
  })
  it('name tests that exist', () => {
    const missing = named.filter(([file, title]) => {
      const text = existsSync(path(file)) ? readFileSync(path(file), 'utf8') : ''
      return !["'", '"', '`'].some(
        (quote) =>
          text.includes(`(${quote}${title}${quote},`) ||
          text.includes(`, ${quote}${title}${quote}, async`) ||
          text.includes(`  ${quote}${title}${quote},\n`),
      )
    })
    expect(missing).toEqual([])
  })
})

describe('a run of the tests', () => {
  const row = (tests: Requirement['tests']): Requirement => ({ behaviour: 'b', source: 'twins', tests })
  const rows = [row({ 'a.test.ts': ['one', 'each %s of $many'], 'b.test.ts': ['two'] })]
  const ran = (states: Record<string, Ran['state']>): Ran[] =>
    Object.entries(states).map(([name, state]) => ({ file: name.startsWith('two') ? 'b.test.ts' : 'a.test.ts', name, state }))
  it.each<[string, Record<string, Ran['state']>, readonly string[]]>([
    ['in which all passed proves them', { one: 'passed', 'each 1 of x': 'passed', 'each 2 of x': 'passed', two: 'passed' }, []],
    [
      'in which one failed does not',
      { one: 'passed', 'each 1 of x': 'failed', 'each 2 of x': 'passed', two: 'passed' },
      ['a.test.ts: each %s of $many'],
    ],
    ['in which one did not run does not', { one: 'passed', 'each 1 of x': 'passed', two: 'skipped' }, ['b.test.ts: two']],
    ['in which one is missing does not', { 'each 1 of x': 'passed', two: 'passed' }, ['a.test.ts: one']],
    ['without one of its files says nothing', { one: 'failed' }, []],
  ])('%s', (_what, states, missing) => {
    expect(unprovenBy(rows, ran(states)).map(({ missing: all }) => all.map(({ file, title }) => `${file}: ${title}`))).toEqual(
      missing.length === 0 ? [] : [missing],
    )
  })
  it('in which a test was left out for a reason of the machine is not held against it', () => {
    expect(
      unprovenBy(rows, [...ran({ one: 'passed', 'each 1 of x': 'passed' }), { file: 'b.test.ts', name: 'two', state: 'left out' }]),
    ).toEqual([])
  })
})
