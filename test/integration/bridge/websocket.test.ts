import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from '@modelcontextprotocol/client'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { limits } from '../../../src/bridge/base/limits.ts'
import { CANARY } from '../../support/desk.ts'
import { closeFrame, frame, handshake, initialize, websocketDesk, WebSocketClientTransport, type WebSocketDesk } from './websocket-desk.ts'

let desk: WebSocketDesk
beforeEach(async () => {
  desk = await websocketDesk()
})
afterEach(() => desk.close())

/** A client that works comes in and gets an answer. */
const getsIn = async () => {
  const peer = await desk.open()
  expect(await peer.ask('initialize', initialize)).toMatchObject({ result: { serverInfo: { name: 'mcp-twin' } } })
  peer.socket.close()
}
const audited = () => readFileSync(join(desk.place.folder, 'audit.jsonl'), 'utf8')

describe('access over WebSocket', () => {
  it('refuses any Origin but our own', async () => {
    const Authorization = `Bearer ${desk.token}`
    for (const Origin of [
      'https://evil.example',
      'null',
      `http://localhost:${desk.ws.port + 1}`,
      'file://',
      `ws://127.0.0.1:${desk.ws.port}`,
    ])
      await expect(desk.open({ headers: { Authorization, Origin } })).rejects.toThrow('status 403')
    await desk.open({ headers: { Authorization, Origin: `http://127.0.0.1:${desk.ws.port}` } })
  })
  it('refuses a foreign Host, also one that begins like ours', async () => {
    for (const Host of ['evil.example', '127.0.0.1.evil', 'localhost.evil:80', '0.0.0.0'])
      await expect(desk.open({ headers: { Authorization: `Bearer ${desk.token}`, Host } })).rejects.toThrow('status 403')
    await desk.open({ headers: { Authorization: `Bearer ${desk.token}`, Host: 'localhost:1' } })
  })
  it('refuses a token that is missing, cut, longer, of another scheme, or in the address', async () => {
    const { token } = desk
    for (const headers of [
      {},
      { Authorization: `Bearer ${token.slice(0, -1)}` },
      { Authorization: `Bearer ${token}x` },
      { Authorization: `Basic ${token}` },
      { Authorization: token },
    ] as Record<string, string>[])
      await expect(desk.open({ headers })).rejects.toThrow('status 401')
    for (const name of ['token', 'access_token', 'Authorization'])
      await expect(desk.open({ headers: {}, path: `/?${name}=${token}` })).rejects.toThrow('status 401')
    for (const protocols of [
      ['mcp', `mtw_${'A'.repeat(43)}`],
      ['mcp', 'constructor'],
    ])
      await expect(desk.open({ headers: {}, protocols })).rejects.toThrow('status 401')
    expect(audited()).toMatch(/"denied".*"websocket".*401/)
    expect(audited()).not.toContain(token)
  })
  it('takes a token as the second subprotocol, and never repeats it', async () => {
    const peer = await desk.open({ headers: {}, protocols: ['mcp', desk.token] })
    expect(peer.socket.protocol).toBe('mcp')
    const wire = await desk.wire()
    wire.socket.write(handshake().replace('Protocol: mcp', `Protocol: mcp, ${desk.token}`))
    const head = (await wire.until((all) => all.includes('\r\n\r\n'))).toString('latin1')
    expect(head).toMatch(/^HTTP\/1\.1 101/)
    expect(head).not.toContain(desk.token)
  })
  it('refuses other orders of subprotocols and token', async () => {
    const headers = { Authorization: `Bearer ${desk.token}` }
    for (const protocols of [[], ['chat'], ['mcp', 'chat', 'more']])
      await expect(desk.open({ protocols, headers })).rejects.toThrow('status 400')
    for (const protocols of [[desk.token, 'mcp'], [desk.token], ['mcp', desk.token, 'x']])
      await expect(desk.open({ protocols, headers: {} })).rejects.toThrow('status 400')
    await expect(desk.open({ protocols: ['mcp', desk.token], headers })).rejects.toThrow('status 400')
  })
  it('refuses a session that was revoked or has expired', async () => {
    const short = await desk.store.create(1)
    await expect.poll(() => desk.store.isValid(short.id)).toBe(false)
    await expect(desk.open({ headers: { Authorization: `Bearer ${short.token}` } })).rejects.toThrow('status 401')
    await desk.store.revoke(desk.id)
    await expect(desk.open()).rejects.toThrow('status 401')
  })
  it.each([
    ['no upgrade', 'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n', /^HTTP\/1\.1 426 .*\r\n(.*\r\n)*Upgrade: websocket/i],
    ['another address', handshake('', '/mcp'), /^HTTP\/1\.1 404/],
    ['two Hosts', handshake('Host: 127.0.0.1\r\n'), /^HTTP\/1\.1 400/],
    ['two tokens', handshake('Authorization: Bearer a\r\nAuthorization: Bearer b\r\n'), /^HTTP\/1\.1 400/],
    ['headers beyond all measure', handshake(`X: ${'x'.repeat(20_000)}\r\n`), /^HTTP\/1\.1 431/],
    ['what is no HTTP', '\u0016\u0003\u0001\u0002\u0000', /^HTTP\/1\.1 400|^$/],
    ['another version of HTTP', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', /^HTTP\/1\.1 400|^$/],
  ])('an odd handshake ends with an answer: %s', async (_what, bytes, answer) => {
    const wire = await desk.wire()
    wire.socket.write(bytes)
    wire.socket.end()
    expect((await wire.closed).toString('latin1')).toMatch(answer)
    await getsIn()
  })
  it.each([
    ['no key', (text: string) => text.replace(/Sec-WebSocket-Key:.*\r\n/, '')],
    ['a short key', (text: string) => text.replace('AAAAAAAAAAAAAAAAAAAAAA==', 'AAAA')],
    ['another version', (text: string) => text.replace('Version: 13', 'Version: 7')],
    ['another upgrade', (text: string) => text.replace('Upgrade: websocket', 'Upgrade: h2c')],
    ['a POST', (text: string) => text.replace('GET', 'POST')],
  ])('a handshake that the protocol does not know is refused, with a valid token too: %s', async (_what, change) => {
    const wire = await desk.wire()
    wire.socket.write(change(handshake(`Authorization: Bearer ${desk.token}\r\n`)))
    expect((await wire.closed).toString('latin1')).toMatch(/^HTTP\/1\.1 4\d\d/)
    await getsIn()
  })
})

describe('odd frames', () => {
  const sent = async (bytes: Buffer | readonly Buffer[]) => {
    const wire = await desk.wire()
    await wire.upgrade(desk.token)
    for (const each of [bytes].flat()) wire.socket.write(each)
    return closeFrame(await wire.closed)
  }
  it('are refused beyond 16 MiB, in one frame, in many, or only announced', async () => {
    const mebibyte = 'x'.repeat(1024 * 1024)
    expect(await sent(frame('', { declared: 64 * 1024 * 1024 }))).toMatchObject({ code: 1009 })
    expect(await sent(frame('x', { declared: limits.wsMessage + 1 }))).toMatchObject({ code: 1009 })
    const parts = Array.from({ length: 17 }, (_, n) => frame(mebibyte, { opcode: n === 0 ? 1 : 0, fin: false }))
    expect(await sent(parts)).toMatchObject({ code: 1009 })
    await getsIn()
  })
  it('are read up to 16 MiB', async () => {
    const peer = await desk.open()
    await peer.ask('initialize', initialize)
    const head = '{"jsonrpc":"2.0","id":9,"method":"ping","params":{"_meta":{"x":"'
    peer.send(`${head}${'x'.repeat(limits.wsMessage - head.length - 4)}"}}}`)
    expect(await peer.until(({ id }) => id === 9)).toMatchObject({ result: {} })
  })
  it.each([
    ['unmasked', frame('{}', { masked: false }), 1002],
    ['with a reserved bit', frame('{}', { rsv: 4 }), 1002],
    ['of an unknown kind', frame('{}', { opcode: 5 }), 1002],
    ['a continuation of nothing', frame('{}', { opcode: 0 }), 1002],
    ['a ping in pieces', frame('x', { opcode: 9, fin: false }), 1002],
    ['a ping too long', frame('x'.repeat(200), { opcode: 9 }), 1002],
    ['text that is no UTF-8', frame(Buffer.from([0xc3, 0x28])), 1007],
    ['binary', frame('{}', { opcode: 2 }), 1003],
    ['a close with half a code', frame(Buffer.from([3]), { opcode: 8 }), 1002],
  ])('end the connection with a code: %s', async (_what, bytes, code) => {
    expect(await sent(bytes)).toMatchObject({ code })
    await getsIn()
  })
  it('end the connection when tens of thousands are empty', async () => {
    const piece = frame('', { opcode: 0, fin: false })
    expect(await sent([frame('', { fin: false }), Buffer.concat(Array.from({ length: 40_000 }, () => piece))])).toMatchObject({
      code: 1008,
    })
    await getsIn()
  })
  it('make one message of pieces with a ping between them', async () => {
    const wire = await desk.wire()
    await wire.upgrade(desk.token)
    const text = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: initialize })
    wire.socket.write(frame(text.slice(0, 20), { fin: false }))
    wire.socket.write(frame('there?', { opcode: 9 }))
    wire.socket.write(frame(text.slice(20), { opcode: 0 }))
    const answer = await wire.until((all) => all.includes('serverInfo'))
    expect(answer.toString('latin1')).toContain('there?')
  })
  it('leave other connections alone when one is cut in a frame', async () => {
    const wire = await desk.wire()
    await wire.upgrade(desk.token)
    wire.socket.write(frame('{"jsonrpc"', { declared: 1000 }))
    wire.socket.destroy()
    await getsIn()
    await expect.poll(() => desk.ws.clients()).toEqual([])
  })
})

