import { localTime } from '../../../src/core/local-time.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chooseDesktop, DAY_MS, type DesktopCandidate, exists } from '../../../src/catalog/clients/claude-desktop/choose.ts'
import type { DesktopRule } from '../../../src/catalog/clients/claude-desktop/places.ts'
import { native } from '../../../src/model/path.ts'

const NOW = Date.UTC(2026, 10, 21, 9, 12)
const HOUR = DAY_MS / 24

type Facts = Partial<Omit<DesktopCandidate, 'file'>>

/** A candidate by name, which begins with its rule; `used` in hours before now. */
const folder = (name: string, { used, ...facts }: Facts & { used?: number } = {}): DesktopCandidate => ({
  file: native(name),
  rule: name.split(' ')[0] as DesktopRule,
  hasConfig: false,
  usedMs: used === undefined ? null : NOW - used * HOUR,
  recorded: null,
  servers: '',
  ...facts,
})
const config = { hasConfig: true }

const choose = (...candidates: DesktopCandidate[]) => {
  const choice = chooseDesktop(candidates)
  return 'chosen' in choice ? [choice.chosen.file, choice.reason] : choice.undecided.map(({ file }) => file)
}

describe('the folder that Claude Desktop reads', () => {
  const all = ['variable', 'claude-data', 'package', 'classic']

  it.each([
    // What is there.
    ['the usual one where nothing is there', [folder('classic')], 'classic', /nothing|no folder of settings/],
    ['an installed package where nothing is there', [folder('package'), folder('classic')], 'package', /package is installed/],
    [
      'that package even before a folder that a variable names',
      [folder('variable'), folder('package'), folder('classic')],
      'package',
      /installed/,
    ],
    ['the one that a variable names before the usual one', [folder('variable'), folder('classic')], 'variable', /CLAUDE_USER_DATA_DIR/],
    ['the only one that holds a config', [folder('variable'), folder('package'), folder('classic', config)], 'classic', /only/],
    [
      'the only one that holds a Local State',
      [folder('package'), folder('claude-data', { used: 9999 }), folder('classic')],
      'claude-data',
      /only/,
    ],
    // Nobody knows when they were used: the order decides.
    ['the first of four in the order of their rules', all.map((rule) => folder(rule, config)), 'variable', /no folder has a "Local State"/],
    ['Claude-Data before a package', [folder('claude-data', config), folder('package', config)], 'claude-data', /no folder has/],
    ['a package before the usual one', [folder('package', config), folder('classic', config)], 'package', /no folder has/],
    // The sign of life beats the order, whatever the configs are.
    [
      'the one with a Local State, though it comes last',
      [...all.slice(0, 3).map((rule) => folder(rule, config)), folder('classic', { used: 900 })],
      'classic',
      /newest/,
    ],
    [
      'the newest Local State',
      [folder('variable', { used: 50 }), folder('package', { used: 3 }), folder('classic', { used: 90 })],
      'package',
      new RegExp(localTime('2026-11-21T06:12:00Z')),
    ],
    ['the first of two used at the same moment', [folder('package', { used: 3 }), folder('classic', { used: 3 })], 'package', /newest/],
    // Our own records.
    [
      'the one that was written before, where none was ever used',
      [folder('package', config), folder('classic', { ...config, recorded: 0 })],
      'classic',
      /written before/,
    ],
    [
      'the one that was written before, though another was used 24 h later',
      [folder('package', { used: 1 }), folder('classic', { used: 25, recorded: 0 })],
      'classic',
      /newer by more than a day/,
    ],
    [
      'another, used more than 24 h later',
      [folder('package', { used: 1 }), folder('classic', { used: 25.01, recorded: 0 })],
      'package',
      /classic, which was written before, has one of 2026-11-20/,
    ],
    [
      'another that was used at all, where the one written before never was',
      [folder('package', { used: 5000 }), folder('classic', { ...config, recorded: 0 })],
      'package',
      /classic, which was written before, has none/,
    ],
    ['not the one that was written before and is gone', [folder('package', config), folder('classic', { recorded: 0 })], 'package', /only/],
    [
      'the one written last of two',
      [folder('package', { used: 2, recorded: 1 }), folder('classic', { used: 1, recorded: 0 })],
      'package',
      /written before/,
    ],
    [
      'the one of two written that is in use again',
      [folder('package', { used: 40, recorded: 1 }), folder('classic', { used: 1, recorded: 0 })],
      'classic',
      /written before/,
    ],
    [
      'the package among several that was written before, emptied since',
      [folder('package a'), folder('package b', { recorded: 0 }), folder('classic')],
      'package b',
      /installed/,
    ],
    // Doubts that are none.
    [
      'the newest of two with the same servers',
      [folder('package', { used: 2, servers: 'x' }), folder('classic', { used: 1, servers: 'x' })],
      'classic',
      /newest/,
    ],
    [
      'the newest of two with different servers, a day apart',
      [folder('package', { used: 25, servers: 'x' }), folder('classic', { used: 1, servers: 'y' })],
      'classic',
      /newest/,
    ],
    [
      'the one written before, whatever another holds',
      [folder('package', { used: 2, servers: 'x', recorded: 0 }), folder('classic', { used: 1, servers: 'y' })],
      'package',
      /written before/,
    ],
    [
      'the one in use, whatever an unused one holds',
      [folder('package', { used: 2, servers: 'x' }), folder('classic', { ...config, servers: 'y' })],
      'package',
      /newest/,
    ],
  ])('is %s', (_, candidates, file, reason) => {
    expect(choose(...candidates)).toEqual([file, expect.stringMatching(reason)])
  })

  it.each([
    [
      'two used less than a day apart hold different servers',
      [folder('package', { used: 24.9, servers: 'x' }), folder('classic', { used: 1, servers: 'y' })],
      ['classic', 'package'],
    ],
    ['one of them holds none', [folder('package', { used: 2 }), folder('classic', { used: 1, servers: 'y' })], ['classic', 'package']],
    [
      'three do, two of which hold the same',
      [folder('variable', { used: 3, servers: 'x' }), folder('package', { used: 2 }), folder('classic', { used: 1 })],
      ['classic', 'package', 'variable'],
    ],
    [
      'the one written before was used days before both',
      [folder('variable', { used: 80, recorded: 0 }), folder('package', { used: 2, servers: 'x' }), folder('classic', { used: 1 })],
      ['classic', 'package'],
    ],
  ])('is not guessed where %s', (_, candidates, undecided) => {
    expect(choose(...candidates)).toEqual(undecided)
  })
})

