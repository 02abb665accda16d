import { afterEach, describe, expect, it } from 'vitest'
import { limits } from '../../../src/bridge/base/limits.ts'
import { begin, counts, end, history, reuse, sameCall } from '../../../src/bridge/sharing/records.ts'
import { SharedHolder } from '../../../src/bridge/sharing/holder.ts'
import { Upstream } from '../../../src/bridge/sharing/upstream.ts'
import { type Desk, desk } from '../../support/desk.ts'
import { pipedServer } from '../../support/piped-server.ts'

const hello = { result: { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 's', version: '1' } } }
const how = { signal: new AbortController().signal, progress: () => undefined }
const ms = 150
/** A clock that moves on whenever it is read. */
const clock = () => {
  let at = 0
  return () => ++at
}

describe('a shared server that hangs', () => {
  it('fails its call after a while and is ended when it said nothing at all', async () => {
    const server = pipedServer(({ method }) => (method === 'initialize' ? hello : null))
    const upstream = new Upstream('s', server.piped, '1', clock(), ms)
    await upstream.call('t', {}, { ...how, signal: AbortSignal.timeout(1) }).catch(() => undefined)
    await expect(upstream.call('t', {}, how)).rejects.toThrow(/s did not answer within 0\.15 s; the call may have been carried out/)
    expect(server.sent.at(-1)).toMatchObject({ method: 'notifications/cancelled' })
    expect(server.stopped()).toBe(1)
    expect(upstream.over).toBe(true)
  })

  it('continues with other calls when it answers some of them', async () => {
    const server = pipedServer(({ method, params }) => {
      if (method === 'initialize') return hello
      return (params as { name?: string })?.name === 'quick' ? { result: { content: [] } } : null
    })
    // Long enough for the other call to come in between, however slow the machine is.
    const upstream = new Upstream('s', server.piped, '1', clock(), 20 * ms)
    const slow = expect(upstream.call('slow', {}, how)).rejects.toThrow(/did not answer/)
    await upstream.call('quick', {}, how)
    await slow
    expect(upstream.over).toBe(false)
    expect(await upstream.call('quick', {}, how)).toMatchObject({ content: [] })
  })

  it('gets no call before its handshake is done', async () => {
    const server = pipedServer(() => null)
    const upstream = new Upstream('s', server.piped, '1', Date.now, ms)
    await expect(upstream.call('t', {}, how)).rejects.toThrow(/not ready in time; no call was sent to it/)
    expect(server.sent.map(({ method }) => method)).toEqual(['initialize'])
    await upstream.stop()
  })
})

describe('a shared server of the era without a handshake', () => {
  it('is called as that era wants it, and may not ask for input in the middle', async () => {
    const server = pipedServer(({ method, params }) => {
      if (method === 'initialize') return { error: { code: -32_601, message: 'no such method' } }
      if (method === 'server/discover') return { result: { capabilities: { tools: {} } } }
      return (params as { name?: string }).name === 'asks' ? { result: { resultType: 'input_required' } } : { result: { content: [] } }
    })
    const upstream = new Upstream('s', server.piped, '1', Date.now, 10_000)
    await upstream.call('t', {}, how)
    expect(JSON.stringify(server.sent.at(-1))).toContain('"io.modelcontextprotocol/protocolVersion":"2026-07-28"')
    await expect(upstream.call('asks', {}, how)).rejects.toThrow(/asks for input/)
  })
})

