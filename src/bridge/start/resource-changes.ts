import { limits } from '../base/limits.ts'
import type { Bridge } from '../contract/bridge.ts'
import type { StoreChange } from '../store/changes.ts'
import { changedUri } from './resource-uris.ts'

/** Receives the URI of a changed resource, or null when the list changed. */
type Listener = (uri: string | null) => void

/** Passes changes of resources by any process on to listeners. Opens the store at the first `watch`. */
export class ResourceChanges {
  private readonly opened: Promise<Bridge>
  private readonly listeners = new Set<Listener>()
  private watching: Promise<void> | undefined
  private pause: NodeJS.Timeout | undefined
  private isDue = false
  private sleep: (() => void) | undefined

  constructor(opened: Promise<Bridge>) {
    this.opened = opened
  }

  /** Resolves once changes are seen. Rejects with a Refusal where there is no store. */
  watch(): Promise<void> {
    this.watching ??= this.start().catch((error) => {
      this.watching = undefined
      throw error
    })
    return this.watching
  }

  /** Returns a function that removes the listener. */
  subscribe(listener: Listener): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** A client has subscribed in a way that does not tell when it ends: it counts as use for as long as the bridge runs. */
  listened(): void {
    this.sleep ??= this.stayAwake()
    // Without a store nothing changes; a read answers why.
    this.watch().catch(() => undefined)
  }

  /** Counts as use of the bridge until the function that it returns is called: a store server is asked only while it is used. */
  stayAwake(): () => void {
    const using = setInterval(() => void this.opened.then((bridge) => bridge.used()).catch(() => undefined), limits.programNotedMs)
    using.unref()
    return () => clearInterval(using)
  }

  private async start(): Promise<void> {
    const store = await (await this.opened).store()
    store.onChange((changes) => this.take(changes))
  }

  private take(changes: readonly StoreChange[]): void {
    const uris = new Set(changes.map(changedUri).filter((uri) => uri !== null))
    for (const uri of uris) this.tell(uri)
    if (uris.size > 0) this.listChanged()
  }

  /** Reports a change of the list at once, then at most once per `limits.listChangedMs`. */
  private listChanged(): void {
    this.isDue = this.pause !== undefined
    if (this.isDue) return
    this.tell(null)
    this.pause = setTimeout(() => {
      this.pause = undefined
      if (this.isDue) this.listChanged()
    }, limits.listChangedMs)
    this.pause.unref()
  }

  private tell(uri: string | null): void {
    for (const listener of this.listeners) listener(uri)
  }
}