describe('any folders', () => {
  const some = fc.array(
    fc.record({
      rule: fc.constantFrom<DesktopRule>('variable', 'claude-data', 'package', 'classic'),
      hasConfig: fc.boolean(),
      usedMs: fc.option(fc.integer({ min: NOW - 4 * DAY_MS, max: NOW })),
      recorded: fc.option(fc.integer({ min: 0, max: 3 }), { freq: 2 }),
      servers: fc.constantFrom('', 'x'),
    }),
    { minLength: 1, maxLength: 6 },
  )
  const asCandidates = (facts: Omit<DesktopCandidate, 'file'>[]): DesktopCandidate[] =>
    facts.map((each, at) => ({ ...each, file: native(String(at)) }))

  it('give an existing one, used at most a day before the latest', () => {
    fc.assert(
      fc.property(some.map(asCandidates), (candidates) => {
        const choice = chooseDesktop(candidates)
        const last = Math.max(...candidates.map(({ usedMs }) => usedMs ?? -Infinity))
        const chosen = 'chosen' in choice ? [choice.chosen] : choice.undecided
        for (const each of chosen) {
          if (candidates.some(exists)) expect(exists(each)).toBe(true)
          if (last > -Infinity) expect(last - (each.usedMs ?? -Infinity)).toBeLessThanOrEqual(DAY_MS)
        }
        if ('undecided' in choice) expect(choice.undecided.length).toBeGreaterThan(1)
      }),
    )
  })

  it('give the same one again once it was written', () => {
    fc.assert(
      fc.property(some.map(asCandidates), (candidates) => {
        const first = chooseDesktop(candidates)
        if (!('chosen' in first)) return
        const written = candidates.map((each) => (each.file === first.chosen.file ? { ...each, hasConfig: true, recorded: 9 } : each))
        const second = chooseDesktop(written)
        expect('chosen' in second && second.chosen.file).toBe(first.chosen.file)
      }),
    )
  })
})
