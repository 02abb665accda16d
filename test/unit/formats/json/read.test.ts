import { describe, expect, it } from 'vitest'
import { entrySpan, presentEntries } from '../../../../src/core/formats/json/entries.ts'
import { describeRefusal } from '../../../../src/core/formats/text/place.ts'
import { documentOf, refusalOf } from './situation.ts'
import type { Dialect } from '../../../../src/core/formats/json/document.ts'

const strict = { dialect: 'strict' } as const

describe('a file that is not JSON', () => {
  const table: readonly (readonly [what: string, text: string, line: number, column: number, says: RegExp, dialect?: Dialect])[] = [
    ['a missing comma', '{\n  "a": 1\n  "b": 2\n}', 3, 3, /comma is missing before/],
    ['a missing colon', '{"a" 1}', 1, 6, /colon is missing after the name/],
    ['a missing value', '{"a": }', 1, 7, /value is missing; there is \}/],
    ['two commas', '[1,,2]', 1, 4, /value is missing; there is ,/],
    ['a comma that leads', '{,"a":1}', 1, 2, /name in double quotes is missing here/],
    ['a cut file', '{"mcpServers": {"a": {"command": "x"', 1, 37, /ends too early: 3 brackets are still open/],
    ['a cut text', '{"a": "x', 1, 7, /begins here and never ends/],
    ['a cut name', '{"a": 1, ', 1, 10, /ends too early/],
    ['nothing behind a colon', '{"a":', 1, 6, /ends where a value should follow/],
    ['the wrong bracket', '{"a": [1}', 1, 9, /a \] is missing before this \}/],
    ['a bracket too many', '{"a": 1}}', 1, 9, /one \} too many/],
    ['two documents', '{"a": 1}\n{"b": 2}', 2, 1, /more text after the end/],
    ['a merge conflict', '{\n<<<<<<< HEAD\n  "a": 1\n}', 2, 1, /merge conflict marker/],
    ['a conflict behind a value', '{\n  "a": 1\n=======\n}', 3, 1, /merge conflict marker/],
    ['a name without quotes', '{a: 1}', 1, 2, /the name a must be in double quotes/],
    ['single quotes', "{'a': 1}", 1, 2, /single quote/],
    ['typographic quotes', '{“a”: 1}', 1, 2, /typographic quote/],
    ['a no-break space', '{\u00a0"a": 1}', 1, 2, /no-break space/],
    ['a second byte order mark', '\ufeff\ufeff{}', 1, 1, /byte order mark/],
    ['a # comment', '# note\n{}', 1, 1, /#, which begins no comment/],
    ['a -- comment', '-- note\n{}', 1, 1, /dashes|not a number/],
    ['a template', '{{ if .x }}\n{}', 1, 2, /name in double quotes|template/],
    ['NaN', '{"a": NaN}', 1, 7, /the word NaN/],
    ['a leading zero', '[01]', 1, 2, /01 is not a number/],
    ['hexadecimal', '[0xFF]', 1, 2, /0xFF is not a number/],
    ['a bare point', '[1.]', 1, 2, /is not a number/],
    ['a number of two points', '[1.2.3]', 1, 2, /1\.2\.3 is not a number/],
    ['plus', '[+1]', 1, 2, /is not a number/],
    ['True', '[True]', 1, 2, /the word True/],
    ['a word too long', '[nullx]', 1, 2, /the word nullx/],
    ['a Windows path', '{"a": "C:\\Users"}', 1, 10, /\\U means nothing in JSON; a backslash/],
    ['a bad unicode escape', '["\\u12g4"]', 1, 3, /four hexadecimal digits/],
    ['a line break in a text', '{"a": "x\ny"}', 1, 9, /line ends inside a text/],
    ['a tab in a text', '{"a": "x\ty"}', 1, 9, /tab inside a text/],
    ['a control character', '{"a": "x\u0001"}', 1, 9, /control character \(code 1\)/],
    ['a vertical tab', '{\u000b}', 1, 2, /\\u\{b\}/],
    ['an open comment', '{} /* x', 1, 4, /never ends/],
    ['only a comment', '// nothing\n', 2, 1, /ends where a value should follow/],
    ['a lone slash', '{} / x', 1, 4, /more text after the end/],
    ['CRLF lines', '{\r\n  "a": 1\r\n  "b": 2\r\n}', 3, 3, /comma is missing/],
    ['CR lines', '{\r  "a": 1\r  "b": 2\r}', 3, 3, /comma is missing/],
  ]
  for (const [what, text, line, column, says, dialect = 'jsonc'] of table) {
    it(`is refused with the place: ${what}`, () => {
      const refusal = refusalOf(text, { dialect })
      expect(refusal).toMatchObject({ code: 'syntax', line, column })
      expect(refusal.reason).toMatch(says)
    })
  }

  it('shows the line', () => {
    expect(describeRefusal(refusalOf('{\n  "a": 1\n  "b": 2\n}'))).toMatch(/\(line 3, column 3; line 3 reads: "b": 2\)$/)
  })
})

