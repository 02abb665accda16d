import { connect, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { limits } from '../../../src/bridge/base/limits.ts'
import { buildServer } from '../../../src/bridge/start/server.ts'
import { carryHttp } from '../../../src/bridge/start/listening.ts'
import { tools } from '../../../src/bridge/tools/index.ts'
import type { ListenerLimits } from '../../../src/bridge/transports/listener-plan.ts'
import { openSessions } from '../../../src/effects/store/sessions.ts'
import { reachable } from '../../../src/model/path.ts'
import { nodeSystem } from '../../../src/system/node.ts'
import { type Desk, desk } from '../../support/desk.ts'
import { oddMessages } from '../../support/odd-messages.ts'

let place: Desk
let http: Awaited<ReturnType<typeof carryHttp>>
let token: string
const wires: Wire[] = []

async function listening(more: Partial<ListenerLimits> = {}): Promise<void> {
  place = desk()
  const opened = Promise.resolve(place.bridge)
  const factory: Parameters<typeof carryHttp>[3] = ({ authInfo }) => buildServer(opened, tools, '1.2.3', authInfo?.clientId)
  http = await carryHttp(nodeSystem(), { port: 0, address: '127.0.0.1' }, place.bridge, factory, more)
  ;({ token } = await openSessions(nodeSystem(), reachable(place.folder), 'linux').create(600_000))
}
afterEach(async () => {
  for (const { socket } of wires.splice(0)) socket.destroy()
  await http.close()
  await place.close()
})

interface Wire {
  readonly socket: Socket
  /** All that came, once the other end has closed it. */
  readonly closed: Promise<string>
  /** What came so far, once it fits. */
  until(pattern: RegExp): Promise<string>
}

function wire(bytes = ''): Promise<Wire> {
  return new Promise((resolve) => {
    let text = ''
    let told: () => void = () => undefined
    const socket = connect({ port: http.port, host: '127.0.0.1', allowHalfOpen: true })
    socket.on('data', (chunk) => {
      text += chunk
      told()
    })
    socket.on('end', () => socket.destroy())
    socket.on('error', () => undefined)
    const closed = new Promise<string>((close) => socket.on('close', () => close(text)))
    const until = async (pattern: RegExp) => {
      while (!pattern.test(text)) {
        if (socket.destroyed) throw new Error(`closed after: ${text}`)
        await Promise.race([closed, new Promise<void>((more) => (told = more))])
      }
      return text
    }
    socket.on('connect', () => {
      if (bytes !== '') socket.write(bytes)
      const made = { socket, closed, until }
      wires.push(made)
      resolve(made)
    })
  })
}
const many = (count: number, bytes = ''): Promise<Wire[]> => Promise.all(Array.from({ length: count }, () => wire(bytes)))

const initialize = JSON.stringify({
  ...{ jsonrpc: '2.0', id: 1, method: 'initialize' },
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 't', version: '1' } },
})
const head = (more: string): string =>
  `POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\n${more}`
const authorized = (): string => `Authorization: Bearer ${token}\r\n`
const asking = (body = initialize): string => `${head(authorized())}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`

async function post(body: string): Promise<{ status: number; answer: { id?: unknown; error?: { code: number; message: string } } }> {
  const answer = await fetch(`http://127.0.0.1:${http.port}/mcp`, {
    method: 'POST',
    body,
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' },
  })
  const text = await answer.text()
  return { status: answer.status, answer: JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? (text === '' ? '{}' : text)) }
}
/** An honest client comes in, on a connection of its own. */
const getsIn = async () => expect(await (await wire(asking())).until(/serverInfo/)).toMatch(/^HTTP\/1\.1 200/)

describe('connections that stay open and send nothing', () => {
  it.each([
    ['nothing at all', ''],
    ['the beginning of a request', 'POST /mcp HTTP/1.1\r\nHost: 127'],
    ['a request that everybody may make', 'GET /identity HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'],
    [
      'a request with a wrong token, and a body that does not come',
      head(`Authorization: Bearer mtw_${'A'.repeat(43)}\r\nContent-Length: 1000\r\n\r\n`),
    ],
  ])('keep nobody out, a thousand of them: %s', async (_what, bytes) => {
    await listening()
    for (let round = 0; round < 10; round++) {
      await many(100, bytes)
      await getsIn()
    }
    expect(wires.filter(({ socket }) => !socket.destroyed && socket.readyState === 'open').length).toBeLessThanOrEqual(
      limits.httpStrangers + 10,
    )
  })
  it('do not end a client that works', async () => {
    await listening()
    const worker = await wire(asking())
    await worker.until(/serverInfo/)
    await many(400)
    worker.socket.write(asking())
    await worker.until(/serverInfo[\s\S]*serverInfo/)
  })
  it.each([
    ['that said nothing', ''],
    ['that sent half of its headers', 'POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nX: '],
    ['that asked what anybody may ask', 'GET /identity HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'],
  ])('are cut off when their time is over: one %s', async (_what, bytes) => {
    await listening({ strangerMs: 1500, checkMs: 10 })
    await (await wire(bytes)).closed
    await getsIn()
  })
  it('are cut off when their headers take too long, letter by letter, with a token too', async () => {
    await listening({ headersMs: 1000, requestMs: 10_000, checkMs: 10, strangerMs: 60_000 })
    const slow = await wire(`POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\n${authorized()}X-Slow: `)
    const drip = setInterval(() => slow.socket.write('x'), 5)
    await slow.closed
    clearInterval(drip)
    const again = await wire(asking())
    await again.until(/serverInfo/)
    again.socket.write('POST /mcp HTTP/1.1\r\nHost: ')
    await again.closed
  })
  it('that were closed by their client alone are closed', async () => {
    await listening()
    const half = await wire()
    half.socket.end()
    await half.closed
    const asked = await wire(asking())
    await asked.until(/serverInfo/)
    asked.socket.end()
    await asked.closed
  })
})

