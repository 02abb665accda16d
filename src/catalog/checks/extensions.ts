import { defineCheck } from '../../core/doctor/facts.ts'
import { offExtension } from '../../core/extensions/offer.ts'
import type { CheckResult } from '../../model/check.ts'

/** Servers that lie in Claude Desktop: what a person does to them there does not reach the other programs by itself. */
export const extensions = defineCheck({
  id: 'extensions',
  group: 'servers',
  title: 'every extension that other programs start is installed and switched on in Claude Desktop',
  run: ({ extensions: known, input }) =>
    Object.entries(input.manifest.servers).flatMap(([subject, server]): CheckResult[] => {
      const { extension: id, disabled } = server
      if (id === undefined || known === undefined || disabled === true) return []
      const found = known.found.get(id)
      const off = offExtension(server, known)
      if (off !== null) {
        const what = off.blocked === null ? 'switched off in Claude Desktop' : 'blocked by your organization'
        return [{ level: 'info', subject, message: `${what}, and started by the other programs`, fix: `mcp-twin disable ${subject}` }]
      }
      if (found !== undefined) return [{ level: 'ok', subject, message: 'installed in Claude Desktop' }]
      return known.trouble === null
        ? [{ level: 'error', subject, message: `${id} is no longer installed in Claude Desktop`, fix: `mcp-twin remove ${subject}` }]
        : [
            {
              level: 'skipped',
              subject,
              message: `Claude Desktop's extensions cannot be looked at: ${known.trouble.reason}`,
              fix: known.trouble.hint,
            },
          ]
    }),
})
