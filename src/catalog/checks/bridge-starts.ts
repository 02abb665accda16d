import {
  auditOff,
  defineBridgeCheck,
  filesAppeared,
  pluginOff,
  onRequest,
  reachesHome,
  searchingOff,
  startedBridges,
  terminalOff,
} from '../../core/doctor/bridge.ts'
import type { BridgeFacts, Facts, StartedBridge } from '../../core/doctor/facts.ts'
import { bySync, plannedEntry } from '../../core/doctor/fix.ts'
import { count } from '../../core/count.ts'
import { programName, quoted } from '../../core/doctor/names.ts'
import { layout } from '../../core/layout.ts'
import { dirName } from '../../core/paths.ts'
import type { CheckResult } from '../../model/check.ts'

const subject = 'bridge'

/** Where the plan has nothing to fix, the copy of the program is suspected: without it, the next sync makes a new one. */
function remedy(facts: Facts, { home, folder }: BridgeFacts, started: StartedBridge): Pick<CheckResult, 'fix' | 'autofix'> {
  const file = facts.files.find((each) => each.environment.id === started.environment.id && each.file === started.file)
  const planned = file === undefined ? null : plannedEntry(facts, file, started.name)
  if (planned?.step.kind === 'refuse') return { fix: 'mcp-twin sync --force' }
  const isOutdated = facts.plan.self.some(({ environment }) => environment === home.id)
  if (isOutdated || (planned !== null && planned.step.change !== 'adopt')) return bySync
  const { app } = layout(home, dirName(home, folder))
  if (facts.shell === 'windows') return { fix: `ren "${app}" app.old; then: mcp-twin sync` }
  return { fix: `rm -r ${quoted(app)} && mcp-twin sync` }
}

function judge(facts: Facts, bridge: BridgeFacts, started: StartedBridge): CheckResult {
  const where = programName(facts, started)
  const environment = started.environment.id
  const { tools, ms, reason } = started
  if (tools !== null) {
    return { level: 'ok', subject, message: `${where}: ${(ms / 1000).toFixed(1)} s, ${count(tools.length, 'tool')}`, environment }
  }
  const detail = facts.probes?.find(({ file, name }) => file === started.file && name === started.name)?.stderr ?? []
  const message = `as ${where} starts it, it does not answer: ${reason ?? ''}`
  return { level: 'error', subject, message, detail, environment, ...remedy(facts, bridge, started) }
}

/** All programs start one thing, so that its last words are often the same: once is enough. */
function withoutEchoes(found: readonly CheckResult[]): CheckResult[] {
  const words = found.map(({ detail = [] }) => detail.join('\n'))
  return found.map((each, at) => (words.indexOf(words[at] ?? '') === at ? each : { ...each, detail: [] }))
}

/** What a bridge says is wrong and no other check says. */
function otherProblems(bridge: BridgeFacts, started: readonly StartedBridge[]): CheckResult[] {
  const { rules, unwritable } = bridge
  const said = (problem: string): boolean =>
    rules.problems.includes(problem) ||
    problem === rules.settings ||
    rules.roots.some(({ path }) => problem.startsWith(`The allowed folder ${JSON.stringify(path)} `)) ||
    searchingOff.test(problem) ||
    terminalOff.test(problem) ||
    filesAppeared.test(problem) ||
    pluginOff.test(problem) ||
    (unwritable.length > 0 && auditOff.test(problem))
  // The status of a bridge of another home does not concern this one; the check bridge-link reports that.
  const here = started.flatMap(({ status }) => (status === null || reachesHome(bridge, status) === false ? [] : [status]))
  const problems = new Set(here.flatMap((status) => status.problems).filter((problem) => !said(problem)))
  const fix = 'fix what it reports, then restart the program that uses it'
  return [...problems].map((message) => ({ level: 'warning', subject, message, fix }))
}

/** Every program's bridge, started exactly as that program does, on whatever side: a handshake, its tools, what it says of itself. */
export const bridgeStarts = defineBridgeCheck({
  id: 'bridge-starts',
  title: "every program's bridge starts",
  run: (bridge, facts) => {
    const started = startedBridges(facts)
    if (started === null) return onRequest('starting the bridge')
    if (started.length === 0) return [{ level: 'skipped', subject, message: 'no program here has an entry for it' }]
    return [...withoutEchoes(started.map((each) => judge(facts, bridge, each))), ...otherProblems(bridge, started)]
  },
})
