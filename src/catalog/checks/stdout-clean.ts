import { defineCheck } from '../../core/doctor/facts.ts'
import { programName } from '../../core/doctor/names.ts'
import { noneStarted } from '../../core/doctor/unstarted.ts'
import type { CheckResult } from '../../model/check.ts'
import { switchOff } from './server-starts.ts'

const NOISE_MAX = 120

/** The standard output of a server is for the protocol alone; clients show anything else as errors, or give up. */
export const stdoutClean = defineCheck({
  id: 'stdout-clean',
  group: 'servers',
  title: 'servers print only protocol messages on stdout',
  run: (facts) =>
    noneStarted(facts, 'what servers print') ??
    (facts.probes ?? []).flatMap((probe): CheckResult[] => {
      const first = probe.noise?.split('\n').find((line) => line.trim() !== '')
      if (first === undefined) return []
      const message = `as ${programName(facts, probe)} starts it, it prints text on stdout that is not a protocol message`
      const detail = [first.length > NOISE_MAX ? `${first.slice(0, NOISE_MAX - 1)}…` : first]
      const level = probe.tools === null ? 'error' : 'warning'
      return [{ level, subject: probe.name, message, detail, environment: probe.environment.id, fix: switchOff(probe) }]
    }),
})
