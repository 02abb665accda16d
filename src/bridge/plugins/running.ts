import { isObject } from '../../core/object.ts'
import { LineReader } from '../../core/rpc/line-reader.ts'
import { limits } from '../base/limits.ts'
import { shapeTrouble } from '../transports/message-shape.ts'
import type { ToPlugin } from './messages.ts'
import { PrintedOutput, type TakeLine } from './output.ts'
import type { PluginSource } from './file.ts'
import { type ProcessOptions, type StartedPlugin, startProcess } from './start-process.ts'
import { PluginTrouble } from './description.ts'
import { pluginLimits } from './limits.ts'

/** Times in ms; tests make them short. */
export interface Patience {
  readonly loadMs: number
  readonly callMs: number
  readonly pingMs: number
}

export const patience: Patience = { loadMs: pluginLimits.loadMs, callMs: pluginLimits.callMs, pingMs: pluginLimits.pingMs }

/** The answer of a handler, as its process sends it. */
export type PluginAnswer =
  | { readonly kind: 'answer'; readonly content: readonly unknown[]; readonly data?: unknown; readonly isError: boolean }
  | { readonly kind: 'error'; readonly message: string }
  | { readonly kind: 'invalid'; readonly message: string }
  /** It took too long, although its process still answers. */
  | { readonly kind: 'slow' }

const intrudes = 'it writes into its connection to the bridge'

interface Waiting {
  settle(message: Record<string, unknown>): void
  fail(trouble: PluginTrouble): void
}

/**
 * The process of one plugin, from its start to its end. If the plugin breaks, everything that waits for it fails with a
 * PluginTrouble, its processes are killed, and it is never used again.
 */
export class RunningPlugin {
  private readonly process: StartedPlugin
  private readonly patience: Patience
  private readonly output: PrintedOutput
  private readonly calls = new Map<number, Waiting>()
  private readonly pings = new Map<number, () => void>()
  private loading: Waiting | null = null
  private count = 0
  private strays = 0
  private trouble: PluginTrouble | null = null
  private over = false

  constructor(options: ProcessOptions, take: TakeLine, times: Patience = patience) {
    this.patience = times
    this.process = startProcess(options)
    this.output = new PrintedOutput(take, () => this.break('it prints without end'))
    for (const stream of this.process.printed) this.output.read(stream)
    const reader = new LineReader(
      {
        line: (bytes) => this.take(bytes),
        exceeded: () => this.break('it sends a message of any size to the bridge'),
      },
      pluginLimits.message + 1024,
    )
    this.process.channel.on('data', (chunk: Buffer) => {
      if (!this.over) reader.push(chunk)
    })
    void this.process.ended.then(({ code, signal }) => this.break(this.endWords(code, signal)))
    // A process that ends closes it too, and its exit code says more, so wait for that.
    this.process.channel.on('close', () => setTimeout(() => this.break('it closed its connection to the bridge'), limits.killedMs).unref())
  }

