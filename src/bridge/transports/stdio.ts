import type { Readable, Writable } from 'node:stream'
import type { JSONRPCMessage, McpServerFactory, Transport } from '@modelcontextprotocol/server'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { LineReader } from '../../core/rpc/line-reader.ts'
import { idIn } from '../../core/rpc/message.ts'
import { limits } from '../base/limits.ts'
import type { Carrier } from './carrier.ts'
import { type Complaint, complaintText, readMessage } from './message.ts'

/**
 * The SDK's transport interface over two streams, one message a line. What cannot be read is answered and the
 * connection goes on; the end of input, or an output that nobody reads any more, closes it. What was asked before the end
 * of input is still answered, if that takes no longer than a moment once the bridge is open: `printf … | mcp-twin serve` shows what it answers.
 */
export class StdioTransport implements Transport {
  onclose?: () => void
  onerror?: (error: Error) => void
  onmessage?: (message: JSONRPCMessage) => void
  private readonly input: Readable
  private readonly output: Writable
  private readonly reader: LineReader
  /** Ids of requests that are not answered yet. */
  private readonly asked = new Set<string | number>()
  /** Input has ended, and answers are waited for. */
  private isEnding = false
  private patience: NodeJS.Timeout | undefined
  /** Called when the client subscribes to changes by `subscriptions/listen`, which the SDK answers without its server. */
  private readonly listened: () => void
  /** Settles when the bridge behind it is open: before, it can answer nothing, however long that takes. */
  private readonly ready: Promise<unknown>
  private closed = false

  constructor(input: Readable, output: Writable, listened: () => void = () => undefined, ready: Promise<unknown> = Promise.resolve()) {
    this.listened = listened
    this.ready = ready
    this.input = input
    this.output = output
    const tooLong = (head: Buffer, bytes: number) =>
      this.complain({
        id: idIn(head),
        code: -32600,
        text: `The message has ${bytes} bytes; ${limits.stdioMessage} are the most. Send the content in parts.`,
      })
    this.reader = new LineReader({ line: (bytes) => this.receive(bytes), tooLong })
  }

  async start(): Promise<void> {
    this.input.on('data', (chunk: Buffer) => {
      this.reader.push(chunk)
      // A client that asks and does not read its answers waits, so that they do not pile up here.
      if (this.output.writableNeedDrain) this.input.pause()
    })
    this.output.on('drain', () => {
      if (!this.closed) this.input.resume()
    })
    for (const last of ['end', 'close']) this.input.once(last, () => this.finish())
    this.input.on('error', () => void this.close())
    this.output.on('error', () => void this.close())
  }

  async send(message: JSONRPCMessage): Promise<void> {
    if (this.closed) return
    const room = this.output.write(`${JSON.stringify(message)}\n`)
    if (!('method' in message) && message.id !== undefined) this.asked.delete(message.id)
    if (this.isEnding) this.finish()
    if (!room) await new Promise<void>((resolve) => this.whenWritable(resolve))
  }

  async close(): Promise<void> {
    if (this.closed) return
    this.closed = true
    clearTimeout(this.patience)
    this.input.pause()
    this.onclose?.()
  }

  /** A request is open until it is answered, or its client wants no answer any more. */
  private note(message: JSONRPCMessage): void {
    if (!('method' in message)) return
    if (message.method === 'subscriptions/listen') this.listened()
    if ('id' in message) this.asked.add(message.id)
    else if (message.method === 'notifications/cancelled') {
      const id = message.params?.requestId
      if (typeof id === 'string' || typeof id === 'number') this.asked.delete(id)
    }
  }

  /** Closes when everything is answered, or after a moment. */
  private finish(): void {
    if (this.asked.size === 0) return void this.close()
    if (this.isEnding) return
    this.isEnding = true
    const wait = () => {
      if (!this.closed) this.patience = setTimeout(() => void this.close(), limits.lastAnswersMs)
    }
    this.ready.then(wait, wait)
  }

  private whenWritable(resolve: () => void): void {
    const done = () => {
      this.output.off('drain', done)
      this.output.off('close', done)
      this.output.off('error', done)
      resolve()
    }
    this.output.on('drain', done)
    this.output.on('close', done)
    this.output.on('error', done)
  }

  private receive(line: Buffer): void {
    if (this.closed) return
    const read = readMessage(line, 'line')
    if ('complaint' in read) this.complain(read.complaint)
    else {
      this.note(read.message)
      this.onmessage?.(read.message)
    }
  }

  private complain(complaint: Complaint): void {
    this.onerror?.(new Error(complaint.text))
    if (!this.closed) this.output.write(`${complaintText(complaint)}\n`)
  }
}

/** Serves both protocol eras over two streams until they end. Calls `listened` when the client subscribes to changes, and `heard` at its messages; `ready`: when it can answer. */
export function carryStdio(
  factory: McpServerFactory,
  input: Readable,
  output: Writable,
  onerror: (error: Error) => void,
  listened: () => void = () => undefined,
  ready: Promise<unknown> = Promise.resolve(),
): Omit<Carrier, 'clients'> & { readonly heard: () => boolean } {
  const transport = new StdioTransport(input, output, listened, ready)
  let heard = false
  input.once('data', () => {
    heard = true
  })
  let finish: () => void = () => undefined
  const ended = new Promise<void>((resolve) => {
    finish = resolve
  })
  const handle = serveStdio(factory, { transport, onerror })
  // serveStdio sets its own onclose when it starts, so ours goes around it.
  const inner = transport.onclose
  transport.onclose = () => {
    inner?.()
    finish()
  }
  return { name: 'stdio', ended, heard: () => heard, close: () => handle.close() }
}
