import { defineCheck } from '../../core/doctor/facts.ts'
import { isRead, list, programName } from '../../core/doctor/names.ts'
import type { CheckResult } from '../../model/check.ts'

/** Entries that no manifest knows are never touched; the other program does not have them. */
export const unmanaged = defineCheck({
  id: 'unmanaged',
  group: 'servers',
  title: 'every server is in the manifest',
  run: (facts) =>
    facts.plan.files
      .filter(({ plan, observed }) => plan.unmanaged.length > 0 && isRead(observed))
      .map(({ plan, observed }): CheckResult => {
        const message = `not managed by mcp-twin: ${list(plan.unmanaged)}`
        return {
          level: 'info',
          subject: programName(facts, observed),
          message,
          fix: 'mcp-twin sync --adopt',
          environment: plan.environment,
        }
      }),
})
