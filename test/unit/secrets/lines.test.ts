import { describe, expect, it } from 'vitest'
import { parseKeyLines } from '../../../src/effects/store/secret-lines.ts'
import { isKeyName } from '../../../src/effects/store/secret-name.ts'
import { TwinError } from '../../../src/errors.ts'
import { reveal } from '../../../src/model/secret.ts'

const read = (text: string): Record<string, string> =>
  Object.fromEntries(parseKeyLines(text, '-').map(({ name, value }) => [name, reveal(value)]))
const refused = (text: string): TwinError => {
  try {
    parseKeyLines(text, 'keys.env')
  } catch (error) {
    if (error instanceof TwinError) return error
  }
  throw new Error('not refused')
}

describe('a file of keys', () => {
  it('is NAME=value lines with comments', () => {
    expect(read('# mine\n\nA=1\r\n  B = two \nexport C=3=3==\n_d=$x %y% a"b\'c #no comment\n')).toEqual({
      A: '1',
      B: 'two',
      C: '3=3==',
      _d: '$x %y% a"b\'c #no comment',
    })
  })

  it('reads a value wholly in quotes as dotenv files write it', () => {
    expect(read('A="line\\nbreak \\"q\\""\nB=\'as\\n is\'\nC="C:\\path"\nD="half\nE=a"b"\n')).toEqual({
      A: 'line\nbreak "q"',
      B: 'as\\n is',
      C: 'C:\\path',
      D: '"half',
      E: 'a"b"',
    })
  })

  it('is refused by the number of the line, never by its text', () => {
    for (const text of ['A=1\nsk-live-abcdef', 'A=1\nsk-live-abcdef=', 'A=1\nsk live=x', 'A=1\n9A=sk-live', 'A=1\nA=']) {
      const error = refused(text)
      expect(error).toMatchObject({ exit: 2, place: { file: 'keys.env', line: 2 } })
      expect(error.message + error.hint).not.toMatch(/sk-live|sk live|9A/)
    }
  })

  it('may be empty, and begin with a byte order mark', () => {
    expect(read('')).toEqual({})
    expect(read('\ufeffA=1')).toEqual({ A: '1' })
  })
})

describe('the name of a key', () => {
  it('is letters, digits and _', () => {
    expect(['A', '_', 'a1', 'motherduck_token'].every(isKeyName)).toBe(true)
    expect(['', '1a', 'a-b', 'a b', 'ä', 'a'.repeat(129)].some(isKeyName)).toBe(false)
  })
})
