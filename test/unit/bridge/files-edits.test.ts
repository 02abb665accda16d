import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { limits } from '../../../src/bridge/limits.ts'
import { type Desk, desk } from './desk.ts'

let place: Desk
beforeEach(() => {
  place = desk()
})
afterEach(() => place.close())

const text = () => readFileSync(join(place.A, 'f'), 'utf8')
const edit = (old_string: string, new_string: string, expected_replacements?: number) => ({
  path: 'f',
  edits: [{ old_string, new_string, ...(expected_replacements !== undefined && { expected_replacements }) }],
})

describe('a text that is in the file very often', () => {
  it('is counted right, and the count that is said replaces them all', async () => {
    place.put('f', 'ab\n'.repeat(20_000))
    expect(await place.refused('edit_file', edit('a', 'x'))).toMatch(/20000 times .*expected_replacements 20000\./)
    await place.ok('edit_file', edit('a', 'xyz', 20_000))
    expect(text()).toBe('xyzb\n'.repeat(20_000))
  })
  it('more often than can be replaced: no number is made up, and nothing is changed', async () => {
    const content = 'a'.repeat(limits.replacements + 1)
    place.put('f', content)
    for (const expected of [1, limits.replacements, limits.replacements + 1, 500_000])
      expect(await place.refused('edit_file', edit('a', 'x', expected))).toMatch(/in the file more than 100000 times.* nothing was changed/)
    expect(text()).toBe(content)
    await place.ok('edit_file', edit('aa', 'x', limits.replacements / 2))
  })
  it('replaced by much: the file does not grow beyond what can be edited', async () => {
    place.put('f', 'a'.repeat(50_000))
    expect(await place.refused('edit_file', edit('a', 'x'.repeat(10_000), 50_000))).toMatch(/would have 500000000 bytes/)
    expect(text()).toBe('a'.repeat(50_000))
  })
})
