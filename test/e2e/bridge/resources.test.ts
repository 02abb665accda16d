import { describe, expect, it } from 'vitest'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { cliPath } from '../../support/cli.ts'
import { nodePath } from '../../support/machine.ts'
import { type Scratch, scratch } from '../../support/scratch.ts'

async function client(place: Scratch, name: string, era: 'legacy' | 'modern') {
  const told: (string | null)[] = []
  const client = new Client({ name, version: '1' }, era === 'modern' ? { versionNegotiation: { mode: { pin: '2026-07-28' } } } : {})
  client.setNotificationHandler('notifications/resources/updated', ({ params }) => void told.push(params.uri))
  client.setNotificationHandler('notifications/resources/list_changed', () => void told.push(null))
  await client.connect(
    new StdioClientTransport({ command: nodePath, args: [cliPath, 'serve', '--client', name], env: place.env, cwd: place.root }),
  )
  return { client, told, call: (tool: string, args: object) => client.callTool({ name: tool, arguments: { ...args } }) }
}

describe.each(['legacy', 'modern'] as const)('resources of a %s client', (era) => {
  it('are listed and read, and changed ones told to who asked for them alone', async () => {
    const place = scratch()
    const [code, desktop] = await Promise.all([client(place, 'claude-code', era), client(place, 'claude-desktop', 'legacy')])
    await desktop.call('memory_set', { key: 'a/b c', value: { x: 1 } })
    const uri = 'twin://memory/shared/a%2Fb%20c'
    expect((await code.client.listResources()).resources).toMatchObject([{ uri, name: 'a/b c' }])
    expect((await code.client.listResourceTemplates()).resourceTemplates).toHaveLength(3)
    expect((await code.client.readResource({ uri })).contents).toMatchObject([{ uri, text: '{"x":1}' }])
    for (const strange of ['twin://memory/shared/a%2fb%20c', 'twin://memory/shared/none', 'twin://workspace/../x', 'file:///etc/passwd'])
      await expect(code.client.readResource({ uri: strange })).rejects.toThrow()
    await desktop.call('write_file', { path: 'note.txt', content: 'hello' })
    expect((await code.client.readResource({ uri: 'twin://workspace/note.txt' })).contents).toMatchObject([{ text: 'hello' }])
    if (era === 'legacy') await code.client.subscribeResource({ uri })
    else await code.client.listen({ resourceSubscriptions: [uri] })
    await desktop.call('memory_set', { key: 'other', value: 1 })
    // What is told comes in the order of the changes.
    await expect
      .poll(async () => {
        await desktop.call('memory_set', { key: 'a/b c', value: { x: 2 } })
        return code.told.filter((each) => each !== null)
      })
      .toContain(uri)
    expect(new Set(code.told.filter((each) => each !== null))).toEqual(new Set([uri]))
    expect(desktop.told).toEqual([])
    for (const each of [code, desktop]) await each.client.close()
  })
})
