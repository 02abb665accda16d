import { type ClientFile, type ClientScopes, defineCheck, type Facts, type ScopedEntry } from '../../core/doctor/facts.ts'
import { quoted } from '../../core/doctor/names.ts'
import { digest } from '../../core/launch/meaning.ts'
import type { CheckResult } from '../../model/check.ts'

/** Projects that are listed one by one; a user may have hundreds. */
const PROJECTS_MAX = 5

function differs(file: ClientFile, { name, entry }: ScopedEntry): boolean {
  const ours = file.entries.find((each) => each.name === name)
  if (ours === undefined || ours.server === null) return false
  return 'unreadable' in entry || 'unreadable' in ours.entry || digest(entry) !== digest(ours.entry)
}

function judge(facts: Facts, { client, environment, local, project }: ClientScopes): CheckResult[] {
  const file = facts.files.find((each) => each.client.id === client.id && each.environment.id === environment.id && each.scope === 'user')
  if (file === undefined) return []
  const locals = local
    .filter((each) => differs(file, each))
    .slice(0, PROJECTS_MAX)
    .map(
      ({ name, folder }): CheckResult => ({
        level: 'warning',
        subject: name,
        message: `in one project ${client.label} uses another server of that name (local scope), and not this one`,
        detail: [folder],
        fix: `cd ${quoted(folder)} && claude mcp remove --scope local ${quoted(name)}`,
      }),
    )
  const projects = project
    .filter((each) => each.approval === 'approved' && differs(file, each))
    .map(
      ({ name, folder }): CheckResult => ({
        level: 'warning',
        subject: name,
        message: `in this project ${client.label} uses the project's own server of that name (.mcp.json), and not this one`,
        detail: [folder],
        fix: `rename one of them: mcp-twin rename ${quoted(name)} NEWNAME --user`,
      }),
    )
  return [...locals, ...projects]
}

/** One name in several scopes: local wins over an approved project's, and that over the user's. */
export const claudeCodeScopes = defineCheck({
  id: 'claude-code-scopes',
  group: 'programs',
  title: 'no server is hidden by another of its name',
  run: (facts) => facts.scopes.flatMap((each) => judge(facts, each).map((found) => ({ environment: each.environment.id, ...found }))),
})
