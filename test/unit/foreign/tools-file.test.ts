import { describe, expect, it } from 'vitest'
import { noTools, parseToolsFile, toolsFileText } from '../../../src/core/foreign/tools-file.ts'

const tool = { name: 'find', description: 'Finds.', inputSchema: { type: 'object' }, annotations: { readOnlyHint: true } }
const text = (tools: unknown[]) => JSON.stringify({ shared: { s: { digest: 'd', tools } }, plugins: {} })
/** A schema so many levels deep. */
const nested = (levels: number): object => JSON.parse(`${'{"not":'.repeat(levels)}{}${'}'.repeat(levels)}`)

describe('tools.json', () => {
  it('is read as it was written', () => {
    const file = { shared: { tavily: { digest: 'a', tools: [tool] } }, plugins: { 'count.js': { digest: 'b', tools: [] } } }
    expect(parseToolsFile(toolsFileText(file))).toEqual(file)
  })
  it('may lack a part, and may hold members of a newer version', () => {
    expect(parseToolsFile('{}')).toEqual(noTools)
    expect(parseToolsFile('{"newer": 1, "shared": {}}')).toEqual(noTools)
  })
  it('leaves out what clients must not be shown', () => {
    const { shared } = parseToolsFile(text([{ ...tool, inputSchema: { $schema: 'x', type: 'object' }, outputSchema: {}, title: 't' }]))
    expect(shared.s?.tools).toEqual([tool])
  })
  it('leaves out of a tool what clients would refuse the whole list for', () => {
    const annotations = { title: 5, readOnlyHint: 'yes', destructiveHint: true, idempotentHint: null, other: {} }
    const properties = { any: true, none: false, q: { type: 'string' } }
    const { shared } = parseToolsFile(text([{ ...tool, annotations, inputSchema: { type: 'object', properties, required: ['q'] } }]))
    expect(shared.s?.tools).toMatchObject([{ inputSchema: { properties: { any: {}, none: { not: {} }, q: { type: 'string' } } } }])
    expect(shared.s?.tools[0]?.annotations).toEqual({ destructiveHint: true })
  })
  it.each([
    ['no JSON', '{'],
    ['a list', '[]'],
    ['servers that are a list', '{"shared": []}'],
    ['a server without a digest', '{"shared": {"s": {"tools": []}}}'],
    ['a tool without a name', text([{ ...tool, name: '' }])],
    ['a tool without a schema', text([{ ...tool, inputSchema: undefined }])],
    ['a tool whose schema is not that of an object', text([{ ...tool, inputSchema: { type: 'string' } }])],
    ['a tool whose properties are a list', text([{ ...tool, inputSchema: { type: 'object', properties: [] } }])],
    ['a tool with a property that is a number', text([{ ...tool, inputSchema: { type: 'object', properties: { q: 5 } } }])],
    ['a tool that requires what is no name', text([{ ...tool, inputSchema: { type: 'object', required: [5] } }])],
    ['a tool whose schema is nested without end', text([{ ...tool, inputSchema: { type: 'object', not: nested(200) } }])],
    ['a tool whose schema is endless', text([{ ...tool, inputSchema: { type: 'object', title: 'x'.repeat(70_000) } }])],
    ['a tool whose description is endless', text([{ ...tool, description: 'x'.repeat(70_000) }])],
  ])('is refused where it holds %s', (_, damaged) => {
    expect(() => parseToolsFile(damaged)).toThrow()
  })
})
