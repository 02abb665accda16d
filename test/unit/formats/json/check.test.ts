import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { blankDocument, checkEdit, editEntries, newDocument } from '../../../../src/core/formats/json/edit.ts'
import type { EntryChange } from '../../../../src/model/document.ts'
import { documentText } from './jsonc-text.ts'
import { documentOf, remove, set, utf8 } from './situation.ts'
import { runs } from '../../../support/runs.ts'

const change = set('new', { command: 'x' })
const options = { bom: 'keep' } as const
const verdict = (before: string, after: string, changes: readonly EntryChange[] = [change], dialect: 'strict' | 'jsonc' = 'jsonc') =>
  checkEdit(documentOf(before, { dialect }), utf8(after), changes, options)

describe('an edit that went wrong', () => {
  const before = '{ "k": 1.0, "mcpServers": { "a": {"x": 1}, /* c */ "b": {} }, "z": [1, 2] }'
  const good = '{ "k": 1.0, "mcpServers": { "a": {"x": 1}, /* c */ "b": {}, "new": {"command": "x"} }, "z": [1, 2] }'

  it('accepts a correct edit', () => expect(verdict(before, good)).toBeNull())

  it.each([
    ['a lost entry', good.replace('"a": {"x": 1}, ', ''), /number of entries/],
    ['a changed foreign entry', good.replace('"x": 1', '"x": 2'), /"a", which is not ours/],
    ['a foreign entry spelled anew', good.replace('{"x": 1}', '{ "x": 1 }'), /"a", which is not ours/],
    ['a lost comment', good.replace('/* c */ ', ''), /between the entries/],
    ['a moved comment', good.replace(', /* c */', ' /* c */,'), /between the entries/],
    ['white space between others', good.replace('/* c */ "b"', '/* c */  "b"'), /between the entries/],
    ['another key of the file', good.replace('1.0', '1'), /before the entries/],
    ['something behind', good.replace('[1, 2]', '[1,2]'), /behind the entries/],
    ['a final line break', `${good}\n`, /behind the entries/],
    ['an entry more', good.replace('"new"', '"more": {}, "new"'), /number of entries/],
    ['an entry less', before, /"new" is missing/],
    ['an entry that says something else', good.replace('"command": "x"', '"command": "y"'), /"new" does not say/],
    ['an entry in the wrong place', before.replace('"z": [', '"z": ["new", '), /behind the entries/],
    ['an entry twice', good.replace('"new":', '"new": {"command": "x"}, "new":'), /"new" appears 2 times/],
    ['broken JSON', good.slice(0, -1), /cannot be read back/],
    ['a byte order mark', `\ufeff${good}`, /byte order mark/],
  ])('is found out: %s', (_, after, says) => expect(verdict(before, after)).toMatch(says))

  it('is found out where a strict program could not read it', () => {
    const plain = '{"mcpServers": {"a": {}}}'
    expect(verdict(plain, '{"mcpServers": {"a": {}, "new": {"command": "x"},}}', [change], 'strict')).toMatch(/trailing comma/)
    expect(verdict(plain, '{"mcpServers": {"a": {}, "new": {"command": "x"}}}', [change], 'strict')).toBeNull()
  })

  it('is found out when the change is a removal', () => {
    const text = '{"mcpServers": {\n  // 1\n  "x": 1, // 2\n  // 3\n  "a": 1\n}}'
    const good = '{"mcpServers": {\n  // 1\n  // 3\n  "a": 1\n}}'
    expect(verdict(text, good, [remove('x')])).toBeNull()
    for (const lost of ['  // 1\n', '  // 3\n']) expect(verdict(text, good.replace(lost, ''), [remove('x')])).toMatch(/between the entries/)
    expect(verdict(text, text, [remove('x')])).toMatch(/"x" should not be there/)
    expect(verdict(text, '{"mcpServers": {\n  // 1\n  // 3\n}}', [remove('x')])).toMatch(/number of entries/)
  })

  it('is found out when the container is new', () => {
    const text = '{"k": 1 /* c */, "l": 2}'
    const good = '{"k": 1 /* c */, "l": 2, "mcpServers": {"new": {"command": "x"}}}'
    expect(verdict(text, good)).toBeNull()
    expect(verdict(text, good.replace('/* c */', ''))).toMatch(/between/)
    expect(verdict(text, good.replace('"l": 2', '"l": 3'))).toMatch(/"l", which is not ours/)
    expect(verdict(text, good.replace('"new": ', '"old": {}, "new": '))).toMatch(/"old" should not be there/)
    expect(verdict(text, text.replace('1', '2'), [remove('x')])).toMatch(/without need/)
  })

  it('is found out when the whole file is new', () => {
    const blank = blankDocument(['mcpServers'], 'strict')
    const fresh = newDocument(['mcpServers'], [change])
    expect(checkEdit(blank, fresh, [change], options)).toBeNull()
    expect(checkEdit(null, fresh, [change], { ...options, path: ['mcpServers'], dialect: 'strict' })).toBeNull()
    expect(checkEdit(null, fresh, [change], options)).toMatch(/path of the entries is empty/)
    expect(checkEdit(blank, utf8('{"mcpServers": {"new": {"command": "x"}}, "y": 1}'), [change], options)).toMatch(/something else/)
    expect(checkEdit(blank, utf8('{}'), [change], options)).toMatch(/missing/)
  })

  it('is found out wherever one character changes', () => {
    const where = fc.tuple(
      fc.nat(),
      fc.constantFrom('insert', 'replace', 'delete'),
      fc.constantFrom('x', '1', ' ', ',', '"', '}', '\n', '/'),
    )
    fc.assert(
      fc.property(documentText('jsonc'), where, ({ text }, [at, how, character]) => {
        const document = documentOf(text)
        const edit = editEntries(document, [set('brand new', { command: 'x' })], options)
        if (!edit.ok) throw new Error(edit.refusal.reason)
        const result = edit.text
        const index = at % result.length
        const damaged = result.slice(0, index) + (how === 'delete' ? '' : character) + result.slice(how === 'insert' ? index : index + 1)
        // What the edit itself brought may be laid out in other ways; the white space around it cannot be told from it.
        const from = result.lastIndexOf('"brand new"')
        const start = result.slice(0, from).trimEnd().length - 1
        const end = result.length - result.slice(from).replace(/^"brand new": ?\{[^}]*\},?\s*/, '').length
        fc.pre(damaged !== result && (index < start || index > end))
        expect(checkEdit(document, utf8(damaged), [set('brand new', { command: 'x' })], options)).not.toBeNull()
      }),
      { numRuns: runs(150) },
    )
  })
})
