import type { Confinement } from './entering.ts'
import type { Look } from './search.ts'
import type { Excess } from './watch.ts'
import { existsSync, lstatSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { codeOf } from '../../base/refusal.ts'
import { type Appeared, appearedIn } from '../../../core/doctor/bridge-facts.ts'
import { limits } from '../../base/limits.ts'

/** A stamp of each protected path. It changes with the file. */
type Signatures = ReadonlyMap<string, string>

const mostNames = 64
/** Examples that git brings along and does not run. */
const isSample = (name: string): boolean => name.endsWith('.sample')

/** Files by what only the kernel sets (ctime), folders by the files in them. */
export function signaturesOf({ found }: Look): Signatures {
  const signatures = new Map<string, string>()
  const sign = (path: string) => {
    const facts = lstatSync(path, { bigint: true })
    if (!facts.isDirectory()) signatures.set(path, `${facts.ino}.${facts.size}.${facts.ctimeNs}`)
    return facts.isDirectory()
  }
  for (const { path, sort } of found) {
    if (sort === 'pinned') continue
    try {
      if (sign(path))
        for (const name of readdirSync(path)
          .filter((each) => !isSample(each))
          .slice(0, mostNames))
          sign(join(path, name))
    } catch (error) {
      // It went away, or may not be looked at.
      if (codeOf(error) === '') throw error
    }
  }
  return signatures
}

/**
 * Paths that are new, or not what they were. `sinceMs`: where the search stopped early it may have come by others this
 * time, so only what was changed from then on counts.
 */
export const changedBetween = (before: Signatures, after: Signatures, sinceMs: number): string[] =>
  [...after].filter(([path, signature]) => before.get(path) !== signature && changedMs(signature) >= sinceMs).map(([path]) => path)

const changedMs = (signature: string): number => Number(signature.slice(signature.lastIndexOf('.') + 1)) / 1e6

/** A command's sandbox, and the state of the protected files before it ran. */
export interface Enclosed {
  readonly words: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly confinement: Confinement
  readonly look: Look
  readonly before: Signatures
  readonly since: number
}

/** A command in the sandbox. */
export class SandboxedRun {
  /** The first process in it, as it is numbered here. */
  readonly pid: number
  /** The limit that it exceeded, and was ended for. */
  excess: Excess | null = null
  /** Settles when it has ended and what follows is complete. */
  looked: Promise<void> = Promise.resolve()
  /** What it made or changed that runs by itself later. */
  appeared: readonly string[] = []
  /** True if it made so many files that the search for such files ended early. */
  hasHidden = false
  /** Why that look failed. */
  trouble: string | null = null

  constructor(pid: number) {
    this.pid = pid
  }
}

/** What commands made or changed that runs by itself later, kept until it is gone or a person removes the list. */
export class AppearedList {
  private readonly path: string
  private readonly random: (bytes: number) => string

  constructor(path: string, random: (bytes: number) => string) {
    this.path = path
    this.random = random
  }

  /** The newest last; without those that no longer exist. */
  all(): Appeared[] {
    return this.read().filter(({ path }) => existsSync(path))
  }

  add(paths: readonly string[], at: number, client: string): void {
    if (paths.length === 0) return
    const others = this.all().filter(({ path }) => !paths.includes(path))
    const list = [...others, ...paths.map((path) => ({ path, at, client }))].slice(-limits.appearedKept)
    const beside = `${this.path}.${this.random(4)}`
    mkdirSync(dirname(this.path), { recursive: true, mode: 0o700 })
    writeFileSync(beside, `${JSON.stringify(list, null, 1)}\n`, { mode: 0o600 })
    renameSync(beside, this.path)
  }

  private read(): Appeared[] {
    try {
      return appearedIn(JSON.parse(readFileSync(this.path, 'utf8')))
    } catch (error) {
      if (codeOf(error) === '' && !(error instanceof SyntaxError)) throw error
      return []
    }
  }
}
