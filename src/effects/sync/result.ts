import { EXIT, type ExitCode } from '../../errors.ts'
import type { Step } from '../../model/plan.ts'
import type { PlanInput } from '../../core/plan/plan.ts'

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

/** Clients whose file was written and that read it only when they start. */
export function restartsFor(written: ReadonlySet<string>, input: PlanInput): string[] {
  return [...written].filter((id) => {
    const client = input.files.find((file) => file.client.id === id)?.client
    return client !== undefined && client.restart !== ''
  })
}

/** Is a program of this client running on a side, as far as was seen? */
export function isRunning(input: PlanInput, client: string): boolean {
  return input.files.some(({ client: each, environment }) => {
    const names = each.id === client ? (each.processes ?? []) : []
    return names.some((name) => environment.running.some((seen) => seen.toLowerCase() === name.toLowerCase()))
  })
}
