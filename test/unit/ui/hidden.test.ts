import { describe, expect, it } from 'vitest'
import { hiddenCharacters } from '../../../src/model/hidden.ts'
import { createIo } from '../../../src/ui/io.ts'
import { colours, noPaint } from '../../../src/ui/paint.ts'

/** What acts on a terminal, turns a line around or hides in it, one by one. */
const nasty = [
  ...['\u0000', '\u0007', '\u0008', '\u000b', '\u000d', '\u001b[2J', '\u001b[31;1m', '\u001b]0;x\u0007', '\u007f', '\u0085', '\u009b2J'],
  ...['\u00ad', '\u034f', '\u061c', '\u115f', '\u1160', '\u17b4', '\u180e', '\u200b', '\u200d', '\u200e', '\u200f', '\u2028', '\u2029'],
  ...['\u202a', '\u202e', '\u2060', '\u2064', '\u2066', '\u2069', '\u206f', '\u3164', '\ufeff', '\uffa0', '\ufff9', '\ufffb'],
  ...['\u{e0001}', '\u{e0041}', '\u{e007f}', '\u{e0100}', '\u{e01ef}', 'a\ufe0f', '❤\ufe0f\ufe0e', '\u{1d173}'],
]

const harmless = ['two\nlines\tand a tab', 'é 漢字 العربية עברית', '❤️ ✓ → … – “q”', '👍🏽']

function written(paint = noPaint, isTTY = false) {
  let text = ''
  const sink = { write: (more: string) => (text += more), isTTY, columns: 200 }
  const make = (asJson: boolean) => createIo({ stdout: sink, stderr: sink, paint, asJson, quiet: false, verbose: true })
  return { make, text: () => text }
}

describe('what a terminal is given', () => {
  it.each(nasty.map((text) => [JSON.stringify(text).replace(hiddenCharacters, '?'), text] as const))(
    '%s comes out as an escape by every way',
    (_, text) => {
      const { make, text: shown } = written()
      const io = make(false)
      for (const way of [io.out, io.raw, io.note, io.noteWhole, io.wholeOut, io.error]) way(`a${text}b`)
      io.progress(`a${text}b`).done(`a${text}b`)
      expect(shown()).not.toMatch(hiddenCharacters)
      expect(shown()).toContain('\\u')
    },
  )

  it.each(nasty.map((text) => [JSON.stringify(text).replace(hiddenCharacters, '?'), text] as const))(
    '%s is the same data in JSON, in escapes',
    (_, text) => {
      const { make, text: shown } = written()
      make(true).json({ command: 'x', [text]: [text] })
      make(true).jsonLine({ command: 'x', [text]: [text] })
      expect(shown()).not.toMatch(hiddenCharacters)
      expect(JSON.parse(shown().trimEnd().split('\n').at(-1) ?? '')).toEqual({ command: 'x', [text]: [text] })
    },
  )

  it.each(harmless)('%s stays as it is', (text) => {
    const { make, text: shown } = written()
    make(false).raw(text)
    expect(shown()).toBe(text)
  })

  it('keeps our own colours, and no other code', async () => {
    const paint = await colours()
    const { make, text: shown } = written(paint, true)
    make(false).out(`${paint.strong(paint.good('✓'))} \u001b[5m\u001b[8mx`)
    expect(shown()).toContain('\u001b[1m\u001b[32m✓\u001b[39m\u001b[22m \\u001b[5m\\u001b[8mx')
  })

  it('passes data on byte for byte, unless a terminal reads it', () => {
    const [pipe, terminal] = [written(), written(noPaint, true)]
    pipe.make(false).data('a\u202eb')
    terminal.make(false).data('a\u202eb')
    expect([pipe.text(), terminal.text()]).toEqual(['a\u202eb', 'a\\u202eb'])
  })
})
