import { EXIT, type ExitCode } from '../../errors.ts'
import type { Step } from '../../model/plan.ts'

/** What the JSON document of sync, and of every command that ends in one, says (SPEC §6). */
export interface SyncResult {
  /** State at the end; for `--check` and `--dry-run`, now. */
  readonly inSync: boolean
  /** A client's file, the manifest or a package changed. */
  readonly changed: boolean
  readonly run: string | null
  readonly steps: readonly Step[]
  readonly unmanaged: readonly { readonly environment: string; readonly client: string; readonly server: string }[]
  /** Clients that take the change up only after a restart. */
  readonly restart: readonly string[]
  readonly notices: readonly string[]
}

/** Taking over what already says the same, or forgetting what has gone, changes no file: nothing differs. */
export const differs = (step: Step): boolean => step.change !== 'adopt' && !(step.kind === 'remove' && step.change === 'none')

/** Exit code of a run: what failed before what needs attention (SPEC §6). */
export function exitOf(result: SyncResult, options: { check: boolean }): ExitCode {
  if (result.steps.some((step) => step.outcome === 'failed')) return EXIT.failed
  if (result.steps.some((step) => step.outcome === 'refused' || step.outcome === 'skipped')) return EXIT.attention
  return options.check && !result.inSync ? EXIT.attention : EXIT.ok
}
