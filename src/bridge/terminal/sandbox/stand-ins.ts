import { mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { limits } from '../../base/limits.ts'
import type { StandIns } from './closed-steps.ts'

const note = 'closed to commands by mcp-twin\n'

/** Files of our own that are shown in the place of closed ones: of the same size and time, so that git need not read them. */
export class StandInFiles implements StandIns {
  private readonly folder: string
  private readonly random: (bytes: number) => string

  /** `folder`: where no command sees or changes them. */
  constructor(folder: string, random: (bytes: number) => string) {
    this.folder = folder
    this.random = random
  }

  for({ size, mtimeMs }: { readonly size: number; readonly mtimeMs: number }): string {
    const length = size > limits.standInBytes ? 0 : size
    const seconds = Math.floor(mtimeMs / 1000)
    const path = join(this.folder, `${length}-${seconds}`)
    const facts = statSync(path, { throwIfNoEntry: false })
    if (facts?.isFile() === true && facts.size === length && Math.floor(facts.mtimeMs / 1000) === seconds) return path
    mkdirSync(this.folder, { recursive: true, mode: 0o700 })
    // A command that still runs keeps what it was shown.
    for (const name of readdirSync(this.folder).slice(limits.standIns)) rmSync(join(this.folder, name), { force: true })
    const beside = join(this.folder, `.${this.random(8)}`)
    writeFileSync(beside, length < note.length ? '\n'.repeat(length) : note.padEnd(length, '\n'), { mode: 0o444, flag: 'wx' })
    utimesSync(beside, seconds, seconds)
    renameSync(beside, path)
    return path
  }
}