describe('a body that does not come to its end', () => {
  it('is cut off, and holds up nobody', async () => {
    await listening({ requestMs: 1500, headersMs: 1500, checkMs: 10 })
    const slow = await many(30, `${head(authorized())}Content-Length: 1000\r\n\r\n{`)
    await getsIn()
    for (const { closed } of slow) expect(await closed).toMatch(/^HTTP\/1\.1 408|^$/)
    await getsIn()
  })
  it('is not waited for where the token is wrong', async () => {
    await listening()
    const refused = await wire(head(`Authorization: Bearer x\r\nContent-Length: 100000\r\n\r\n`))
    expect(await refused.closed).toMatch(/^HTTP\/1\.1 401/)
  })
  it('is asked for only where the token is right', async () => {
    await listening()
    const refused = await wire(head(`Expect: 100-continue\r\nContent-Length: ${initialize.length}\r\n\r\n`))
    expect(await refused.closed).toMatch(/^HTTP\/1\.1 401/)
    const welcome = await wire(head(`${authorized()}Expect: 100-continue\r\nContent-Length: ${initialize.length}\r\n\r\n`))
    await welcome.until(/^HTTP\/1\.1 100 Continue\r\n\r\n$/)
    welcome.socket.write(initialize)
    expect(await welcome.until(/serverInfo/)).toMatch(/HTTP\/1\.1 200/)
  })
})

describe('many requests at once on one connection', () => {
  it('are answered in their order', async () => {
    await listening()
    const ping = (id: number) => asking(initialize.replace('"id":1', `"id":${id}`))
    const one = await wire(Array.from({ length: 20 }, (_, id) => ping(id + 100)).join(''))
    const text = await one.until(/"id":119/)
    expect([...text.matchAll(/"id":(\d+)/g)].map(([, id]) => Number(id))).toEqual(Array.from({ length: 20 }, (_, id) => id + 100))
  })
  it('end their own connection beyond the limit, and no other', async () => {
    await listening({ unanswered: 8 })
    const one = await wire(Array.from({ length: 1000 }, () => asking()).join(''))
    await one.closed
    await getsIn()
  })
  it('without a token end with the first', async () => {
    await listening()
    const one = await wire(`${head('Content-Length: 0\r\n\r\n')}`.repeat(50))
    expect([...(await one.closed).matchAll(/HTTP\/1\.1 401/g)]).toHaveLength(1)
  })
})

describe('a client that does not read', () => {
  it('is cut off, and holds up nobody', async () => {
    await listening({ unreadMs: 60, checkMs: 10 })
    place.put('large', 'x'.repeat(1024 * 1024))
    const call = {
      jsonrpc: '2.0',
      id: 2,
      method: 'tools/call',
      params: { name: 'read_file', arguments: { path: 'large', max_tokens: 400_000 } },
    }
    const opened = await wire(asking())
    const session = /mcp-session-id: (\S+)/i.exec(await opened.until(/serverInfo/))?.[1]
    const body = JSON.stringify(call)
    const stuck = await wire()
    stuck.socket.pause()
    for (let n = 0; n < 30; n++)
      stuck.socket.write(`${head(authorized())}Mcp-Session-Id: ${session}\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
    await new Promise<void>((resolve) => {
      // Nothing is read, so the end is noticed by writing.
      const knock = setInterval(() => stuck.socket.write('x'), 10)
      stuck.socket.on('close', () => {
        clearInterval(knock)
        resolve()
      })
    })
    await getsIn()
  })
})

describe('odd requests', () => {
  it.each([
    [
      'an upgrade',
      'GET /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    ],
    ['HTTP/2 by hand', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['a tunnel', 'CONNECT 10.0.0.1:22 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'],
    ['what is no HTTP', '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc'],
    ['a chunk without end', head('Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n')],
  ])('end with an answer or without one: %s', async (_what, bytes) => {
    await listening({ strangerMs: 1500, checkMs: 10 })
    expect(await (await wire(bytes)).closed).toMatch(/^HTTP\/1\.1 4\d\d|^$/)
    await getsIn()
  })
})

describe('bodies that are no message', () => {
  it.each(oddMessages)('are answered with an error, and the connection lives: %s', async (_what, body) => {
    await listening()
    const { status, answer } = await post(body)
    expect(status).toBeGreaterThanOrEqual(200)
    expect(status).toBeLessThan(500)
    if (answer.error !== undefined) expect(answer.error.message).toMatch(/^[A-Z].{10,}/)
    await getsIn()
  })
  it.each([20_000, 1_000_000])('%s levels deep are an error of JSON-RPC', async (levels) => {
    await listening()
    for (const [open, close] of [
      ['[', ']'],
      ['{"a":', '}'],
    ] as const) {
      const deep = `${open.repeat(levels)}1${close.repeat(levels)}`
      const body = `{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"read_file","arguments":{"path":${deep}}}}`
      const { status, answer } = await post(body)
      expect(status).toBe(400)
      expect(answer).toEqual({
        ...{ jsonrpc: '2.0', id: 7 },
        error: { code: -32600, message: `The message is nested more than ${limits.messageNesting} levels deep.` },
      })
    }
  })
})
