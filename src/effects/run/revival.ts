import type { JsonObject } from '../../model/entry.ts'
import { Requests } from '../../core/rpc/requests.ts'
import { asMessage, type RemoteEnd } from './remote.ts'

const GREETING_MS = 10_000

/**
 * A server that has forgotten a session answers 404, and the client must begin a new one (2025-11-25:
 * basic/transports). The client on stdio cannot know of sessions, so the relay greets again in the client's words.
 */
export class Revival {
  private readonly remote: RemoteEnd
  private greeting: JsonObject | null = null
  private running: Promise<void> | null = null
  private sending: Promise<void> = Promise.resolve()
  private readonly requests = new Requests((message) => {
    this.sending = this.remote.send(asMessage(message))
  }, 'mcp-twin:again')

  constructor(remote: RemoteEnd) {
    this.remote = remote
  }

  /** Keeps the client's `initialize`. */
  remember(initialize: JsonObject): void {
    this.greeting = initialize
  }

  /** True when this is the answer to our own greeting, which the client never asked for. */
  takes(message: JsonObject): boolean {
    return this.requests.take(message)
  }

  /** Begins a new session, once for all who ask at the same time. True: there is one again. */
  async begin(): Promise<boolean> {
    const { greeting } = this
    if (greeting === null) return false
    this.running ??= this.greet(greeting)
    try {
      await this.running
      return true
    } catch {
      return false
    } finally {
      this.running = null
    }
  }

  private async greet(greeting: JsonObject): Promise<void> {
    const answered = this.requests.ask('initialize', greeting.params ?? {})
    await this.sending
    await Promise.race([answered, new Promise((resolve) => setTimeout(resolve, GREETING_MS).unref())])
    await this.remote.send({ jsonrpc: '2.0', method: 'notifications/initialized' })
  }
}
