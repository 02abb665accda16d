import type { Confinement } from './entering.ts'
import type { Look } from './search.ts'
import type { Signatures } from './signatures.ts'
import type { Excess } from './watch.ts'

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
export class Stay {
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