describe('a file that may hold comments and no trailing comma', () => {
  it('is read with the one and refused with the other', () => {
    expect(documentOf('{ // x\n "mcpServers": {} /* y */ }', { dialect: 'commented' }).container).not.toBeNull()
    expect(refusalOf('{ // x\n "a": 1, }', { dialect: 'commented' })).toMatchObject({ code: 'trailing-comma', line: 2, column: 8 })
  })
})

describe('a strict file with what only JSONC has', () => {
  it.each([
    ['a line comment', '{\n  // x\n}', 'comment', 2, 3],
    ['a block comment at its end', '{} /* x */', 'comment', 1, 4],
    ['a trailing comma in an object', '{"a": 1,\n}', 'trailing-comma', 1, 8],
    ['a trailing comma in a list', '[1, ]', 'trailing-comma', 1, 3],
  ])('is refused by name: %s', (_, text, code, line, column) => {
    expect(refusalOf(text, strict)).toMatchObject({ code, line, column })
    expect(refusalOf(text, strict).reason).toMatch(code === 'comment' ? /comment/ : /trailing comma/)
  })

  it('is read where the program takes it', () => {
    const document = documentOf('{ /* a */ "mcpServers": { "x": [1, /* b */ 2, ], // c\n }, }')
    expect(presentEntries(document)).toEqual([{ name: 'x', value: [1, 2], duplicate: false }])
  })
})

describe('a file whose shape is not a config', () => {
  it.each([
    ['a text at the top', '"mcpServers"', 'root-not-object', /object/],
    ['a list at the top', '[]', 'root-not-object', /object/],
    ['null', '{"mcpServers": null}', 'container-not-object', /"mcpServers" is null/],
    ['false', '{"mcpServers": false}', 'container-not-object', /"mcpServers" is false/],
    ['a list', '{"mcpServers": [\n]}', 'container-not-object', /"mcpServers" is a list/],
    ['a text', '{"mcpServers": "x"}', 'container-not-object', /"mcpServers" is a text/],
    ['a number', '{"mcpServers": 12}', 'container-not-object', /"mcpServers" is a number/],
    ['two containers', '{"mcpServers": {},\n "mcpServers": {}}', 'duplicate-key', /"mcpServers" appears twice/],
    ['two containers, one spelled with an escape', '{"mcpServers": {}, "mcp\\u0053ervers": {}}', 'duplicate-key', /appears twice/],
  ])('is refused: %s', (_, text, code, says) => {
    expect(refusalOf(text, strict)).toMatchObject({ code, reason: expect.stringMatching(says) })
  })

  it('names the whole way to the trouble', () => {
    const refusal = refusalOf('{"projects": {"/srv/a": {"mcpServers": 1}}}', { path: ['projects', '/srv/a', 'mcpServers'] })
    expect(refusal.reason).toContain('"projects" › "/srv/a" › "mcpServers" is a number')
  })
})

