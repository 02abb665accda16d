import { describe, expect, it } from 'vitest'
import { tinyRemote } from '../../support/http-servers.ts'
import { session } from '../../support/mcp.ts'
import { type Planted, world } from '../../support/world.ts'
import { documentOf } from '../support/place.ts'

const KEY = 'far-key-9b1e7d4c5a6f80213344aabbccdd'
const HELLO = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } }

const behind = (url: string, ...words: string[]) => ({
  command: 'npx',
  args: ['-y', 'mcp-remote', url, ...words, '--header', 'x-api-key:${FAR_KEY}'],
  env: { FAR_KEY: KEY },
})

type Entry = { command: string; args: string[]; env?: Record<string, string> }

/** The tools that an entry lists when it is started as it stands there. */
async function toolsOf(planted: Planted, { command, args, env }: Entry): Promise<unknown> {
  const server = session({ command, args, env: { ...planted.env(), ...env }, cwd: planted.scratch.root, timeoutMs: 60_000 })
  await server.ask('initialize', HELLO)
  server.notify('notifications/initialized')
  const { tools } = await server.ask('tools/list')
  await server.end()
  return (tools as { name: string }[]).map(({ name }) => name)
}

describe('entries of Claude Desktop that start mcp-remote', () => {
  it('answer after init over whatever their server speaks, and stay as they were where that is not certain', async () => {
    const [today, older, both] = [
      await tinyRemote(['http'], { key: KEY }),
      await tinyRemote(['sse'], { key: KEY }),
      await tinyRemote(['http', 'sse'], { key: KEY }),
    ]
    const taken: Record<string, object> = {
      today: behind(today.url),
      'today-only': behind(today.url, '--transport', 'http-only'),
      older: behind(older.url),
      'older-first': behind(older.url, '--transport', 'http-first'),
      'older-only': behind(older.url, '--transport', 'sse-only', '--allow-http'),
      both: behind(both.url),
    }
    const kept: Record<string, object> = {
      'sse-first': behind(both.url, '--transport', 'sse-first'),
      login: { command: 'npx', args: ['mcp-remote', today.url] },
      port: behind(today.url, '9696'),
    }
    const planted = world()
      .linux()
      .client('claude-desktop', JSON.stringify({ mcpServers: { ...taken, ...kept } }))
      .build()
    const result = await planted.cli(['init', '--yes', '--no-bridge', '--json'])
    // Claude Code by itself tries HTTP alone, so one of them does not answer there.
    expect(result, result.output).toMatchObject({ code: 3 })
    const document = documentOf(result)
    const { mcpServers } = planted.self.config('claude-desktop') as { mcpServers: Record<string, Entry> }
    expect(mcpServers).toMatchObject(kept)
    for (const name of Object.keys(kept))
      expect(document.notices).toContainEqual(expect.stringMatching(new RegExp(`^${name} .*left alone, mcp-remote goes on as it is`)))
    expect(JSON.stringify(Object.keys(taken).map((name) => mcpServers[name]))).not.toContain(KEY)
    for (const name of Object.keys(taken)) expect(await toolsOf(planted, mcpServers[name] as Entry), name).toEqual(['tell'])
    expect((await planted.cli(['sync', '--check'])).code).toBe(0)

    // Whoever asks for them gets them as they are typed.
    const adopted = await planted.cli(['sync', '--adopt', '--json'])
    expect(adopted, adopted.output).toMatchObject({ code: 0, json: { unmanaged: [] } })
    expect(planted.self.config('claude-desktop')).toMatchObject({ mcpServers: kept })
  })
})
