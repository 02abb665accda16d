import { isObject } from '../../core/object.ts'
import { envelopeOf, LEGACY_NEWEST } from '../../core/protocol.ts'
import type { PipedServer } from '../../effects/run/piped.ts'
import type { JsonObject } from '../../model/entry.ts'
import { limits } from '../base/limits.ts'
import { failed } from '../base/refusal.ts'
import { cut } from '../base/text.ts'
import { timeLimit } from '../base/time-limit.ts'
import type { ForeignResult } from '../foreign/tool.ts'
import { Progress } from './progress.ts'

/** How one call is cancelled, and where its progress goes. */
export interface UpstreamCall {
  readonly signal: AbortSignal
  progress(message: string): void
}

interface Waiting {
  /** A call of a tool, and not a part of the handshake. */
  readonly isCall: boolean
  resolve(result: JsonObject): void
  reject(error: Error): void
  progress(message: string): void
}

/**
 * The one connection to a shared server. It is offered neither sampling nor elicitation nor roots, and of what it sends by itself only
 * progress is passed on. One that ends, or sends without end, fails the calls under way and nothing else.
 */
export class Upstream {
  /** True once the server has ended: the next call needs another connection. */
  over = false
  /** True once the server has reported that its list of tools changed. */
  isChanged = false
  private readonly server: string
  private readonly piped: PipedServer
  private readonly client: JsonObject
  private readonly waiting = new Map<number, Waiting>()
  private readonly ready: Promise<'legacy' | 'modern'>
  private last = 0
  /** When the server last sent something. */
  private heard = 0
  private readonly now: () => number
  private readonly callMs: number
  private window = { from: 0, bytes: 0 }

  constructor(server: string, piped: PipedServer, version: string, now: () => number, callMs: number = limits.sharedCallMs) {
    this.callMs = callMs
    this.server = server
    this.piped = piped
    this.now = now
    this.client = { name: 'mcp-twin', version }
    piped.onMessage((message) => this.take(message))
    piped.onOutput((bytes) => this.count(bytes))
    piped.onEnd((why) => this.end(`${why}${lastLine(piped.stderr())}`))
    this.ready = this.greet()
    this.ready.catch(() => undefined)
  }

