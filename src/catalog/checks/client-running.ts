import { defineCheck, type Facts } from '../../core/doctor/facts.ts'
import { programName } from '../../core/doctor/names.ts'
import type { CheckResult } from '../../model/check.ts'

function judge(facts: Facts): CheckResult[] {
  return facts.files
    .filter(({ client }) => client.writesBack === true)
    .flatMap((file): CheckResult[] => {
      const environment = file.environment.id
      const running = facts.sides.find((side) => side.environment.id === environment)?.running ?? null
      if (running === null)
        return [{ level: 'skipped', subject: programName(facts, file), message: 'whether it runs cannot be seen from here', environment }]
      // On Linux and macOS `claude` is Claude Code and `Claude` is Desktop; Windows tells no cases apart.
      const same = (name: string): string => (file.environment.kind === 'windows' ? name.toLowerCase() : name)
      const isRunning = file.client.processes?.some((name) => running.some((each) => same(each) === same(name))) ?? false
      if (!isRunning) return [{ level: 'ok', subject: programName(facts, file), message: 'does not run now', environment }]
      const message = 'it is running, and may write its own copy of its config back when it quits'
      return [{ level: 'warning', subject: programName(facts, file), message, environment, fix: file.client.restart }]
    })
}

export const clientRunning = defineCheck({ id: 'client-running', group: 'side', title: 'no program writes its config back', run: judge })
