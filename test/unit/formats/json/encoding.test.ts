import { describe, expect, it } from 'vitest'
import { DOCUMENT_BYTES_MAX } from '../../../../src/core/formats/text/decode.ts'
import { firstBadByte, utf8Length } from '../../../../src/core/formats/text/utf8.ts'
import { documentOf, refusalOf, utf8 } from './situation.ts'

const config = '{\n  "mcpServers": {}\n}'
const bytes = (...parts: (string | readonly number[])[]): Uint8Array => Buffer.concat(parts.map((part) => Buffer.from(part)))
const swapped = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16()
const wide = (text: string): Buffer => Buffer.concat([...text].map((character) => Buffer.from([character.charCodeAt(0), 0, 0, 0])))

describe('a file that is not UTF-8', () => {
  it.each([
    ['UTF-16 LE with its mark', bytes([0xff, 0xfe], [...Buffer.from(config, 'utf16le')]), /UTF-16 LE/],
    ['UTF-16 BE with its mark', bytes([0xfe, 0xff], [...swapped(config)]), /UTF-16 BE/],
    ['UTF-16 LE without', Buffer.from(config, 'utf16le'), /UTF-16 LE/],
    ['UTF-16 BE without', swapped(config), /UTF-16 BE/],
    ['UTF-32 LE with its mark', bytes([0xff, 0xfe, 0, 0], [...wide(config)]), /UTF-32 LE/],
    ['UTF-32 LE without', wide(config), /UTF-32 LE/],
    ['nothing but NULs', new Uint8Array(4096), /nothing but NUL/],
    ['a NUL', bytes('{\n "a": "x', [0], 'y"}'), /NUL/],
  ])('is refused by name: %s', (_, input, says) => {
    expect(refusalOf(input)).toMatchObject({ code: 'encoding', reason: expect.stringMatching(says) })
  })

  it('is refused with the place of the byte', () => {
    expect(refusalOf(bytes('{\n  "é": "caf', [0xe9], '"}'))).toMatchObject({
      code: 'encoding',
      reason: expect.stringContaining('0xe9'),
      line: 2,
      column: 12,
    })
    expect(refusalOf(bytes('{\r\n"a": "', [0], '"}'))).toMatchObject({ line: 2, column: 7 })
  })

  it('is found out as the platform finds it out', () => {
    const samples = [
      [0xc0, 0x80],
      [0xed, 0xa0, 0x80],
      [0xf4, 0x90, 0x80, 0x80],
      [0xe0, 0x9f, 0x80],
      [0xf0, 0x8f, 0x80, 0x80],
      [0x80],
      [0xff],
      [0xe2, 0x82],
      [0xf0, 0x9f, 0x92],
    ]
    for (const sample of samples) expect(firstBadByte(bytes('ab', sample)), String(sample)).toBe(2)
    expect(firstBadByte(utf8('aé€🚀\u{10ffff}\ud7ff\ue000'))).toBe(utf8Length('aé€🚀\u{10ffff}\ud7ff\ue000'))
  })
})

describe('a file that is too large', () => {
  it('is refused before it is read', () => {
    expect(refusalOf(new Uint8Array(DOCUMENT_BYTES_MAX + 1))).toMatchObject({ code: 'too-large', reason: expect.stringMatching(/64 MiB/) })
  })
})

describe('a line that is shown', () => {
  const excerpt = (line: string): string => refusalOf(`{\n${line}\n}`).excerpt ?? ''

  it('hides what looks like a key', () => {
    const key = 'sk-abcdefghij0123456789'
    for (const line of [
      `  "API_KEY": "hunter2" "x": 1`,
      `  "args": ["--api-key" "${key}"]`,
      `  "Authorization": "Bearer ${key}" 1`,
      `  "password": "it \\"is\\" long" "b"`,
      `  "x": "${key}\\q"`,
      `  "x": ${key}`,
    ]) {
      const shown = excerpt(line)
      expect(shown).toContain('••••••••')
      expect(shown).not.toMatch(/hunter2|0123456789|abcdefghij|is.*long/)
    }
  })

  it('keeps what helps to find it', () => expect(excerpt('\t"command": "npx" "args": []')).toBe('"command": "npx" "args": []'))

  it('is cut around the trouble', () => {
    const long = `  "a": "${'x y '.repeat(3000)}" "here": "${'z w '.repeat(3000)}"`
    expect(excerpt(long)).toMatch(/^….{20,}"here": .*…$/)
    expect(excerpt(long).length).toBeLessThan(110)
  })

  it('moves no cursor', () => {
    expect(excerpt('  "\u202e\u200b": 1 "b"')).toBe('"\\u{202e}\\u{200b}": 1 "b"')
    expect(documentOf('{"mcpServers": {"a\\u001b[2J\\u202e": 1, "a\\u001b[2J\\u202e": 1}}').notices.join()).toMatch(/^[ -~]*$/)
  })
})
