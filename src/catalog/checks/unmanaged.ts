import { defineCheck } from '../../core/doctor/facts.ts'
import { unmanagedIn } from '../../core/import/from-files.ts'
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
      .flatMap(({ plan, observed }): CheckResult[] => {
        const subject = programName(facts, observed)
        const found = unmanagedIn({ files: facts.plan.files }, facts.input).filter(
          ({ client, environment, ignored }) => client === plan.client && environment === plan.environment && ignored !== true,
        )
        const names = found.flatMap(({ server, reason }) => (reason === undefined ? [server] : []))
        const base = { level: 'info', subject, environment: plan.environment } as const
        return [
          ...(names.length === 0 ? [] : [{ ...base, message: `not managed by mcp-twin: ${list(names)}`, fix: 'mcp-twin sync --adopt' }]),
          ...found.flatMap(({ server, reason }) =>
            reason === undefined ? [] : [{ ...base, message: `${server}: not managed by mcp-twin, since ${reason}` }],
          ),
        ]
      }),
})
