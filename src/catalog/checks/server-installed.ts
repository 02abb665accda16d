import { defineCheck } from '../../core/doctor/facts.ts'
import { bySync } from '../../core/doctor/fix.ts'
import { environmentLabel } from '../../core/participants.ts'
import type { CheckResult } from '../../model/check.ts'

/** Every pinned package is whole on every side that needs it. */
export const serverInstalled = defineCheck({
  id: 'server-installed',
  group: 'servers',
  title: 'every package is installed where it is needed',
  run: ({ plan, sides, packages }) => {
    const label = (id: string): string => {
      const side = sides.find(({ environment }) => environment.id === id)
      return side === undefined ? id : environmentLabel(side.environment)
    }
    const missing = plan.installs.map(({ environment, locked, words, step }): CheckResult => {
      const there = packages.find((each) => each.environment.id === environment && each.words === words)?.installed ?? null
      const instead = there === null || there === locked.version ? '' : ` (${there} is)`
      const message = `${locked.name} ${locked.version} is not installed on ${label(environment)}${instead}`
      return { level: 'error', subject: step.server ?? locked.name, message, environment, ...bySync }
    })
    const unpinned = new Map(
      plan.blocked.flatMap((step) =>
        /^no version of .* is pinned/.test(step.reason ?? '') ? [[step.server ?? '', step.reason ?? '']] : [],
      ),
    )
    return [...missing, ...[...unpinned].map(([subject, message]): CheckResult => ({ level: 'error', subject, message, ...bySync }))]
  },
})