describe('recorded calls', () => {
  let place: Desk
  afterEach(() => place.close())
  const day = 24 * 3600 * 1000
  const author = { client: 'c', session: 's' }

  it('are kept for 30 days and 200 MB, and answer the same call for as long as is asked', async () => {
    let now = 1_800_000_000_000
    place = desk({ now: () => now })
    const store = await place.bridge.store()
    const record = (id: string, key: string | null = 'k') =>
      store.write(author, (transaction) => {
        begin(transaction, { id, server: 's', tool: 't', key, arguments: `{"q":"${id}"}` })
        end(transaction, id, 'done', { content: [{ type: 'text', text: `answer ${id}` }] })
      })
    const left = () => store.read((database) => history(database, '').map(({ id }) => id))
    await record('a')
    now += 10 * day
    await record('b')
    expect(await store.read((database) => sameCall(database, 'k', now - 1000))).toBe('b')
    expect(await store.read((database) => sameCall(database, 'k', now + 1))).toBeNull()
    expect(await store.read((database) => history(database, 'ANSWER b').map(({ id }) => id))).toEqual(['b'])
    now += 20 * day + 1
    await record('c', null)
    expect(await left()).toEqual(['c', 'b'])
    await store.write(author, (transaction) => transaction.run('UPDATE searches SET bytes = ?', limits.searchesKept / 2 + 1))
    await record('d')
    expect(await left()).not.toContain('b')
    expect(await store.write(author, (transaction) => reuse(transaction, 'none'))).toBeNull()
    expect((await store.read(counts)).requests).toBe((await left()).length)
  })

  it('are shown without half a character at the end of what is cut', async () => {
    place = desk()
    const store = await place.bridge.store()
    const long = `x${'😀'.repeat(200)}`
    await store.write(author, (transaction) => {
      begin(transaction, { id: 'a', server: 's', tool: 't', key: null, arguments: JSON.stringify({ q: long }) })
      end(transaction, 'a', 'done', { content: [{ type: 'text', text: long }] })
    })
    const { content, structuredContent } = await place.call('search_history', {})
    expect(JSON.stringify(structuredContent?.searches)).toContain(`"begins":"x${'😀'.repeat(99)}"`)
    expect(JSON.stringify(content)).not.toMatch(/\\ud83d/)
  })
})

describe('answers that are used again', () => {
  let place: Desk
  afterEach(() => place.close())
  const call = (tool: string) => ({ server: 's', tool, args: {}, client: 'c', session: 'one' })
  const text = async (answer: Promise<{ content: readonly unknown[] }>) => JSON.stringify((await answer).content)

  /** A server that counts: `add` changes what `read` and `bought` answer. Both are used again, `bought` as the manifest says. */
  async function counting() {
    place = desk()
    let number = 0
    const server = pipedServer(({ method, params }) => {
      if (method === 'initialize') return hello
      if (method !== 'tools/call') return null
      if ((params as { name: string }).name === 'add') number++
      return { result: { content: [{ type: 'text', text: `number ${number}` }] } }
    })
    const tool = (name: string, more: object) => ({ name, description: '', inputSchema: { type: 'object' }, annotations: {}, ...more })
    const tools = [
      tool('read', { annotations: { readOnlyHint: true }, cache: true as const }),
      tool('look', { annotations: { readOnlyHint: true } }),
      tool('bought', { cache: true as const }),
      tool('add', {}),
    ]
    const holder = new SharedHolder({
      ...{ version: '1', redaction: place.bridge.redaction, cacheMs: () => 600_000, now: Date.now },
      file: () => ({ shared: { s: { digest: 'd', tools } }, plugins: {} }),
      start: async () => server.piped,
      random: (bytes) =>
        Math.random()
          .toString(16)
          .slice(2, 2 + 2 * bytes),
      report: (trouble) => expect.fail(trouble),
    })
    const held = { store: await place.bridge.store(), check: () => undefined, lost: new AbortController().signal }
    return { ask: (name: string) => text(holder.call(call(name), how, held)), server }
  }

  it('give way once a tool of their server was called that may have changed something', async () => {
    const { ask } = await counting()
    expect(await ask('read')).toContain('number 0')
    expect(await ask('bought')).toContain('number 0')
    await ask('add')
    expect(await ask('read')).toContain('number 1')
    // A person said that it may be used again, whatever else is called.
    expect(await ask('bought')).toContain('number 0')
  })

  it('stay while only tools are called that say they read', async () => {
    const { ask, server } = await counting()
    await ask('read')
    await ask('look')
    const sent = server.sent.length
    await ask('read')
    expect(server.sent).toHaveLength(sent)
  })
})
