import { BRIDGE } from '../../core/manifest/new-name.ts'
import type { Unmanaged } from '../../core/import/from-files.ts'
import { EXIT, type ExitCode } from '../../errors.ts'
import type { Step } from '../../model/plan.ts'
import type { PlanInput } from '../../core/plan/plan.ts'

/** The JSON document of sync and of every command that ends in one. */
export interface SyncResult {
  /** State at the end; for `--check` and `--dry-run`, now. */
  readonly inSync: boolean
  /** A client's file, the manifest or a package changed. */
  readonly changed: boolean
  readonly run: string | null
  readonly steps: readonly Step[]
  readonly unmanaged: readonly Unmanaged[]
  /** Clients that need a restart to read the change. */
  readonly restart: readonly string[]
  readonly notices: readonly string[]
}

/** Returns whether a step changes a file: recording a correct entry, or forgetting a removed one, does not. */
export const differs = (step: Step): boolean => step.change !== 'adopt' && !(step.kind === 'remove' && step.change === 'none')

/**
 * Returns whether a step is a trouble of other servers than those that a command was asked about: it was there before. A write that
 * failed just now concerns every command. `about` absent: the command is about all servers.
 */
export const isOfOthers = ({ outcome, kind, server }: Step, about: ReadonlySet<string> | undefined): boolean =>
  about !== undefined &&
  server !== null &&
  server !== BRIDGE &&
  !about.has(server) &&
  (outcome === 'refused' || outcome === 'skipped' || (outcome === 'failed' && kind === 'install'))

/** Returns the exit code of a run: failures before what needs attention. `about`: the servers that count. */
export function exitOf(result: SyncResult, options: { check: boolean; about?: ReadonlySet<string> | undefined }): ExitCode {
  const steps = result.steps.filter((step) => !isOfOthers(step, options.about))
  if (steps.some((step) => step.outcome === 'failed')) return EXIT.failed
  if (steps.some((step) => step.outcome === 'refused' || step.outcome === 'skipped')) return EXIT.attention
  return options.check && !result.inSync ? EXIT.attention : EXIT.ok
}

/** Returns the written clients that read their file only at their start. */
export function restartsFor(written: ReadonlySet<string>, input: PlanInput): string[] {
  return [...written].filter((id) => {
    const client = input.files.find((file) => file.client.id === id)?.client
    return client !== undefined && client.restart !== ''
  })
}

/** Returns whether a program of this client was seen running on any side. */
export function isRunning(input: PlanInput, client: string): boolean {
  return input.files.some(({ client: each, environment }) => {
    const names = each.id === client ? (each.processes ?? []) : []
    return names.some((name) => environment.running.some((seen) => seen.toLowerCase() === name.toLowerCase()))
  })
}
