import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Junction } from '../../../src/effects/run/junction.ts'
import { HOLD_MS, WaitingRoom } from '../../../src/effects/run/waiting-room.ts'
import type { JsonObject } from '../../../src/model/entry.ts'

const SELF = { name: 'tool', version: '1.0.0' }
const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'client', version: '2' },
  'io.modelcontextprotocol/clientCapabilities': { elicitation: {} },
}
const modern = (id: number | string, method: string, params: JsonObject = {}, meta: JsonObject = META): JsonObject => ({
  ...{ jsonrpc: '2.0', id, method },
  params: { ...params, _meta: meta },
})
const legacy = (id: number | string, method: string, params: JsonObject = {}): JsonObject => ({ jsonrpc: '2.0', id, method, params })
const note = (method: string, params: JsonObject = {}): JsonObject => ({ jsonrpc: '2.0', method, params })
const HELLO = legacy(0, 'initialize', {
  protocolVersion: '2025-06-18',
  capabilities: { roots: {} },
  clientInfo: { name: 'client', version: '2' },
})

/** A room, what the client reads, and a way to the server where one comes. */
function waiting() {
  const client: JsonObject[] = []
  const server: JsonObject[] = []
  const refused: string[] = []
  const room = new WaitingRoom(SELF, (message) => client.push(message))
  const junction = new Junction({
    server: SELF,
    room,
    toClient: (text) => client.push(JSON.parse(text)),
    toServer: (text) => server.push(JSON.parse(text)),
    refused: (words) => refused.push(words),
  })
  return {
    ...{ client, server, refused, room, junction },
    say: (...messages: JsonObject[]) => {
      for (const each of messages) junction.joined ? junction.fromClient(JSON.stringify(each)) : room.take(each)
    },
    told: (message: JsonObject) => junction.fromServer(JSON.stringify(message)),
    /** The server has come, and answers its greeting. */
    comes(capabilities: JsonObject = { tools: {} }) {
      junction.begin(null)
      junction.fromServer(JSON.stringify({ jsonrpc: '2.0', id: 'mcp-twin:1', result: { protocolVersion: '2025-06-18', capabilities } }))
    },
    last: () => client.at(-1),
  }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('a client whose server is not there yet', () => {
  it('is greeted at once in the revision it asks for, or the last one with a handshake', () => {
    const { say, last } = waiting()
    say(HELLO)
    expect(last()).toMatchObject({ id: 0, result: { protocolVersion: '2025-06-18', serverInfo: SELF, capabilities: { tools: {} } } })
    say(legacy('a', 'initialize', { protocolVersion: '1999-01-01' }))
    expect(last()).toMatchObject({ id: 'a', result: { protocolVersion: '2025-11-25' } })
  })

  it('learns of the revision without a handshake, and refused another one of that era', () => {
    const { say, last } = waiting()
    say(modern(1, 'server/discover'))
    expect(last()).toMatchObject({ id: 1, result: { resultType: 'complete', supportedVersions: ['2026-07-28'], ttlMs: 0 } })
    say(modern(2, 'server/discover', {}, { ...META, 'io.modelcontextprotocol/protocolVersion': '2031-01-01' }))
    expect(last()).toMatchObject({ id: 2, error: { code: -32022, data: { supported: ['2026-07-28'], requested: '2031-01-01' } } })
  })

  it('waits for a list, gets an empty one after a while, and learns when that changes', () => {
    const { say, client, last, comes, server } = waiting()
    say(HELLO, note('notifications/initialized'), legacy(1, 'tools/list'), legacy(2, 'ping'))
    expect(last()).toEqual({ jsonrpc: '2.0', id: 2, result: {} })
    vi.advanceTimersByTime(HOLD_MS - 1)
    expect(client).toHaveLength(2)
    vi.advanceTimersByTime(1)
    expect(last()).toEqual({ jsonrpc: '2.0', id: 1, result: { tools: [] } })
    comes()
    expect(last()).toEqual({ jsonrpc: '2.0', method: 'notifications/tools/list_changed' })
    expect(server.map(({ method }) => method)).toEqual(['initialize', 'notifications/initialized'])
  })

  it('learns by its subscriptions alone where its era has them', () => {
    const { say, last, client, comes } = waiting()
    say(modern(1, 'subscriptions/listen', { notifications: { toolsListChanged: true, resourceSubscriptions: ['a://b'] } }))
    expect(last()).toMatchObject({
      method: 'notifications/subscriptions/acknowledged',
      params: { notifications: { toolsListChanged: true }, _meta: { 'io.modelcontextprotocol/subscriptionId': 1 } },
    })
    say(modern('2', 'subscriptions/listen', { notifications: { promptsListChanged: true } }), modern(3, 'tools/list'))
    say(modern(4, 'subscriptions/listen', { notifications: { toolsListChanged: true } }), note('notifications/cancelled', { requestId: 4 }))
    vi.advanceTimersByTime(HOLD_MS)
    expect(last()).toEqual({ jsonrpc: '2.0', id: 3, result: { resultType: 'complete', tools: [], ttlMs: 0, cacheScope: 'private' } })
    const before = client.length
    comes()
    expect(client.slice(before)).toEqual([
      { ...note('notifications/tools/list_changed'), params: { _meta: { 'io.modelcontextprotocol/subscriptionId': 1 } } },
    ])
  })

  it('hears nothing of a request that it has taken back', () => {
    const { say, client, comes, server } = waiting()
    say(HELLO, legacy(1, 'tools/list'), legacy('1', 'prompts/list'), note('notifications/cancelled', { requestId: 1 }))
    vi.advanceTimersByTime(HOLD_MS)
    expect(client.slice(1)).toEqual([{ jsonrpc: '2.0', id: '1', result: { prompts: [] } }])
    comes()
    expect(server.some(({ id }) => id === 1)).toBe(false)
  })

  it('learns that a call must be tried again', () => {
    const { say, last } = waiting()
    say(HELLO, legacy(1, 'tools/call', { name: 'x' }))
    vi.advanceTimersByTime(HOLD_MS)
    expect(last()).toMatchObject({ id: 1, error: { message: expect.stringContaining('still being installed') } })
  })

  it('learns why there will be none, now or when it asks', () => {
    const told: string[] = []
    const first = waiting()
    first.say(HELLO, legacy(1, 'tools/list'))
    first.room.fail('no network', () => told.push('first'))
    expect(first.last()).toMatchObject({ id: 1, error: { message: 'no network' } })
    const second = waiting()
    second.say(HELLO)
    second.room.fail('no network', () => told.push('second'))
    expect(told).toEqual(['first'])
    second.say(note('notifications/initialized'), legacy(1, 'ping'))
    expect(told).toEqual(['first'])
    second.say(legacy(2, 'tools/list'))
    expect(second.last()).toMatchObject({ id: 2, error: { message: 'no network' } })
    expect(told).toEqual(['first', 'second'])
    const third = waiting()
    third.say(HELLO, legacy(1, 'tools/list'))
    vi.advanceTimersByTime(HOLD_MS)
    third.room.fail('no network', () => told.push('third'))
    expect(told).toContain('third')
  })
})

describe('a server that has come', () => {
  it("is greeted in the client's own words, gets what waits in its order, and then every line as it is", () => {
    const { say, server, client, comes, told, junction } = waiting()
    say(HELLO, legacy(1, 'tools/list'), legacy('x', 'tools/call', { name: 'y' }))
    comes()
    expect(server).toEqual([
      { ...HELLO, id: 'mcp-twin:1' },
      { jsonrpc: '2.0', method: 'notifications/initialized' },
      legacy(1, 'tools/list'),
      legacy('x', 'tools/call', { name: 'y' }),
    ])
    // The one that was under way when we greeted the server for the client.
    say(note('notifications/initialized'))
    expect(server).toHaveLength(4)
    say(note('notifications/initialized'), legacy(2, 'tools/call'))
    expect(server).toHaveLength(6)
    told(legacy(7, 'roots/list'))
    expect(client.at(-1)).toEqual(legacy(7, 'roots/list'))
    const odd: string[] = []
    const plain = new Junction({
      server: SELF,
      room: new WaitingRoom(SELF, () => {}),
      toClient: (text) => odd.push(text),
      toServer: (text) => odd.push(text),
      refused: () => {},
    })
    plain.begin(null)
    for (const text of ['{"a": 1 }', '[{"jsonrpc":"2.0"}]', 'no json', '{"jsonrpc":"2.0","method":"notifications/initialized"}']) {
      plain.fromClient(text)
      plain.fromServer(text)
      expect(odd.splice(0)).toEqual([text, text])
    }
    expect(junction.joined).toBe(true)
  })

  it('is not asked for lists that it does not have', () => {
    const { say, last, server, comes } = waiting()
    say(HELLO, note('notifications/initialized'), legacy(1, 'resources/templates/list'))
    comes()
    expect(last()).toEqual({ jsonrpc: '2.0', id: 1, result: { resourceTemplates: [] } })
    say(legacy(2, 'prompts/list'), legacy(3, 'prompts/get', { name: 'x' }))
    expect(last()).toEqual({ jsonrpc: '2.0', id: 2, result: { prompts: [] } })
    expect(server.map(({ id }) => id)).toEqual(['mcp-twin:1', undefined, 3])
  })

  it('that refuses the handshake is reported', () => {
    const { say, junction, refused, told } = waiting()
    say(HELLO)
    junction.begin(null)
    told({ jsonrpc: '2.0', id: 'mcp-twin:1', error: { code: -32022, message: 'only 2026-07-28' } })
    expect(refused).toEqual(['it refused the handshake: only 2026-07-28'])
  })

  it("of the client's own era takes over its subscriptions", () => {
    const { say, junction, server, told, client } = waiting()
    const listen = modern(5, 'subscriptions/listen', { notifications: { toolsListChanged: true, resourceSubscriptions: ['a://b'] } })
    say(listen, modern(6, 'tools/list'))
    junction.begin({ tools: { listChanged: true } })
    expect(server).toEqual([listen, modern(6, 'tools/list')])
    const acknowledged = note('notifications/subscriptions/acknowledged', { notifications: { toolsListChanged: true } })
    const before = client.length
    told(acknowledged)
    expect(client).toHaveLength(before)
    told({ jsonrpc: '2.0', id: 6, result: { tools: [] } })
    told(acknowledged)
    expect(client.slice(before)).toEqual([{ jsonrpc: '2.0', id: 6, result: { tools: [] } }, acknowledged])
  })

  it('of the era before is spoken to in its own way', () => {
    const { say, server, told, client, comes } = waiting()
    say(modern(1, 'server/discover'), modern(2, 'tools/list', { cursor: 'c' }, { ...META, progressToken: 'p' }))
    comes({ tools: { listChanged: true }, resources: {} })
    expect(server).toEqual([
      legacy('mcp-twin:1', 'initialize', {
        ...{ protocolVersion: '2025-11-25', capabilities: {} },
        clientInfo: { name: 'client', version: '2' },
      }),
      { jsonrpc: '2.0', method: 'notifications/initialized' },
      legacy(2, 'tools/list', { cursor: 'c', _meta: { progressToken: 'p' } }),
    ])
    told({ jsonrpc: '2.0', id: 2, result: { tools: [], _meta: { a: 1 } } })
    expect(client.at(-1)).toEqual({
      ...{ jsonrpc: '2.0', id: 2 },
      result: { resultType: 'complete', ttlMs: 0, cacheScope: 'private', tools: [], _meta: { a: 1 } },
    })
    say(modern(3, 'tools/call', { name: 'x' }), note('notifications/cancelled', { requestId: 3 }))
    expect(server.slice(-2)).toEqual([legacy(3, 'tools/call', { name: 'x' }), note('notifications/cancelled', { requestId: 3 })])
    told({ jsonrpc: '2.0', id: 3, error: { code: 1, message: 'cancelled' } })
    expect(client.at(-1)).toEqual({ jsonrpc: '2.0', id: 3, error: { code: 1, message: 'cancelled' } })
    told(legacy(9, 'elicitation/create'))
    expect(server.at(-1)).toMatchObject({ id: 9, error: { code: -32601 } })
    told(legacy(10, 'ping'))
    expect(server.at(-1)).toEqual({ jsonrpc: '2.0', id: 10, result: {} })
    const before = client.length
    told(note('notifications/tools/list_changed'))
    expect(client).toHaveLength(before)
    say(modern('s', 'subscriptions/listen', { notifications: { toolsListChanged: true } }))
    told(note('notifications/tools/list_changed'))
    expect(client.at(-1)).toMatchObject({ params: { _meta: { 'io.modelcontextprotocol/subscriptionId': 's' } } })
    say(note('notifications/cancelled', { requestId: 's' }))
    told(note('notifications/tools/list_changed'))
    told(note('notifications/progress', { progressToken: 'p', progress: 1 }))
    expect(client.slice(before + 2)).toEqual([note('notifications/progress', { progressToken: 'p', progress: 1 })])
    say(modern(11, 'server/discover'))
    expect(client.at(-1)).toMatchObject({ result: { capabilities: { tools: { listChanged: true }, resources: {} } } })
  })
})
