import type { CheckResult } from '../../model/check.ts'
import type { Plan } from '../plan/plan.ts'
import { onRequest } from './bridge.ts'
import type { ClientFile, Facts } from './facts.ts'

/** What a check of started servers says where none was started; null: some were. */
export function noneStarted({ probes, unstarted = [] }: Pick<Facts, 'probes' | 'unstarted'>, subject: string): CheckResult[] | null {
  if (probes === null) return onRequest(subject)
  const [first] = unstarted
  if (probes.length > 0 || first === undefined) return null
  return [{ level: 'skipped', subject, message: `no server was started: ${first.reason}`, fix: first.fix }]
}

/**
 * Does an entry of a project's file say what the manifest says? Anything else may have come with a pull, under the name of a
 * server of the manifest too.
 */
export function isOfManifest(plan: Plan, file: ClientFile, name: string): 'same' | 'differs' | 'foreign' {
  const planned = plan.files.find(
    ({ observed }) =>
      observed.environment.id === file.environment.id &&
      observed.client.id === file.client.id &&
      observed.scope === file.scope &&
      observed.file === file.file,
  )
  if (planned === undefined || !planned.desired.wanted.some((wanted) => wanted.name === name)) return 'foreign'
  const step = planned.plan.entries.find((entry) => entry.entryName === name)?.step
  return planned.plan.refusal === null && (step === undefined || step.change === 'adopt') ? 'same' : 'differs'
}
