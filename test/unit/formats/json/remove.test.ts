import { describe, expect, it } from 'vitest'
import { edited, node, remove, set } from './situation.ts'

const lines = (...parts: readonly string[]): string => parts.join('\n')
const inside = (...parts: readonly string[]): string => lines('{"mcpServers": {', ...parts, '}}')

describe('an entry that is removed', () => {
  it.each([
    ['the first', inside('  "x": 1,', '  "a": 2'), inside('  "a": 2')],
    ['one in the middle', inside('  "a": 1,', '  "x": {', '    "y": 2', '  },', '  "b": 3'), inside('  "a": 1,', '  "b": 3')],
    ['the last', inside('  "a": 1,', '  "x": 2'), inside('  "a": 1')],
    ['the last before a trailing comma', inside('  "a": 1,', '  "x": 2,'), inside('  "a": 1,')],
    ['the only one', '{\n  "mcpServers": {\n    "x": 1\n  }\n}', '{\n  "mcpServers": {}\n}'],
    ['the only one with a trailing comma', inside('  "x": 1,'), '{"mcpServers": {}}'],
    ['the first of a line', '{"mcpServers": { "x": 1, "a": 2 }}', '{"mcpServers": { "a": 2 }}'],
    ['one inside a line', '{"mcpServers": {"a":1,"x":2,"b":3}}', '{"mcpServers": {"a":1,"b":3}}'],
    ['the last of a line', '{"mcpServers": { "a": 1, "x": 2 }}', '{"mcpServers": { "a": 1 }}'],
    ['the only one of a line', '{"mcpServers": { "x": 1 }}', '{"mcpServers": { }}'],
    ['one that ends a line of two', inside('  "a": 1, "x": 2,', '  "b": 3'), inside('  "a": 1,', '  "b": 3')],
    ['one that begins a line of two', inside('  "x": 1, "a": 2'), inside('  "a": 2')],
    ['one that is not there', inside('  "a": 1'), inside('  "a": 1')],
  ])('takes its line and comma along: %s', (_, before, after) => expect(edited(before, [remove('x')])).toBe(after))

  it.each([
    ['behind it', inside('  "x": 1, // mine', '  "a": 2 // theirs'), inside('  "a": 2 // theirs')],
    ['behind the last', inside('  "a": 1, // theirs', '  "x": 2 // mine'), inside('  "a": 1 // theirs')],
    ['before its comma, many', inside(`  "x": 1 ${'/**/'.repeat(30_000)},`, '  "a": 2'), inside('  "a": 2')],
    ['before its comma', inside('  "x": 1 /* mine */,', '  "a": 2'), inside('  "a": 2')],
    ['above it', inside('  // theirs or mine', '  "x": 1,', '  "a": 2'), inside('  // theirs or mine', '  "a": 2')],
    ['above the next', inside('  "x": 1,', '  // about a', '  "a": 2'), inside('  // about a', '  "a": 2')],
    ['below the last', inside('  "a": 1,', '  "x": 2', '  // end'), inside('  "a": 1', '  // end')],
    ['above the last', inside('  "a": 1, // theirs', '  // about x', '  "x": 2'), inside('  "a": 1 // theirs', '  // about x')],
    ['for the next one on its line', inside('  "x": 1, /* about a */ "a": 2'), inside('  /* about a */ "a": 2')],
    ['for the whole line', inside('  "a": 1, "x": 2 // both'), inside('  "a": 1  // both').replace('  // both', ' // both')],
    ['over several lines', inside('  "x": 1, /* one', '  two */', '  "a": 2'), inside('  /* one', '  two */', '  "a": 2')],
    ['a line above, and a neighbour on its line', inside('  // about x', '  "x": 1, "a": 2'), inside('  // about x', '  "a": 2')],
    ['a line above, and the bracket on its line', '{"mcpServers": {"a": 1, // one\n"x": 2}}', '{"mcpServers": {"a": 1 // one\n}}'],
    ['alone with it', inside('  // about x', '  "x": 1'), inside('  // about x')],
  ])('leaves the comments of others: %s', (_, before, after) => expect(edited(before, [remove('x')])).toBe(after))

  it('gives its place up for good', () => {
    const text = inside('  "x": {', '    "command": "old"', '  },', '  "a": 1')
    expect(edited(text, [remove('x'), set('x', { command: 'new' })])).toBe(inside('  "a": 1,', '  "x": {', '    "command": "new"', '  }'))
  })
})

describe('an entry that is added and removed again', () => {
  it.each([
    ['{}-container', '{\n  "mcpServers": {}\n}\n'],
    ['container with a space', '{\n  "mcpServers": { }\n}\n'],
    ['compact line', '{"mcpServers":{"a":{}}}'],
    ['padded line', '{ "mcpServers": { "a": { } } }'],
    ['empty line', '{"mcpServers":{}}'],
    ['CRLF', '{\r\n\t"mcpServers": {\r\n\t\t"a": {}\r\n\t}\r\n}\r\n'],
    ['trailing comma', inside('  "a": {},', '', '')],
    ['comments all over', inside('  // 1', '  "a": {} /* 2 */ // 3', '  // 4', '')],
    ['comments and no entry', inside('  // none', '')],
    ['comment on the line of the brackets', '{\n "mcpServers": { /* c */ }\n}'],
    ['open comment over lines', '{\n "mcpServers": { /* c\n */ }\n}'],
    ['entries up to the bracket', '{"mcpServers": {"a": 1,\n "b": 2 /* c */ }}'],
  ])('leaves no trace: %s', (_, text) => {
    const with1 = edited(text, [set('x', node())])
    const with2 = edited(with1, [set('y', node())])
    expect(edited(with1, [remove('x')])).toBe(text)
    expect(edited(with2, [remove('y')])).toBe(with1)
    expect(edited(with2, [remove('x'), remove('y')])).toBe(text)
    expect(edited(with2, [remove('y'), remove('x')])).toBe(text)
  })
})
