import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { limits } from '../../../src/bridge/base/limits.ts'
import { StdioTransport } from '../../../src/bridge/transports/stdio.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

/** A transport that was asked one thing before its input ended, and a bridge that is opened by `open`. */
async function asked() {
  const [input, output] = [new PassThrough(), new PassThrough()]
  let open: () => void = () => undefined
  const ready = new Promise<void>((resolve) => (open = resolve))
  const transport = new StdioTransport(input, output, () => undefined, ready)
  const closed = vi.fn()
  transport.onclose = closed
  await transport.start()
  input.end('{"jsonrpc":"2.0","id":1,"method":"ping"}\n')
  await new Promise((resolve) => input.once('end', resolve))
  return { transport, output, closed, open }
}

it('keeps requests from before the end of input for a bridge that opens slowly', async () => {
  const { transport, output, closed, open } = await asked()
  await vi.advanceTimersByTimeAsync(60 * limits.lastAnswersMs)
  expect(closed).not.toHaveBeenCalled()
  open()
  await vi.advanceTimersByTimeAsync(limits.lastAnswersMs - 1)
  await transport.send({ jsonrpc: '2.0', id: 1, result: {} })
  expect(String(output.read())).toContain('"id":1')
  expect(closed).toHaveBeenCalledOnce()
})

it('what is not answered a moment after the bridge is open is not waited for', async () => {
  const { closed, open } = await asked()
  open()
  await vi.advanceTimersByTimeAsync(limits.lastAnswersMs - 1)
  expect(closed).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(1)
  expect(closed).toHaveBeenCalledOnce()
})
