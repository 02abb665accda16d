import type { NativePath, ReachablePath } from './path.ts'

/** From good to bad; `skipped`: it was not looked at; `failed`: the check itself broke, so nothing is known. */
const levels = ['ok', 'info', 'skipped', 'warning', 'error', 'failed'] as const
export type Level = (typeof levels)[number]

/** The section of the report in which a check appears: that of its side, or that of what both sides share. */
type CheckGroup = 'side' | 'servers' | 'bridge' | 'keys' | 'programs'

/** What `doctor --fix` can do by itself, since it takes nothing away from anybody. */
export type Autofix =
  | { readonly kind: 'sync' }
  | { readonly kind: 'detect' }
  | { readonly kind: 'mode'; readonly here: ReachablePath; readonly shown: string; readonly mode: number }
  | { readonly kind: 'lock'; readonly lock: AbandonedLock }
  | { readonly kind: 'bom'; readonly environment: string; readonly client: string; readonly file: NativePath }

/** A lock whose holder is gone: ours on one file, ours on the whole home, or a program's own beside its file. */
export interface AbandonedLock {
  readonly of: 'file' | 'run' | 'program'
  /** The file that it guards; of `run`, the home folder. */
  readonly guarded: ReachablePath
  /** Of a file whose program takes a lock of its own: the paths which that lock may be made from. */
  readonly programPaths?: readonly ReachablePath[]
}

/** The result of a check for one subject. Every text may hold paths in full; output shortens them. Never a key. */
export interface CheckResult {
  readonly level: Exclude<Level, 'failed'>
  readonly subject: string
  readonly message: string
  /** The command to type, or a sentence where no command fixes it. */
  readonly fix?: string | undefined
  /** The side that it is about. */
  readonly environment?: string | undefined
  /** Further lines for a person: places, paths, the last words of a server. */
  readonly detail?: readonly string[] | undefined
  readonly autofix?: Autofix | undefined
  /** Where more than one command may be meant: each with the words that say what it does. Shown to a person in place of `fix`. */
  readonly choices?: readonly string[] | undefined
  /** Shown with `--verbose` alone. */
  readonly isRemark?: true
}

/** A finding of doctor. */
export interface Finding extends Omit<CheckResult, 'level'> {
  readonly check: string
  readonly group: CheckGroup
  readonly level: Level
}

/**
 * One check: pure, over facts that were gathered before. It returns what it found, in its own order; nothing at all
 * means that all is well. To add one: a file in catalog/checks and its line in the index.
 */
export interface CheckDefinition<Facts> {
  readonly id: string
  readonly group: CheckGroup
  /** What is true when all is well, in a few words. */
  readonly title: string
  run(facts: Facts): readonly CheckResult[]
}
