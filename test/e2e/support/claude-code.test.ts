import { expect, it } from 'vitest'
import { claude, claudeList, lacksClaudeCode } from '../../support/claude-code.ts'
import { describeUnless } from '../../support/left-out.ts'
import { leftovers } from '../../support/processes.ts'
import { scratch } from '../../support/scratch.ts'

const server = `
require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method } = JSON.parse(line)
  const result = { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 'small', version: '1' }, tools: [] }
  const error = method === 'initialize' || method === 'tools/list' ? undefined : { code: -32601, message: 'not here' }
  if (id !== undefined) console.log(JSON.stringify({ jsonrpc: '2.0', id, ...(error ? { error } : { result }) }))
})`

describeUnless(await lacksClaudeCode(), 'the real Claude Code as a judge', () => {
  it('connects to a server that answers and says so of one that does not', async () => {
    const place = scratch()
    const file = place.write('server.cjs', server)
    const mcpServers = { good: { command: process.execPath, args: [file] }, bad: { command: '/nowhere/at/all' } }
    place.write('.claude.json', JSON.stringify({ mcpServers }))
    const { servers, text } = await claudeList(place)
    expect(
      servers.map(({ name, connected }) => [name, connected]),
      text,
    ).toEqual([
      ['good', true],
      ['bad', false],
    ])
    expect(await leftovers(place.root)).toEqual([])
  })

  it('adds and removes entries in the same file', async () => {
    const place = scratch()
    expect((await claude(place, ['mcp', 'add', '-s', 'user', 'one', '--', 'node', 'x.js'])).code).toBe(0)
    expect(place.readJson('.claude.json')).toMatchObject({ mcpServers: { one: { command: 'node', args: ['x.js'] } } })
    expect((await claude(place, ['mcp', 'remove', '-s', 'user', 'one'])).code).toBe(0)
    expect(place.readJson('.claude.json')).not.toHaveProperty('mcpServers.one')
  })
})
