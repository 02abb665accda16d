import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { codeOf } from '../../base/refusal.ts'

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
