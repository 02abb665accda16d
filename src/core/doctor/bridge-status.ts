import type { JsonObject, JsonValue } from '../../model/entry.ts'
import type { BridgeFacts, BridgeStatus, StartedBridge } from './bridge-facts.ts'

/** The tool that a bridge is asked for what it says of itself. */
export const STATUS_TOOL = 'bridge_status'

const text = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '')
const texts = (value: JsonValue | undefined): string[] => (Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [])

/** The answer of `bridge_status`, of whatever version of ours; null where it names no home. */
export function readStatus(data: JsonObject, roundTripMs: number): BridgeStatus | null {
  const home = text(data.home)
  if (home === '') return null
  const { version, folders, terminal, families, problems } = data
  return {
    ...{ home, roundTripMs, version: text(version), terminal: text(terminal) },
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
  if (status.folders.includes(bridge.workspace)) return true
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
    roundTripMs: status === null ? null : Math.round(status.roundTripMs * 10) / 10,
  })
