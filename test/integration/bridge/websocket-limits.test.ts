import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { limits } from '../../../src/bridge/base/limits.ts'
import type { WebSocketPlan } from '../../../src/bridge/transports/websocket.ts'
import { closeFrame, frame, handshake, initialize, type Peer, websocketDesk, type WebSocketDesk, type Wire } from './websocket-desk.ts'

let desk: WebSocketDesk
afterEach(() => desk.close())
const listening = async (bounds: Pick<WebSocketPlan, 'limits' | 'wire'> = {}, settings: Parameters<typeof websocketDesk>[1] = {}) => {
  desk = await websocketDesk(bounds, settings)
}
const ready = async (more: Parameters<WebSocketDesk['open']>[0] = {}): Promise<Peer> => {
  const peer = await desk.open(more)
  expect(await peer.ask('initialize', initialize)).toMatchObject({ result: { serverInfo: {} } })
  return peer
}
const log = () => readFileSync(join(desk.place.folder, 'logs/mcp-server.log'), 'utf8')
const text = (message: object) => frame(JSON.stringify(message))
const read = (id: number) =>
  text({ jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'read_file', arguments: { path: 'large', max_tokens: 400_000 } } })

/** A connection by hand that has shaken hands twice, and reads nothing any more. */
async function stuck(): Promise<Wire> {
  const wire = await desk.wire()
  await wire.upgrade(desk.token)
  wire.socket.write(text({ jsonrpc: '2.0', id: 1, method: 'initialize', params: initialize }))
  await wire.until((all) => all.includes('serverInfo'))
  wire.socket.pause()
  return wire
}

describe('a peer that is not there any more', () => {
  it('is dropped when it answers no ping, and one that answers stays', async () => {
    await listening({ wire: { pingMs: 500 } })
    const alive = await ready()
    const dead = await desk.wire()
    await dead.upgrade(desk.token)
    expect(closeFrame(await dead.closed)).toEqual({ code: 1008, reason: 'no answer to pings' })
    expect(await alive.ask('ping')).toMatchObject({ result: {} })
    expect(log()).toMatch(/websocket: a connection of session \w+ was closed: no answer to pings/)
  })
  it('is dropped in the middle of a frame that comes letter by letter', async () => {
    await listening({ wire: { pingMs: 500 } })
    const slow = await desk.wire()
    await slow.upgrade(desk.token)
    slow.socket.write(frame('', { declared: 1000 }))
    const drip = setInterval(() => slow.socket.write('x'), 5)
    expect(closeFrame(await slow.closed)).toMatchObject({ code: 1008 })
    clearInterval(drip)
    await ready()
  })
  it('is dropped when it closes one direction only', async () => {
    await listening()
    const half = await desk.wire()
    await half.upgrade(desk.token)
    half.socket.end()
    await half.closed
    await expect.poll(() => desk.ws.clients()).toEqual([])
  })
  it('does not keep a connection open that was closed from this side', async () => {
    await listening({ wire: { closeMs: 50 } })
    const silent = await desk.wire()
    await silent.upgrade(desk.token)
    silent.socket.pause()
    await desk.store.revoke(desk.id)
    const gone = new Promise((resolve) => silent.socket.on('close', resolve))
    const knock = setInterval(() => silent.socket.write('x'), 10)
    await gone
    clearInterval(knock)
  })
})

describe('a reader that stops', () => {
  it('is not read from while its answers wait, and everything arrives when it reads on', async () => {
    await listening({ wire: { waitingBytes: 64 * 1024 } })
    desk.place.put('large', 'x'.repeat(1024 * 1024))
    const wire = await stuck()
    for (let id = 2; id < 12; id++) wire.socket.write(read(id))
    const other = await ready()
    expect(await other.ask('ping')).toMatchObject({ result: {} })
    wire.socket.resume()
    const ids = Array.from({ length: 10 }, (_, index) => `"id":${index + 2}`)
    // Their bytes alone may be those of nine answers and more: each id is waited for.
    const all = await wire.until((bytes) => bytes.length > 10 * (1024 * 1024) && ids.every((id) => bytes.includes(id)))
    for (const id of ids) expect(all.includes(id)).toBe(true)
  })
  it('is cut off with the reason when too much waits, and holds up nobody', async () => {
    await listening({ wire: { unreadBytes: 4 * 1024 * 1024, waitingBytes: 64 * 1024 * 1024, closeMs: 50 } })
    desk.place.put('large', 'x'.repeat(1024 * 1024))
    const wire = await stuck()
    for (let id = 2; id < 40; id++) wire.socket.write(read(id))
    await expect.poll(log).toMatch(/was closed: the client does not read what is sent to it/)
    await expect.poll(() => desk.ws.clients()).toEqual([])
    await ready()
  })
  it('is cut off when it takes nothing for long', async () => {
    await listening({ limits: { unreadMs: 60, checkMs: 10 }, wire: { closeMs: 50 } })
    desk.place.put('large', 'x'.repeat(1024 * 1024))
    const wire = await stuck()
    for (let id = 2; id < 20; id++) wire.socket.write(read(id))
    await expect.poll(log).toMatch(/was closed: the client does not read what is sent to it/)
    await expect.poll(() => desk.ws.clients()).toEqual([])
    await ready()
  })
})

