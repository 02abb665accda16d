import { defineCheck } from '../../core/doctor/facts.ts'

/** Locks of runs that were killed. The next run would take them over; until then Claude Code may wait for its own. */
export const locks = defineCheck({
  id: 'locks',
  group: 'side',
  title: 'no lock is left behind',
  run: (facts) => {
    const environment = facts.sides.find((side) => side.environment.self)?.environment.id
    if (facts.locks.length === 0) return [{ level: 'ok', subject: 'no lock is left behind', message: '', environment }]
    return facts.locks.map(({ shown, holder, abandoned }) => {
      if (abandoned === null)
        return {
          level: 'info',
          subject: 'lock',
          message: `${holder ?? 'another program'} is using it now`,
          detail: [shown],
          environment,
        }
      const message = `it was left behind by ${holder ?? 'a program'} that is gone`
      return {
        level: 'warning',
        subject: 'lock',
        message,
        detail: [shown],
        environment,
        fix: 'mcp-twin doctor --fix',
        autofix: { kind: 'lock', lock: abandoned },
      }
    })
  },
})
