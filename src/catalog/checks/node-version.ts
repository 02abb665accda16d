import { defineCheck, type Facts, type SideFacts } from '../../core/doctor/facts.ts'
import { fitsEngines } from '../../core/packages/semver.ts'
import { list, perSide } from '../../core/doctor/names.ts'
import { environmentLabel } from '../../core/participants.ts'
import type { CheckResult } from '../../model/check.ts'
import { environmentDefinitions } from '../environments/index.ts'

/** The oldest node that this program, and nearly every server, runs on. */
const MAJOR_MIN = 20

const majorOf = (version: string): number => Number(version.split('.')[0])

/** Packages whose authors ask for another node. npm installs an exact version all the same, with a warning that is easily missed. */
function unfit(facts: Facts, { environment, nodeVersion }: SideFacts): CheckResult[] {
  if (nodeVersion === null) return []
  return facts.packages
    .filter((each) => each.environment.id === environment.id && each.servers.length > 0)
    .filter(({ engines }) => engines !== null && fitsEngines(nodeVersion, engines) === false)
    .map(({ name, pinned, engines }) => ({
      level: 'warning',
      subject: `node ${nodeVersion}`,
      message: `${name} ${pinned} wants node ${engines}, and may fail to start`,
      fix: environmentDefinitions[environment.kind].getNode,
    }))
}

export const nodeVersion = defineCheck({
  id: 'node-version',
  group: 'side',
  title: 'node is recent enough on every side',
  run: (facts) => {
    const known = facts.sides.flatMap(({ environment, nodeVersion: version }) => (version === null ? [] : [{ environment, version }]))
    const majors = new Set(known.map(({ version }) => majorOf(version)))
    const judged = perSide(facts.sides, 'node is recent enough', (side) => {
      const { environment, nodeVersion: version } = side
      if (version === null) return []
      const good: CheckResult = {
        level: 'ok',
        subject: `node ${version}`,
        message: '',
        ...(environment.node && { detail: [environment.node] }),
      }
      if (majorOf(version) >= MAJOR_MIN) return [...unfit(facts, side), good]
      const message = `it is too old: mcp-twin and most servers need ${MAJOR_MIN} or newer`
      return [{ level: 'error', subject: `node ${version}`, message, fix: environmentDefinitions[environment.kind].getNode }]
    })
    if (majors.size < 2) return judged
    const said = list(known.map(({ environment, version }) => `${majorOf(version)} on ${environmentLabel(environment)}`))
    const message = `node is ${said}; a package may behave differently, or want a newer one on one side`
    return [
      ...judged,
      ...known
        .slice(0, 1)
        .map(({ environment }): CheckResult => ({ level: 'info', subject: 'node differs', message, environment: environment.id })),
    ]
  },
})
