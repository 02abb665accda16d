import type { CheckResult } from '../../model/check.ts'
import type { Plan } from '../plan/plan.ts'
import { onRequest } from './bridge.ts'
import type { ClientFile, Facts, ProbeFacts } from './facts.ts'
import { list, programName } from './names.ts'

/** What a check of started servers says where none was started; null: some were. */
export function noneStarted({ probes, unstarted = [] }: Pick<Facts, 'probes' | 'unstarted'>, subject: string): CheckResult[] | null {
  if (probes === null) return onRequest(subject)
  const [first] = unstarted
  if (probes.length > 0 || first === undefined) return null
  return [{ level: 'skipped', subject, message: `no server was started: ${first.reason}`, fix: first.fix }]
}

/** What programs found that start a server and find the same. */
interface Alike {
  readonly probe: ProbeFacts
  /** `as Claude Desktop (Windows) starts it`, or of all of them. */
  readonly where: string
  /** The side, where all are on one. */
  readonly side: { readonly environment?: string }
}

/** Puts servers together of which several programs found the same: what one of them says is said of all. */
export function alike(facts: Facts, probes: readonly ProbeFacts[], said: (probe: ProbeFacts, at: number) => unknown): Alike[] {
  const found = new Map<string, ProbeFacts[]>()
  for (const [at, probe] of probes.entries()) {
    const key = JSON.stringify([probe.name, said(probe, at)])
    found.set(key, [...(found.get(key) ?? []), probe])
  }
  return [...found.values()].flatMap((all) => {
    const [probe] = all
    if (probe === undefined) return []
    const names = list(all.map((each) => programName(facts, each)))
    const { id } = probe.environment
    const side = all.every((each) => each.environment.id === id) ? { environment: id } : {}
    return [{ probe, where: `as ${names} ${all.length === 1 ? 'starts' : 'start'} it`, side }]
  })
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
