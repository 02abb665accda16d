import { describe, expect, it } from 'vitest'
import { annotations, listed } from '../../../src/bridge/contract/tool.ts'
import { tools } from '../../../src/bridge/tools/index.ts'

const bytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value))

describe('what clients see of the tools', () => {
  it('costs less than 20 kB, every byte of it in every conversation', () => {
    const sizes = tools.map((tool) => [tool.name, bytes(listed(tool))] as const).sort((a, b) => b[1] - a[1])
    console.log(
      `tools/list: ${bytes({ tools: tools.map(listed) })} bytes\n${sizes.map(([name, size]) => `  ${String(size).padStart(5)} ${name}`).join('\n')}`,
    )
    expect(bytes({ tools: tools.map(listed) })).toBeLessThan(20_000)
  })
  it('names, hints and arguments do not change by accident', () => {
    const shape = tools.map((tool) => ({ name: tool.name, family: tool.family, effect: tool.effect, input: tool.inputSchema }))
    expect(shape).toMatchSnapshot()
  })
  it('the hints follow from what a tool does', () => {
    expect(annotations('read')).toEqual({ readOnlyHint: true, openWorldHint: false })
    expect(annotations('create')).toEqual({ readOnlyHint: false, destructiveHint: false, openWorldHint: false })
    expect(annotations('write')).toEqual({ readOnlyHint: false, destructiveHint: true, openWorldHint: false })
    expect(annotations('run')).toEqual({ readOnlyHint: false, destructiveHint: true, openWorldHint: true })
  })
  it('names are one each, and say nothing of $schema or results', () => {
    expect(new Set(tools.map(({ name }) => name)).size).toBe(tools.length)
    expect(JSON.stringify(tools.map(listed))).not.toMatch(/\$schema|outputSchema/)
  })
})
