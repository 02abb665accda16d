import { lstatSync, mkdirSync, readdirSync, realpathSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { limits } from '../../base/limits.ts'
import { codeOf } from '../../base/refusal.ts'
import type { Step } from './steps.ts'

/** Returns a file to show in the place of a closed one. */
export interface StandIns {
  for(facts: { readonly size: number; readonly mtimeMs: number }): string
}

/**
 * Hides what is closed. A file keeps its size and time, by which git takes it for unchanged. `named`: so do the names in
 * a folder, since git would take a file that is not there for a deleted one, and commit that.
 */
export function closedSteps(path: string, standIns: StandIns, way: 'named' | 'closed'): Step[] {
  try {
    const real = realpathSync(path)
    const facts = lstatSync(real)
    if (!facts.isDirectory()) return [{ at: real, make: 'cover', source: standIns.for(facts) }]
    const names = way === 'named' ? namesIn(real, standIns, 0) : []
    return [{ at: real, make: 'folder' }, ...names, { at: real, make: 'seal' }]
  } catch (error) {
    if (codeOf(error) === '') throw error
    return []
  }
}

function namesIn(folder: string, standIns: StandIns, depth: number): Step[] {
  const entries = readdirSync(folder, { withFileTypes: true })
  if (entries.length > limits.sandboxClosedNames || depth > limits.sandboxClosedDepth) return []
  return entries.flatMap((entry): Step[] => {
    const at = join(folder, entry.name)
    if (entry.isDirectory()) return [{ at, make: 'folder' }, ...namesIn(at, standIns, depth + 1), { at, make: 'seal' }]
    return entry.isFile() ? [{ at, make: 'cover', source: standIns.for(lstatSync(at)) }] : []
  })
}

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
