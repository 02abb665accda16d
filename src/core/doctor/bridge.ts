import type { CheckResult } from '../../model/check.ts'
import type { JsonObject, JsonValue } from '../../model/entry.ts'
import { sameName } from '../paths.ts'
import type { BridgeFacts, BridgeStatus, StartedBridge } from './bridge-facts.ts'
import { type Check, defineCheck, type Facts } from './facts.ts'

interface BridgeCheck {
  readonly id: string
  readonly title: string
  run(bridge: BridgeFacts, facts: Facts): readonly CheckResult[]
}

/** Defines a check of the bridge, which is skipped with a message where there is no bridge. */
export const defineBridgeCheck = ({ id, title, run }: BridgeCheck): Check =>
  defineCheck({
    ...{ id, title, group: 'bridge' },
    run: (facts) => {
      if (facts.bridge !== null) return run(facts.bridge, facts).map((found) => ({ environment: facts.bridge?.home.id, ...found }))
      const message =
        facts.manifest.project !== null
          ? 'a project has no bridge of its own'
          : facts.manifest.exists
            ? 'the bridge is switched off'
            : 'nothing is set up yet'
      return [{ level: 'skipped', subject: title, message }]
    },
  })

/** Nothing was started, so this is not known. */
export const onRequest = (subject: string): CheckResult[] => [
  { level: 'skipped', subject, message: 'only on request', fix: 'mcp-twin doctor --deep' },
]

/** Every program's bridge as it was started; null: none was (`--deep`). */
export const startedBridges = ({ probes }: Pick<Facts, 'probes'>): readonly StartedBridge[] | null =>
  probes?.flatMap(({ bridge, ...probe }) => (bridge === undefined ? [] : [{ ...probe, status: bridge.status }])) ?? null

/** What a started bridge says is wrong, in sentences that begin as they do in bridge/start/open.ts. */
export const bridgeSays = (facts: Pick<Facts, 'probes'>, words: RegExp): string | null =>
  startedBridges(facts)
    ?.flatMap(({ status }) => status?.problems ?? [])
    .find((problem) => words.test(problem)) ?? null

export const searchingOff = /^Searching is off: /
export const terminalOff = /^The terminal is off: (?:its sandbox does not hold, since )?/
export const filesAppeared = /^Commands in the sandbox made or changed /
export const pluginOff = /^The plugin \S+ is off: /
export const auditOff = /^The audit cannot be written/

/** The tool that a bridge is asked for what it says of itself. */
export const STATUS_TOOL = 'bridge_status'

/** The tool that reads the value which doctor stored, and the place of that value. */
export const LINK_TOOL = 'memory_get'
export const BRIDGE_LINK = { namespace: 'doctor', key: 'link' } as const

const text = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '')
const texts = (value: JsonValue | undefined): string[] => (Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [])

/** The answer of `bridge_status`, of whatever version of ours; null where it names no home. */
export function readStatus(data: JsonObject, roundTripMs: number, link: boolean | null = null): BridgeStatus | null {
  const home = text(data.home)
  if (home === '') return null
  const { version, folders, terminal, families, problems } = data
  return {
    ...{ home, roundTripMs, link, version: text(version), terminal: text(terminal) },
    ...{ folders: texts(folders), families: texts(families), problems: texts(problems) },
  }
}

/** The end of every workspace, on whatever side. */
const workspaceEnd = /[\\/]bridge[\\/]workspace$/

/** The folder of the home that a bridge works in, `…/.mcp-twin/bridge`; null where its entry opens other folders only. */
export function folderOf({ folders }: BridgeStatus): string | null {
  const workspace = folders.find((folder) => workspaceEnd.test(folder))
  return workspace === undefined ? null : workspace.slice(0, -'/workspace'.length)
}

/** Two distributions may hold the same path; one that was entered without its name (over ssh, by a service) does not know it. */
const isOther = (one: string, other: string): boolean =>
  one !== other && [one, other].every((home) => home.startsWith('wsl:') && home !== 'wsl:unknown')

/** Does a bridge work in the home that doctor looks at? Null: that cannot be told. */
export function reachesHome(bridge: BridgeFacts, status: BridgeStatus): boolean | null {
  if (isOther(status.home, bridge.home.id)) return false
  if (status.folders.some((folder) => sameName(bridge.home, folder, bridge.workspace))) return true
  return folderOf(status) === null ? null : false
}

/** A bridge as the JSON document shows it. */
export const bridgeJson =
  (facts: BridgeFacts | null) =>
  ({ environment, client, ms, tools, reason, status }: StartedBridge): Record<string, unknown> => ({
    ...{ environment: environment.id, client: client.id, answers: tools !== null, reason },
    ...{ ms: Math.round(ms), tools: tools?.length ?? null, version: status?.version ?? null, home: status?.home ?? null },
    folder: status === null ? null : folderOf(status),
    sameHome: status === null || facts === null ? null : reachesHome(facts, status),
    readsOurValue: status?.link ?? null,
    roundTripMs: status === null ? null : Math.round(status.roundTripMs * 10) / 10,
  })
