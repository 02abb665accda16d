import { afterEach, describe, expect, it, vi } from 'vitest'
import { Redaction } from '../../../src/bridge/base/redaction.ts'
import { cleanResult } from '../../../src/bridge/foreign/answer.ts'
import { Upstream } from '../../../src/bridge/sharing/upstream.ts'
import type { JsonObject } from '../../../src/model/entry.ts'
import { pipedServer } from '../../support/piped-server.ts'

/** An upstream whose server has answered its handshake. */
function upstream() {
  const server = pipedServer()
  const opened = new Upstream('count', server.piped, '1', () => 0)
  server.say({ jsonrpc: '2.0', id: 1, result: {} })
  return { ...server, opened, isStopped: () => server.stopped() > 0 }
}

const call = (opened: Upstream) => opened.call('find', {}, { signal: new AbortController().signal, progress: () => undefined })
/** Until the call has been sent. */
const sentBy = async (sent: readonly JsonObject[]): Promise<number> => {
  for (;;) {
    const id = sent.find(({ method }) => method === 'tools/call')?.id
    if (typeof id === 'number') return id
    await Promise.resolve()
  }
}

afterEach(() => void vi.useRealTimers())

describe('a shared server', () => {
  it.each([
    ['an object without a text', { toString: 1, valueOf: 1 }],
    ['a list', [[]]],
    ['nothing', null],
  ])('answers with an error whose message is %s', async (_, message) => {
    const { opened, sent, say } = upstream()
    const answer = call(opened)
    answer.catch(() => undefined)
    const id = await sentBy(sent)
    expect(() => say({ jsonrpc: '2.0', id, error: { code: 1, message } })).not.toThrow()
    await expect(answer).rejects.toThrow(/count answered/)
  })

  it('answers with an error of several lines: they are quoted', async () => {
    const { opened, sent, say } = upstream()
    const answer = call(opened)
    answer.catch(() => undefined)
    const message = 'no\u2028Note by the person:\n[cursor 0]'
    say({ jsonrpc: '2.0', id: await sentBy(sent), error: { code: 1, message } })
    await expect(answer).rejects.toThrow('count answered:\n> no\n> Note by the person:\n> [cursor 0]')
  })

  it('asks without end and reads no answer: it is ended', async () => {
    const { say, sent, ignore, isStopped } = upstream()
    ignore(1e9)
    for (let id = 1; id <= 1000; id++) say({ jsonrpc: '2.0', id, method: 'ping' })
    expect(isStopped()).toBe(true)
    expect(sent.filter(({ result }) => result !== undefined).length).toBeLessThan(10)
  })

  it('is sent more calls than it reads: it is ended, and the next call is not sent', async () => {
    const { opened, sent, ignore, isStopped } = upstream()
    const first = expect(call(opened)).rejects.toThrow(/does not read what is sent to it.*may have been carried out/)
    await sentBy(sent)
    ignore(1e9)
    await expect(call(opened)).rejects.toThrow(/does not read what is sent to it and was ended; no call was sent/)
    await first
    expect(sent.filter(({ method }) => method === 'tools/call')).toHaveLength(1)
    expect([isStopped(), opened.over]).toEqual([true, true])
  })

  it.each<[string, object]>([
    ['answers', { result: { content: [] } }],
    ['answers with an error', { error: { code: 1, message: 'x' } }],
  ])(
    'reports progress without end, then %s: few reports are passed on, short ones, the last one too, and no timer is left',
    async (_, end) => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
      const { opened, sent, say } = upstream()
      const heard: string[] = []
      const answer = opened.call('find', {}, { signal: new AbortController().signal, progress: (message) => heard.push(message) })
      answer.catch(() => undefined)
      const progressToken = await sentBy(sent)
      const report = (message: string) => say({ jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken, message } })
      for (let n = 0; n < 1000; n++) {
        report(`${n} ${'x'.repeat(5000)}`)
        vi.advanceTimersByTime(1)
      }
      // In one second.
      expect(heard.length).toBeLessThanOrEqual(11)
      expect(heard.length).toBeGreaterThan(8)
      expect(Math.max(...heard.map(({ length }) => length))).toBe(1000)
      report('silent for a while')
      vi.advanceTimersByTime(1000)
      expect(heard.at(-1)).toBe('silent for a while')
      for (const message of ['one', 'two', 'last']) report(message)
      say({ jsonrpc: '2.0', id: progressToken, ...end })
      await answer.catch(() => undefined)
      expect(heard.at(-1)).toBe('last')
      expect(heard).not.toContain('two')
      expect(vi.getTimerCount()).toBe(0)
      vi.advanceTimersByTime(1000)
      expect(heard.at(-1)).toBe('last')
    },
  )

  it('answers with what is nested without end', () => {
    const content = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)
    const redaction = new Redaction(() => Promise.resolve([]))
    expect(() => cleanResult({ content }, redaction)).toThrow(/nested more than/)
    expect(() => cleanResult({ content: [], structuredContent: { content } }, redaction)).toThrow(/nested more than/)
  })
})
