import { createHash } from 'node:crypto'
import { isObject } from '../../core/object.ts'
import type { ListedTool, ToolList, ToolsFile } from '../../core/foreign/tools-file.ts'
import type { PipedServer } from '../../effects/run/piped.ts'
import type { JsonObject } from '../../model/entry.ts'
import { limits } from '../base/limits.ts'
import { failed, Refusal } from '../base/refusal.ts'
import type { Redaction } from '../base/redaction.ts'
import { type CleanResult, cleanResult } from '../foreign/answer.ts'
import type { Store } from '../store/store.ts'
import type { Transaction } from '../store/transaction.ts'
import { begin, end, giveUp, type CallOutcome, outdate, reads, reuse, sameCall } from './records.ts'
import { Upstream, type UpstreamCall } from './upstream.ts'

/** The store for the holder of the lease; `check` throws, and `lost` is aborted, once another process holds it. */
export interface HeldStore {
  readonly store: Store
  check(transaction: Transaction): void
  readonly lost: AbortSignal
}

/** A call of a shared server's tool, as the bridge of its client sends it. */
export interface SharedCall {
  readonly server: string
  readonly tool: string
  readonly args: JsonObject
  readonly client: string
  readonly session: string
}

export interface HolderOptions {
  readonly version: string
  readonly redaction: Redaction
  /** `tools.json` as it is now. */
  file(): ToolsFile
  /** How old an answer may be to be used again, in ms. */
  cacheMs(): number
  start(server: string): Promise<PipedServer>
  now(): number
  random(bytes: number): string
  report(trouble: string): void
}

interface Connection {
  readonly digest: string
  readonly upstream: Promise<Upstream>
  opened?: Upstream
}

/** One request whose answer several callers wait for. */
interface Running {
  readonly server: string
  readonly answer: Promise<CleanResult>
  readonly over: AbortController
  callers: number
}

/** Runs shared servers in the bridge that holds the lease: one connection a server, started by its first call. */
export class SharedHolder {
  private readonly options: HolderOptions
  private readonly connections = new Map<string, Connection>()
  private readonly running = new Map<string, Running>()
  private held: HeldStore | null = null

  constructor(options: HolderOptions) {
    this.options = options
  }

  /** Returns the answer, from the cache if one there may be used for this call. It holds no keys. */
  async call(call: SharedCall, { signal, progress }: UpstreamCall, held: HeldStore): Promise<CleanResult> {
    await this.hold(held)
    const { list, tool } = this.listed(call)
    if (tool.cache !== true)
      return this.carryOut(call, list, null, { signal, progress }).finally(() => this.forgetRunning(call.server, tool))
    const key = keyOf(list.digest, call)
    const known = await this.known(key, call)
    if (known !== null) return known
    let running = this.running.get(key)
    if (running === undefined) {
      const over = new AbortController()
      const answer = this.carryOut(call, list, key, { signal: over.signal, progress })
      running = { server: call.server, answer, over, callers: 0 }
      this.running.set(key, running)
      const own = running
      answer.finally(() => this.running.get(key) === own && this.running.delete(key)).catch(() => undefined)
    }
    return joined(running, signal, () => this.running.delete(key))
  }

  /** Servers that have reported that their list of tools changed. */
  changed(): readonly string[] {
    return [...this.connections].flatMap(([server, { opened }]) => (opened?.isChanged === true ? [server] : []))
  }

  async close(): Promise<void> {
    const all = [...this.connections.values()]
    this.connections.clear()
    await Promise.all(all.map(({ upstream }) => upstream.then((each) => each.stop()).catch(() => undefined)))
  }

  /** Called before every call. Once this process has become the holder, marks what the holder before left unfinished. */
  private async hold(held: HeldStore): Promise<void> {
    if (this.held?.lost === held.lost) return
    this.held = held
    held.lost.addEventListener('abort', () => void this.close(), { once: true })
    await held.store.write({ client: '', session: '' }, (transaction) => {
      held.check(transaction)
      giveUp(transaction)
    })
  }

  private listed({ server, tool: name }: SharedCall): { readonly list: ToolList; readonly tool: ListedTool } {
    const { shared } = this.options.file()
    const list = Object.hasOwn(shared, server) ? shared[server] : undefined
    const tool = list?.tools.find((each) => each.name === name)
    if (list === undefined || tool === undefined) throw failed(`${server} has no tool ${name} any more; ask for the list of tools again.`)
    return { list, tool }
  }

