import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { failureOf } from '../../../src/effects/run/failure.ts'
import { fetchBy } from '../../../src/effects/run/http.ts'
import { Relay } from '../../../src/effects/run/relay.ts'
import { openRemote } from '../../../src/effects/run/remote.ts'
import type { JsonObject, Remote } from '../../../src/model/entry.ts'
import { everything, freePort, modern } from '../../support/http-servers.ts'

const way = { proxy: () => null, ca: [] }
const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
}
const HELLO = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } }

/** A client on stdio, as the relay sees one. */
async function relayTo(remote: Partial<Remote> & { url: string }, keys: readonly string[] = []) {
  const messages: JsonObject[] = []
  const full: Remote = { transport: 'http', headers: {}, ...remote }
  const end = await openRemote(full, fetchBy(way))
  let code: number | null = null
  const relay = new Relay({
    remote: end,
    write: (message) => messages.push(message),
    judge: (error) => failureOf(error, { server: 'far', url: full.url, keys }),
    ended: (ended) => {
      code = ended
      void end.close()
    },
  })
  const until = async (fits: (message: JsonObject) => boolean, ms = 60_000): Promise<JsonObject> => {
    const deadline = Date.now() + ms
    for (;;) {
      const found = messages.find(fits)
      if (found !== undefined) return found
      if (Date.now() > deadline) throw new Error(`not answered; so far:\n${messages.map((each) => JSON.stringify(each)).join('\n')}`)
      await pause(5)
    }
  }
  return {
    relay,
    messages,
    code: () => code,
    send: (message: object) => relay.line(JSON.stringify({ jsonrpc: '2.0', ...message })),
    answer: (id: number | string, ms?: number) => until((message) => message.id === id && message.method === undefined, ms),
    until,
  }
}

const result = (message: JsonObject): JsonObject => message.result as JsonObject
const errorOf = (message: JsonObject): { code: number; message: string } => message.error as { code: number; message: string }

for (const [name, transport] of [
  ['Streamable HTTP', 'streamableHttp'],
  ['SSE', 'sse'],
] as const) {
  describe(`a client of the handshake era and a server on ${name}`, () => {
    it('speak through the relay as if it were not there', async () => {
      const { url } = await everything(transport)
      const client = await relayTo({ url, transport: transport === 'sse' ? 'sse' : 'http' })
      // A client that tries the newer era first must be able to fall back.
      client.send({ id: 'd', method: 'server/discover', params: { _meta: META } })
      expect(errorOf(await client.answer('d')).code).toBeLessThan(0)
      client.send({ id: 1, method: 'initialize', params: HELLO })
      expect(result(await client.answer(1))).toMatchObject({ serverInfo: { name: expect.stringContaining('everything') } })
      client.send({ method: 'notifications/initialized' })
      client.send({ id: 2, method: 'tools/list', params: {} })
      expect((result(await client.answer(2)).tools as JsonObject[]).map((tool) => tool.name)).toContain('echo')
      client.send({ id: '2', method: 'tools/call', params: { name: 'echo', arguments: { message: 'Grüße 🙂' } } })
      expect(JSON.stringify(result(await client.answer('2')))).toContain('Grüße 🙂')
      client.send({
        id: 3,
        method: 'tools/call',
        params: { name: 'trigger-long-running-operation', arguments: { duration: 1, steps: 4 }, _meta: { progressToken: 'p' } },
      })
      await client.until((message) => message.method === 'notifications/progress')
      expect(JSON.stringify(await client.answer(3))).toContain('ompleted')
      await client.relay.finish()
      expect(client.code()).toBe(0)
    })

    it('are told in words when the server is gone, and the relay ends', async () => {
      const { url, child } = await everything(transport)
      const client = await relayTo({ url, transport: transport === 'sse' ? 'sse' : 'http' })
      client.send({ id: 1, method: 'initialize', params: HELLO })
      await client.answer(1)
      client.send({ method: 'notifications/initialized' })
      client.send({
        id: 2,
        method: 'tools/call',
        params: { name: 'trigger-long-running-operation', arguments: { duration: 100, steps: 500 }, _meta: { progressToken: 'p' } },
      })
      await client.until((message) => message.method === 'notifications/progress')
      child.kill('SIGKILL')
      if (transport === 'streamableHttp') {
        await once(child, 'exit')
        client.send({ id: 3, method: 'tools/list', params: {} })
        expect(errorOf(await client.answer(3)).message).toMatch(/"far" at http:\/\/127\.0\.0\.1:\d+\/mcp cannot be reached/)
      }
      expect(errorOf(await client.answer(2)).message).not.toBe('')
      await expect.poll(() => client.code()).toBe(1)
    })
  })
}

