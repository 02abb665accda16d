import { defineCheck, type Facts, type ProbeFacts } from '../../core/doctor/facts.ts'
import { programName } from '../../core/doctor/names.ts'
import { noneStarted } from '../../core/doctor/unstarted.ts'
import type { CheckResult } from '../../model/check.ts'

/** Beyond about this many, the list of tools costs more than it helps; some programs cut it off. */
const TOOLS_MANY = 100

function perProgram(facts: Facts, probes: readonly ProbeFacts[]): CheckResult[] {
  const groups = new Map<string, ProbeFacts[]>()
  for (const probe of probes) {
    const key = `${probe.environment.id} ${probe.client.id}`
    groups.set(key, [...(groups.get(key) ?? []), probe])
  }
  return [...groups.values()].flatMap((group): CheckResult[] => {
    const [first] = group
    const total = group.reduce((sum, { tools }) => sum + (tools?.length ?? 0), 0)
    if (first === undefined || total <= TOOLS_MANY) return []
    const largest = [...group].sort((a, b) => (b.tools?.length ?? 0) - (a.tools?.length ?? 0)).slice(0, 3)
    const said = largest.map(({ name, tools }) => `${name} ${tools?.length ?? 0}`).join(', ')
    const message = `its servers have ${total} tools together, whose descriptions are part of every conversation; the most: ${said}`
    return [
      {
        level: 'info',
        subject: programName(facts, first),
        message,
        environment: first.environment.id,
        fix: 'mcp-twin disable NAME, for those that you do not use',
      },
    ]
  })
}

export const toolCount = defineCheck({
  id: 'tool-count',
  group: 'servers',
  title: 'no program has more tools than it can use',
  run: (facts) => noneStarted(facts, 'number of tools') ?? perProgram(facts, facts.probes ?? []),
})
