import { PassThrough } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { limits } from '../../../src/bridge/base/limits.ts'
import { LineReader } from '../../../src/core/rpc/line-reader.ts'
import { idIn } from '../../../src/core/rpc/message.ts'
import { StdioTransport } from '../../../src/bridge/transports/stdio.ts'

const collect = () => {
  const lines: string[] = []
  const skipped: number[] = []
  return {
    lines,
    skipped,
    reader: new LineReader({ line: (bytes) => lines.push(bytes.toString()), tooLong: (_head, bytes) => skipped.push(bytes) }),
  }
}

describe('a stream of lines', () => {
  it('is the same however it is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.array(fc.integer({ min: 1, max: 40 })), (texts, cuts) => {
        const whole = Buffer.from(texts.map((text) => `${text.replaceAll('\n', '')}\n`).join(''))
        const { lines, reader } = collect()
        let at = 0
        for (const cut of [...cuts, whole.length]) {
          reader.push(whole.subarray(at, at + cut))
          at += cut
        }
        if (at < whole.length) reader.push(whole.subarray(at))
        expect(lines).toEqual(
          whole
            .toString()
            .split('\n')
            .slice(0, -1)
            .filter((line) => line !== ''),
        )
      }),
    )
  })
  it('of 32 MiB in small pieces is put together once', () => {
    const { lines, reader } = collect()
    const piece = Buffer.alloc(4096, 'x')
    const concat = vi.spyOn(Buffer, 'concat')
    for (let i = 0; i < limits.stdioMessage / 4096; i++) reader.push(piece)
    reader.push(Buffer.from('\n'))
    expect(lines[0]?.length).toBe(limits.stdioMessage)
    expect(concat).toHaveBeenCalledTimes(1)
    concat.mockRestore()
  })
  it('continues after a line that is too long, and keeps nothing of that', () => {
    const { lines, skipped, reader } = collect()
    const piece = Buffer.alloc(1024 * 1024, 'x')
    for (let i = 0; i < 40; i++) reader.push(piece)
    reader.push(Buffer.from('\nnext\n'))
    expect(lines).toEqual(['next'])
    expect(skipped).toEqual([40 * 1024 * 1024])
  })
  it('says that one is too long before its end, with the id in its beginning', () => {
    const lines: string[] = []
    const heads: Buffer[] = []
    const reader = new LineReader({ line: (bytes) => lines.push(bytes.toString()), exceeded: (head) => heads.push(head) }, 10)
    for (const part of ['short\n{"id":', '4,"x":"yyyyyyyyy']) reader.push(Buffer.from(part))
    expect([lines, heads.map(idIn)]).toEqual([['short'], [4]])
    reader.push(Buffer.from('yyyyyyyyyyyyy"}\nnext\n'))
    expect([lines, heads.length]).toEqual([['short', 'next'], 1])
  })
})

describe('the id of a message that is not read', () => {
  it('is the one at its beginning', () => {
    expect(idIn(Buffer.from('{"jsonrpc":"2.0","id":"a-1","method":"x"'))).toBe('a-1')
  })
  it('is not taken from the arguments', () => {
    expect(idIn(Buffer.from('{"method":"tools/call","params":{"arguments":{"id":7,"text":"'))).toBeNull()
  })
})

describe('stdio', () => {
  const open = async () => {
    const [input, output] = [new PassThrough(), new PassThrough()]
    const transport = new StdioTransport(input, output)
    const got: unknown[] = []
    transport.onmessage = (message) => got.push(message)
    let closed = false
    transport.onclose = () => {
      closed = true
    }
    await transport.start()
    const answers = () =>
      String(output.read() ?? '')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line))
    return { input, got, answers, closed: () => closed, settle: () => new Promise((resolve) => setImmediate(resolve)) }
  }
  it('answers what is no JSON, no message, half a message, or too long, and continues', async () => {
    const { input, got, answers, settle } = await open()
    input.write('not json\n{"id":5}\n[]\n{"jsonrpc":"2.0","id":6,"meth\n\n')
    input.write(`{"jsonrpc":"2.0","id":9,"method":"x","params":{"a":"`)
    for (let i = 0; i < 33; i++) input.write(Buffer.alloc(1024 * 1024, 'x'))
    input.write('"}}\n{"jsonrpc":"2.0","id":7,"method":"ping"}\n')
    await settle()
    await settle()
    const all = answers()
    expect(all.map(({ id, error }) => [id, error.code])).toEqual([
      [null, -32700],
      [5, -32600],
      [null, -32600],
      [null, -32700],
      [9, -32600],
    ])
    expect(got).toHaveLength(1)
  })
  it('closes at the end of input', async () => {
    const { input, closed, settle } = await open()
    input.end()
    await settle()
    await settle()
    expect(closed()).toBe(true)
  })
})