describe('a client of 2026-07-28 and a server of the same era', () => {
  it('need no handshake, and get the headers that HTTP wants', async () => {
    const far = await modern({ key: 'k-123' })
    const client = await relayTo({ url: far.url, headers: { 'x-api-key': 'k-123' } })
    client.send({ id: 1, method: 'server/discover', params: { _meta: META } })
    expect(result(await client.answer(1)).supportedVersions).toContain('2026-07-28')
    client.send({ id: 2, method: 'tools/list', params: { _meta: META } })
    expect((result(await client.answer(2)).tools as JsonObject[]).map((tool) => tool.name)).toEqual(['echo', 'slow'])
    client.send({ id: 3, method: 'tools/call', params: { name: 'echo', arguments: { text: 'Zürich' }, _meta: META } })
    expect(JSON.stringify(result(await client.answer(3)))).toContain('Zürich')
    const headers = far.requests.at(-1)?.headers
    expect(headers).toMatchObject({
      'mcp-method': 'tools/call',
      'mcp-name': 'echo',
      'mcp-protocol-version': '2026-07-28',
    })
    expect(headers?.['mcp-session-id']).toBeUndefined()
  })

  it('cancel by closing the stream, and hear no more of it', async () => {
    const far = await modern()
    const client = await relayTo({ url: far.url })
    client.send({ id: 1, method: 'tools/call', params: { name: 'slow', arguments: {}, _meta: META } })
    await expect.poll(() => far.requests.length).toBe(1)
    client.send({ method: 'notifications/cancelled', params: { requestId: 1 } })
    client.send({ id: 2, method: 'tools/call', params: { name: 'echo', arguments: { text: 'x' }, _meta: META } })
    await client.answer(2)
    expect(far.requests.length).toBe(2)
    expect(client.messages.filter((message) => message.id === 1)).toEqual([])
  })

  it('pass the errors of the server on as they are', async () => {
    const far = await modern()
    const client = await relayTo({ url: far.url })
    client.send({ id: 1, method: 'nothing/here', params: { _meta: META } })
    expect(errorOf(await client.answer(1)).code).toBe(-32601)
  })

  it('keep a subscription open until one of them ends it', async () => {
    const far = await modern()
    const client = await relayTo({ url: far.url })
    client.send({ id: 'listen:1', method: 'subscriptions/listen', params: { notifications: { toolsListChanged: true }, _meta: META } })
    await client.until((message) => message.method === 'notifications/subscriptions/acknowledged')
    await far.close()
    await client.until((message) => message.method === 'notifications/cancelled' || message.id === 'listen:1')
  })
})

describe('a client of the handshake era and a server of the new one', () => {
  it('meet in the older era', async () => {
    const far = await modern()
    const client = await relayTo({ url: far.url })
    client.send({ id: 1, method: 'initialize', params: HELLO })
    expect(result(await client.answer(1)).protocolVersion).toBe('2025-11-25')
    client.send({ method: 'notifications/initialized' })
    client.send({ id: 2, method: 'tools/list', params: {} })
    expect(result(await client.answer(2)).tools).toHaveLength(2)
    expect(far.requests.at(-1)?.headers['mcp-protocol-version']).toBe('2025-11-25')
  })
})

describe('a server that refuses the key', () => {
  it('is answered with the name of the key and the command to change it, never with the key', async () => {
    const far = await modern({ key: 'right' })
    const client = await relayTo({ url: far.url, headers: { 'x-api-key': 'wrong-key-marker' } }, ['FAR_KEY'])
    client.send({ id: 1, method: 'initialize', params: HELLO })
    const { message } = errorOf(await client.answer(1))
    expect(message).toContain('mcp-twin secret set FAR_KEY')
    expect(message).toContain('401')
    expect(JSON.stringify(client.messages)).not.toContain('wrong-key-marker')
  })
})

describe('a server that is not there', () => {
  it('is reported, and the relay ends with 1', async () => {
    const client = await relayTo({ url: `http://127.0.0.1:${await freePort()}/mcp` })
    client.send({ id: 1, method: 'initialize', params: HELLO })
    expect(errorOf(await client.answer(1)).message).toContain('ECONNREFUSED')
    await expect.poll(() => client.code()).toBe(1)
  })
})

describe('lines that are no message', () => {
  it('are answered as JSON-RPC says', async () => {
    const far = await modern()
    const client = await relayTo({ url: far.url })
    client.relay.line('{oops')
    expect(errorOf(client.messages[0] ?? {}).code).toBe(-32700)
    client.relay.tooLong(Buffer.from('{"jsonrpc":"2.0","id":7,"method":"x"'))
    expect(client.messages[1]).toMatchObject({ id: 7, error: { message: expect.stringContaining('32 MiB') } })
  })
})
