import type { ClientFile, UnstartedFacts } from '../../core/doctor/facts.ts'
import { isRead } from '../../core/doctor/names.ts'
import { isOfManifest } from '../../core/doctor/unstarted.ts'
import type { Plan } from '../../core/plan/plan.ts'
import { trustCommand } from '../../core/trust/digests.ts'
import type { System } from '../../model/system.ts'
import type { Situation } from '../manifest/open.ts'
import { isTrustedProject } from '../sync/trust-review.ts'

/** What may be started of the files that were looked at, and what may not. */
export interface Startable {
  readonly jobs: readonly ClientFile[]
  readonly unstarted: readonly UnstartedFacts[]
}

/** A person's own entries may all be started; of a project only those of a manifest that was trusted as it is. */
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

const why = (belongs: 'untrusted' | 'differs' | 'foreign', project: string): Pick<UnstartedFacts, 'reason' | 'fix'> =>
  belongs === 'untrusted'
    ? { reason: 'this project is not trusted as it is', fix: trustCommand(project) }
    : belongs === 'differs'
      ? { reason: 'it is not what the manifest of this project says', fix: 'mcp-twin sync --check shows how they differ' }
      : { reason: 'it is not in the manifest of this project', fix: 'look at it; mcp-twin sync --adopt takes it in' }
