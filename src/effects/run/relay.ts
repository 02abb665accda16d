import { EXIT, type ExitCode } from '../../errors.ts'
import type { JsonObject, JsonValue } from '../../model/entry.ts'
import type { RemoteFailure } from './failure.ts'
import { isObject } from '../../core/object.ts'
import { errorAnswer, type Id, idIn, isId, isModern, keyOf, NO_JSON } from '../../core/rpc/message.ts'
import { asMessage, type RemoteEnd } from './remote.ts'
import { Revival } from './revival.ts'

/** The two ends, and how failures are classified. */
export interface RelayEnds {
  readonly remote: RemoteEnd
  /** Sends one message to the client. */
  write(message: JsonObject): void
  judge(error: unknown): RemoteFailure
  /** Called once, at the end of the relay. */
  ended(code: ExitCode): void
}

interface Waiting {
  readonly id: Id
  readonly method: string
  readonly modern: boolean
  readonly abort: AbortController
}

/** Pauses before a message that was not sent is tried again, in ms. */
const RETRY_MS = [200, 800]
/** Most time that the client's messages wait for a notification to be sent. */
const NOTICE_MS = 10_000
/** Time for pending answers after the client has closed its end. */
const LAST_WORDS_MS = 700

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/**
 * Relays messages between a client on stdio and a remote server unchanged, in both protocol eras. Translates the differences
 * between stdio and HTTP: a cancelled request closes its stream (2026-07-28), session and protocol version are headers
 * (2025-11-25), and a message that cannot be delivered is answered with an error.
 */
export class Relay {
  private readonly ends: RelayEnds
  private readonly revival: Revival
  private readonly waiting = new Map<string, Waiting>()
  private ready: Promise<RemoteFailure | null>
  private order: Promise<void> = Promise.resolve()
  private established = false
  private over = false

  constructor(ends: RelayEnds) {
    this.ends = ends
    this.revival = new Revival(ends.remote)
    ends.remote.onMessage((message) => this.fromServer(JSON.parse(JSON.stringify(message))))
    ends.remote.onLost((error) => this.lose(ends.judge(error)))
    this.ready = this.start()
  }

  private start(): Promise<RemoteFailure | null> {
    return this.ends.remote.start().then(
      () => null,
      (error: unknown) => this.ends.judge(error),
    )
  }

  /** Handles one line of the client: a message, or several in an array (2025-03-26). */
  line(text: string): void {
    let value: JsonValue
    try {
      value = JSON.parse(text)
    } catch {
      this.ends.write(errorAnswer(null, 'this line is not JSON', NO_JSON))
      return
    }
    for (const message of Array.isArray(value) ? value : [value]) {
      if (isObject(message)) this.order = this.order.then(() => this.fromClient(message))
    }
  }

  /** Answers a message beyond the limit; `head` is its beginning. */
  tooLong(head: Buffer): void {
    this.ends.write(errorAnswer(idIn(head), 'this message is longer than 32 MiB and was not sent on'))
  }

  /** Called when the client has closed its end: waits a moment for pending answers. */
  async finish(): Promise<void> {
    const until = Date.now() + LAST_WORDS_MS
    const idle = () => [...this.waiting.values()].every(({ method }) => method === 'subscriptions/listen')
    await Promise.race([this.order, pause(LAST_WORDS_MS)])
    while (!idle() && !this.over && Date.now() < until) await pause(10)
    this.end(EXIT.ok)
  }

  private end(code: ExitCode): void {
    if (this.over) return
    this.over = true
    this.ends.ended(code)
  }

  private async fromClient(message: JsonObject): Promise<void> {
    if (this.over) return
    const { id, method } = message
    let failed = await this.ready
    // Somebody may have logged in since.
    if (failed?.kind === 'login') {
      this.ready = this.start()
      failed = await this.ready
    }
    if (typeof method !== 'string' || !isId(id)) return failed === null ? this.notify(message) : undefined
    const waiting: Waiting = { id, method, modern: isModern(message), abort: new AbortController() }
    this.waiting.set(keyOf(id), waiting)
    if (failed !== null) return this.refuse(waiting, failed)
    if (method === 'initialize') this.revival.remember(message)
    const sent = this.request(message, waiting, 0)
    // Nothing may overtake the handshake: its answer has the session id that all other messages need.
    if (method === 'initialize') await sent
  }

  private async request(message: JsonObject, waiting: Waiting, attempt: number): Promise<void> {
    const session = this.ends.remote.hasSession()
    try {
      await this.ends.remote.send(asMessage(message), {
        signal: waiting.abort.signal,
        onEnd: () => this.silence(waiting),
      })
    } catch (error) {
      if (!this.waiting.has(keyOf(waiting.id)) || this.over) return
      const failure = this.ends.judge(error)
      const delay = failure.kind === 'unsent' ? RETRY_MS[attempt] : undefined
      if (delay !== undefined) {
        await pause(delay)
        return this.request(message, waiting, attempt + 1)
      }
      const forgotten = failure.status === 404 && session && attempt === 0 && waiting.method !== 'initialize'
      if (forgotten && (await this.revival.begin())) return this.request(message, waiting, RETRY_MS.length)
      this.refuse(waiting, failure)
    }
  }

  /** Sends a notification or a response. Later messages wait for it, at most `NOTICE_MS`. */
  private async notify(message: JsonObject): Promise<void> {
    const cancelled = message.method === 'notifications/cancelled' && isObject(message.params) ? message.params.requestId : undefined
    const waiting = isId(cancelled) ? this.waiting.get(keyOf(cancelled)) : undefined
    if (waiting !== undefined) {
      this.waiting.delete(keyOf(waiting.id))
      if (waiting.modern) return waiting.abort.abort()
    }
    // A notification has no answer; the next request reports the failure.
    await Promise.race([this.ends.remote.send(asMessage(message)).catch(() => {}), pause(NOTICE_MS)])
  }

  private fromServer(message: JsonObject): void {
    if (this.over || this.revival.takes(message)) return
    const { id, method } = message
    if (method === undefined && isId(id)) {
      this.established = true
      const waiting = this.waiting.get(keyOf(id))
      this.waiting.delete(keyOf(id))
      const version = isObject(message.result) ? message.result.protocolVersion : undefined
      if (waiting?.method === 'initialize' && typeof version === 'string') this.ends.remote.setProtocolVersion(version)
    }
    this.ends.write(message)
  }

  /** Called when the stream of an answer has ended: the end of a subscription, or a lost answer. */
  private silence({ id, method }: Waiting): void {
    if (!this.waiting.delete(keyOf(id)) || this.over) return
    const listening = method === 'subscriptions/listen'
    const ended: JsonObject = {
      jsonrpc: '2.0',
      method: 'notifications/cancelled',
      params: { requestId: id, reason: 'the server ended the stream' },
    }
    this.ends.write(listening ? ended : errorAnswer(id, 'the server closed the stream before its answer was complete'))
  }

  private refuse({ id, method }: Waiting, failure: RemoteFailure): void {
    this.waiting.delete(keyOf(id))
    this.ends.write(failure.answer === null ? errorAnswer(id, failure.words) : { jsonrpc: '2.0', id, error: failure.answer })
    const gone = failure.kind === 'network' || failure.kind === 'unsent'
    if (gone && (this.established || method === 'initialize')) this.lose(failure)
  }

  /** Called when the server is lost: answers everything that waits with an error, and ends the relay. */
  private lose(failure: RemoteFailure): void {
    if (this.over) return
    for (const { id } of this.waiting.values()) this.ends.write(errorAnswer(id, failure.words))
    this.waiting.clear()
    this.end(EXIT.failed)
  }
}
