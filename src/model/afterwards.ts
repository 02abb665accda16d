import type { Environment } from './environment.ts'
import type { Lock } from './lock.ts'
import type { Manifest } from './manifest.ts'
import type { State } from './state.ts'

/** What stands once a change is done; nothing of it is done yet. */
export interface Afterwards {
  readonly manifest: Manifest
  readonly lock: Lock
  /** Our records as they are now: what was agreed to before the change. */
  readonly state: Pick<State, 'agreed'>
  readonly sides: readonly Environment[]
  /** What comes besides the servers of that manifest, in words: entries that somebody else wrote, and files that are no configs. */
  readonly foreign: readonly string[]
}

/** Looks at what a change leads to, before anything is written. Throws to stop it. */
export type Judge = (after: Afterwards) => void
