import type { JSONRPCMessage } from '@modelcontextprotocol/client'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import { failureOf } from '../../../src/effects/run/failure.ts'
import { Relay } from '../../../src/effects/run/relay.ts'
import type { RemoteEnd, SendOptions } from '../../../src/effects/run/remote.ts'
import type { JsonObject } from '../../../src/model/entry.ts'

/** A far end of our own making: `answer` says what happens with each message. */
function far(
  answer: (message: JsonObject, options: SendOptions, tell: (message: JsonObject) => void) => Promise<void> | void,
  session = false,
) {
  const sent: JsonObject[] = []
  const written: JsonObject[] = []
  let tell: (message: JSONRPCMessage) => void = () => {}
  let code: number | null = null
  const remote: RemoteEnd = {
    start: async () => {},
    send: async (message, options = {}) => {
      const plain: JsonObject = JSON.parse(JSON.stringify(message))
      sent.push(plain)
      await answer(plain, options, (back) => tell(JSON.parse(JSON.stringify(back))))
    },
    setProtocolVersion: () => {},
    hasSession: () => session,
    onMessage: (listener) => {
      tell = listener
    },
    onLost: () => {},
    close: async () => {},
  }
  const relay = new Relay({
    remote,
    write: (message) => written.push(message),
    judge: (error) => failureOf(error, { server: 'far', url: 'https://far.example/mcp', keys: [] }),
    ended: (ended) => {
      code = ended
    },
  })
  return { relay, sent, written, code: () => code, say: (message: object) => relay.line(JSON.stringify({ jsonrpc: '2.0', ...message })) }
}
const http = (status: number) => Object.assign(new Error('x'), { data: { status, text: '' } })

describe('a relay', () => {
  it('greets again when the server has forgotten the session, and nobody notices', async () => {
    let known = true
    const end = far((message, _options, tell) => {
      if (message.method === 'initialize') known = true
      else if (!known) throw http(404)
      if (message.id !== undefined) tell({ jsonrpc: '2.0', id: message.id, result: {} })
    }, true)
    end.say({ id: 1, method: 'initialize', params: { protocolVersion: '2025-11-25' } })
    end.say({ method: 'notifications/initialized' })
    await expect.poll(() => end.sent.length).toBe(2)
    known = false
    end.say({ id: 2, method: 'tools/list' })
    end.say({ id: 3, method: 'tools/list' })
    await expect.poll(() => end.written.length).toBe(3)
    expect(end.written.map(({ id }) => id).sort()).toEqual([1, 2, 3])
    expect(end.written.every(({ result }) => result !== undefined)).toBe(true)
    expect(end.sent.filter(({ method }) => method === 'initialize')).toHaveLength(2)
  })

  it('greets again once, and answers with an error when the server forgets the new session too', async () => {
    let known = true
    let greetings = 0
    const end = far((message, _options, tell) => {
      if (message.method === 'tools/list' && !known) throw http(404)
      // A relay that greets without end would give this test no turn to see it.
      if (message.method === 'initialize' && ++greetings > 5) throw http(500)
      if (message.id !== undefined) tell({ jsonrpc: '2.0', id: message.id, result: {} })
    }, true)
    end.say({ id: 1, method: 'initialize', params: {} })
    await expect.poll(() => end.written.length).toBe(1)
    known = false
    end.say({ id: 2, method: 'tools/list' })
    await expect.poll(() => end.written.length).toBe(2)
    expect(end.written[1]).toMatchObject({ id: 2, error: expect.anything() })
    expect(greetings).toBe(2)
  })

  it('sends nothing before the handshake is done', async () => {
    const end = far(async (message, _options, tell) => {
      if (message.method === 'initialize') await pause(50)
      if (message.id !== undefined) tell({ jsonrpc: '2.0', id: message.id, result: {} })
    })
    end.say({ id: 1, method: 'initialize' })
    end.say({ method: 'notifications/initialized' })
    end.say({ id: 2, method: 'tools/list' })
    await expect.poll(() => end.written.length).toBe(2)
    expect(end.sent.map(({ method }) => method)).toEqual(['initialize', 'notifications/initialized', 'tools/list'])
  })

  it('repeats only requests that were surely not sent', async () => {
    let tries = 0
    const end = far((message, _options, tell) => {
      if (message.id === 1 && ++tries < 3) throw Object.assign(new Error('x'), { code: 'ECONNREFUSED' })
      if (message.id === 2) throw Object.assign(new Error('x'), { code: 'ECONNRESET' })
      tell({ jsonrpc: '2.0', id: message.id ?? null, result: {} })
    })
    end.say({ id: 1, method: 'tools/list' })
    await expect.poll(() => end.written.length).toBe(1)
    expect(tries).toBe(3)
    end.say({ id: 2, method: 'tools/call', params: {} })
    await expect.poll(() => end.code()).toBe(1)
    expect(end.sent.filter(({ id }) => id === 2)).toHaveLength(1)
  })

  it('answers requests whose stream ended without an answer', async () => {
    const end = far((message, options) => {
      if (message.id !== undefined) setTimeout(() => options.onEnd?.(), 10)
    })
    end.say({ id: 1, method: 'tools/call', params: {} })
    end.say({ id: 'l', method: 'subscriptions/listen', params: { _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' } } })
    await expect.poll(() => end.written.length).toBe(2)
    expect(end.written).toContainEqual(expect.objectContaining({ id: 1, error: expect.anything() }))
    expect(end.written).toContainEqual(
      expect.objectContaining({ method: 'notifications/cancelled', params: expect.objectContaining({ requestId: 'l' }) }),
    )
  })

  it('passes requests of the server and their answers both ways', async () => {
    const end = far((message, _options, tell) => {
      if (message.id === 1) tell({ jsonrpc: '2.0', id: 1, method: 'roots/list' })
    })
    end.say({ id: 1, method: 'tools/call', params: {} })
    await expect.poll(() => end.written.length).toBe(1)
    end.say({ id: 1, result: { roots: [] } })
    await expect.poll(() => end.sent.length).toBe(2)
    expect(end.sent[1]).toEqual({ jsonrpc: '2.0', id: 1, result: { roots: [] } })
    expect(end.code()).toBeNull()
  })

  it('ends within a second of the end of its input, whatever is under way', async () => {
    const end = far(() => new Promise(() => {}))
    end.say({ id: 1, method: 'tools/call', params: {} })
    vi.useFakeTimers()
    try {
      const finished = end.relay.finish()
      await vi.advanceTimersByTimeAsync(1000)
      expect(end.code()).toBe(0)
      await finished
    } finally {
      vi.useRealTimers()
    }
  })
})