  /** Loads exactly the bytes of the digest; resolves to the plugin's description of itself. Rejects with a PluginTrouble. */
  load({ file, format, text }: PluginSource): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => this.break(`it did not load within ${this.patience.loadMs / 1000} s`), this.patience.loadMs)
      const done = (finish: () => void) => {
        clearTimeout(late)
        this.loading = null
        finish()
      }
      this.loading = {
        settle: (message) =>
          done(() =>
            typeof message.failed === 'string'
              ? reject(new PluginTrouble(`it does not load: ${message.failed.slice(0, pluginLimits.reason)}`))
              : resolve(message.loaded),
          ),
        fail: (trouble) => done(() => reject(trouble)),
      }
      if (this.trouble !== null) return this.loading.fail(this.trouble)
      this.send({ load: { file, format, source: text.toString('utf8') } })
    })
  }

  /** Calls a tool. Rejects with a PluginTrouble where the plugin broke; with the signal's reason where the call was cancelled. */
  call(tool: string, args: unknown, signal: AbortSignal): Promise<PluginAnswer> {
    this.count++
    const id = this.count
    return new Promise((resolve, reject) => {
      let late: NodeJS.Timeout | undefined
      const done = (finish: () => void) => {
        clearTimeout(late)
        signal.removeEventListener('abort', cancel)
        this.calls.delete(id)
        finish()
      }
      const cancel = () => {
        this.send({ cancel: id })
        done(() => reject(signal.reason))
      }
      this.calls.set(id, {
        settle: (message) => {
          const { exhausted } = message
          const answered = answeredIn(message)
          if (answered === null)
            return this.break(
              typeof exhausted === 'string' ? `it ran out of memory: ${exhausted.slice(0, pluginLimits.lastWords)}` : intrudes,
            )
          done(() => resolve(answered))
        },
        fail: (trouble) => done(() => reject(trouble)),
      })
      if (this.trouble !== null) return this.calls.get(id)?.fail(this.trouble)
      if (signal.aborted) return cancel()
      signal.addEventListener('abort', cancel, { once: true })
      late = setTimeout(() => {
        void this.answers().then((alive) => {
          if (!this.calls.has(id)) return
          if (!alive)
            return this.break(`a call of ${tool} took longer than ${this.patience.callMs / 1000} s, and it runs in an endless loop`)
          this.send({ cancel: id })
          done(() => resolve({ kind: 'slow' }))
        })
      }, this.patience.callMs)
      this.send({ call: id, tool, arguments: args })
    })
  }

  /** False once it broke or was ended. */
  get usable(): boolean {
    return !this.over
  }

  /** Ends it with everything that it started. */
  async end(): Promise<void> {
    this.finish(new PluginTrouble('it was ended'))
    await this.process.ended
  }

  private send(message: ToPlugin): void {
    if (!this.over) this.process.channel.write(`${JSON.stringify(message)}\n`)
  }

  /** Resolves to whether its event loop runs. */
  private answers(): Promise<boolean> {
    this.count++
    const id = this.count
    return new Promise((resolve) => {
      const settle = (alive: boolean) => {
        clearTimeout(late)
        this.pings.delete(id)
        resolve(alive)
      }
      const late = setTimeout(() => settle(false), this.patience.pingMs)
      this.pings.set(id, () => settle(true))
      this.send({ ping: id })
    })
  }

  private take(bytes: Buffer): void {
    if (this.over) return
    const message = messageIn(bytes)
    if (message === null) return void this.break(intrudes)
    const { pong, answer } = message
    const ping = typeof pong === 'number' ? this.pings.get(pong) : undefined
    const waiting = typeof answer === 'number' ? this.calls.get(answer) : this.loading
    if (ping !== undefined) ping()
    else if (waiting) waiting.settle(message)
    else this.strays++
    // A few may be late answers to calls that were cancelled.
    if (this.strays > pluginLimits.strays) this.break(intrudes)
  }

  private endWords(code: number | null, signal: NodeJS.Signals | null): string {
    if (this.output.exhausted) return `it ran out of memory (${pluginLimits.heap / 1024 ** 2} MiB)`
    if (signal !== null) return `its process was ended by ${signal}`
    if (code !== null && code > 128) return `its process crashed (signal ${code - 128})`
    const { lastWords } = this.output
    return `its process ended by itself (exit code ${code})${lastWords === '' ? '' : `; it printed: ${lastWords}`}`
  }

  private break(reason: string): void {
    this.finish(new PluginTrouble(reason))
  }

  private finish(trouble: PluginTrouble): void {
    if (this.over) return
    this.over = true
    this.trouble = trouble
    this.process.kill()
    for (const ping of [...this.pings.values()]) ping()
    this.loading?.fail(trouble)
    for (const call of [...this.calls.values()]) call.fail(trouble)
  }
}

function messageIn(bytes: Buffer): Record<string, unknown> | null {
  if (shapeTrouble(bytes) !== null) return null
  try {
    const message: unknown = JSON.parse(bytes.toString('utf8'))
    return isObject(message) ? message : null
  } catch {
    return null
  }
}

/** Null: the handler got no memory, or the message is not of the kinds that our code sends. */
function answeredIn({ content, data, isError, error, invalid }: Record<string, unknown>): PluginAnswer | null {
  if (typeof invalid === 'string') return { kind: 'invalid', message: invalid }
  if (typeof error === 'string') return { kind: 'error', message: error }
  return Array.isArray(content) ? { kind: 'answer', content, ...(isObject(data) && { data }), isError: isError === true } : null
}
