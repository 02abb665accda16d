import { describe, expect, it } from 'vitest'
import { editEntries } from '../../../../src/core/formats/json/edit.ts'
import type { JsonObject } from '../../../../src/model/entry.ts'
import { documentOf, edited, set } from './situation.ts'

const wrap = (entry: string): string => `{\n  "mcpServers": {\n    "a": ${entry}\n  }\n}`
const unwrap = (text: string): string => text.slice(wrap('').indexOf('"a": ') + 5, -'\n  }\n}'.length)
const changed = (entry: string, value: JsonObject, owned?: string[]): string => unwrap(edited(wrap(entry), [set('a', value, owned)]))

describe('an entry that says the same already', () => {
  it.each([
    ['another order', '{"args": ["x"], "command": "node"}'],
    ['another spelling', '{"\\u0063ommand": "no\\u0064e", "args": ["\\u0078"]}'],
    ['other white space and comments', '{ /* a */ "command":"node",\n\n"args" : [ "x", ], }'],
    ['more keys', '{"command": "node", "disabled": true, "args": ["x"], "timeout": 1.0}'],
  ])('stays as it is: %s', (_, entry) => {
    const text = wrap(entry)
    const edit = editEntries(documentOf(text), [set('a', { command: 'node', args: ['x'] })], { bom: 'keep' })
    expect(edit).toMatchObject({ ok: true, text, changed: false })
  })

  it('may spell its numbers in its own way', () => {
    const value = { command: 'x', port: 1, big: Number('12345678901234567890') }
    const entry = '{"command": "x", "port": 1.0, "big": 12345678901234567890}'
    expect(changed(entry, value)).toBe(entry)
  })
})

describe('an entry that is changed', () => {
  it.each<[string, string, JsonObject, string]>([
    ['one value', '{"command": "old", "args": ["x"]}', { command: 'node', args: ['x'] }, '{"command": "node", "args": ["x"]}'],
    [
      'keeping foreign keys, their order and spelling',
      '{"x": 1.0, "command": "old", "y": "\\u0061"}',
      { command: 'node' },
      '{"x": 1.0, "command": "node", "y": "\\u0061"}',
    ],
    ['a key that comes', '{"command": "node", "x": 1}', { command: 'node', args: ['y'] }, '{"command": "node", "x": 1, "args": ["y"]}'],
    ['a key that goes', '{"command": "node", "args": ["y"], "x": 1}', { command: 'node' }, '{"command": "node", "x": 1}'],
    ['a list on one line', '{"args": ["-y", "pkg@1"]}', { args: ['-y', 'pkg@2', 'z'] }, '{"args": ["-y", "pkg@2", "z"]}'],
    ['a list that shrinks', '{"args": ["-y", "a", "b"]}', { args: ['a'] }, '{"args": ["a"]}'],
    ['a list that empties', '{"args": ["-y", "a"]}', { args: [] }, '{"args": []}'],
    [
      'a variable among others',
      '{"env": {"A": "1", "B": "2"}}',
      { env: { B: '3', C: '4', A: '1' } },
      '{"env": {"A": "1", "B": "3", "C": "4"}}',
    ],
    ['another kind of value', '{"args": "x y"}', { args: ['x', 'y'] }, '{"args": ["x", "y"]}'],
    ['the last of two keys', '{"command": "1", "command": "2"}', { command: '3' }, '{"command": "1", "command": "3"}'],
    ['both of two keys that go', '{"command": "x", "args": [], "args": ["y"]}', { command: 'x' }, '{"command": "x"}'],
    ['no object at all', '"npx -y x"', { command: 'x' }, '{\n      "command": "x"\n    }'],
    ['null', 'null', { command: 'x' }, '{\n      "command": "x"\n    }'],
  ])('keeps its layout: %s', (_, before, value, after) => expect(changed(before, value)).toBe(after))

  it('keeps lines and comments', () => {
    const before = `{
      // how it starts
      "command": "old", // was new
      "args": [
        "-y",
        "pkg@1" // pinned
      ],
      "disabled": false
    }`
    const after = `{
      // how it starts
      "command": "node", // was new
      "args": [
        "-y",
        "pkg@2", // pinned
        "--fast"
      ],
      "disabled": false,
      "env": {
        "A": "1"
      }
    }`
    expect(changed(before, { command: 'node', args: ['-y', 'pkg@2', '--fast'], env: { A: '1' } })).toBe(after)
  })

  it('opens an empty list in a laid-out entry', () => {
    expect(changed('{\n      "args": []\n    }', { args: ['x'] })).toBe('{\n      "args": [\n        "x"\n      ]\n    }')
  })

  it('leaves keys alone that are not owned', () => {
    const change = { kind: 'set', name: 'a', value: { command: 'node', timeout: 9 }, owned: ['command'] } as const
    expect(unwrap(edited(wrap('{"command": "x", "timeout": 1}'), [change]))).toBe('{"command": "node", "timeout": 1}')
  })

  it('is refused when its name occurs twice, with the place of the second', () => {
    const text = '{"mcpServers": {\n  "a": {},\n  "b": {}, "\\u0061": {}\n}}'
    for (const change of [set('a', {}), { kind: 'remove', name: 'a' } as const]) {
      expect(editEntries(documentOf(text), [change], { bom: 'keep' })).toMatchObject({
        ok: false,
        refusal: { code: 'duplicate-key', line: 3, column: 12, reason: expect.stringMatching(/duplicate.*"a".*appears twice/) },
      })
    }
    expect(edited(text, [set('b', { command: 'x' })])).toContain('"b": {')
  })
})
