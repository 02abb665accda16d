import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { cli, cliPath } from '../../support/cli.ts'
import { nodePath } from '../../support/machine.ts'
import { greeted } from '../../support/mcp.ts'
import { leftovers } from '../../support/processes.ts'
import { type Scratch, scratch } from '../../support/scratch.ts'
import { service } from '../../support/service.ts'

/** Says hello over WebSocket; rejects with the status of a refusal. */
function connected(port: number | string | undefined, token: string): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}`, ['mcp', token])
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 't', version: '1' } }
  return new Promise((resolve, reject) => {
    socket.on('open', () => socket.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params })))
    socket.on('message', (data) => {
      if (String(data).includes('"serverInfo"')) resolve(socket)
    })
    socket.on('error', reject)
  })
}
const closed = (socket: WebSocket): Promise<number> => new Promise((resolve) => socket.on('close', resolve))
const newToken = async (place: Scratch): Promise<{ id: string; token: string }> => (await cli(place, ['session', 'new', '--json'])).json

describe('serve --ws', () => {
  it('stays as a service without a client, lets a token in, and ends at a signal with a word to its clients', async () => {
    const place = scratch()
    const { port, stop } = await service(place, [], '--ws')
    const { token } = await newToken(place)
    const socket = await connected(port, token)
    await expect(connected(port, `mtw_${'A'.repeat(43)}`)).rejects.toThrow('401')
    const gone = closed(socket)
    expect(await stop()).toBe(0)
    expect(await gone).toBe(1001)
    expect(place.read('.mcp-twin/bridge/audit.jsonl')).not.toContain(token)
    expect(await leftovers(place.root)).toEqual([])
  })
  it('lists its connections beside a client and HTTP, and ends with the client', async () => {
    const place = scratch()
    const server = await greeted(
      {
        command: nodePath,
        args: [cliPath, 'serve', '--client', 'tester', '--ws', '0', '--http', '0'],
        env: { ...place.env },
        cwd: place.root,
      },
      'tester',
    )
    await server.call('bridge_status', {})
    const { id, token } = await newToken(place)
    const wsPort = /ws:\/\/127\.0\.0\.1:(\d+)\//.exec(server.stderr())?.[1]
    const httpPort = /http:\/\/127\.0\.0\.1:(\d+)\/mcp/.exec(server.stderr())?.[1]
    const socket = await connected(wsPort, token)
    expect((await server.call('bridge_status', {})).data).toMatchObject({
      connected: ['tester', `session ${id}`],
      listening: [
        { protocol: 'http', port: Number(httpPort) },
        { protocol: 'websocket', port: Number(wsPort) },
      ],
    })
    const gone = closed(socket)
    expect((await server.end()).code).toBe(0)
    expect(await gone).toBe(1001)
  })
  it('closes the connections of a session that is revoked, within a moment', async () => {
    const place = scratch()
    const { port, stop } = await service(place, [], '--ws')
    const { id, token } = await newToken(place)
    const gone = closed(await connected(port, token))
    expect((await cli(place, ['session', 'revoke', id])).code).toBe(0)
    expect(await gone).toBe(1008)
    await expect(connected(port, token)).rejects.toThrow('401')
    expect(await stop()).toBe(0)
  })
  it('asks for a TLS proxy and --insecure on any other address', async () => {
    const place = scratch()
    const { said, stop } = await service(place, ['--listen', '127.0.0.2', '--insecure'], '--ws')
    expect(said()).toMatch(/ws:\/\/127\.0\.0\.2:\d+\/.* TLS proxy in front/)
    await stop()
    for (const args of [
      ['--ws', '--listen', '0.0.0.0'],
      ['--ws', 'x'],
      ['--ws', '70000'],
    ])
      expect((await cli(place, ['serve', ...args])).code).toBe(2)
  })
  it('says when its port is taken, and leaves no other listener behind', async () => {
    const place = scratch()
    const { port, stop } = await service(place, [], '--ws')
    const second = await cli(place, ['serve', '--http', '0', '--ws', String(port)])
    expect(second).toMatchObject({ code: 1, stderr: expect.stringMatching(/another program uses it[\s\S]*serve --ws PORT/) })
    await stop()
    expect(await leftovers(place.root)).toEqual([])
  })
})

describe('the built bridge', () => {
  it('loads the WebSocket library only with --ws', () => {
    const dist = join(dirname(fileURLToPath(import.meta.url)), '../../../dist')
    const text = (name: string) => readFileSync(join(dist, name), 'utf8')
    const holds = (name: string) => text(name).includes('Sec-WebSocket-Accept')
    expect(readdirSync(dist).filter((name) => name.startsWith('serve') && holds(name))).toHaveLength(1)
    const loaded = new Set<string>(['serve.cjs'])
    // What is required at once stands in a declaration; what is loaded late, in a function.
    for (const name of loaded)
      for (const [, next = ''] of text(name).matchAll(/(?:const |let |,)\w+=require\("\.\/([^"]+)"\)/g)) loaded.add(next)
    expect([...loaded].filter(holds)).toEqual([])
  })
})
