import { type ClientScopes, defineCheck } from '../../core/doctor/facts.ts'
import { list, quoted } from '../../core/doctor/names.ts'
import type { CheckResult } from '../../model/check.ts'

function judge({ client: { label }, project, switchedOff }: ClientScopes): CheckResult[] {
  const folders = [...new Set(project.map(({ folder }) => folder))]
  const unapproved = folders.flatMap((folder): CheckResult[] => {
    const of = (approval: string): string[] =>
      project.filter((each) => each.folder === folder && each.approval === approval).map(({ name }) => name)
    const [pending, rejected] = [of('pending'), of('rejected')]
    const found: CheckResult[] = []
    if (pending.length > 0) {
      const message = `${label} starts ${list(pending)} of this project's .mcp.json only after you have approved ${pending.length === 1 ? 'it' : 'them'}`
      found.push({ level: 'info', subject: label, message, detail: [folder], fix: `cd ${quoted(folder)} && claude` })
    }
    if (rejected.length > 0) {
      const message = `you have refused ${list(rejected)} of this project's .mcp.json`
      found.push({
        level: 'info',
        subject: label,
        message,
        detail: [folder],
        fix: `cd ${quoted(folder)} && claude mcp reset-project-choices`,
      })
    }
    return found
  })
  const off = switchedOff.map(
    ({ project: folder, name }): CheckResult => ({
      level: 'warning',
      subject: name,
      message: `it is switched off for this project in ${label}`,
      detail: [folder],
      fix: `in ${label}, in that project: /mcp, then enable it`,
    }),
  )
  return [...unapproved, ...off]
}

/** Servers of a project start only when its user has approved them, which is never done for them. */
export const claudeCodeApproval = defineCheck({
  id: 'claude-code-approval',
  group: 'programs',
  title: 'no server waits to be approved',
  run: ({ scopes }) => scopes.flatMap((each) => judge(each).map((found) => ({ environment: each.environment.id, ...found }))),
})
