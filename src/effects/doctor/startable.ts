import type { ClientFile, UnstartedFacts } from '../../core/doctor/facts.ts'
import { isStartedByRun } from '../../core/launch/project.ts'
import { isRead } from '../../core/doctor/names.ts'
import { isOfManifest } from '../../core/doctor/unstarted.ts'
import type { Plan } from '../../core/plan/plan.ts'
import { trustCommand } from '../../core/trust/digests.ts'
import type { System } from '../../model/system.ts'
import type { Situation } from '../manifest/open.ts'
import { isTrustedProject } from '../sync/trust-review.ts'

/** The entries that may be started, and those that may not. */
export interface Startable {
  readonly jobs: readonly ClientFile[]
  readonly unstarted: readonly UnstartedFacts[]
}

/** Selects the entries to start: all of the user's own; of a project only those of a trusted manifest. */
export async function startable(system: System, situation: Situation, plan: Plan, files: readonly ClientFile[]): Promise<Startable> {
  const { place, self } = situation
  if (place.project === null) return { jobs: files, unstarted: [] }
  const isTrusted = await isTrustedProject(system, situation)
  const unstarted: UnstartedFacts[] = []
  const jobs = files.filter(isRead).map((file) => ({
    ...file,
    entries: file.entries.filter(({ name, disabled }) => {
      const belongs = isTrusted ? isOfManifest(plan, file, name) : 'untrusted'
      if (belongs !== 'same' && !disabled)
        unstarted.push({ environment: file.environment, entry: { client: file.client, name }, ...why(belongs, place.project ?? '') })
      return belongs === 'same'
    }),
  }))
  if (!isTrusted && unstarted.length === 0) unstarted.push({ environment: self, entry: null, ...why('untrusted', place.project) })
  return { jobs, unstarted }
}

/** What is not started of a project that is not trusted as it is, where nobody asked to start anything. */
export async function untrusted(system: System, situation: Situation): Promise<UnstartedFacts[]> {
  const { place, self, manifest } = situation
  if (place.project === null || !Object.values(manifest.servers).some(isStartedByRun)) return []
  return (await isTrustedProject(system, situation)) ? [] : [{ environment: self, entry: null, ...why('untrusted', place.project) }]
}

const why = (belongs: 'untrusted' | 'differs' | 'foreign', project: string): Pick<UnstartedFacts, 'reason' | 'fix'> =>
  belongs === 'untrusted'
    ? { reason: 'this project is not trusted in its present state', fix: trustCommand(project) }
    : belongs === 'differs'
      ? { reason: "it differs from the project's manifest", fix: 'to see how they differ: mcp-twin sync --check' }
      : { reason: "it is not in the project's manifest", fix: 'review it, then: mcp-twin sync --adopt' }
