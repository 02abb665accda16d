import { describe, expect, it } from 'vitest'
import { noTools, parseToolsFile, toolsFileText } from '../../../src/core/foreign/tools-file.ts'

const tool = { name: 'find', description: 'Finds.', inputSchema: { type: 'object' }, annotations: { readOnlyHint: true } }
const text = (tools: unknown[]) => JSON.stringify({ shared: { s: { digest: 'd', tools } }, plugins: {} })

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
  it.each([
    ['no JSON', '{'],
    ['a list', '[]'],
    ['servers that are a list', '{"shared": []}'],
    ['a server without a digest', '{"shared": {"s": {"tools": []}}}'],
    ['a tool without a name', text([{ ...tool, name: '' }])],
    ['a tool without a schema', text([{ ...tool, inputSchema: undefined }])],
    ['a tool whose schema is not that of an object', text([{ ...tool, inputSchema: { type: 'string' } }])],
  ])('is refused where it holds %s', (_, damaged) => {
    expect(() => parseToolsFile(damaged)).toThrow()
  })
})
