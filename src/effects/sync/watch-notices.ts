import { type FSWatcher, watch } from 'node:fs'
import { basename, dirname } from 'node:path'
import type { ReachablePath } from '../../model/path.ts'
import { pause } from '../machine/pause.ts'

/**
 * Wakes the watcher when the system tells of a change in a folder of this side. It only makes things quicker: across the
 * border nobody tells (microsoft/WSL#4739), and a folder may be beyond the system's limit of watches, so files are
 * also looked at by the clock.
 */
export class Notices {
  readonly #watchers = new Map<string, FSWatcher>()
  readonly #names = new Map<string, Set<string>>()
  #wake: () => void = () => undefined
  #isDue = false

  /** From now on these files, and no others. */
  follow(files: readonly ReachablePath[]): void {
    this.#names.clear()
    for (const file of files) {
      const names = this.#names.get(dirname(file)) ?? new Set()
      this.#names.set(dirname(file), names.add(basename(file)))
    }
    for (const folder of this.#watchers.keys()) if (!this.#names.has(folder)) this.#forget(folder)
    for (const folder of this.#names.keys()) if (!this.#watchers.has(folder)) this.#begin(folder)
  }

  #begin(folder: string): void {
    try {
      const watcher = watch(folder, { persistent: false }, (_kind, name) => {
        if (name === null || this.#names.get(folder)?.has(name)) this.#notice()
      })
      // A folder that goes away takes its watch along; the next `follow` tries again.
      watcher.on('error', () => this.#forget(folder))
      this.#watchers.set(folder, watcher)
    } catch (error) {
      // Not there yet, or no more watches to be had (ENOSPC): the clock has to do.
      if (!(error instanceof Error && 'code' in error)) throw error
    }
  }

  #forget(folder: string): void {
    this.#watchers.get(folder)?.close()
    this.#watchers.delete(folder)
  }

  #notice(): void {
    this.#isDue = true
    this.#wake()
  }

  /** Waits until something is noticed, at most `ms`, and not beyond the end of the command. */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#isDue) {
      const early = new AbortController()
      this.#wake = () => early.abort()
      const end = () => early.abort()
      signal.addEventListener('abort', end, { once: true })
      if (!signal.aborted) await pause(ms, early.signal)
      signal.removeEventListener('abort', end)
      this.#wake = () => undefined
    }
    this.#isDue = false
  }

  close(): void {
    for (const folder of [...this.#watchers.keys()]) this.#forget(folder)
  }
}
