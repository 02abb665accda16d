import { once } from 'node:events'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { describe, expect, it } from 'vitest'
import { cli, cliPath } from '../../support/cli.ts'
import { nodePath } from '../../support/machine.ts'
import { everything, modern, tinyRemote } from '../../support/http-servers.ts'
import { textHolds, watchProcesses } from '../../support/processes.ts'
import { runPlace } from './place.ts'

const MARKER = 'remote-key-9b1e7d4c5a6f80213344'
const HELLO = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } }

describe('a server behind a url', () => {
  it('gets its key in a header, which is seen nowhere else', async () => {
    const far = await modern({ key: MARKER })
    const place = runPlace()
    place.ready({ far: { url: far.url, headers: { 'x-api-key': '${secret:FAR}' } } }, { FAR: MARKER })
    const sampler = await watchProcesses(MARKER)
    const server = place.start('far')
    expect(await server.ask('initialize', HELLO)).toMatchObject({ serverInfo: { name: 'modern' } })
    server.notify('notifications/initialized')
    expect(((await server.ask('tools/list')).tools as unknown[]).length).toBe(2)
    expect((await server.end()).code).toBe(0)
    expect((await sampler.stop()).sightings).toEqual([])
    expect(textHolds(server.stderr(), MARKER)).toBe(false)
    expect(server.stray).toEqual([])
    expect(far.requests.every(({ headers }) => headers['x-api-key'] === MARKER)).toBe(true)
  })

  it('that refuses the key is answered in words, with the command that fixes it', async () => {
    const far = await modern({ key: 'another' })
    const place = runPlace()
    place.ready({ far: { url: far.url, headers: { 'x-api-key': '${secret:FAR}' } } }, { FAR: MARKER })
    const server = place.start('far')
    await expect(server.ask('initialize', HELLO)).rejects.toThrow(/refused the key FAR \(HTTP 401\).*mcp-twin secret set FAR/)
    expect(textHolds(server.stderr(), MARKER)).toBe(false)
    await server.end()
  })

  it('that goes away ends the relay with 1', async () => {
    const { url, child } = await everything('streamableHttp')
    const place = runPlace()
    place.ready({ far: { url } })
    const server = place.start('far')
    await server.ask('initialize', HELLO)
    server.notify('notifications/initialized')
    child.kill('SIGKILL')
    await once(child, 'exit')
    await expect(server.ask('tools/list')).rejects.toThrow('cannot be reached')
    expect((await server.end()).code).toBe(1)
  })

  it('is asked what was piped in even where the input ends at once', async () => {
    const far = await modern()
    const place = runPlace()
    place.ready({ far: { url: far.url } })
    const { code, stdout } = await cli(place.home, ['run', 'far'], {
      input: `${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: HELLO })}\n`,
    })
    expect({ code, answer: JSON.parse(stdout) }).toMatchObject({ code: 0, answer: { id: 1, result: { serverInfo: { name: 'modern' } } } })
  })

  it('on the older transport is relayed too', async () => {
    const { url } = await everything('sse')
    const place = runPlace()
    place.ready({ far: { url, transport: 'sse' } })
    const server = place.start('far')
    expect(await server.ask('initialize', HELLO)).toMatchObject({ serverInfo: { name: expect.stringContaining('everything') } })
    server.notify('notifications/initialized')
    expect(JSON.stringify(await server.ask('tools/call', { name: 'echo', arguments: { message: 'x'.repeat(100_000) } }))).toContain('xxx')
    expect((await server.end()).code).toBe(0)
  })
})

describe('a server whose transport the manifest does not name', () => {
  it.each([
    [['http'], 'POST POST'],
    [['sse'], 'POST GET'],
    [['http', 'sse'], 'POST POST'],
  ] as const)('is tried over HTTP first, then over SSE (it speaks %j)', async (speaks, methods) => {
    const far = await tinyRemote(speaks, { key: MARKER })
    const place = runPlace()
    place.ready({ far: { url: far.url, headers: { 'x-api-key': '${secret:FAR}' } } }, { FAR: MARKER })
    const server = place.start('far')
    expect(await server.ask('initialize', HELLO)).toMatchObject({ serverInfo: { name: 'tiny' } })
    server.notify('notifications/initialized')
    expect(await server.ask('tools/list')).toMatchObject({ tools: [{ name: 'tell' }] })
    expect((await server.end()).code).toBe(0)
    expect(
      far.requests
        .slice(0, 2)
        .map(({ method }) => method)
        .join(' '),
    ).toBe(methods)
    expect(far.requests.every(({ headers }) => headers['x-api-key'] === MARKER)).toBe(true)
  })

  it('is not tried over another transport than the one that the manifest names', async () => {
    const [old, today] = [await tinyRemote(['sse']), await tinyRemote(['http'])]
    const place = runPlace()
    place.ready({ old: { url: old.url, transport: 'http' }, today: { url: today.url, transport: 'sse' }, none: { url: `${old.url}x` } })
    await expect(place.start('old').ask('initialize', HELLO)).rejects.toThrow('If it is an older one, give it')
    await expect(place.start('today').ask('initialize', HELLO)).rejects.toThrow('If it is a newer one, leave')
    await expect(place.start('none').ask('initialize', HELLO)).rejects.toThrow('neither over Streamable HTTP nor over SSE')
  })
})

describe('a program on the official client', () => {
  for (const [mode, far, era] of [
    ['auto', 'modern', 'modern'],
    ['legacy', 'modern', 'legacy'],
    ['auto', 'everything', 'legacy'],
  ] as const) {
    it(`that asks for ${mode} reaches a server (${far}) in the ${era} era`, async () => {
      const { url } = far === 'modern' ? await modern() : await everything('streamableHttp')
      const place = runPlace()
      place.ready({ far: { url } })
      const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } })
      await client.connect(
        new StdioClientTransport({ command: nodePath, args: [cliPath, 'run', 'far'], env: place.home.env, cwd: place.home.root }),
      )
      try {
        expect(client.getProtocolEra()).toBe(era)
        expect((await client.listTools()).tools.map(({ name }) => name)).toContain('echo')
        const answer = await client.callTool({ name: 'echo', arguments: far === 'modern' ? { text: 'hi' } : { message: 'hi' } })
        expect(JSON.stringify(answer.content)).toContain('hi')
        if (era === 'modern') {
          const subscription = await client.listen({ toolsListChanged: true })
          await subscription.close()
        }
        const controller = new AbortController()
        const slow = client.callTool(
          far === 'modern'
            ? { name: 'slow', arguments: {} }
            : { name: 'trigger-long-running-operation', arguments: { duration: 30, steps: 2 } },
          { signal: controller.signal },
        )
        setTimeout(() => controller.abort(), 100)
        await expect(slow).rejects.toThrow()
        expect((await client.listTools()).tools.length).toBeGreaterThan(1)
      } finally {
        await client.close()
      }
    })
  }
})
