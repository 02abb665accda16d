import { arch, hostname } from 'node:os'
import { join } from 'node:path'
import type { ChannelAsking, IncomingRequest } from '../lease/channel.ts'
import type { Lease } from '../lease/lease.ts'
import type { RunnerParts } from './runner-parts.ts'
import type { RunnerPlace } from './holding.ts'
import type { BridgeLog } from '../records/log.ts'
import { limits } from '../base/limits.ts'
import type { Settings } from '../base/settings.ts'
import type { WaitingFile } from '../handoff/waiting.ts'
import type { OwnNamespace } from '../memory/own-namespace.ts'
import type { Store } from '../store/store.ts'
import type { Transaction } from '../store/transaction.ts'
import { failed } from '../base/refusal.ts'
import type { ServerState } from '../machines/server.ts'
import type { StoreServer } from './store-server.ts'
import { sendWork, stateWork, storeWorks, usedWork } from './store-works.ts'

/** What the holder of the lease works with. */
export interface HeldLease {
  readonly store: Store
  /** Throws where another process has taken over: each transaction of the holder's work begins with it. */
  check(transaction: Transaction): void
  /** Aborted when another process has taken over, or this one ends. */
  readonly lost: AbortSignal
}

/** Answers requests of all bridges, in the one that holds the lease. */
export type HolderWork = (incoming: IncomingRequest, held: HeldLease) => Promise<unknown>

/** What a process does besides looking after the store as long as it holds the lease; it ends before the store is closed. */
export type Hold = (held: { readonly store: Store; readonly lease: Lease }, lost: AbortSignal) => Promise<{ stop(): Promise<void> }>

/** Carries actions out as long as this process holds the lease. */
export const holdWith =
  (place: RunnerPlace, parts: RunnerParts): Hold =>
  async (held, lost) =>
    (await import('./holding.ts')).startRunner(place, held, parts, lost)

/** The store of one bridge, loaded and opened when it is first used: no client waits for it when it says hello. */
export class Storage {
  private readonly found: string[] = []
  private readonly settings: Settings
  private readonly log: BridgeLog
  private readonly waiting: WaitingFile
  private readonly work = new Map<string, HolderWork>()
  private lease: Lease | undefined
  private joined: Promise<Lease | null> | undefined
  private readonly hold: Hold | null
  private held: ReturnType<Hold> | undefined
  /** Aborted when this process no longer holds the lease; absent: it never did. */
  private holding: AbortSignal | undefined
  private opened: Promise<Store> | undefined
  private closed = false
  private ownNamespace: OwnNamespace | undefined
  /** Loaded where the store is the copy of a server's. */
  private server: Promise<StoreServer> | undefined
  private lastUsed = 0

  /** `hold`: what it does while it holds the lease, besides looking after the store. */
  constructor(settings: Settings, log: BridgeLog, waiting: WaitingFile, hold: Hold | null) {
    this.settings = settings
    this.hold = hold
    this.waiting = waiting
    this.log = log
    for (const [method, work] of storeWorks(() => this.storeServer())) this.serve(method, work)
  }

  /** Rejects with a Refusal where there is no store; the next call tries again, since what is in the way may be gone by then. */
  store(): Promise<Store> {
    this.opened ??= this.open().catch((error) => {
      this.opened = undefined
      throw error
    })
    return this.opened
  }

  /** True once the store was asked for. */
  get isOpen(): boolean {
    return this.opened !== undefined && !this.closed
  }

  /** True once the store has turned out to be the copy of a server's. */
  get isCopy(): boolean {
    return this.server !== undefined
  }

  /** Registers work that only the holder of the lease does, for all bridges. */
  serve(method: string, work: HolderWork): void {
    this.work.set(method, work)
  }

  /** Has the holder, which may be this bridge, do such work. Rejects with a Refusal, or with `Lost` where the holder ended before it answered. */
  async ask(method: string, params: unknown, asking: ChannelAsking): Promise<unknown> {
    const store = await this.store()
    // A command that ends soon takes part only where a server must be asked, and no bridge may be there to do it.
    if (this.server !== undefined && this.settings.unreadable === undefined) this.joined ??= this.takePart(store)
    // The lease and its connections keep no process alive, and a command has nothing else that does.
    const awake = setInterval(() => undefined, limits.leaseWaitMs)
    try {
      const lease = await this.joined
      if (lease == null) throw failed('Nothing was done: this process takes no part in looking after the store.')
      return await lease.ask(method, params, asking)
    } finally {
      clearInterval(awake)
    }
  }

  /** Problems of the store, as sentences. */
  get problems(): readonly string[] {
    return [...this.found, ...(this.ownNamespace?.problems() ?? [])]
  }

  /** The namespace of Claude Code's project, else that of the manifest, else the one that all share. */
  async namespace(): Promise<string> {
    const { OwnNamespace } = await import('../memory/own-namespace.ts')
    this.ownNamespace ??= new OwnNamespace(this.settings)
    return this.ownNamespace.now()
  }

  /** How the server is reached whose copy the store is; null: it is no copy. `isKnown`: as it was last, without trying to reach it. */
  async serverState(signal: AbortSignal, isKnown: boolean): Promise<ServerState | null> {
    const store = await this.store()
    const { serverOf } = await import('../machines/copy.ts')
    if ((await store.read(serverOf)) === null) return null
    // It comes from a process of the same user.
    return (await this.ask(stateWork, isKnown, { signal, progress: () => undefined })) as ServerState
  }