describe('a readable file', () => {
  it('that is empty or white space is blank', () => {
    for (const text of ['', ' ', '\n', '\r\n\t\r\n', '\ufeff', '\ufeff\n']) {
      expect(documentOf(text, strict)).toMatchObject({ blank: true, container: null, bom: text.startsWith('\ufeff') })
    }
    expect(documentOf('{}').blank).toBeUndefined()
  })

  it('without the container has none', () => expect(documentOf('{"x": {"mcpServers": {}}}', strict).container).toBeNull())

  it('has its entries with offsets', () => {
    const document = documentOf('{"mcpServers": {"a": {"x": [1, {}]}, "b\\n" : 2}}', strict)
    const spelled = document.container?.members.map(({ name, key, value }) => [
      name,
      document.text.slice(key.start, key.end),
      document.text.slice(value.start, value.end),
    ])
    expect(spelled).toEqual([
      ['a', '"a"', '{"x": [1, {}]}'],
      ['b\n', '"b\\n"', '2'],
    ])
  })

  it('finds its container under an escaped spelling', () => {
    expect(presentEntries(documentOf('{"mcp\\u0053ervers": {"a": 1}}', strict))).toEqual([{ name: 'a', value: 1, duplicate: false }])
  })

  it('may have its entries at the top', () => {
    expect(presentEntries(documentOf('{"a": {"command": "x"}}', { path: [] })).map((entry) => entry.name)).toEqual(['a'])
  })

  it('gives the last of two entries and says so', () => {
    const document = documentOf('{"mcpServers": {"x": 1, "y": 2, "x": 3}}', strict)
    expect(presentEntries(document)).toEqual([
      { name: 'y', value: 2, duplicate: false },
      { name: 'x', value: 3, duplicate: true },
    ])
    expect(document.notices.join()).toMatch(/duplicate: "x" appears 2 times/)
    expect(document.text.slice(entrySpan(document, 'x')?.start).startsWith('3')).toBe(true)
  })

  it('says when a key differs only in case', () => {
    expect(documentOf('{"McpServers": {}, "mcpServers": {}}', strict).notices.join()).toMatch(
      /"McpServers" differs from "mcpServers" only in case/,
    )
    expect(documentOf('{"mcpservers": {}}', strict)).toMatchObject({ container: null, notices: [expect.stringMatching(/only in case/)] })
    expect(documentOf('\ufeff{}', strict)).toMatchObject({ bom: true, notices: [] })
  })

  it('keeps prototype names as data', () => {
    const document = documentOf('{"mcpServers": {"__proto__": {"a": 1}, "constructor": {"b": 2}, "": {"__proto__": {"c": 3}}}}', strict)
    const entries = presentEntries(document)
    expect(entries.map((entry) => entry.name)).toEqual(['__proto__', 'constructor', ''])
    expect(Object.keys(entries[2]?.value ?? {})).toEqual(['__proto__'])
    expect(Object.hasOwn(Object.prototype, 'a')).toBe(false)
    expect(documentOf('{"constructor": {}}', { path: ['__proto__'] }).container).toBeNull()
    expect(documentOf('{"__proto__": {"x": 1}}', { path: ['__proto__'] }).container?.members).toHaveLength(1)
  })

  it.each([
    ['tabs', '{\n\t"mcpServers": {}\n}', '\t', '\n'],
    ['four spaces and CRLF', '{\r\n    "a": 1\r\n}', '    ', '\r\n'],
    ['the container alone on lines', '{"mcpServers": {\n   "a": 1\n}}', '   ', '\n'],
    ['one line', '{"a": 1}', '  ', '\n'],
    ['alignment under the line above', '{"a":          1,\n               "b": 1}', '  ', '\n'],
  ])('shows how it is laid out: %s', (_, text, indent, eol) => expect(documentOf(text)).toMatchObject({ indent, eol }))

  it('may be nested without end', () => {
    for (const depth of [6000, 400_000]) {
      const deep = `${'['.repeat(depth)}${']'.repeat(depth)}`
      const objects = `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`
      expect(documentOf(`{"x": ${deep}, "mcpServers": {"y": ${objects}}}`, strict).container?.members).toHaveLength(1)
      expect(refusalOf(`{"x": ${deep.slice(1)}}`, strict).code).toBe('syntax')
      expect(refusalOf(`{"x": ${deep.slice(0, -1)}}`, strict).reason).toMatch(/\] is missing/)
    }
  })
})
