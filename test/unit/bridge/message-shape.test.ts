import { PassThrough } from 'node:stream'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { limits } from '../../../src/bridge/base/limits.ts'
import { buildServer } from '../../../src/bridge/start/server.ts'
import { tools } from '../../../src/bridge/tools/index.ts'
import { shapeTrouble } from '../../../src/bridge/transports/message-shape.ts'
import { carryStdio } from '../../../src/bridge/transports/stdio.ts'
import { type Desk, desk } from '../../support/desk.ts'
import { oddMessages } from '../../support/odd-messages.ts'

const depthOf = (value: unknown): number =>
  value === null || typeof value !== 'object'
    ? 0
    : 1 + Object.values(value).reduce((most: number, each) => Math.max(most, depthOf(each)), 0)

describe('the shape of a message', () => {
  it('is known before it is parsed', () => {
    fc.assert(
      fc.property(fc.jsonValue({ depthSize: 'large', maxDepth: 12 }), fc.integer({ min: 0, max: 2 }), (value, indent) => {
        const wanted = depthOf(value)
        // So much around it that the limit is reached exactly, or by one.
        for (const more of [limits.messageNesting - wanted, limits.messageNesting - wanted + 1]) {
          const text = `${'['.repeat(more)}${JSON.stringify(value, null, indent)}${']'.repeat(more)}`
          expect(shapeTrouble(Buffer.from(text)) !== null).toBe(wanted + more > limits.messageNesting)
        }
      }),
    )
  })
  it('is not looked for in texts', () => {
    const text = '[{"\\'.repeat(100_000)
    expect(shapeTrouble(Buffer.from(JSON.stringify({ [text]: text, a: ['\\', '\\\\', '\\"', text] })))).toBeNull()
    expect(shapeTrouble(Buffer.from(`"${'\\'.repeat(1_000_000)}`))).toBeNull()
    expect(shapeTrouble(Buffer.from(''))).toBeNull()
  })
  it('with too many values or names is refused', () => {
    expect(shapeTrouble(Buffer.from(`[${'1,'.repeat(limits.messageValues + 1)}1]`))).toMatch(/more than \d+ values/)
    expect(shapeTrouble(Buffer.from(`{${'"a":1,'.repeat(limits.messageNames + 1)}"b":1}`))).toMatch(/more than \d+ names/)
    expect(shapeTrouble(Buffer.from(JSON.stringify({ a: ',:'.repeat(limits.messageValues) })))).toBeNull()
  })
})

describe('over stdio', () => {
  let place: Desk
  afterEach(() => place.close())
  async function session() {
    place = desk()
    const [input, output] = [new PassThrough(), new PassThrough()]
    const carrier = carryStdio(
      () => buildServer(Promise.resolve(place.bridge), tools, '1.2.3'),
      input,
      output,
      () => undefined,
    )
    let text = ''
    let told: () => void = () => undefined
    output.on('data', (chunk) => {
      text += chunk
      told()
    })
    const next = async (): Promise<Record<string, unknown>> => {
      while (!text.includes('\n')) await new Promise<void>((more) => (told = more))
      const [line = ''] = text.split('\n', 1)
      text = text.slice(line.length + 1)
      return JSON.parse(line)
    }
    const hello = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 't', version: '1' } }
    input.write(`${JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'initialize', params: hello })}\n`)
    await next()
    return { input, next, carrier }
  }
  it.each(oddMessages)('what is no message is answered in words, and the session continues: %s', async (_what, line) => {
    const { input, next, carrier } = await session()
    input.write(`${line}\n${JSON.stringify({ jsonrpc: '2.0', id: 'last', method: 'ping' })}\n`)
    for (;;) {
      const answer = await next()
      if (answer.id === 'last') break
      const error = answer.error as { code: number; message: string } | undefined
      if (error !== undefined) expect(error.message).toMatch(/^[A-Z].{10,}/)
    }
    await carrier.close()
  })
  it('answers too deep nesting with an error that names its request', async () => {
    const { input, next, carrier } = await session()
    for (const deep of [`${'['.repeat(20_000)}${']'.repeat(20_000)}`, `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`]) {
      input.write(`{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"read_file","arguments":{"path":${deep}}}}\n`)
      expect(await next()).toEqual({
        ...{ jsonrpc: '2.0', id: 7 },
        error: { code: -32600, message: `The message is nested more than ${limits.messageNesting} levels deep.` },
      })
    }
    await carrier.close()
  })
})
