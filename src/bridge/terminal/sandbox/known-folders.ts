import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { codeOf } from '../../base/refusal.ts'
import { lstat, readdir } from 'node:fs/promises'

/**
 * Folders in which a search has found something that commands must not change. They outlive a bridge, since every conversation
 * has one of its own, and what a command of one conversation has made must not hide them from the next.
 */
export class KnownFolders {
  private folders: readonly string[] | undefined
  private readonly path: string
  private readonly random: (bytes: number) => string

  constructor(path: string, random: (bytes: number) => string) {
    this.path = path
    this.random = random
  }

  all(): readonly string[] {
    this.folders ??= this.read()
    return this.folders
  }

  /** Keeps these instead of all others. */
  keep(folders: readonly string[]): void {
    const before = new Set(this.all())
    this.folders = folders
    if (before.size === folders.length && folders.every((folder) => before.has(folder))) return
    const beside = `${this.path}.${this.random(4)}`
    mkdirSync(dirname(this.path), { recursive: true, mode: 0o700 })
    writeFileSync(beside, `${JSON.stringify(folders)}\n`, { mode: 0o600 })
    renameSync(beside, this.path)
  }

  private read(): readonly string[] {
    try {
      const value: unknown = JSON.parse(readFileSync(this.path, 'utf8'))
      return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []
    } catch (error) {
      if (codeOf(error) === '' && !(error instanceof SyntaxError)) throw error
      return []
    }
  }
}

export interface FolderEntry {
  readonly name: string
  readonly kind: 'file' | 'folder' | 'link'
}

interface Known {
  readonly stamp: string
  readonly entries: readonly FolderEntry[]
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

  async list(folder: string): Promise<readonly FolderEntry[]> {
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
    const entries = found.map((each): FolderEntry => {
      const kind = each.isDirectory() ? 'folder' : each.isSymbolicLink() ? 'link' : 'file'
      return { name: each.name, kind }
    })
    return { stamp, entries, isSettled }
  }
}
