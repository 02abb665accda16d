import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { request } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { limits } from '../../../src/bridge/base/limits.ts'
import { buildServer } from '../../../src/bridge/start/server.ts'
import { carryHttp } from '../../../src/bridge/start/listening.ts'
import { allProcesses } from '../../../src/bridge/terminal/tree.ts'
import { tools } from '../../../src/bridge/tools/index.ts'
import { openSessions, type SessionStore } from '../../../src/effects/store/sessions.ts'
import { reachable } from '../../../src/model/path.ts'
import { nodeSystem } from '../../../src/system/node.ts'
import { CANARY, type Desk, desk } from '../../support/desk.ts'

let place: Desk
let http: Awaited<ReturnType<typeof carryHttp>>
let store: SessionStore
let token: string
let id: string

beforeEach(async () => {
  place = desk()
  const system = nodeSystem()
  const opened = Promise.resolve(place.bridge)
  http = await carryHttp(system, { port: 0, address: '127.0.0.1' }, place.bridge, ({ authInfo }) =>
    buildServer(opened, tools, '1.2.3', authInfo?.clientId),
  )
  store = openSessions(system, reachable(place.folder), 'linux')
  ;({ token, id } = await store.create(60_000))
})
afterEach(async () => {
  await http.close()
  await place.close()
})

interface Asked {
  readonly status: number
  readonly body: string
  readonly headers: Record<string, unknown>
}

const initialize = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 't', version: '1' } },
})
const good = (): Record<string, string> => ({
  Authorization: `Bearer ${token}`,
  'Content-Type': 'application/json',
  Accept: 'application/json, text/event-stream',
})

function ask(
  headers: Record<string, string | string[]>,
  body: string | null = initialize,
  more: { path?: string; method?: string } = {},
): Promise<Asked> {
  return new Promise((resolve, reject) => {
    const { path = '/mcp', method = body === null ? 'GET' : 'POST' } = more
    const sent = request({ host: '127.0.0.1', port: http.port, path, method, headers, agent: false }, (answer) => {
      let text = ''
      answer.on('data', (chunk) => {
        text += chunk
      })
      answer.on('error', reject)
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: text, headers: answer.headers }))
    })
    sent.on('error', reject)
    sent.end(body ?? undefined)
  })
}

/** Bytes as they are, for what a client library would not send. */
function raw(bytes: string, ms = 60_000): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    const socket = connect(http.port, '127.0.0.1', () => socket.write(bytes))
    socket.on('data', (chunk) => {
      text += chunk
    })
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(text))
    setTimeout(() => {
      socket.destroy()
      resolve(text)
    }, ms).unref()
  })
}

describe('access over HTTP', () => {
  it('refuses a request without a token', async () => {
    const { Authorization: _, ...rest } = good()
    expect(await ask(rest)).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer' } })
  })
  it('refuses a token that is cut, longer, wrong, or of another scheme', async () => {
    for (const Authorization of [
      `Bearer ${token.slice(0, -1)}`,
      `Bearer ${token}x`,
      `Basic ${token}`,
      token,
      `Bearer mtw_${'A'.repeat(43)}`,
      'Bearer',
    ]) {
      expect((await ask({ ...good(), Authorization })).status).toBe(401)
    }
  })
  it('ignores a token in the address', async () => {
    const { Authorization: _, ...rest } = good()
    for (const name of ['token', 'access_token', 'Authorization'])
      expect((await ask(rest, initialize, { path: `/mcp?${name}=${token}` })).status).toBe(401)
  })
  it('refuses a foreign Host, also one that begins like ours', async () => {
    for (const Host of ['evil.example', '127.0.0.1.evil', 'localhost.evil:80', 'evil@127.0.0.1', '[::2]', '127.0.0.1:x', '0.0.0.0'])
      expect((await ask({ ...good(), Host })).status).toBe(403)
    for (const Host of ['localhost', '127.0.0.1:4324', '[::1]:80']) expect((await ask({ ...good(), Host })).status).toBe(200)
  })
  it('refuses any Origin but our own', async () => {
    for (const Origin of [
      'https://evil.example',
      'null',
      `http://localhost:${http.port + 1}`,
      'http://localhost',
      `https://127.0.0.1:${http.port}`,
      'file://',
    ]) {
      expect((await ask({ ...good(), Origin })).status).toBe(403)
    }
    expect((await ask({ ...good(), Origin: `http://localhost:${http.port}` })).status).toBe(200)
  })
  it('checks Host and Origin before the token', async () => {
    expect((await ask({ ...good(), Authorization: 'Bearer x', Origin: 'https://evil.example' })).status).toBe(403)
  })
})

