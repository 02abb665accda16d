import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { carryHttp } from '../../../src/bridge/start/listening.ts'
import { buildServer } from '../../../src/bridge/start/server.ts'
import { tools } from '../../../src/bridge/tools/index.ts'
import { openSessions, type SessionStore } from '../../../src/effects/store/sessions.ts'
import { reachable } from '../../../src/model/path.ts'
import { z } from '../../../src/model/zod.ts'
import { nodeSystem } from '../../../src/system/node.ts'
import { type Desk, desk } from '../../support/desk.ts'

let folder: string
let sessions: SessionStore
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sessions-'))
  sessions = openSessions(nodeSystem(), reachable(folder), 'linux')
})
afterEach(() => rmSync(folder, { recursive: true }))
const file = () => join(folder, 'sessions.json')
const hashOf = (token: string) => createHash('sha256').update(token).digest('hex')
const now = Date.now()

/** What version 1.0.0 reads: any other field makes the whole file damaged to it, and then no token is valid. */
const formerSchema = z.strictObject({
  version: z.literal(1),
  seenAt: z.number(),
  sessions: z.array(
    z.strictObject({
      id: z.string(),
      hash: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
      createdAt: z.number(),
      expiresAt: z.number(),
      lastUsedAt: z.nullable(z.number()),
    }),
  ),
})

describe('sessions beside a bridge of the version before', () => {
  const token = `mtw_${'b'.repeat(43)}`
  const former = {
    version: 1,
    seenAt: now,
    sessions: [{ id: '1f2e3d4c', hash: hashOf(token), createdAt: now, expiresAt: now + 60_000, lastUsedAt: null }],
  }
  it('that were made by it are valid, listed and revoked', async () => {
    writeFileSync(file(), JSON.stringify(former), { mode: 0o600 })
    expect(await sessions.verify(token)).toMatchObject({ id: '1f2e3d4c' })
    expect((await sessions.list()).map(({ id }) => id)).toEqual(['1f2e3d4c'])
    expect(await sessions.revoke('1f2e3d4c')).toBe(true)
    expect(await sessions.verify(token)).toBeNull()
  })
  it('that are made, used and revoked now leave a file that it reads, whatever other files there are', async () => {
    writeFileSync(file(), JSON.stringify(former), { mode: 0o600 })
    const made = await sessions.create(60_000)
    const gone = await sessions.create(60_000)
    await sessions.verify(made.token)
    await sessions.revoke(gone.id)
    const read = formerSchema.parse(JSON.parse(readFileSync(file(), 'utf8')))
    expect(read.sessions.map(({ hash }) => hash)).toEqual([hashOf(token), hashOf(made.token)])
    expect(read.sessions[1]?.lastUsedAt).not.toBeNull()
  })
  it('that it wrote while this one runs are seen at once', async () => {
    await sessions.create(60_000)
    expect(await sessions.verify(token)).toBeNull()
    const both = JSON.parse(readFileSync(file(), 'utf8')) as typeof former
    both.sessions.push(...former.sessions)
    writeFileSync(`${file()}.new`, JSON.stringify(both))
    rmSync(file())
    writeFileSync(file(), readFileSync(`${file()}.new`))
    expect(await sessions.verify(token)).toMatchObject({ id: '1f2e3d4c' })
  })
})

describe('a token', () => {
  it('is found at any place among many, and one that differs in a single character is not', async () => {
    const made = [await sessions.create(60_000), await sessions.create(60_000), await sessions.create(60_000)]
    for (const { token, id } of made) {
      expect((await sessions.verify(token))?.id).toBe(id)
      const last = token.at(-1) === 'A' ? 'B' : 'A'
      expect(await sessions.verify(token.slice(0, -1) + last)).toBeNull()
    }
  })
  it('is kept nowhere, nor what it can be found out from', async () => {
    const { token } = await sessions.create(60_000)
    await sessions.verify(token)
    const raw = Buffer.from(token.slice(4), 'base64url')
    for (const name of readdirSync(folder)) {
      const bytes = readFileSync(join(folder, name))
      for (const copy of [token, token.slice(4), raw.toString('hex'), raw.toString('base64')]) expect(bytes.includes(copy)).toBe(false)
    }
  })
  it('of a file that is damaged or gone is not valid', async () => {
    const { token } = await sessions.create(60_000)
    writeFileSync(file(), readFileSync(file(), 'utf8').replace('"version": 1', '"version": 2'))
    await expect(sessions.verify(token)).rejects.toThrow('no session is valid')
    rmSync(file())
    expect(await sessions.verify(token)).toBeNull()
    expect(existsSync(file())).toBe(false)
  })
})

describe('a session whose time is over while its client is connected over HTTP', () => {
  let place: Desk
  afterEach(() => place.close())
  it.each([
    ['the stream of a handshake-era session', 'GET'],
    ['a subscription of 2026-07-28', 'POST'],
    ['a call under way', 'call'],
  ])('loses %s', async (_what, kind) => {
    place = desk({ terminal: 'on' })
    const factory: Parameters<typeof carryHttp>[3] = ({ authInfo }) =>
      buildServer(Promise.resolve(place.bridge), tools, '1', authInfo?.clientId)
    let ahead = 0
    const system = { ...nodeSystem(), now: () => Date.now() + ahead }
    const http = await carryHttp(system, { port: 0, address: '127.0.0.1' }, place.bridge, factory, { checkMs: 20 })
    try {
      const store = openSessions(system, reachable(place.folder), 'linux')
      const { token } = await store.create(3_600_000)
      const url = `http://127.0.0.1:${http.port}/mcp`
      const headers = {
        Authorization: `Bearer ${token}`,
        'Content-Type': 'application/json',
        Accept: 'application/json, text/event-stream',
      }
      const post = (body: object, more: Record<string, string> = {}) =>
        fetch(url, { method: 'POST', headers: { ...headers, ...more }, body: JSON.stringify({ jsonrpc: '2.0', id: 1, ...body }) })
      const meta = {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientInfo': { name: 't', version: '1' },
        'io.modelcontextprotocol/clientCapabilities': {},
      }
      const hello = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 't', version: '1' } }
      const opened = await post({ method: 'initialize', params: hello })
      const session = { 'Mcp-Session-Id': String(opened.headers.get('mcp-session-id')) }
      await opened.text()
      const call = { name: 'execute_command', arguments: { command: 'sleep 20', timeout_ms: 20_000 } }
      const stream =
        kind === 'GET'
          ? await fetch(url, { headers: { ...headers, ...session } })
          : kind === 'POST'
            ? await post(
                { method: 'subscriptions/listen', params: { notifications: { toolsListChanged: true }, _meta: meta } },
                { 'MCP-Protocol-Version': '2026-07-28', 'Mcp-Method': 'subscriptions/listen' },
              )
            : await post({ method: 'tools/call', params: call }, session)
      expect(stream.status).toBe(200)
      ahead = 2 * 3_600_000
      await expect(stream.text()).rejects.toThrow()
      expect((await post({ method: 'initialize', params: hello })).status).toBe(401)
    } finally {
      await http.close()
    }
  })
})
