import { describe, expect, it } from 'vitest'
import { editEntries, newDocument } from '../../../../src/core/formats/json/edit.ts'
import { documentOf, edited, remove, set, textOf, utf8 } from './situation.ts'

const add = set('new', { command: 'x' })
const lines = (...parts: readonly string[]): string => parts.join('\n')
const strict = { dialect: 'strict' } as const

describe('a file that is not there yet', () => {
  const fresh = lines('{', '  "mcpServers": {', '    "new": {', '      "command": "x"', '    }', '  }', '}', '')

  it('begins as a small, readable document', () => expect(textOf(newDocument(['mcpServers'], [add]))).toBe(fresh))

  it('is the same for an empty file and for one of white space', () => {
    for (const text of ['', '\n', '  \n\n']) expect(edited(text, [add], strict)).toBe(fresh)
    expect(edited('\r\n', [add], strict)).toBe(fresh.replaceAll('\n', '\r\n'))
  })

  it('stays as it is when nothing is to be added', () => {
    for (const text of ['', ' \n', '\ufeff']) expect(edited(text, [remove('x')], strict)).toBe(text)
  })
})

describe('a byte order mark', () => {
  const before = `\ufeff{"mcpServers": {}}`

  it('stays where the program tolerates it', () => {
    const edit = editEntries(documentOf(before), [add], { bom: 'keep' })
    expect(edit.ok && textOf(edit.bytes).startsWith('\ufeff{"mcpServers": {')).toBe(true)
    expect(edit).toMatchObject({ notices: [] })
  })

  it('goes where the program rejects it, and that is reported', () => {
    for (const text of [before, '\ufeff']) {
      const edit = editEntries(documentOf(text), [add], { bom: 'strip' })
      expect(edit).toMatchObject({ ok: true, changed: true, notices: [expect.stringMatching(/BOM/)] })
      expect(edit.ok && edit.bytes.subarray(0, 1)).toEqual(utf8('{'))
    }
  })
})