  /** Tells the holder of the lease that this bridge is in use, which keeps a store server awake. No call waits for it. */
  used(): void {
    const now = this.settings.now()
    if (this.server === undefined || this.closed || this.settings.isBrief === true || now - this.lastUsed < limits.serverUsedMs) return
    this.lastUsed = now
    // The next use tells it again.
    this.ask(usedWork, null, { signal: AbortSignal.timeout(limits.leaseAnswerMs), progress: () => undefined }).catch(() => {
      this.lastUsed = 0
    })
  }

  async close(): Promise<void> {
    this.closed = true
    const store = await this.opened?.catch(() => null)
    await this.joined?.catch(() => null)
    await (await this.held?.catch(() => undefined))?.stop()
    this.lease?.close()
    await (await this.server?.catch(() => undefined))?.close()
    await store?.settle().catch(() => undefined)
    store?.close()
  }

  private async open(): Promise<Store> {
    const { settings, log, found, waiting } = this
    const [{ Store }, { StorePlace }, { chooseEngine }, { waitingIn, waitingKinds }] = await Promise.all([
      import('../store/store.ts'),
      import('../store/place.ts'),
      import('../store/engine.ts'),
      import('../handoff/waiting.ts'),
    ])
    const report = (problem: string) => {
      found.push(problem)
      log.write('bridge', 'error', problem)
    }
    let reported = false
    const refresh = (store: Store) =>
      store
        .write({ client: settings.client, session: '' }, (transaction) => waiting.write(waitingIn(transaction)))
        .catch((error: unknown) => {
          if (!reported && !this.closed)
            report(`bridge/waiting.json cannot be written: ${error instanceof Error ? error.message : String(error)}.`)
          reported = true
        })
    const store = await Store.open({
      place: new StorePlace(settings.folder),
      engine: chooseEngine(settings.platform, arch()),
      machine: hostname(),
      now: () => settings.now(),
      random: (bytes) => settings.random(bytes),
      rebuild: async (database) => (await import('../memory/index-again.ts')).indexAgain(database),
      report,
      isBrief: settings.isBrief === true,
      copies: () => this.storeServer(),
      async committed(store, kinds) {
        if (waitingKinds.some((kind) => kinds.has(kind))) await refresh(store)
      },
    })
    // A process that was killed between its commit and the file left it behind. Nobody waits for this.
    void refresh(store)
    // Who uses the store takes part in looking after it; no call waits for that.
    // One whose manifest cannot be read carries out nothing, so it must not stand in the way of others that do.
    if (settings.isBrief !== true && settings.unreadable === undefined) {
      this.joined = new Promise<void>((resolve) => setImmediate(resolve)).then(() => this.takePart(store))
      this.joined.catch((error: unknown) => log.write('bridge', 'error', `the store is not looked after: ${String(error)}`))
    }
    return store
  }

  private async takePart(store: Store): Promise<Lease | null> {
    if (this.closed) return null
    const { settings, log } = this
    const [{ Lease }, { keepUp }] = await Promise.all([import('../lease/lease.ts'), import('../lease/upkeep.ts')])
    if (this.closed) return null
    const author = { client: settings.client, session: 'lease' }
    const shared = {
      ...{ store, author, pid: settings.pid, platform: settings.platform, run: join(settings.folder, 'run') },
      isAlive: (pid: number) => settings.isAlive(pid),
      now: () => settings.now(),
      report: (trouble: string) => log.write('bridge', 'warning', `the store is not looked after: ${trouble}`),
    }
    const onHeld = (lost: AbortSignal) => {
      keepUp({ ...shared, lease }, lost)
      this.held = this.hold?.({ store, lease }, lost)
      this.holding = lost
      void this.server?.then((server) => server.follow(lost))
      this.held?.catch((error: unknown) => log.write('bridge', 'error', `no action is carried out: ${String(error)}`))
    }
    const lease = new Lease({
      ...shared,
      onHeld,
      answer: (incoming, lost) => this.answer(incoming, { store, lost, check: (transaction) => lease.check(transaction) }),
    })
    this.lease = lease
    void lease.seek()
    return lease
  }

  private storeServer(): Promise<StoreServer> {
    this.server ??= this.loadServer()
    return this.server
  }

  private async loadServer(): Promise<StoreServer> {
    const { settings, log } = this
    const { StoreServer } = await import('./store-server.ts')
    return new StoreServer({
      settings,
      store: () => this.store(),
      ask: (batch) => this.ask(sendWork, batch, { signal: new AbortController().signal, progress: () => undefined }),
      holding: () => (this.holding?.aborted === false ? this.holding : null),
      speaks: async () => (await this.lease?.confirm()) === true,
      report: (trouble) => log.write('bridge', 'warning', trouble),
    })
  }

  private async answer(incoming: IncomingRequest, held: HeldLease): Promise<unknown> {
    const work = this.work.get(incoming.method)
    if (work === undefined) throw failed(`The bridge that looks after the store does not know ${incoming.method}; restart its client.`)
    return work(incoming, held)
  }
}