  /** Rejects with a Refusal that says whether the call may have been carried out. */
  async call(tool: string, args: JsonObject, { signal, progress }: UpstreamCall): Promise<ForeignResult> {
    const began = this.now()
    const over = AbortSignal.any([signal, timeLimit(this.callMs)])
    const era = await this.within(this.ready, over, () => failed(`${this.server} was not ready in time; no call was sent to it.`))
    const id = ++this.last
    const meta: JsonObject = { progressToken: id, ...(era === 'modern' && envelopeOf(this.client)) }
    const told = new Progress(progress)
    const answer = this.request(id, 'tools/call', { name: tool, arguments: args, _meta: meta }, (said) => told.say(said))
    const result = await this.within(answer, over, () => {
      this.waiting.delete(id)
      this.piped.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: id, reason: 'no longer wanted' } })
      if (signal.aborted) return failed(`The call of ${this.server} was cancelled; it may have been carried out.`)
      // The server has sent nothing since the call began: it is ended, and the next call starts another.
      if (this.heard < began) void this.stop()
      return failed(`${this.server} did not answer within ${this.callMs / 1000} s; the call may have been carried out.`)
    }).finally(() => told.end())
    if (result.resultType === 'input_required')
      throw failed(`${this.server} asks for input in the middle of the call, which the bridge does not offer.`)
    const { content, structuredContent, isError } = result
    return {
      content: Array.isArray(content) ? content : [],
      structuredContent: isObject(structuredContent) ? structuredContent : undefined,
      isError: isError === true,
    }
  }

  async stop(): Promise<void> {
    this.end('the bridge ended it')
    await this.piped.stop()
  }

  /** Sends `initialize` first, since nearly all servers support it; one of the era without a handshake refuses that. */
  private async greet(): Promise<'legacy' | 'modern'> {
    const params = { protocolVersion: LEGACY_NEWEST, capabilities: {}, clientInfo: this.client }
    const late = timeLimit(limits.sharedStartMs)
    const silent = () => {
      void this.stop()
      return failed(`${this.server} did not answer the handshake in time; no call was sent to it.`)
    }
    try {
      await this.within(this.request(++this.last, 'initialize', params), late, silent)
    } catch (error) {
      if (this.over) throw error
      await this.within(this.request(++this.last, 'server/discover', { _meta: envelopeOf(this.client) }), late, silent)
      return 'modern'
    }
    this.piped.send({ jsonrpc: '2.0', method: 'notifications/initialized' })
    return 'legacy'
  }

  private request(id: number, method: string, params: JsonObject, progress: Waiting['progress'] = () => undefined): Promise<JsonObject> {
    return new Promise((resolve, reject) => {
      if (this.over) return reject(failed(`${this.server} has ended; no call was sent to it.`))
      if (this.endIfUnread())
        return reject(failed(`${this.server} does not read what is sent to it and was ended; no call was sent to it.`))
      this.waiting.set(id, { resolve, reject, progress, isCall: method === 'tools/call' })
      this.piped.send({ jsonrpc: '2.0', id, method, params })
    })
  }

  private within<T>(work: Promise<T>, over: AbortSignal, ended: () => Error): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const end = () => reject(ended())
      if (over.aborted) end()
      over.addEventListener('abort', end, { once: true })
      work.then(resolve, reject).finally(() => over.removeEventListener('abort', end))
    })
  }

  private take(message: JsonObject): void {
    this.heard = this.now()
    const { id, method, result, error, params } = message
    if (typeof method === 'string') {
      this.hear(method, params, id)
      return
    }
    const waiting = typeof id === 'number' ? this.waiting.get(id) : undefined
    if (waiting === undefined || typeof id !== 'number') return
    this.waiting.delete(id)
    if (isObject(error)) waiting.reject(failed(`${this.server} answered: ${cut(textOf(error.message), 2000)}`))
    else waiting.resolve(isObject(result) ? result : {})
  }

  private hear(method: string, params: unknown, id: unknown): void {
    if (!this.endIfUnread() && (typeof id === 'number' || typeof id === 'string'))
      this.piped.send({
        ...{ jsonrpc: '2.0', id },
        ...(method === 'ping' ? { result: {} } : { error: { code: -32_601, message: 'not offered' } }),
      })
    if (method === 'notifications/tools/list_changed') this.isChanged = true
    if (method !== 'notifications/progress' || !isObject(params) || typeof params.progressToken !== 'number') return
    const { progressToken, message, progress, total } = params
    const said =
      typeof message === 'string'
        ? message
        : typeof progress === 'number'
          ? `${progress}${typeof total === 'number' ? `/${total}` : ''}`
          : ''
    this.waiting.get(progressToken)?.progress(said)
  }

  /** Ends a server that does not read: what it leaves unread stays in our memory. */
  private endIfUnread(): boolean {
    if (this.piped.unread() <= limits.sharedUnread) return false
    this.end('it does not read what is sent to it')
    void this.piped.stop()
    return true
  }

  private count(bytes: number): void {
    const now = this.now()
    if (now - this.window.from > limits.sharedOutputMs) this.window = { from: now, bytes: 0 }
    this.window.bytes += bytes
    if (this.window.bytes <= limits.sharedOutput || this.over) return
    this.end(`it sent more than ${limits.sharedOutput / 2 ** 20} MiB within ${limits.sharedOutputMs / 1000} s and was ended`)
    void this.piped.stop()
  }

  private end(why: string): void {
    if (this.over) return
    this.over = true
    for (const { reject, isCall } of this.waiting.values())
      reject(
        failed(
          isCall
            ? `${this.server} ended before it answered: ${why}. The call may have been carried out and was not repeated.`
            : `${this.server} could not be started: ${why}. No call was sent to it.`,
        ),
      )
    this.waiting.clear()
  }
}

/** Turns what should be a text into one. A server may send anything: `String` throws for an object whose `toString` is no function. */
const textOf = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing'))

/** The last line that a server printed before it ended, without the hint that `mcp-twin run` prints below its own errors. */
function lastLine(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.trim())
  const last = lines.findLast((line) => line !== '' && !line.startsWith('→')) ?? ''
  return last === '' ? '' : ` (${last.slice(0, 300)})`
}
