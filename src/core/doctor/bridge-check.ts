import type { Found } from '../../model/check.ts'
import type { BridgeFacts, StartedBridge } from './bridge-facts.ts'
import { type Check, defineCheck, type Facts } from './facts.ts'

interface BridgeCheck {
  readonly id: string
  readonly title: string
  run(bridge: BridgeFacts, facts: Facts): readonly Found[]
}

/** A check of the bridge; where there is none it looks at nothing, and says so. */
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
export const onRequest = (subject: string): Found[] => [
  { level: 'skipped', subject, message: 'only on request', fix: 'mcp-twin doctor --deep' },
]

/** Every program's bridge as it was started; null: none was (`--deep`). */
export const startedBridges = ({ probes }: Pick<Facts, 'probes'>): readonly StartedBridge[] | null =>
  probes?.flatMap(({ bridge, ...probe }) => (bridge === undefined ? [] : [{ ...probe, status: bridge.status }])) ?? null

/** What a started bridge says is wrong, in sentences that begin as they do in bridge/open.ts. */
export const bridgeSays = (facts: Pick<Facts, 'probes'>, words: RegExp): string | null =>
  startedBridges(facts)
    ?.flatMap(({ status }) => status?.problems ?? [])
    .find((problem) => words.test(problem)) ?? null

export const searchingOff = /^Searching is off: /
export const terminalOff = /^The terminal is off: (?:its sandbox does not hold, since )?/
export const filesAppeared = /^Commands in the sandbox made or changed /
export const auditOff = /^The audit cannot be written/
