import { lstat, readdir } from 'node:fs/promises'
import { codeOf } from '../../base/refusal.ts'

export interface Entry {
  readonly name: string
  readonly kind: 'file' | 'folder' | 'link'
}

interface Known {
  readonly stamp: string
  readonly entries: readonly Entry[]
  /** Changed so long before it was read that a later change has another time, on the coarsest clocks too. */
  readonly isSettled: boolean
}

const settledMs = 2000

/**
 * What folders hold, read again only when a folder has changed: whatever is made, renamed or removed in a folder gives
 * it a new ctime, which no program can set. A folder that cannot be read counts as empty.
 */
export class FolderCache {
  private before = new Map<string, Known>()
  private now = new Map<string, Known>()
  private readonly clock: () => number

  constructor(clock: () => number) {
    this.clock = clock
  }

  /** Forgets what was not asked for since the last call. */
  turn(): void {
    this.before = this.now
    this.now = new Map()
  }

  async list(folder: string): Promise<readonly Entry[]> {
    try {
      const facts = await lstat(folder, { bigint: true })
      if (!facts.isDirectory()) return []
      const stamp = `${facts.dev}.${facts.ino}.${facts.ctimeNs}.${facts.mtimeNs}`
      const known = this.before.get(folder)
      const entry = known?.isSettled === true && known.stamp === stamp ? known : await this.read(folder, stamp, Number(facts.ctimeMs))
      this.now.set(folder, entry)
      return entry.entries
    } catch (error) {
      if (codeOf(error) === '') throw error
      return []
    }
  }

  private async read(folder: string, stamp: string, changedMs: number): Promise<Known> {
    const isSettled = this.clock() - changedMs > settledMs
    const found = await readdir(folder, { withFileTypes: true })
    const entries = found.map((each): Entry => {
      const kind = each.isDirectory() ? 'folder' : each.isSymbolicLink() ? 'link' : 'file'
      return { name: each.name, kind }
    })
    return { stamp, entries, isSettled }
  }
}
