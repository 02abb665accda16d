import { defineCheck } from '../../core/doctor/facts.ts'
import { list } from '../../core/doctor/names.ts'
import type { Found } from '../../model/check.ts'

/** Files that guides name and that today's Claude Code does not read (seen with 2.1.329: the names do not occur in the program). */
export const claudeCodeConfig = defineCheck({
  id: 'claude-code-config',
  group: 'programs',
  title: 'no servers stand where Claude Code does not read them',
  run: ({ files, claudeCode }) => [
    ...files
      .filter(({ client, read }) => client.id === 'claude-code-config' && read !== null)
      .map(
        ({ file, environment }): Found => ({
          level: 'info',
          subject: 'Claude Code, old file',
          message: "today's Claude Code does not read this file; it is kept equal to the one that it reads",
          detail: [file],
          environment: environment.id,
          fix: 'to do without it, write "clients": { "claude-code-config": false } in the manifest',
        }),
      ),
    ...claudeCode.flatMap(({ unread, environment }) =>
      unread.map(
        ({ file, names }): Found => ({
          level: 'warning',
          subject: 'Claude Code',
          message: `${list(names)} ${names.length === 1 ? 'stands' : 'stand'} in a file where Claude Code looks for no servers`,
          detail: [file],
          environment: environment.id,
          fix: `add ${names.length === 1 ? 'it' : 'them'} with mcp-twin add, and take "mcpServers" out of that file`,
        }),
      ),
    ),
  ],
})