describe('odd requests', () => {
  it('refuses a body that is not JSON by type or content', async () => {
    expect((await ask({ ...good(), 'Content-Type': 'text/plain' })).status).toBe(415)
    expect((await ask({ ...good(), 'Content-Type': 'application/jsonp' })).status).toBe(415)
    expect((await ask(good(), '{"a":')).status).toBe(400)
    expect((await ask(good(), '')).status).toBe(400)
  })
  it('changes nothing by GET, and refuses other methods and addresses', async () => {
    expect((await ask(good(), null, { path: '/mcp?method=tools/call' })).status).toBeGreaterThanOrEqual(400)
    for (const method of ['PUT', 'OPTIONS', 'PATCH']) expect((await ask(good(), null, { method })).status).toBe(405)
    expect((await ask(good(), initialize, { path: '/' })).status).toBe(404)
  })
  it('refuses two Host headers, or none', async () => {
    const head = `POST /mcp HTTP/1.1\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: 2\r\n`
    expect(await raw(`${head}Host: 127.0.0.1\r\nHost: evil\r\n\r\n{}`)).toMatch(/^HTTP\/1\.1 400/)
    expect(await raw(`${head}\r\n{}`)).toMatch(/^HTTP\/1\.1 400/)
  })
  it('refuses a length together with chunks', async () => {
    const head = `POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\n`
    expect(await raw(`${head}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`)).toMatch(/^HTTP\/1\.1 400/)
  })
  it('refuses 64 MiB, announced or not', async () => {
    const head = `POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\n`
    expect(await raw(`${head}Content-Length: 67108864\r\n\r\n`)).toMatch(/^HTTP\/1\.1 413/)
    const chunk = `100000\r\n${'x'.repeat(0x100000)}\r\n`
    expect(await raw(`${head}Transfer-Encoding: chunked\r\n\r\n${chunk.repeat(20)}`)).toMatch(/^HTTP\/1\.1 413/)
    expect((await ask(good())).status).toBe(200)
  })
  it('refuses headers that are too large', async () => {
    expect((await ask({ ...good(), 'X-Long': 'x'.repeat(20_000) })).status).toBe(431)
  })
  it('serves others beside many silent connections', async () => {
    const sockets = Array.from({ length: 100 }, () => connect(http.port, '127.0.0.1'))
    for (const socket of sockets) {
      socket.on('error', () => undefined)
      socket.write('POST /mcp HTTP/1.1\r\nHost: 127')
    }
    expect((await ask(good())).status).toBe(200)
    for (const socket of sockets) socket.destroy()
  })
})

describe('sessions', () => {
  const begin = async (bearer = token): Promise<string> =>
    String((await ask({ ...good(), Authorization: `Bearer ${bearer}` })).headers['mcp-session-id'])
  it('stay available to others when one token opens as many as it can', async () => {
    const mine = await store.create(60_000)
    const first = await begin(mine.token)
    for (let i = 0; i < 70; i++) expect((await ask(good())).status).toBe(200)
    expect((await ask({ ...good(), Authorization: `Bearer ${mine.token}` })).status).toBe(200)
    const list = JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'tools/list', params: {} })
    expect((await ask({ ...good(), Authorization: `Bearer ${mine.token}`, 'Mcp-Session-Id': first }, list)).status).toBe(200)
  })
  it('stay unknown to other tokens', async () => {
    const session = await begin()
    const other = await store.create(60_000)
    const list = JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'tools/list', params: {} })
    expect((await ask({ ...good(), 'Mcp-Session-Id': session }, list)).status).toBe(200)
    expect((await ask({ ...good(), Authorization: `Bearer ${other.token}`, 'Mcp-Session-Id': session }, list)).status).toBe(404)
  })
  it('stay open when a request opens none', async () => {
    const sessions: string[] = []
    for (let n = 0; n < limits.httpSessions; n++) sessions.push(String((await ask(good())).headers['mcp-session-id']))
    for (let n = 0; n < 3; n++) await ask(good(), JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }))
    const ping = JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'ping' })
    for (const session of sessions) expect((await ask({ ...good(), 'Mcp-Session-Id': session }, ping)).status).toBe(200)
  })
  it('have no member named like a property of objects', async () => {
    for (const name of ['__proto__', 'constructor', 'toString']) expect((await ask({ ...good(), 'Mcp-Session-Id': name })).status).toBe(404)
  })
  it('give each of two clients with the same request ids its own answers', async () => {
    place.put('one', 'first')
    place.put('two', 'second')
    const sessions = await Promise.all([begin(), begin()])
    const read = (path: string) =>
      JSON.stringify({ jsonrpc: '2.0', id: 7, method: 'tools/call', params: { name: 'read_file', arguments: { path } } })
    for (let round = 0; round < 20; round++) {
      const [one, two] = await Promise.all(
        sessions.map((session, i) => ask({ ...good(), 'Mcp-Session-Id': session }, read(i === 0 ? 'one' : 'two'))),
      )
      expect([
        one?.body.includes('first'),
        one?.body.includes('second'),
        two?.body.includes('second'),
        two?.body.includes('first'),
      ]).toEqual([true, false, true, false])
    }
  })
  it('close their connections when they are revoked', async () => {
    const session = await begin()
    const socket = connect(http.port, '127.0.0.1')
    socket.on('error', () => undefined)
    const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()))
    socket.write(
      `GET /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\nAuthorization: Bearer ${token}\r\nMcp-Session-Id: ${session}\r\n\r\n`,
    )
    await new Promise((resolve) => socket.once('data', resolve))
    await store.revoke(id)
    await Promise.race([closed, sleep(30_000).then(() => Promise.reject(new Error('still open')))])
    expect((await ask(good())).status).toBe(401)
  })
})

