import { defineCheck, type Facts } from '../../core/doctor/facts.ts'
import { bySync, remedyFor } from '../../core/doctor/fix.ts'
import { entriesOf, list } from '../../core/doctor/names.ts'
import { wordsIn } from '../../core/manifest/names.ts'
import { environmentLabel } from '../../core/participants.ts'
import type { CheckResult } from '../../model/check.ts'
import type { Environment } from '../../model/environment.ts'
import type { ServerSpec } from '../../model/manifest.ts'

interface SideVersion {
  readonly environment: Environment
  readonly version: string
}

/** A server that is meant to be another package, or another version, on some side. */
const differsOnPurpose = (spec: ServerSpec): boolean => Object.values(spec.on ?? {}).some((over) => wordsIn(over) !== undefined)

function versionsOf(facts: Facts, server: string): SideVersion[] {
  const installed = facts.packages
    .filter(({ servers, installed: version }) => servers.includes(server) && version !== null)
    .map(({ environment, installed: version }) => ({ environment, version: version ?? '' }))
  const named = entriesOf(facts)
    .filter(({ each }) => each.server === server && each.package?.version)
    .map(({ each }) => ({ environment: each.runs, version: each.package?.version ?? '' }))
  return [...named, ...installed].filter(
    (one, at, all) => all.findIndex((other) => other.environment.id === one.environment.id && other.version === one.version) === at,
  )
}

/** A choice is needed only where a person edited an entry; else a plain sync fixes it. */
function remedy(facts: Facts, server: string): Pick<CheckResult, 'fix' | 'autofix'> {
  const remedies = entriesOf(facts).flatMap(({ file, each }) => (each.server === server ? (remedyFor(facts, file, each.name) ?? []) : []))
  return remedies.find(({ autofix }) => autofix === undefined) === undefined ? bySync : { fix: 'mcp-twin sync --force' }
}

export const versionsMatch = defineCheck({
  id: 'versions-match',
  group: 'servers',
  title: 'both sides have the same version of every package',
  run: (facts) =>
    Object.entries(facts.input.manifest.servers).flatMap(([server, spec]): CheckResult[] => {
      if (wordsIn(spec) === undefined || spec.disabled === true || differsOnPurpose(spec)) return []
      const seen = versionsOf(facts, server)
      if (new Set(seen.map(({ version }) => version)).size < 2) return []
      const said = list(seen.map(({ environment, version }) => `${version} on ${environmentLabel(environment)}`))
      return [{ level: 'error', subject: server, message: `its versions differ: ${said}`, ...remedy(facts, server) }]
    }),
})
