import { describe, expect, it } from 'vitest'
import { envelopeOf } from '../../../src/core/protocol.ts'
import { cliPath } from '../../support/cli.ts'
import { nodePath } from '../../support/machine.ts'
import { greeted, session } from '../../support/mcp.ts'
import { scratch } from '../../support/scratch.ts'

const start = () => {
  const place = scratch()
  return { command: nodePath, args: [cliPath, 'serve', '--client', 'claude-code'], env: place.env, cwd: place.root }
}
const wanted = { name: 'memory_set', arguments: { key: 'a', value: 1 } }

describe('a program that shows its model data in place of the words', () => {
  it('gets the words alone, by the name that it gave in the handshake', async () => {
    const code = await greeted(start(), 'claude-code', 'claude-code')
    const answer = await code.ask('tools/call', wanted)
    expect(answer).not.toHaveProperty('structuredContent')
    expect(JSON.stringify(answer.content)).toContain('version 1')
    await code.end()
  })
  it('gets the words alone, by the name that stands in each request', async () => {
    const code = session(start())
    const asked = (name: string) => code.ask('tools/call', { ...wanted, _meta: envelopeOf({ name, version: '2.1.329' }) })
    expect(await asked('claude-code')).not.toHaveProperty('structuredContent')
    expect(await asked('another')).toHaveProperty('structuredContent')
    await code.end()
  })
  it('is known by its name: any other gets data too', async () => {
    const other = await greeted(start(), 'claude-code', 'claude-ai')
    expect((await other.call('memory_set', wanted.arguments)).data).toMatchObject({ version: 1 })
    await other.end()
  })
})
