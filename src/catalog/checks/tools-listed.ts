import { defineCheck } from '../../core/doctor/facts.ts'
import { programName } from '../../core/doctor/names.ts'
import { noneStarted } from '../../core/doctor/unstarted.ts'
import type { CheckResult } from '../../model/check.ts'
import { switchOff } from './server-starts.ts'

/** A server without a tool is of no use to a model; often a setting of it is missing. */
export const toolsListed = defineCheck({
  id: 'tools-listed',
  group: 'servers',
  title: 'every server has tools',
  run: (facts) =>
    noneStarted(facts, 'lists of tools') ??
    (facts.probes ?? []).flatMap((probe): CheckResult[] => {
      if (probe.tools === null || probe.tools.length > 0) return []
      const message = `as ${programName(facts, probe)} starts it, it answers but lists no tool: a setting of it may be missing`
      return [{ level: 'warning', subject: probe.name, message, environment: probe.environment.id, fix: switchOff(probe) }]
    }),
})