describe('a client that asks more than is answered', () => {
  it('waits, and gets every answer', async () => {
    await listening({ wire: { unanswered: 4 } })
    const peer = await ready()
    const all = await Promise.all(
      Array.from({ length: 200 }, () => peer.ask('tools/call', { name: 'list_directory', arguments: { path: desk.place.A } })),
    )
    expect(all.every(({ result }) => result !== undefined)).toBe(true)
  })
  it('may have cancelled calls, which nobody answers', async () => {
    await listening({ wire: { unanswered: 4 } }, { terminal: 'on' })
    const peer = await ready()
    for (let id = 100; id < 120; id++) {
      const params = { name: 'execute_command', arguments: { command: 'sleep 30', timeout_ms: 20_000 } }
      peer.send({ jsonrpc: '2.0', id, method: 'tools/call', params })
      peer.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: id } })
    }
    expect(await peer.ask('ping')).toMatchObject({ result: {} })
  })
})

describe('connections that say nothing', () => {
  it.each([
    ['nothing at all', ''],
    ['the beginning of a handshake', 'GET / HTTP/1.1\r\nHost: 127'],
    ['a handshake with a wrong token', handshake(`Authorization: Bearer mtw_${'A'.repeat(43)}\r\n`)],
  ])('keep nobody out, a thousand of them: %s', async (_what, bytes) => {
    await listening()
    const all: Wire[] = []
    for (let round = 0; round < 10; round++) {
      const wires = await Promise.all(Array.from({ length: 100 }, () => desk.wire()))
      for (const { socket } of wires) if (bytes !== '') socket.write(bytes)
      all.push(...wires)
      await ready()
    }
    const open = all.filter(({ socket }) => !socket.destroyed && socket.readyState === 'open')
    expect(open.length).toBeLessThanOrEqual(limits.httpStrangers + 10)
  })
  it('are cut off when their handshake takes too long', async () => {
    await listening({ limits: { strangerMs: 1500, headersMs: 1000, requestMs: 1000, checkMs: 10 } })
    const slow = await desk.wire()
    slow.socket.write(handshake().slice(0, -2))
    const drip = setInterval(() => slow.socket.write('X'), 5)
    await slow.closed
    clearInterval(drip)
    await ready()
  })
  it('of one session make room for a newer one, with the reason, and not for another session', async () => {
    await listening({ limits: { aSession: 3 } })
    const other = await desk.store.create(60_000)
    const theirs = await ready({ headers: { Authorization: `Bearer ${other.token}` } })
    const first = await ready()
    const rest = [await ready(), await ready(), await ready()]
    expect(await first.closed).toEqual({ code: 1008, reason: 'the session has too many connections' })
    for (const peer of [theirs, ...rest]) expect(await peer.ask('ping')).toMatchObject({ result: {} })
  })
})

describe('a session that ends', () => {
  it('by its time closes its WebSocket in the middle of a call, with the reason, and no other', async () => {
    await listening({ limits: { checkMs: 20 } }, { terminal: 'on' })
    const [hour, long] = [3_600_000, await desk.store.create(24 * 3_600_000)]
    const short = await desk.store.create(hour)
    const [mine, other] = [
      await ready({ headers: { Authorization: `Bearer ${short.token}` } }),
      await ready({ headers: { Authorization: `Bearer ${long.token}` } }),
    ]
    const file = join(desk.place.A, 'late')
    const params = { name: 'execute_command', arguments: { command: `touch ${file}-began; sleep 50; touch ${file}`, timeout_ms: 55_000 } }
    mine.send({ jsonrpc: '2.0', id: 5, method: 'tools/call', params })
    const terminal = await desk.place.bridge.terminal()
    const commands = () => terminal.list({ client: `session ${short.id}`, session: short.id } as never).length
    await expect.poll(() => existsSync(`${file}-began`)).toBe(true)
    desk.later(2 * hour)
    expect(await mine.closed).toEqual({ code: 1008, reason: 'the session has expired or was revoked' })
    expect(await other.ask('ping')).toMatchObject({ result: {} })
    await expect.poll(commands).toBe(0)
    expect(existsSync(file)).toBe(false)
    expect(readFileSync(join(desk.place.folder, 'audit.jsonl'), 'utf8')).toMatch(
      new RegExp(`"session ${short.id}","tool":"","subject":"websocket","outcome":"ended"`),
    )
  })
  it('by being revoked closes all its connections, and what they still send is not read', async () => {
    await listening({ limits: { checkMs: 20 }, wire: { closeMs: 400 } })
    const wire = await desk.wire()
    await wire.upgrade(desk.token)
    wire.socket.write(text({ jsonrpc: '2.0', id: 1, method: 'initialize', params: initialize }))
    const peers = [await ready(), await ready()]
    await desk.store.revoke(desk.id)
    for (const { closed } of peers) expect((await closed).code).toBe(1008)
    const write = { name: 'write_file', arguments: { path: 'late', content: 'x' } }
    wire.socket.write(text({ jsonrpc: '2.0', id: 2, method: 'tools/call', params: write }))
    await wire.closed
    expect(existsSync(join(desk.place.A, 'late'))).toBe(false)
  })
  it('unknown because its file is damaged closes all', async () => {
    await listening({ limits: { checkMs: 20 } })
    const peer = await ready()
    writeFileSync(join(desk.place.folder, 'sessions.json'), '{ half')
    expect((await peer.closed).code).toBe(1008)
  })
})

describe('a bridge that ends', () => {
  it('says so to its clients and waits for none of them', async () => {
    await listening({ wire: { closeMs: 100 } })
    const peer = await ready()
    await stuck()
    await desk.ws.close()
    expect(await peer.closed).toEqual({ code: 1001, reason: 'the bridge ends' })
  })
})
