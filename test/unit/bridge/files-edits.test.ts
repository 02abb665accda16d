import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { limits } from '../../../src/bridge/base/limits.ts'
import { type Desk, desk } from '../../support/desk.ts'

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
  it('is counted right, and the count that is reported replaces them all', async () => {
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

describe('an old_string that only looks like the text of the file', () => {
  const missed = async (content: string | Uint8Array, old: string) => {
    place.put('f', content)
    const said = await place.refused('edit_file', edit(old, 'x'))
    expect(said).toMatch(/^[ -~\n]*$/)
    return said
  }
  it.each([
    ['another form of a letter', 'one\ncafe\u0301\n', 'caf\u00e9', 2, '{-\\u00e9-}{+e\\u0301+}'],
    ['the other way round', 'one\ncaf\u00e9\n', 'cafe\u0301', 2, '{-e\\u0301-}{+\\u00e9+}'],
    ['a blank that is no blank', 'a\u00a0b\n', 'a b', 1, 'a{- -}{+\\u00a0+}b'],
    ['nothing wide', 'if (a\u200b) {\n', 'if (a) {', 1, 'if (a{+\\u200b+}) {'],
    ['nothing wide in what was asked for', 'x\ny\nif (a) {\n', 'if (\u200ba) {', 3, 'if ({-\\u200b-}a) {'],
    ['several lines', 'x\na\u00e9\nb\n', 'ae\u0301\nb', 2, '{-e\\u0301-}{+\\u00e9+}'],
  ])('%s: is reported with escapes', async (_, content, old, line, shown) => {
    const said = await missed(content, old)
    expect(said).toContain(`Line ${line} only looks the same`)
    expect(said).toContain(shown)
  })
  it('since bytes are shown as U+FFFD: that they cannot be named', async () => {
    expect(await missed(Buffer.from('a\ngr\xfc\xdfe\n', 'latin1'), 'gr\ufffd\ufffde')).toMatch(
      /Line 2 is shown like this, but U\+FFFD .* not UTF-8, which no text can name/,
    )
  })
  it('a letter of another encoding', async () => {
    place.put('f', Buffer.from('a\nviele gr\xfc\xdfe an alle\n', 'latin1'))
    const said = await place.refused('edit_file', edit('viele gr\u00fc\u00dfe an alle', 'x'))
    expect(said).toContain('{+\\ufffd\\ufffd+}')
    expect(said).toMatch(/replaces bytes that are not UTF-8/)
  })
  it('line ends that are mixed', async () => {
    expect(await missed('a\r\nb\nc\r\n', 'a\nb\nc')).toMatch(/Only the line ends .* differ from line 1/)
    expect(await missed('x\na\nb\n', 'a\r\nb')).toMatch(/Only the line ends .* differ from line 2/)
  })
})

describe('the nearest text of a failed edit', () => {
  const lines = (count: number, each: (at: number) => string): string =>
    `${Array.from({ length: count }, (_, at) => each(at)).join('\n')}\n`
  const late = `${lines(60_000, (at) => `const value${at} = ${at}`)}function hello(name) {\n`

  it('is found in a large file, however much time passes', async () => {
    let hours = 0
    const slow = desk({ now: () => ++hours * 3_600_000 })
    slow.put('f', late)
    expect(await slow.refused('edit_file', edit('function hallo(name) {', 'x'))).toContain('line 60001')
    await slow.close()
  })
  it('is found among many lines like it', async () => {
    const wanted = lines(20, (at) => `const value${40_000 + at} = ${at === 7 ? 'seven' : 40_000 + at}`)
    place.put('f', late)
    expect(await place.refused('edit_file', edit(wanted, 'x'))).toMatch(/line 40001, .*\{-seven-\}\{\+40007\+\}/s)
  })
  it('is not looked for in a file that is too large', async () => {
    place.put('f', `${'x'.repeat(limits.nearMissCharacters)}\nfunction hello(name) {\n`)
    expect(await place.refused('edit_file', edit('function hallo(name) {', 'x'))).toMatch(/Read the file and copy the text exactly/)
  })
})
