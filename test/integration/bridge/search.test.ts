import { readdirSync } from 'node:fs'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { limits } from '../../../src/bridge/base/limits.ts'
import { type Desk, desk, textOf } from '../../support/desk.ts'

let at: Desk
afterEach(() => at.close())

const openFiles = () => readdirSync('/proc/self/fd').length

/** Hits far from each other, and in between more than a search keeps while nobody asks for it. */
const hits = 500
const large = `needle\n${`${'x'.repeat(300)}\n`.repeat(40)}`.repeat(hits)

describe('many searches at once', () => {
  it('find everything, each of them', async () => {
    at = desk()
    for (let n = 0; n < 50; n++) at.put(`f${n}`, 'needle\n')
    const answers = await Promise.all(
      Array.from({ length: 4 * limits.searchesAtOnce }, () => at.call('search_text', { path: at.A, pattern: 'needle' })),
    )
    for (const answer of answers) {
      expect(textOf(answer)).toMatch(/^50 found in/)
      expect(textOf(answer)).not.toContain('[')
    }
  })
  it('give way to new ones when nobody asks for the rest', async () => {
    at = desk()
    at.put('f', 'needle\n'.repeat(10))
    const first = await at.ok('search_text', { path: at.A, pattern: 'needle', max_results: 5 })
    for (let n = 0; n < limits.searchesAtOnce; n++) await at.ok('search_text', { path: at.A, pattern: 'needle', max_results: 5 })
    expect(first).toContain('more_results with search "s1"')
    expect(await at.refused('more_results', { search: 's1' })).toContain('Unknown search')
    expect(await at.ok('more_results', { search: 's2' })).toContain('10: needle')
  })
})

describe('a search', () => {
  it('is over when it found just as many as were asked for', async () => {
    at = desk()
    at.put('f', 'needle\n'.repeat(5))
    expect(await at.ok('search_text', { path: at.A, pattern: 'needle', max_results: 5 })).not.toContain('more_results')
  })
  it('returns what it has when its memory is full, and continues from there', async () => {
    // A clock that stands still: nothing is handed back because time has passed.
    at = desk({ now: () => 0 })
    at.put('f', large)
    let text = await at.ok('search_text', { path: at.A, pattern: 'needle', context: 20, max_results: 1000 })
    let all = text
    while (text.includes('more_results with search "s1"')) {
      text = await at.ok('more_results', { search: 's1' })
      all += text
    }
    expect(all.match(/^ {2}\d+: needle$/gm)).toHaveLength(hits)
    expect(all.match(/^ {2}\d+- x+$/gm)).toHaveLength(40 * hits - 20)
  })
  it.each(['stop_search', 'close'] as const)('that is ended by %s while it waits with more leaves nothing open', async (how) => {
    at = desk()
    at.put('f', large)
    await at.ok('search_text', { path: at.A, pattern: 'nothing like this' })
    const before = openFiles()
    await at.ok('search_text', { path: at.A, pattern: 'needle', context: 20, max_results: 1 })
    expect(openFiles()).toBeGreaterThan(before)
    if (how === 'stop_search') await at.ok('stop_search', { search: 's2' })
    else await at.bridge.close()
    await vi.waitFor(() => expect(openFiles()).toBeLessThanOrEqual(before), 60_000)
  })
})
