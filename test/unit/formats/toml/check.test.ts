import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { EntryChange } from '../../../../src/model/document.ts'
import { documentOf, isValid, lines, remove, set } from './situation.ts'
import { documentText } from './toml-text.ts'
import { runs } from '../../../support/runs.ts'

const RUNS = runs(30)
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
const change = set('new', { command: 'x' })
const verdict = (before: string, after: string, changes: readonly EntryChange[] = [change]): string | null =>
  documentOf(before).check(utf8(after), changes, { bom: 'keep' })

describe('the check of an edit', () => {
  const before = lines('# top', 'k = 1.0 # c', '', '# about a', '[mcp_servers.a]', 'x = 1', '', '[z]', 'list = [1, 2]', '# end')
  const good = `${before}\n[mcp_servers.new]\ncommand = "x"\n`

  it('accepts a correct edit', () => expect(verdict(before, good)).toBeNull())

  it.each([
    ['a lost entry', good.replace('[mcp_servers.a]\nx = 1\n', ''), /"a" is missing/],
    ['a changed foreign entry', good.replace('x = 1', 'x = 2'), /"a" does not say/],
    ['a foreign entry spelled anew', good.replace('x = 1', 'x  = 1'), /not ours changed: "x"/],
    ['a float that became an integer', good.replace('1.0', '1'), /a value that is not ours changed/],
    ['a lost comment', good.replace('# about a\n', ''), /between tables/],
    ['a comment lost from the end of a line', good.replace(' # c', ''), /not ours changed/],
    ['a comment lost before ours', good.replace('# end\n', ''), /between tables/],
    ['a comment changed before ours', good.replace('# end', '# and'), /between tables/],
    ['another blank line', good.replace('\n\n[z]', '\n\n\n[z]'), /between tables/],
    ['an indentation', good.replace('[z]', ' [z]'), /not ours changed/],
    ['an entry more', `${good}[mcp_servers.more]\n`, /"more" should not be there/],
    ['an entry less', before, /"new" is missing/],
    ['an entry that says something else', good.replace('"x"', '"y"'), /"new" does not say/],
    ['a table more', `${good}[y]\n`, /a value that is not ours/],
    [
      'a pair that moved into another table',
      good.replace('list = [1, 2]\n# end\n', '# end\n').replace('x = 1', 'x = 1\nlist = [1, 2]'),
      /"a" does not/,
    ],
    ['broken TOML', `${good}[`, /cannot be read back/],
    ['a byte order mark', `\ufeff${good}`, /byte order mark/],
  ])('finds %s', (_, after, says) => {
    expect(after).not.toBe(good)
    expect(verdict(before, after)).toMatch(says)
  })

  it("finds damage to the user's own keys in an entry of ours", () => {
    const text = lines(
      '[mcp_servers.new] # h',
      'command = "y"',
      '# note',
      'startup_timeout_sec = 5 # s',
      '[mcp_servers.new.tools]',
      'a = 1',
    )
    const after = text.replace('"y"', '"x"')
    expect(verdict(text, after)).toBeNull()
    expect(verdict(text, after.replace('= 5', '= 6'))).toMatch(/does not say/)
    expect(verdict(text, after.replace(' # s', ''))).toMatch(/a comment that/)
    expect(verdict(text, after.replace('# note\n', ''))).toMatch(/a comment/)
    expect(verdict(text, after.replace(' # h', ''))).toMatch(/not ours changed/)
    expect(verdict(text, after.replace('tools]', 'tools ]'))).toMatch(/not ours changed/)
  })

  it('finds damage in an inline table that holds others', () => {
    const text = 'mcp_servers = { a = { x = 1 }, /*'.replace('/*', 'b = 2 } # c\n')
    const after = text.replace('b = 2 }', 'b = 2, new = { command = "x" } }')
    expect(verdict(text, after)).toBeNull()
    expect(verdict(text, after.replace('b = 2', 'b  = 2'))).toMatch(/not ours changed/)
    expect(verdict(text, after.replace('{ a', '{  a'))).toMatch(/between/)
    expect(verdict(text, after.replace(' # c', ''))).toMatch(/number of things/)
  })

  it('finds a comment that a removal must leave', () => {
    const text = lines('# 1', '[mcp_servers.x]', '# 2', 'command = "x"', '# 3', '', '# 4', '[z]')
    expect(verdict(text, lines('# 1', '', '# 4', '[z]'), [remove('x')])).toBeNull()
    expect(verdict(text, lines('# 4', '[z]'), [remove('x')])).toMatch(/a comment/)
    expect(verdict(text, lines('# 1', '# 4', '[z]', 'a = 1'), [remove('x')])).toMatch(/not ours/)
    expect(verdict(text, text, [remove('x')])).toMatch(/"x" should not be there/)
  })

  it('finds any changed character outside of our entries', () => {
    const where = fc.tuple(
      fc.nat(),
      fc.constantFrom('insert', 'replace', 'delete'),
      fc.constantFrom('x', '1', ' ', ',', '"', ']', '\n', '#'),
    )
    fc.assert(
      fc.property(documentText, where, ({ text }, [at, how, character]) => {
        fc.pre(text !== '' && !/^mcp_servers/.test(text) && isValid(text))
        const document = documentOf(text)
        const edit = document.edit([set('brand new', { command: 'x' })], { bom: 'keep' })
        if (!edit.ok) throw new Error(edit.refusal.reason)
        const result = new TextDecoder().decode(edit.bytes)
        // White space between the last foreign thing and ours cannot be told from what the edit brought.
        const end = result.slice(0, result.lastIndexOf('[mcp_servers."brand new"]')).trimEnd().length
        const index = at % Math.max(end, 1)
        const damaged = result.slice(0, index) + (how === 'delete' ? '' : character) + result.slice(how === 'insert' ? index : index + 1)
        fc.pre(damaged !== result && index < end)
        expect(document.check(utf8(damaged), [set('brand new', { command: 'x' })], { bom: 'keep' })).not.toBeNull()
      }),
      { numRuns: RUNS * 3 },
    )
  })
})
