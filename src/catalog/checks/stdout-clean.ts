import { defineCheck, type ProbeFacts } from '../../core/doctor/facts.ts'
import { alike, noneStarted } from '../../core/doctor/unstarted.ts'
import type { CheckResult } from '../../model/check.ts'
import { switchOff } from './server-starts.ts'

const NOISE_MAX = 120

/** The first line that is no message of the protocol; undefined: there is none. */
const noiseOf = ({ noise }: ProbeFacts): string | undefined => noise?.split('\n').find((line) => line.trim() !== '')

/** The standard output of a server is for the protocol alone; clients show anything else as errors, or give up. */
export const stdoutClean = defineCheck({
  id: 'stdout-clean',
  group: 'servers',
  title: 'servers print only protocol messages on stdout',
  run: (facts) =>
    noneStarted(facts, 'what servers print') ??
    alike(
      facts,
      (facts.probes ?? []).filter((probe) => noiseOf(probe) !== undefined),
      (probe) => [probe.tools === null, switchOff(probe)],
    ).map(({ probe, where, side }): CheckResult => {
      const first = noiseOf(probe) ?? ''
      const message = `${where}, it prints text on stdout that is not a protocol message`
      const detail = [first.length > NOISE_MAX ? `${first.slice(0, NOISE_MAX - 1)}…` : first]
      const level = probe.tools === null ? 'error' : 'warning'
      return { level, subject: probe.name, message, detail, ...side, fix: switchOff(probe) }
    }),
})
