import { limits } from '../../base/limits.ts'
import { codeOf } from '../../base/refusal.ts'
import type { Quotas } from '../../base/settings.ts'
import { cgroupOf } from './scope.ts'
import { exhausted } from './usage.ts'

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
      return exhausted(pid, this.quotas, folders, scope)
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