  private async known(key: string, { client, session }: SharedCall): Promise<CleanResult | null> {
    const { store } = this.current()
    const cacheMs = this.options.cacheMs()
    if (cacheMs === 0) return null
    const since = this.options.now() - cacheMs
    const id = await store.read((database) => sameCall(database, key, since))
    if (id === null) return null
    return store.write({ client, session }, (transaction) => reuse(transaction, id)?.result ?? null)
  }

  /** A call from now on must not join one that was sent before this tool may have changed something. */
  private forgetRunning(server: string, tool: ListedTool): void {
    if (reads(tool)) return
    for (const [key, running] of this.running) if (running.server === server) this.running.delete(key)
  }

  private async carryOut(call: SharedCall, list: ToolList, key: string | null, how: UpstreamCall): Promise<CleanResult> {
    const { redaction, random } = this.options
    const { server, tool, args, client, session } = call
    const { store, check } = this.current()
    const author = { client, session }
    const id = `s-${random(4)}`
    await redaction.ready()
    // Recorded before the request is sent: it is known even if this process is killed, and a bridge that lost the lease sends none.
    await store.write(author, (transaction) => {
      check(transaction)
      begin(transaction, { id, server, tool, key, arguments: redaction.text(JSON.stringify(args)) })
    })
    const record = (outcome: CallOutcome, result: CleanResult | null) =>
      store
        .write(author, (transaction) => {
          check(transaction)
          end(transaction, id, outcome, result)
          outdate(transaction, server, list, tool)
        })
        .catch((error: Error) => this.options.report(`a result of ${server} could not be recorded: ${error.message}`))
    try {
      const upstream = await this.connect(server, list.digest)
      const result = cleanResult(await upstream.call(tool, args, how), redaction)
      await record(result.isError === true ? 'error' : 'done', result)
      return result
    } catch (error) {
      await record(how.signal.aborted ? 'cancelled' : 'error', null)
      throw error instanceof Refusal ? failed(redaction.text(error.message)) : error
    }
  }

  private current(): HeldStore {
    if (this.held === null || this.held.lost.aborted) throw failed('Nothing was done: another bridge has taken over; try again.')
    return this.held
  }

  private connect(server: string, digest: string): Promise<Upstream> {
    // The lease may have been lost since the call was recorded. Then all connections are closed, and none is opened.
    this.current()
    const known = this.connections.get(server)
    const fresh = async (): Promise<Upstream> => {
      const before = await known?.upstream.catch(() => null)
      if (before != null && !before.over && known?.digest === digest) return before
      // Its definition has changed, or it has ended.
      void before?.stop()
      const { start, version, now } = this.options
      return new Upstream(server, await start(server), version, now)
    }
    const connection: Connection = { digest, upstream: fresh() }
    connection.upstream.then(
      (opened) => {
        connection.opened = opened
      },
      () => undefined,
    )
    this.connections.set(server, connection)
    return connection.upstream
  }
}

/** Waits for the answer of a request as one more caller. When all callers have cancelled, so is the request, and no caller joins it any more. */
function joined(running: Running, signal: AbortSignal, forget: () => void): Promise<CleanResult> {
  running.callers++
  return new Promise((resolve, reject) => {
    const leave = () => {
      running.callers--
      if (running.callers === 0) {
        forget()
        running.over.abort()
      }
      reject(failed('The call was cancelled; it may have been carried out.'))
    }
    if (signal.aborted) return leave()
    signal.addEventListener('abort', leave, { once: true })
    running.answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave))
  })
}

/** A digest that is equal for calls of the same tool with the same arguments, whatever the order of their names. */
const keyOf = (digest: string, { server, tool, args }: SharedCall): string =>
  createHash('sha256')
    .update(JSON.stringify([digest, server, tool, ordered(args)]))
    .digest('hex')

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered)
  if (!isObject(value)) return value
  return Object.keys(value)
    .sort()
    .map((name) => [name, ordered(value[name])])
}

/** Reads the request of another bridge. Throws a Refusal if this version does not understand it. */
export function sharedCall(params: unknown): SharedCall {
  if (isObject(params)) {
    const { server, tool, args, client, session } = params
    if (
      typeof server === 'string' &&
      typeof tool === 'string' &&
      isObject(args) &&
      typeof client === 'string' &&
      typeof session === 'string'
    )
      return { server, tool, args, client: client.slice(0, limits.clientCharacters), session }
  }
  throw failed('The request of another bridge is not understood: the two are of different versions; restart their clients.')
}
