import { defineCheck } from '../../core/doctor/facts.ts'
import { isRead, list } from '../../core/doctor/names.ts'
import type { CheckResult } from '../../model/check.ts'

/** Files that guides name and that today's Claude Code does not read (seen with 2.1.329: the names do not occur in the program). */
export const claudeCodeConfig = defineCheck({
  id: 'claude-code-config',
  group: 'programs',
  title: 'no servers are in files that Claude Code does not read',
  run: ({ files, scopes }) => [
    ...files
      .filter((file) => !isRead(file) && file.read !== null)
      .map(
        ({ client, file, environment }): CheckResult => ({
          level: 'info',
          isRemark: true,
          subject: client.label,
          message: "today's Claude Code does not read this file; it is kept equal to the one that it reads",
          detail: [file],
          environment: environment.id,
          fix: `to do without it, write "clients": { "${client.id}": false } in the manifest`,
        }),
      ),
    ...scopes.flatMap(({ client, unread, environment }) =>
      unread.map(
        ({ file, names }): CheckResult => ({
          level: 'warning',
          subject: client.label,
          message: `${list(names)} ${names.length === 1 ? 'is' : 'are'} in a file where ${client.label} looks for no servers`,
          detail: [file],
          environment: environment.id,
          fix: 'take "mcpServers" out of that file, and paste it here: mcp-twin add -',
        }),
      ),
    ),
  ],
})
