import { describe, expect, it } from 'vitest'
import { checkNames, readDescription } from '../../../src/bridge/plugins/description.ts'
import { answerOf } from '../../../src/bridge/plugins/child/answer.ts'
import { readPlugin } from '../../../src/bridge/plugins/child/plugin.ts'

const tool = { name: 'a', description: 'Does a.', parameters: {} }
const said = (more: object = {}) => ({ name: 'p', version: '1', description: 'P.', tools: [tool], ...more })

describe('what the process of a plugin says of it', () => {
  it('is taken, as a schema of an object without $schema', () => {
    const parameters = { $schema: 'http://json-schema.org/draft-07/schema#', properties: { a: { type: 'string' } } }
    expect(readDescription(said({ tools: [{ ...tool, parameters, annotations: { readOnlyHint: true }, extra: 1 }] }))).toEqual({
      ...{ name: 'p', version: '1', description: 'P.' },
      tools: [
        { name: 'a', description: 'Does a.', inputSchema: { type: 'object', properties: { a: { type: 'string' } } }, annotations: {} },
      ],
    })
  })
  it('shows characters that could hide words', () => {
    expect(readDescription(said({ description: 'x\u202e\u200b\u0000y\nz' })).description).toBe('x\\u202e\\u200b\\u0000y\nz')
    // Tags are letters that nobody sees and that models read.
    expect(readDescription(said({ description: 'a\u{e0041}\u00ad\r\n\u26a0\ufe0f' })).description).toBe(
      'a\\udb40\\udc41\\u00ad\n\u26a0\ufe0f',
    )
  })
  it.each<[string, unknown, RegExp]>([
    ['nothing', undefined, /does not describe its tools/],
    ['a text', 'x', /does not describe its tools/],
    ['no tools', said({ tools: [] }), /it has no tools/],
    ['no version', said({ version: ' ' }), /it has no version/],
    ['a name that is no text', said({ name: 7 }), /it has no name/],
    ['a long description', said({ description: 'x'.repeat(5000) }), /5000 characters/],
    ['a tool that is none', said({ tools: [7] }), /null is no name for a tool/],
    ['a tool with a long name', said({ tools: [{ ...tool, name: 'x'.repeat(50) }] }), /is no name for a tool/],
    ['a tool with a blank in its name', said({ tools: [{ ...tool, name: 'a b' }] }), /"a b" is no name for a tool/],
    ['a tool without a description', said({ tools: [{ ...tool, description: '' }] }), /it has no description for a/],
    ['two tools of one name', said({ tools: [tool, tool] }), /two tools named a/],
    ['parameters that are a list', said({ tools: [{ ...tool, parameters: [] }] }), /no JSON Schema/],
  ])('is refused: %s', (_, value, reason) => expect(() => readDescription(value)).toThrow(reason))
  it('is refused where a name is taken, with who has it', () => {
    expect(() => checkNames({ tools: [{ ...tool, inputSchema: {}, annotations: {} }] }, new Map([['a', 'the plugin b.js']]), [])).toThrow(
      'its tool a has the name of a tool of the plugin b.js; rename it',
    )
  })
  it.each(['up__ok', 'UP__ok', 'up__'])('is refused where it would pass for one of a shared server: %s', (name) => {
    const tools = [{ ...tool, name, inputSchema: {}, annotations: {} }]
    expect(() => checkNames({ tools }, new Map(), ['other', 'up'])).toThrow(
      `its tool ${name} would pass for one of the shared server up; rename it`,
    )
    expect(() => checkNames({ tools }, new Map(), ['u', 'upp'])).not.toThrow()
  })
})

const handler = () => 'x'
const exported = (more: object = {}) => ({ name: 'p', version: '1', description: 'P.', tools: [{ ...tool, handler }], ...more })

describe('what a plugin exports', () => {
  it('may leave its parameters out', () => {
    const [read] = readPlugin(exported({ tools: [{ name: 'a', description: 'A.', handler }] })).tools
    expect(read?.parameters).toEqual({})
    expect(read?.check({ anything: 1 })).toBeNull()
  })
  it('checks arguments by its parameters', () => {
    const parameters = { properties: { n: { type: 'integer', minimum: 1 } }, required: ['n'], additionalProperties: false }
    const [read] = readPlugin(exported({ tools: [{ ...tool, parameters, handler }] })).tools
    expect(read?.check({ n: 1 })).toBeNull()
    expect(read?.check({})).toMatch(/n/)
    expect(read?.check({ n: 0 })).toMatch(/n.*minimum|less than/)
    expect(read?.check({ n: 1, m: 2 })).toMatch(/m/)
    expect(read?.check([])).toMatch(/array/)
  })
  it('is called with its tool as `this`', () => {
    const own = {
      name: 'a',
      description: 'A.',
      word: 'mine',
      handler: function (this: { word: string }) {
        return this.word
      },
    }
    expect(readPlugin(exported({ tools: [own] })).tools[0]?.handle({}, { signal: new AbortController().signal })).toBe('mine')
  })
  it.each<[string, unknown, RegExp]>([
    ['nothing', undefined, /no object by default/],
    ['a list', [], /no object by default/],
    ['no tools', exported({ tools: undefined }), /it has no tools/],
    ['a tool without a handler', exported({ tools: [tool] }), /tools\[0\] \(a\) has no handler/],
    ['a tool without a name', exported({ tools: [{ handler }] }), /tools\[0\] has no name/],
    ['parameters that are a text', exported({ tools: [{ ...tool, parameters: 'x', handler }] }), /no JSON Schema/],
    ['a dialect that nobody knows', exported({ tools: [{ ...tool, parameters: { $schema: 'x:y' }, handler }] }), /no usable JSON Schema/],
    ['a reference to nothing', exported({ tools: [{ ...tool, parameters: { $ref: '#/$defs/a' }, handler }] }), /no usable JSON Schema/],
  ])('is refused: %s', (_, value, reason) => expect(() => readPlugin(value)).toThrow(reason))
})

describe('what a handler returns', () => {
  const text = (words: string) => ({ content: [{ type: 'text', text: words }] })
  it.each<[string, unknown, object]>([
    ['nothing', undefined, text('Done.')],
    ['a text', 'x', text('x')],
    ['a number', 7, text('7')],
    ['a list', [1, 2], text('[1,2]')],
    ['an object', { a: 1 }, { ...text('{"a":1}'), data: { a: 1 } }],
    ['a date', new Date(0), text('"1970-01-01T00:00:00.000Z"')],
    ['content of MCP', { content: [{ type: 'text', text: 'x', more: 1 }], isError: true }, { ...text('x'), isError: true }],
    ['content with data', { content: [{ type: 'text', text: 'x' }], structuredContent: { a: 1 } }, { ...text('x'), data: { a: 1 } }],
    ['an object that only looks like it', { content: [1] }, { ...text('{"content":[1]}'), data: { content: [1] } }],
    ['an object of its own in content', { content: 'x' }, { ...text('{"content":"x"}'), data: { content: 'x' } }],
  ])('%s', (_, result, answer) => expect(answerOf(result)).toEqual(answer))
  it('a function is an error', () => expect(() => answerOf(() => 1)).toThrow('a handler cannot return a function'))
})
