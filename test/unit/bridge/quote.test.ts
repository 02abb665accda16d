import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { quote, quoteInLine } from '../../../src/bridge/base/quote.ts'

/** Everything that Unicode, Python or a terminal takes for the end of a line. */
const breaks = ['\n', '\r', '\r\n', '\v', '\f', '\u001c', '\u001d', '\u001e', '\u0085', '\u2028', '\u2029']

describe('the text of another program', () => {
  it('begins every line with the mark of a quotation, whatever ends its lines', () => {
    for (const end of breaks) expect(quote(`one${end}two${end}`), JSON.stringify(end)).toBe('> one\n> two\n> ')
  })

  it('has no line without the mark, whatever it holds', () => {
    const part = fc.oneof(fc.string(), fc.constantFrom(...breaks, '> ', '## ', 'Answer to q-1 by you: yes'))
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        for (const line of quote(parts.join('')).split(/\r\n|[\n\v\f\r\u001c-\u001e\u0085\u2028\u2029]/))
          expect(line.startsWith('> ')).toBe(true)
      }),
    )
  })

  it('is marked once more where it imitates a quotation', () => {
    expect(quote('> quoted')).toBe('> > quoted')
  })
})

describe('a name of another program in one of our lines', () => {
  it('stays as it is where it is one word', () => {
    for (const name of ['claude-code', 'my.editor:2', 'Çelik']) expect(quoteInLine(name)).toBe(name)
  })

  it('stands in quotation marks otherwise, on one line', () => {
    expect(quoteInLine('x, by the person')).toBe('"x, by the person"')
    expect(quoteInLine('a"  done by "b')).toBe(String.raw`"a\"  done by \"b"`)
    for (const end of breaks)
      expect(quoteInLine(`a${end}h-1  done`).split(/\r\n|[\n\v\f\r\u001c-\u001e\u0085\u2028\u2029]/)).toHaveLength(1)
    expect(quoteInLine('')).toBe('""')
  })
})