describe('an action that a session has claimed', () => {
  it('waits for another when the session is revoked, though the bridge lives on', async () => {
    const { structuredContent } = await place.call('queue_action', { type: 'execute_from_code', params: { prompt: 'x' } })
    const action = structuredContent?.id
    const session = String((await ask(good())).headers['mcp-session-id'])
    const call = JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'claim_action', arguments: {} } })
    expect((await ask({ ...good(), 'Mcp-Session-Id': session }, call)).body).toContain(`session ${id}`)
    const statusOf = async () => (await place.call('get_action', { id: action })).structuredContent?.status
    expect(await statusOf()).toBe('claimed')
    await store.revoke(id)
    await vi.waitFor(async () => expect(await statusOf()).toBe('pending'), { timeout: 60_000, interval: 50 })
  })
})

describe('commands of a session that ends', () => {
  const called = (name: string, args: object) =>
    JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name, arguments: args } })
  const alive = (pid: number) => allProcesses().some((each) => each.pid === pid && each.state !== 'Z')
  const running: (() => Promise<void>)[] = []
  afterEach(async () => {
    for (const end of running.splice(0)) await end()
  })
  async function listening() {
    const open = desk({ terminal: 'on' })
    let ahead = 0
    const system = { ...nodeSystem(), now: () => Date.now() + ahead }
    const carrier = await carryHttp(system, { port: 0, address: '127.0.0.1' }, open.bridge, ({ authInfo }) =>
      buildServer(Promise.resolve(open.bridge), tools, '1.2.3', authInfo?.clientId),
    )
    running.push(() => carrier.close().then(() => open.close()))
    const sessions = openSessions(system, reachable(open.folder), 'linux')
    const post = (bearer: string, body: string, session?: string) =>
      fetch(`http://127.0.0.1:${carrier.port}/mcp`, {
        method: 'POST',
        body,
        headers: { ...good(), Authorization: `Bearer ${bearer}`, ...(session !== undefined && { 'Mcp-Session-Id': session }) },
      })
    /** What a command prints that goes on, and what is left of it. */
    const started = async (bearer: string, name: string): Promise<number[]> => {
      const session = String((await post(bearer, initialize)).headers.get('mcp-session-id'))
      const command = `setsid sleep 300 & echo $! > ${name}; echo $$ >> ${name}; sleep 300`
      await (await post(bearer, called('execute_command', { command, background: true }), session)).text()
      const file = join(open.A, name)
      await expect.poll(() => existsSync(file) && readFileSync(file, 'utf8').split('\n').length).toBe(3)
      return readFileSync(file, 'utf8').trim().split('\n').map(Number)
    }
    const later = (ms: number) => (ahead += ms)
    return { open, sessions, started, later }
  }
  it('end with it, and those of no other', async () => {
    const { open, sessions, started } = await listening()
    const [one, other] = [await sessions.create(60_000), await sessions.create(60_000)]
    const [mine, others] = [await started(one.token, 'one'), await started(other.token, 'other')]
    expect([...mine, ...others].filter(alive)).toHaveLength(4)
    await sessions.revoke(one.id)
    await expect.poll(() => mine.filter(alive)).toEqual([])
    expect(others.filter(alive)).toEqual(others)
    expect(readFileSync(join(open.folder, 'audit.jsonl'), 'utf8')).toMatch(new RegExp(`"session ${one.id}".*"ended"`))
    const terminal = await open.bridge.terminal()
    const call = {
      client: `session ${one.id}`,
      session: one.id,
      signal: new AbortController().signal,
      progress() {},
      begin() {},
      room: 80_000,
      refused() {},
    }
    expect(terminal.list(call)).toEqual([])
    const late = { command: 'true', shell: undefined, cwd: undefined, environment: undefined, background: true, timeoutMs: 1000 } as const
    await expect(terminal.execute({ ...late, onTimeout: 'stop' }, call)).rejects.toThrow(/has ended/)
  })
  it('end although something else fails at that moment', async () => {
    const { open, sessions, started, later } = await listening()
    const [one, other] = [await sessions.create(24 * 3_600_000), await sessions.create(3_600_000)]
    const [mine, others] = [await started(one.token, 'one'), await started(other.token, 'other')]
    const terminal = await open.bridge.terminal()
    const endClient = terminal.endClient.bind(terminal)
    terminal.endClient = async (client) => {
      if (client === `session ${other.id}`) throw new Error('a fault')
      await endClient(client)
    }
    later(2 * 3_600_000)
    const log = () => readFileSync(join(open.folder, 'logs', 'mcp-server.log'), 'utf8')
    await expect.poll(log).toMatch(/could not be ended: a fault/)
    await sessions.revoke(one.id)
    await expect.poll(() => mine.filter(alive)).toEqual([])
    expect(others.filter(alive)).toEqual(others)
  })
})