describe('frames that hold no message', () => {
  it('are answered with an error, and the connection lives', async () => {
    const peer = await desk.open()
    await peer.ask('initialize', initialize)
    peer.send('{"a":')
    expect(await peer.until(({ error }) => (error as { code?: number })?.code === -32700)).toMatchObject({ id: null })
    peer.send({ jsonrpc: '1.0', id: 'old', method: 'ping' })
    expect(await peer.until(({ id }) => id === 'old')).toMatchObject({ error: { code: -32600 } })
    peer.send(`{"jsonrpc":"2.0","id":7,"method":"ping","params":{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}}`)
    expect(await peer.until(({ id }) => id === 7)).toMatchObject({ error: { message: expect.stringContaining('nested') } })
    expect(await peer.ask('ping')).toMatchObject({ result: {} })
  })
})

describe('clients over WebSocket', () => {
  const calls = async (client: Client) => {
    desk.place.put('f', 'content of f')
    const { tools } = await client.listTools()
    expect(tools.map(({ name }) => name)).toContain('read_file')
    expect(await client.callTool({ name: 'read_file', arguments: { path: 'f' } })).toMatchObject({ content: [{ text: 'content of f' }] })
    expect(await client.callTool({ name: 'read_file', arguments: { path: join(desk.place.O, 's') } })).toMatchObject({ isError: true })
    expect(await client.callTool({ name: 'bridge_status', arguments: {} })).toMatchObject({
      structuredContent: { client: `session ${desk.id}`, connected: [`session ${desk.id}`] },
    })
  }
  it.each([
    ['of the handshake era', 'legacy'],
    ['of 2026-07-28', { pin: '2026-07-28' }],
    ['that finds out which', 'auto'],
  ] as const)('the SDK’s client %s lists and calls', async (_era, mode) => {
    const client = new Client({ name: 'sdk', version: '1' }, { versionNegotiation: { mode } })
    await client.connect(new WebSocketClientTransport(`ws://127.0.0.1:${desk.ws.port}/`, desk.token))
    await calls(client)
    await client.close()
    await expect.poll(() => desk.ws.clients()).toEqual([])
    expect(audited()).toMatch(new RegExp(`"session","client":"session ${desk.id}".*"websocket".*"used"`))
    expect(audited()).not.toContain(CANARY)
  })
  it('with the same ids each get their own answers', async () => {
    desk.place.put('one', 'first')
    desk.place.put('two', 'second')
    const other = await desk.store.create(60_000)
    const peers = await Promise.all([desk.open(), desk.open({ headers: { Authorization: `Bearer ${other.token}` } })])
    for (const peer of peers) await peer.ask('initialize', initialize)
    for (let round = 0; round < 20; round++) {
      const answers = await Promise.all(
        peers.map((peer, n) => peer.ask('tools/call', { name: 'read_file', arguments: { path: n === 0 ? 'one' : 'two' } })),
      )
      expect(answers.map((answer) => /first|second/.exec(JSON.stringify(answer))?.[0])).toEqual(['first', 'second'])
    }
  })
  it('that subscribed learn of a change by another connection, and nobody else does', async () => {
    const [one, other, writer] = [await desk.open(), await desk.open(), await desk.open()]
    for (const peer of [one, other, writer]) await peer.ask('initialize', initialize)
    const key = (name: string) => `twin://memory/t/${name}`
    expect(await one.ask('resources/subscribe', { uri: key('a') })).toMatchObject({ result: {} })
    expect(await other.ask('resources/subscribe', { uri: key('b') })).toMatchObject({ result: {} })
    const set = (name: string) => writer.ask('tools/call', { name: 'memory_set', arguments: { namespace: 't', key: name, value: 1 } })
    await set('a')
    const updated =
      (name: string) =>
      ({ method, params }: Record<string, unknown>) =>
        method === 'notifications/resources/updated' && (params as { uri: string }).uri === key(name)
    await one.until(updated('a'))
    await set('b')
    await other.until(updated('b'))
    const heardA = await Promise.race([other.until(updated('a')).then(() => true), other.ask('ping').then(() => false)])
    expect(heardA).toBe(false)
  })
})
