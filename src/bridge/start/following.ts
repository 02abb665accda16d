import { limits } from '../base/limits.ts'
import { versionOf } from '../base/access.ts'
import type { Settings } from '../base/settings.ts'
import type { Bridge } from '../contract/bridge.ts'

type Parts = Pick<Bridge, 'settings' | 'policy' | 'log'>

/**
 * Lets a bridge follow its manifest: folders that it adds open, and what it closes closes. One that cannot be read any more closes all
 * that such a manifest closes at a start, until it can be read again. A command that runs keeps what it had.
 */
export class Following {
  private readonly parts: Parts
  private readonly began: Settings
  private readonly listeners = new Set<() => void>()
  private version: string
  private known: string
  private looking: Promise<void> | undefined

  constructor(parts: Parts) {
    this.parts = parts
    this.began = { ...parts.settings }
    this.version = this.versionNow()
    this.known = ''
  }

  /** Takes over what the manifest says now. Every call of a client asks first; it costs microseconds while the file stays the same. */
  async now(): Promise<void> {
    // What began earlier may have read an earlier file.
    await this.looking
    if (this.versionNow() === this.version) return
    this.looking ??= this.look().finally(() => {
      this.looking = undefined
    })
    await this.looking
  }

  /** Calls `listener` after each change, and looks for one without being asked from then on. Returns a function that ends both. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener)
    const timer = setInterval(() => void this.now(), limits.manifestEveryMs)
    timer.unref()
    return () => {
      clearInterval(timer)
      this.listeners.delete(listener)
    }
  }

  /** A link and what it leads to have a version each. */
  private versionNow(): string {
    const path = this.began.manifestNow?.path
    return path === undefined ? '' : `${versionOf(path)} ${versionOf(path, 'itself')}`
  }

  private async look(): Promise<void> {
    const { settings, policy, log } = this.parts
    const version = this.versionNow()
    const now = await this.began.manifestNow?.read(this.began)
    this.version = version
    const print = JSON.stringify(now)
    if (now === undefined || print === this.known) return
    this.known = print
    // What changes while a bridge runs: all of it at one moment, since calls are under way.
    Object.assign(settings, { unreadable: undefined }, now)
    policy.follow(settings)
    if (now.unreadable !== undefined) log.write('bridge', 'warning', now.unreadable)
    else log.write('bridge', 'info', `the manifest has changed: folders ${now.roots.join(', ')}${now.readOnly ? '; read-only' : ''}`)
    for (const listener of this.listeners) listener()
  }
}
