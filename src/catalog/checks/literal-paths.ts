import { defineCheck, type ClientFile, type DoctorEntry, type Facts } from '../../core/doctor/facts.ts'
import { entriesOf, entryName } from '../../core/doctor/names.ts'
import { environmentLabel } from '../../core/participants.ts'
import { startSide } from '../../core/plan/plan.ts'
import { foreignPath, insidePaths, isWindows, readPath, translate } from '../../core/paths.ts'
import type { CheckResult } from '../../model/check.ts'
import type { Environment } from '../../model/environment.ts'

/** The same file as the side spells it; null where it has no path to it. */
function spelled(facts: Facts, side: Environment, path: string): string | null {
  const { world } = facts.input.render
  const placed = readPath(path, world, facts.input.home)
  return placed === null ? null : translate(world, placed.path, placed.environment, side)
}

function judge(facts: Facts, file: ClientFile, each: DoctorEntry): CheckResult[] {
  if ('unreadable' in each.entry || each.entry.kind !== 'stdio' || each.disabled) return []
  const { runs } = each
  // Across the border the program itself is spelled for the side that starts it; its words are for the side where it runs.
  const crosses = runs.id !== startSide(file).id
  const words = crosses ? (each.neutral?.args ?? []) : [each.entry.command, ...each.entry.args]
  const variables = crosses ? [] : Object.values(each.entry.env)
  const kind = isWindows(runs) ? 'a Linux' : 'a Windows'
  const label = environmentLabel(runs)
  const inside = insidePaths(
    runs,
    { args: each.neutral?.args ?? each.entry.args, env: crosses ? {} : each.entry.env },
    (text) => foreignPath(runs, text) !== null,
  )
  const within = inside.map(({ where, path }) => ({
    level: 'warning' as const,
    subject: entryName(facts, file, each.name),
    message: `its ${where} holds ${kind} path, which means nothing on ${label}`,
    detail: [path],
    fix:
      each.server === null
        ? `give it a path of ${label}`
        : `write "\${path:${path}}" there for ${each.server} in the manifest, or say with "on" what differs on ${label}, then: mcp-twin sync`,
  }))
  const paths = [...new Set([...words, ...variables].flatMap((text) => foreignPath(runs, text) ?? []))]
  const whole = paths.map((path) => {
    const own = spelled(facts, runs, path)
    const inManifest = `write ${JSON.stringify(`\${path:${path}}`)} instead of it for ${each.server ?? ''} in the manifest, then: mcp-twin sync`
    const byHand = own === null ? `give it a path of ${label}` : `write ${own} in its place`
    return {
      level: each.server === null ? 'warning' : 'error',
      subject: entryName(facts, file, each.name),
      message: `it names ${kind} path, which means nothing on ${label}`,
      detail: [path],
      fix: each.server === null ? byHand : own === null ? `${byHand}: "on" in the manifest says what differs per side` : inManifest,
    } as const
  })
  return [...whole, ...within]
}

/** Configs copied from one side to the other keep the paths of the first (farion1231/cc-switch#592). */
export const literalPaths = defineCheck({
  id: 'literal-paths',
  group: 'servers',
  title: 'no entry names a path of the other side',
  run: (facts) =>
    entriesOf(facts).flatMap(({ file, each }) => judge(facts, file, each).map((found) => ({ environment: file.environment.id, ...found }))),
})
