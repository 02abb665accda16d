import { describe, expect, it } from 'vitest'
import { fold, foldWhole } from '../../../src/ui/fold.ts'
import { columns } from '../../../src/ui/width.ts'

const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '')

describe('a text folded at a width', () => {
  it('leaves alone what fits', () => {
    expect(fold('  ✓ a   b\n', 20)).toBe('  ✓ a   b\n')
  })

  it.each([
    '  ✗ it cannot be written: the file is read-only and belongs to somebody else',
    '! Claude Code: ~/.claude.json holds keys, so only you can read it now (0600; it was 0644)',
    'mcp-twin: No such server. Look at the list of them with the command that lists all',
    'Not what you wanted? mcp-twin undo 20261122-150619-40a0 takes it back, all of it',
  ])('breaks at blanks only: %s', (text) => {
    const folded = fold(text, 40)
    for (const line of folded.split('\n')) expect(columns(line)).toBeLessThanOrEqual(40)
    expect(words(folded)).toEqual(words(text))
  })

  it('puts further lines under the text behind a mark', () => {
    expect(fold('  ✗ one two three four', 14)).toBe('  ✗ one two\n    three four')
  })

  it('cuts a long path in its middle, but nothing of a command', () => {
    const path = 'C:\\Users\\Ana\\AppData\\Roaming\\Claude\\claude_desktop_config.json'
    expect(fold(`  ${path}`, 50)).toMatch(/^ {2}C:\\Users\\.*…\\claude_desktop_config\.json$/)
    expect(fold(`→ chmod u+w ${path}`, 50)).toContain(path)
    expect(fold(`Test it: node --test ${path}`, 50)).toContain(path)
  })

  it('keeps colours around a path that it cuts', () => {
    const folded = fold(`\u001b[2m/home/ana/a/very/long/path/to/something/config.json\u001b[22m`, 40)
    expect(folded).toMatch(/^\u001b\[2m\/home.*config\.json\u001b\[22m$/)
    expect(columns(folded)).toBeLessThanOrEqual(40)
  })
})

describe('a text of which nothing may be cut', () => {
  it('is broken at blanks, further lines to the right of the first', () => {
    expect(foldWhole('    node /a/long/path/to/server.mjs --deep', 24)).toBe('    node\n      /a/long/path/to/se\n      rver.mjs --deep')
    expect(foldWhole('heading:\n  fits', 24)).toBe('heading:\n  fits')
  })

  it.each([`    a ${'x'.repeat(90)} b`, `    ${'\u00a0'.repeat(60)}It gets no key.`, `    ${'漢'.repeat(50)}`])(
    'keeps every character, and none of them where a line of ours begins: %j',
    (text) => {
      const lines = foldWhole(text, 40).split('\n')
      expect(
        lines
          .map((line) => line.replace(/^ +/, ''))
          .join('')
          .replaceAll(' ', ''),
      ).toBe(text.replaceAll(' ', ''))
      for (const line of lines) {
        expect(columns(line)).toBeLessThanOrEqual(40)
        expect(line).toMatch(/^ {4}/)
      }
    },
  )
})
