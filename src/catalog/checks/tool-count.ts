import { defineCheck, type Facts, type ProbeFacts } from '../../core/doctor/facts.ts'
import { programName } from '../../core/doctor/names.ts'
import { noneStarted } from '../../core/doctor/unstarted.ts'
import type { CheckResult } from '../../model/check.ts'

/** Beyond about this many, the list of tools costs more than it helps; some programs cut it off. */
const TOOLS_MANY = 100

/** Above these numbers the bridge's list, with shared servers and plugins, is too long: it is part of every conversation. */
const bridgeMost = { tools: 60, bytes: 60_000 }

function ofBridge({ bridge }: Facts): CheckResult[] {
  const lists = bridge?.rules.lists
  if (bridge === null || lists === undefined || (lists.tools <= bridgeMost.tools && lists.bytes <= bridgeMost.bytes)) return []
  const kB = Math.round(lists.bytes / 1000)
  const message = `the bridge lists ${lists.tools} tools of ${kB} kB with its shared servers and plugins, all part of every conversation; ${bridgeMost.tools} tools and ${bridgeMost.bytes / 1000} kB are enough for most`
  const fix = 'name the tools that you use: "share": { "tools": […] } in the manifest, or bridge.families; then: mcp-twin sync'
  return [{ level: 'warning', subject: 'bridge', message, environment: bridge.home.id, fix }]
}

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
  run: (facts) => [...ofBridge(facts), ...(noneStarted(facts, 'number of tools') ?? perProgram(facts, facts.probes ?? []))],
})
