import type { Socket } from 'node:net'
import { isObject } from '../../core/object.ts'
import { LineReader } from '../../core/rpc/line-reader.ts'
import { limits } from '../base/limits.ts'
import { failed, Refusal } from '../base/refusal.ts'

/** A request as its receiver sees it. */
export interface IncomingRequest {
  readonly method: string
  readonly params: unknown
  /** Aborted when the asker cancels, or is gone. */
  readonly signal: AbortSignal
  progress(message: string): void
}

/** Answers a request with JSON. What it throws reaches the asker as a Refusal. */
export type Answerer = (incoming: IncomingRequest) => Promise<unknown>

export interface ChannelAsking {
  readonly signal: AbortSignal
  progress(message: string): void
}

/** Why a connection ended. `silent`: the other end sent nothing for `limits.leaseAnswerMs` while an answer was waited for. */
export type Ending = 'closed' | 'silent'

interface Waiting extends Pick<ChannelAsking, 'progress'> {
  resolve(result: unknown): void
  reject(error: Error): void
}

/**
 * One end of a connection between the holder of the lease and another bridge: JSON, one message a line. A request has an `id`, `method`
 * and `params`; `result`, `error`, `progress` and `cancel` come with its id. While an answer is waited for, the other end is asked
 * whether it lives (`ping`, `pong`): a process that was stopped keeps its connections. Keeps no process alive.
 */
export class LeaseChannel {
  readonly ended: Promise<Ending>
  private readonly socket: Socket
  private readonly answer: Answerer | null
  private readonly waiting = new Map<number, Waiting>()
  private readonly running = new Map<number, AbortController>()
  private last = 0
  private silent = false
  private next: NodeJS.Timeout | undefined
  private deadline: NodeJS.Timeout | undefined

  /** `answer` null: requests of the other end are refused. */
  constructor(socket: Socket, answer: Answerer | null) {
    this.socket = socket
    this.answer = answer
    const reader = new LineReader({ line: (bytes) => this.take(bytes), tooLong: () => socket.destroy() }, limits.channelLine)
    socket.on('data', (chunk: Buffer) => reader.push(chunk))
    this.ended = new Promise((resolve) => socket.on('close', () => resolve(this.silent ? 'silent' : 'closed')))
    void this.ended.then(() => this.finish())
  }

  get open(): boolean {
    return !this.socket.destroyed
  }

  /** Rejects with a Refusal where the other end refuses, and with `Lost` where the connection ends before the answer. */
  async request(method: string, params: unknown, { signal, progress }: ChannelAsking): Promise<unknown> {
    if (this.socket.destroyed) throw new Lost()
    const id = ++this.last
    const cancel = () => this.send({ id, cancel: true })
    const answer = new Promise<unknown>((resolve, reject) => this.waiting.set(id, { resolve, reject, progress }))
    this.send({ id, method, params })
    this.attend()
    signal.addEventListener('abort', cancel, { once: true })
    if (signal.aborted) cancel()
    return answer.finally(() => signal.removeEventListener('abort', cancel))
  }

  close(): void {
    this.socket.destroy()
  }

  private send(message: object): void {
    if (this.socket.destroyed) return
    this.socket.write(`${JSON.stringify(message)}\n`)
    // The other end does not read, and what waits for it would fill the memory.
    if (this.socket.writableLength > limits.channelUnread) this.socket.destroy()
  }

  private take(bytes: Buffer): void {
    this.heard()
    let message: unknown
    try {
      message = JSON.parse(bytes.toString('utf8'))
    } catch {
      return void this.socket.destroy()
    }
    if (!isObject(message)) return void this.socket.destroy()
    const { id, method, progress, error } = message
    if (message.ping === true) this.send({ pong: true })
    else if (typeof id !== 'number') return
    else if (typeof method === 'string') void this.serve(id, method, message.params)
    else if (message.cancel === true) this.running.get(id)?.abort()
    else if (typeof progress === 'string') this.waiting.get(id)?.progress(progress)
    else this.settle(id, error, message.result)
  }

  private settle(id: number, error: unknown, result: unknown): void {
    const waiting = this.waiting.get(id)
    this.waiting.delete(id)
    if (isObject(error))
      waiting?.reject(
        new Refusal(
          error.kind === 'denied' ? 'denied' : 'failed',
          typeof error.message === 'string' ? error.message : 'the other bridge gave no reason',
        ),
      )
    else waiting?.resolve(result)
  }

  private async serve(id: number, method: string, params: unknown): Promise<void> {
    const over = new AbortController()
    try {
      if (this.answer === null) throw failed('This end of the connection answers no requests.')
      if (this.running.size >= limits.channelRequests) throw failed(`${limits.channelRequests} calls at once are the most; try again.`)
      this.running.set(id, over)
      const result = await this.answer({ method, params, signal: over.signal, progress: (progress) => this.send({ id, progress }) })
      this.send({ id, result })
    } catch (error) {
      const kind = error instanceof Refusal ? error.kind : 'failed'
      this.send({ id, error: { kind, message: error instanceof Error ? error.message : String(error) } })
    } finally {
      this.running.delete(id)
    }
  }

  /** Pings the other end as long as an answer is waited for. */
  private attend(): void {
    if (this.next !== undefined || this.deadline !== undefined) return
    this.send({ ping: true })
    this.deadline = setTimeout(() => {
      // If this process itself was stopped, what arrived meanwhile is read first.
      this.deadline = setTimeout(() => {
        this.silent = true
        this.socket.destroy()
      }, limits.leaseLookMs).unref()
    }, limits.leaseAnswerMs).unref()
  }

  private heard(): void {
    if (this.deadline === undefined) return
    clearTimeout(this.deadline)
    this.deadline = undefined
    this.next = setTimeout(() => {
      this.next = undefined
      if (this.waiting.size > 0) this.attend()
    }, limits.channelPingMs).unref()
  }

  private finish(): void {
    clearTimeout(this.next)
    clearTimeout(this.deadline)
    for (const { reject } of this.waiting.values()) reject(new Lost())
    this.waiting.clear()
    for (const over of this.running.values()) over.abort()
  }
}

/** The connection ended before the answer: the request may have been carried out. */
export class Lost extends Error {
  constructor() {
    super('the connection ended before the answer')
    this.name = 'Lost'
  }
}
