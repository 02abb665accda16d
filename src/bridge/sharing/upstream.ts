import { isObject } from '../../core/object.ts'
import { envelopeOf } from '../../core/protocol.ts'
import { greet } from '../../core/rpc/handshake.ts'
import type { Id } from '../../core/rpc/message.ts'
import { ownReply, Requests, type RpcAnswer } from '../../core/rpc/requests.ts'
import type { PipedServer } from '../../effects/run/piped.ts'
import type { JsonObject } from '../../model/entry.ts'
import { limits } from '../base/limits.ts'
import { afterColon } from '../base/quote.ts'
import { failed } from '../base/refusal.ts'
import { cut } from '../base/text.ts'
import { timeLimit } from '../base/time-limit.ts'
import type { ForeignResult } from '../foreign/tool.ts'
import { CallProgress } from './progress.ts'

/** How one call is cancelled, and where its progress goes. */
export interface UpstreamCall {
  readonly signal: AbortSignal
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
  private readonly requests: Requests
  /** The progress reports of the calls under way, by the id of their request. */
  private readonly progress = new Map<Id, CallProgress>()
  private readonly ready: Promise<'legacy' | 'modern'>
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
    this.requests = new Requests((message) => piped.send(message))
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
    const told = new CallProgress(progress)
    const envelope = era === 'modern' && envelopeOf(this.client)
    const params = (id: Id): JsonObject => ({ name: tool, arguments: args, _meta: { progressToken: id, ...envelope } })
    const { id, answer } = this.request(
      'tools/call',
      params,
      (why) => `ended before it answered: ${why}. The call may have been carried out and was not repeated.`,
    )
    this.progress.set(id, told)
    const said = await this.within(answer, over, () => {
      this.requests.forget(id)
      this.piped.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: id, reason: 'no longer wanted' } })
      if (signal.aborted) return failed(`The call of ${this.server} was cancelled; it may have been carried out.`)
      // The server has sent nothing since the call began: it is ended, and the next call starts another.
      if (this.heard < began) void this.stop()
      return failed(`${this.server} did not answer within ${this.callMs / 1000} s; the call may have been carried out.`)
    }).finally(() => {
      told.end()
      this.progress.delete(id)
    })
    if ('error' in said) throw this.refused(said)
    const { result } = said
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

  private async greet(): Promise<'legacy' | 'modern'> {
    const late = timeLimit(limits.sharedStartMs)
    const silent = () => {
      void this.stop()
      return failed(`${this.server} did not answer the handshake in time; no call was sent to it.`)
    }
    const ask = async (method: string, about: JsonObject) => {
      const { answer } = this.request(
        method,
        () => about,
        (why) => `could not be started: ${why}. No call was sent to it.`,
      )
      return this.within(answer, late, silent)
    }
    const greeting = await greet({ ask, send: (message) => this.piped.send(message) }, this.client)
    if ('error' in greeting) throw this.refused(greeting)
    return greeting.era
  }

  /** The words of a server that answered with an error. */
  private refused({ error }: { readonly error: { readonly message: string } }): Error {
    return failed(`${this.server} answered:${afterColon(cut(error.message || 'nothing', 2000))}`)
  }

  /** Sends a request. `ended` words what became of it where the server ends before its answer. */
  private request(
    method: string,
    params: (id: Id) => JsonObject,
    ended: (why: string) => string,
  ): { readonly id: Id; readonly answer: Promise<RpcAnswer> } {
    if (this.over) throw failed(`${this.server} has ended; no call was sent to it.`)
    if (this.endIfUnread()) throw failed(`${this.server} does not read what is sent to it and was ended; no call was sent to it.`)
    let id: Id = ''
    const answer = new Promise<RpcAnswer>((resolve, reject) => {
      id = this.requests.send(method, params, {
        answered: resolve,
        failed: ({ message: why }) => reject(failed(`${this.server} ${ended(why)}`)),
      })
    })
    return { id, answer }
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
    const { method, params } = message
    if (typeof method !== 'string') {
      this.requests.take(message)
      return
    }
    const reply = ownReply(message)
    if (!this.endIfUnread() && reply !== null) this.piped.send(reply)
    if (method === 'notifications/tools/list_changed') this.isChanged = true
    if (method !== 'notifications/progress' || !isObject(params) || typeof params.progressToken !== 'number') return
    this.progress.get(params.progressToken)?.say(progressWords(params))
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
    this.requests.fail(new Error(why))
  }
}

/** What a server reports of its progress, in words. */
function progressWords({ message, progress, total }: JsonObject): string {
  if (typeof message === 'string') return message
  if (typeof progress !== 'number') return ''
  return `${progress}${typeof total === 'number' ? `/${total}` : ''}`
}

/** The last line that a server printed before it ended, without what `mcp-twin run` prints below its own errors: a hint and commands. */
function lastLine(stderr: string): string {
  const lines = stderr.split('\n')
  const own = lines.findLastIndex((line) => line.startsWith('mcp-twin: '))
  const isHint = (line: string, at: number): boolean => own !== -1 && at > own && /^(?: {2}→| {4})/.test(line)
  const last = lines.findLast((line, at) => line.trim() !== '' && !isHint(line, at))?.trim() ?? ''
  return last === '' ? '' : ` (${last.slice(0, 300)})`
}
