import { limits } from '../../base/limits.ts'
import { codeOf } from '../../base/refusal.ts'
import type { Quotas } from '../../base/settings.ts'
import { cgroupOf } from './means.ts'
import { readdirSync, statfsSync } from 'node:fs'
import { readProc } from '../../base/proc.ts'

const KiB = 1024
/** A file in memory takes about so much besides its content (struct inode and dentry), an empty one too. */
const inodeBytes = KiB

/** Sum of the lines of a file of /proc that name an amount in kB. */
const kilobytes = (text: string, names: RegExp): number =>
  [...text.matchAll(/^(\w+):\s+(\d+) kB$/gm)].reduce((sum, [, name = '', amount]) => (names.test(name) ? sum + Number(amount) : sum), 0)

/** The processes of a sandbox, by its own /proc: it holds no others. `pid`: its first process. Null: it has ended. */
function processesOf(proc: string): string[] | null {
  try {
    return readdirSync(proc).filter((name) => /^\d+$/.test(name))
  } catch (error) {
    if (codeOf(error) === '') throw error
    return null
  }
}

/** Bytes of a folder that lies in memory. */
function inMemory(folder: string): number {
  try {
    const { blocks, bfree, bsize, files, ffree } = statfsSync(folder)
    return (blocks - bfree) * bsize + Math.max(0, files - ffree) * inodeBytes
  } catch (error) {
    if (codeOf(error) === '') throw error
    return 0
  }
}

/**
 * What is used up; null: nothing, or the sandbox has ended. `root`: its root as the kernel shows it, `folders`: those of it that lie in
 * memory, `scope`: the folder of its cgroup.
 */
export function exhausted(
  root: string,
  { memoryBytes, processes }: Pick<Quotas, 'memoryBytes' | 'processes'>,
  folders: readonly string[],
  scope: string | null,
): 'memory' | 'processes' | null {
  const members = processesOf(`${root}/proc`)
  if (members === null) return null
  if (members.length > processes) return 'processes'
  if (scope !== null && /^oom_kill [1-9]/m.test(readProc(`${scope}/memory.events`))) return 'memory'
  const stored = folders.reduce((sum, folder) => sum + inMemory(root + folder), 0)
  if (stored + total(residentOf(root, members)) <= memoryBytes) return null
  return stored + total(sharesOf(root, members)) <= memoryBytes ? null : 'memory'
}

/** Bytes of memory of each process, shared pages in each of them; 0 once it has ended. */
const residentOf = (root: string, members: readonly string[]): number[] =>
  members.map((member) => kilobytes(readProc(`${root}/proc/${member}/status`), /^(Rss(Anon|Shmem)|VmPTE)$/) * KiB)

/** How often processes may end while they are measured; one that never stops starting others is measured as it is. */
const attempts = 3

/**
 * The same with shared pages counted once, which takes longer. A page's share grows when one of its processes ends, so what
 * was read before and after an end does not add up: it is measured again.
 */
function sharesOf(root: string, members: readonly string[]): number[] {
  let living = members
  for (let attempt = 1; ; attempt++) {
    const shares = living.map((member) => {
      const rollup = readProc(`${root}/proc/${member}/smaps_rollup`)
      return rollup === '' ? null : kilobytes(rollup, /^Pss_(Anon|Shmem)$/) * KiB
    })
    // The kernel may tell the sum alone: of a program that hides its memory from others, for instance.
    const resident = residentOf(root, living)
    const alive = living.filter((_, at) => resident[at] !== 0)
    if (alive.length === living.length || attempt === attempts) return resident.map((bytes, at) => shares[at] ?? bytes)
    living = alive
  }
}

const total = (amounts: readonly number[]): number => amounts.reduce((sum, each) => sum + each, 0)

export type Excess = NonNullable<ReturnType<typeof exhausted>>

interface Watched {
  /** The first process of the sandbox. */
  readonly pid: number
  /** Its cgroup, where it has one of its own. */
  readonly scope: string | null
  /** Those of its folders that lie in memory. */
  readonly folders: readonly string[]
  end(excess: Excess): void
}

/** Looks what commands in the sandbox use, a few times a second while there are any. */
export class Watch {
  private readonly watched = new Set<Watched>()
  private readonly quotas: Quotas
  private timer: NodeJS.Timeout | undefined

  constructor(quotas: Quotas) {
    this.quotas = quotas
  }

  /** Watches until the returned function is called. Calls `end` at most once. */
  follow(pid: number, hasScope: boolean, folders: readonly string[], end: (excess: Excess) => void): () => void {
    const watched = { pid, scope: hasScope ? cgroupOf(pid) : null, folders, end }
    this.watched.add(watched)
    this.timer ??= setInterval(() => this.look(), limits.sandboxEveryMs).unref()
    return () => this.forget(watched)
  }

  private look(): void {
    for (const watched of [...this.watched]) {
      const excess = this.excessOf(watched)
      if (excess === null) continue
      this.forget(watched)
      watched.end(excess)
    }
  }

  private excessOf({ pid, scope, folders }: Watched): Excess | null {
    try {
      return exhausted(`/proc/${pid}/root`, this.quotas, folders, scope)
    } catch (error) {
      // A process ended between two questions.
      if (codeOf(error) === '') throw error
      return null
    }
  }

  private forget(watched: Watched): void {
    this.watched.delete(watched)
    if (this.watched.size > 0) return
    clearInterval(this.timer)
    this.timer = undefined
  }
}
