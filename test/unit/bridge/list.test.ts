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
  it('with the terminal off takes at most 9500 characters of names, descriptions and schemas, written as JSON', () => {
    // The two tools of shared servers are listed only where a server is shared.
    const usual = tools.filter(({ family }) => family !== 'terminal' && family !== 'shared')
    const taken = usual.map(listed).map(({ name, description, inputSchema }) => ({ name, description, inputSchema }))
    expect(JSON.stringify(taken).length).toBeLessThanOrEqual(9500)
    const own = tools.filter(({ family }) => family !== 'terminal').map(listed)
    const text = own.reduce(
      (sum, { name, description, inputSchema }) => sum + name.length + description.length + JSON.stringify(inputSchema).length,
      0,
    )
    expect(text).toBeLessThanOrEqual(9500)
  })
  it('carries no bounds of numbers: an error says them', () => {
    expect(JSON.stringify(tools.map(listed))).not.toMatch(/minimum|maximum|maxLength|minLength|maxItems|minItems/)
  })
  it('names the programs that work can be given to', () => {
    for (const name of ['handoff_create', 'queue_action'])
      expect(JSON.stringify(tools.map(listed).find((tool) => tool.name === name))).toContain('claude-desktop, claude-code or any')
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
