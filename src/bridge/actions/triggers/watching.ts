import { type FSWatcher, watch } from 'node:fs'
import { chmod, mkdir } from 'node:fs/promises'
import { limits } from '../../base/limits.ts'
import type { DropBox } from './drop-box.ts'
import type { StateFile } from './state-file.ts'

export interface WatchingOptions {
  readonly box: DropBox
  readonly state: StateFile
  /** `bridge/` and `bridge/triggers`: folders are watched, since a file that is replaced is lost to its watcher. */
  readonly folders: { readonly bridge: string; readonly triggers: string }
  /** Calls back after each change of an action. Returns a function that stops it. */
  onAction(changed: () => void): () => void
  report(trouble: string): void
  now(): number
}

/**
 * Takes up triggers and keeps session_state.json up to date until `stop`, one turn at a time. Looks into the folders at intervals too,
 * since watchers miss changes. Keeps no process alive.
 */
export class Watching {
  private readonly options: WatchingOptions
  private readonly watchers: FSWatcher[] = []
  private readonly stopListening: () => void
  private readonly timer: NodeJS.Timeout
  private next: NodeJS.Timeout | undefined
  private turn: Promise<void> | null = null
  private isDue = false
  private isStale = true
  private isStopped = false
  private written = Number.NEGATIVE_INFINITY
  private told = ''

  constructor(options: WatchingOptions) {
    this.options = options
    this.stopListening = options.onAction(() => {
      this.isStale = true
      this.rouse()
    })
    this.timer = setInterval(() => this.rouse(), limits.triggerLookMs).unref()
    void this.begin()
  }

  /** `ended`: this process ends, which it writes to session_state.json; `lost`: another process writes that file now. */
  async stop(why: 'ended' | 'lost'): Promise<void> {
    if (this.isStopped) return
    this.isStopped = true
    this.stopListening()
    clearInterval(this.timer)
    clearTimeout(this.next)
    for (const each of this.watchers) each.close()
    await this.turn
    if (why === 'ended') await this.options.state.write('stopped').catch(() => undefined)
  }

  private async begin(): Promise<void> {
    const { bridge, triggers } = this.options.folders
    await mkdir(triggers, { recursive: true, mode: 0o700 }).catch(() => undefined)
    // A folder that was made by hand may be open to other users.
    await chmod(triggers, 0o700).catch(() => undefined)
    if (this.isStopped) return
    this.listen(triggers, null)
    this.listen(bridge, 'session_state.json')
    this.rouse()
  }

  private listen(folder: string, only: string | null): void {
    try {
      const watcher = watch(folder, { persistent: false }, (_event, name) => {
        if (only === null || name === null || name === only) this.rouse()
      })
      watcher.on('error', (error) => this.complain(error.message))
      this.watchers.push(watcher)
    } catch (error) {
      // The timer finds what no watcher reports.
      this.complain(error instanceof Error ? error.message : String(error))
    }
  }

  /** Begins a turn, or lets another one follow the turn that is going on. */
  private rouse(): void {
    this.isDue = true
    if (this.turn !== null || this.isStopped) return
    this.isDue = false
    this.turn = this.work()
      .then(() => {
        this.told = ''
      })
      .catch((error: unknown) => this.complain(error instanceof Error ? error.message : String(error)))
      .finally(() => {
        this.turn = null
        if (this.isDue) this.rouse()
      })
  }

  private async work(): Promise<void> {
    const { box, state, now } = this.options
    await box.scan()
    if (this.isStopped) return
    if (await state.look()) this.isStale = true
    if (!this.isStale) return
    const wait = this.written + limits.stateEveryMs - now()
    if (wait > 0) {
      this.next ??= setTimeout(() => {
        this.next = undefined
        this.rouse()
      }, wait).unref()
      return
    }
    this.isStale = false
    this.written = now()
    await state.write('running').catch((error: unknown) => {
      this.isStale = true
      throw error
    })
  }

  private complain(trouble: string): void {
    if (trouble !== this.told && !this.isStopped) this.options.report(trouble)
    this.told = trouble
  }
}
