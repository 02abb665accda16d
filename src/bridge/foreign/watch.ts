import { type FSWatcher, watch } from 'node:fs'
import { basename, dirname } from 'node:path'
import { codeOf } from '../base/refusal.ts'

/** Watches a file that is replaced by rename: its folder is watched, since a watch on the file itself is lost with it. Keeps no process alive. */
export class FileWatch {
  private readonly path: string
  private readonly changed: () => void
  private watcher: FSWatcher | undefined

  constructor(path: string, changed: () => void) {
    this.path = path
    this.changed = changed
  }

  /** Reports changes from now on. Where the file cannot be watched, the next read finds them. */
  start(): void {
    if (this.watcher !== undefined) return
    const name = basename(this.path)
    try {
      this.watcher = watch(dirname(this.path), { persistent: false }, (_event, file) => {
        if (file === null || file === name) this.changed()
      })
      this.watcher.on('error', () => this.watcher?.close())
    } catch (error) {
      if (codeOf(error) === '') throw error
    }
  }

  close(): void {
    this.watcher?.close()
  }
}