describe('both eras', () => {
  it.each([
    ['the handshake era', {}],
    ['2026-07-28', { versionNegotiation: { mode: 'auto' as const } }],
  ])('%s lists and calls', async (_era, options) => {
    place.put('f', 'text')
    const client = new Client({ name: 't', version: '1' }, options)
    const transport = new StreamableHTTPClientTransport(new URL(`http://127.0.0.1:${http.port}/mcp`), {
      requestInit: { headers: { Authorization: `Bearer ${token}` } },
    })
    await client.connect(transport)
    expect((await client.listTools()).tools.length).toBeGreaterThan(10)
    expect(await client.callTool({ name: 'read_file', arguments: { path: 'f' } })).toMatchObject({
      content: [{ type: 'text', text: 'text' }],
    })
    await client.close()
  })
})

describe('what it says of itself', () => {
  it('tells anybody its name, version and protocols alone', async () => {
    const answer = await ask({}, null, { path: '/identity' })
    expect(Object.keys(JSON.parse(answer.body))).toEqual(['name', 'version', 'protocols'])
    expect(JSON.parse(answer.body)).toMatchObject({ name: 'mcp-twin', protocols: expect.arrayContaining(['2026-07-28', '2025-11-25']) })
    expect((await ask({ Host: 'evil' }, null, { path: '/identity' })).status).toBe(403)
    expect((await ask({}, '{}', { path: '/identity' })).status).toBe(405)
  })
  it('records uses and refusals, never a token', async () => {
    await ask(good())
    await ask({ ...good(), Authorization: 'Bearer wrong' })
    const audit = readFileSync(join(place.folder, 'audit.jsonl'), 'utf8')
    expect(audit).toContain(`"client":"session ${id}"`)
    expect(audit).toContain('401')
    expect(audit).not.toContain(token)
    expect(JSON.stringify(await ask(good()))).not.toContain(CANARY)
  })
})

describe('the sessions of the store', () => {
  const fresh = (now: () => number) => {
    const folder = mkdtempSync(join(tmpdir(), 'sessions-'))
    return { folder, sessions: openSessions({ ...nodeSystem(), now }, reachable(folder), 'linux') }
  }
  it('keep the SHA-256 of a token and nothing that leads back, for their owner only', async () => {
    const { folder, sessions } = fresh(() => Date.now())
    const made = await sessions.create(60_000)
    expect(made.token).toMatch(/^mtw_[A-Za-z0-9_-]{43}$/)
    expect(readFileSync(join(folder, 'sessions.json'), 'utf8')).not.toContain(made.token.slice(4, 20))
    expect(statSync(join(folder, 'sessions.json')).mode & 0o777).toBe(0o600)
    rmSync(folder, { recursive: true })
  })
  it('expire, whether a clock is set back or forward by 25 h', async () => {
    let now = Date.now()
    const { folder, sessions } = fresh(() => now)
    const hour = 3_600_000
    const one = await sessions.create(24 * hour)
    expect(await sessions.verify(one.token)).toMatchObject({ id: one.id })
    now += 25 * hour
    expect(await sessions.verify(one.token)).toBeNull()
    expect(await sessions.list()).toEqual([])
    const two = await sessions.create(hour)
    now -= 25 * hour
    expect(await sessions.verify(one.token)).toBeNull()
    expect(await sessions.verify(two.token)).toBeNull()
    rmSync(folder, { recursive: true })
  })
  it('are all kept when many are made at once', async () => {
    const { folder, sessions } = fresh(() => Date.now())
    const made = await Promise.all(Array.from({ length: 8 }, () => sessions.create(60_000)))
    expect(new Set((await sessions.list()).map((each) => each.id))).toEqual(new Set(made.map((each) => each.id)))
    rmSync(folder, { recursive: true })
  })
})
