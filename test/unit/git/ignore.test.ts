import { describe, expect, it } from 'vitest'
import { ignoreRules, isIgnored } from '../../../src/core/git/ignore.ts'
import { UnreadableRepository } from '../../../src/core/git/unreadable.ts'

const plenty = { left: 1_000_000 }
const ignores = (text: string, path: string): boolean => isIgnored(path, false, [ignoreRules(text, '')], plenty)

describe('what all paths of a repository may take together', () => {
  it('is used up by many names, though each alone takes little', () => {
    const rules = [ignoreRules('*aaaaaaab\n'.repeat(10), '')]
    const all = { left: 3000 }
    const names = Array.from({ length: 100 }, (_, at) => `aaaaaaaa${at}`)
    expect(isIgnored('aaaaaaaa', false, rules, all)).toBe(false)
    expect(() => names.map((name) => isIgnored(name, false, rules, all))).toThrow(UnreadableRepository)
    expect(() => isIgnored('aaaaaaaa', false, rules, all)).toThrow(/ignore files/)
  })
})

describe('blanks at the end of a line', () => {
  it.each([
    ['a', 'a', true],
    ['a   ', 'a', true],
    ['a\\ ', 'a ', true],
    ['a\\  ', 'a ', true],
    ['a\\ ', 'a', false],
    ['a  b', 'a  b', true],
    ['   ', '   ', false],
    ['a \r', 'a', true],
  ])('%j for %j: %s', (line, path, is) => {
    expect(ignores(`${line}\n`, path)).toBe(is)
  })
})
