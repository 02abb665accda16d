import { defineBridgeCheck, folderOf, onRequest, reachesHome, startedBridges } from '../../core/doctor/bridge.ts'
import type { BridgeFacts, BridgeStatus, Facts, StartedBridge } from '../../core/doctor/facts.ts'
import { bySync, plannedEntry } from '../../core/doctor/fix.ts'
import { list, programName } from '../../core/doctor/names.ts'
import { environmentLabel } from '../../core/participants.ts'
import type { Environment } from '../../model/environment.ts'
import type { CheckResult } from '../../model/check.ts'

const subject = 'one home'

type Answered = StartedBridge & { readonly status: BridgeStatus }

const sideLabel = ({ sides }: Facts, id: string): string => {
  const side: Environment | undefined = sides.find(({ environment }) => environment.id === id)?.environment
  return side === undefined ? id : environmentLabel(side)
}

/** An entry that somebody changed leads elsewhere: ours comes back. Else a variable of that program's own does. */
function remedy(facts: Facts, started: StartedBridge): Pick<CheckResult, 'fix' | 'autofix'> {
  const file = facts.files.find((each) => each.environment.id === started.environment.id && each.file === started.file)
  const planned = file === undefined ? null : plannedEntry(facts, file, started.name)
  if (planned?.step.kind === 'refuse') return { fix: 'mcp-twin sync --force' }
  if (planned !== null && planned.step.change !== 'adopt') return bySync
  return { fix: `take MCP_TWIN_HOME out of the entry and of the variables of ${started.client.label}, or set it alike everywhere` }
}

function elsewhere(facts: Facts, bridge: BridgeFacts, each: Answered): CheckResult {
  const folder = folderOf(each.status)
  const theirs = `${folder === null ? 'another folder' : folder} on ${sideLabel(facts, each.status.home)}`
  const message = `the bridge of ${programName(facts, each)} uses another home, so programs do not see each other's files there`
  const detail = [`it works in  ${theirs}`, `home is      ${bridge.folder} on ${environmentLabel(bridge.home)}`]
  return { level: 'error', subject, message, detail, environment: each.environment.id, ...remedy(facts, each) }
}

function apart(facts: Facts, each: Answered): CheckResult {
  const message = `a value that was stored at home cannot be read through the bridge of ${programName(facts, each)}, though it names the same home`
  return {
    level: 'error',
    subject,
    message,
    environment: each.environment.id,
    fix: `restart ${each.client.label}, then: mcp-twin doctor --deep`,
  }
}

function untold(facts: Facts, each: StartedBridge): CheckResult {
  const why = each.status === null ? 'its "bridge" tools are switched off' : "its entry opens other folders than the home's own"
  const message = `which home ${programName(facts, each)} reaches is unknown: ${why}`
  return { level: 'info', subject, message, environment: each.environment.id }
}

function together(facts: Facts, { folder, home }: BridgeFacts, same: readonly Answered[]): CheckResult[] {
  if (same.length === 0) return []
  const times = same.map(({ status: { roundTripMs: ms } }) => `${ms.toFixed(ms < 10 ? 1 : 0)} ms`)
  const reach = same.length === 1 ? 'reaches' : 'reach'
  const message = `${list(same.map((each) => programName(facts, each)))} ${reach} ${folder} on ${environmentLabel(home)}, ${list(times)} there and back${same.every(({ status }) => status.link === true) ? '; a value stored at home was read through each' : ''}`
  return [{ level: 'ok', subject, message }]
}

/** Every program, on whatever side, reaches the one home: what is written through one bridge is there for the other. */
export const bridgeLink = defineBridgeCheck({
  id: 'bridge-link',
  title: 'every program reaches the same home',
  run: (bridge, facts) => {
    const started = startedBridges(facts)
    if (started === null) return onRequest('which home is reached')
    const spoken = started.filter(({ tools }) => tools !== null)
    if (spoken.length === 0) return [{ level: 'skipped', subject, message: 'no bridge answers' }]
    const answered = spoken.flatMap((each): Answered[] => (each.status === null ? [] : [{ ...each, status: each.status }]))
    const by = (wanted: boolean | null) => answered.filter(({ status }) => reachesHome(bridge, status) === wanted)
    return [
      ...by(false).map((each) => elsewhere(facts, bridge, each)),
      ...spoken.filter(({ status }) => status === null || reachesHome(bridge, status) === null).map((each) => untold(facts, each)),
      ...by(true)
        .filter(({ status }) => status.link === false)
        .map((each) => apart(facts, each)),
      ...together(
        facts,
        bridge,
        by(true).filter(({ status }) => status.link !== false),
      ),
    ]
  },
})
