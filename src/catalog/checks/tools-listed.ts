import { defineCheck } from '../../core/doctor/facts.ts'
import { alike, noneStarted } from '../../core/doctor/unstarted.ts'
import type { CheckResult } from '../../model/check.ts'
import { switchOff } from './server-starts.ts'

/** A server without a tool is of no use to a model; often a setting of it is missing. */
export const toolsListed = defineCheck({
  id: 'tools-listed',
  group: 'servers',
  title: 'every server has tools',
  run: (facts) =>
    noneStarted(facts, 'lists of tools') ??
    alike(
      facts,
      (facts.probes ?? []).filter(({ tools }) => tools?.length === 0),
      switchOff,
    ).map(({ probe, where, side }): CheckResult => {
      const message = `${where}, it answers but lists no tool: a setting of it may be missing`
      return { level: 'warning', subject: probe.name, message, ...side, fix: switchOff(probe) }
    }),
})
