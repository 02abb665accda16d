import { defineCheck, type ClientFile, type Facts } from '../../core/doctor/facts.ts'
import { bySync } from '../../core/doctor/fix.ts'
import { perFile, programName, quoted } from '../../core/doctor/names.ts'
import type { CheckResult } from '../../model/check.ts'

/** The command that makes UTF-8 of it, where this side has one. iconv reads the mark that says in which order the bytes are, and takes it off. */
function toUtf8({ shell }: Facts, { here, file, client }: ClientFile, reason: string): string {
  const again = `mcp-twin sync --client ${client.id}`
  if (!reason.includes('UTF-16') || here === null) return `save it as UTF-8 without a BOM, then: ${again}`
  if (shell === 'windows') return `(Get-Content -Raw "${file}") | ForEach-Object { [IO.File]::WriteAllText("${file}", $_) }; ${again}`
  const path = quoted(here)
  return `iconv -f UTF-16 -t UTF-8 ${path} > ${quoted(`${here}.utf8`)} && mv ${quoted(`${here}.utf8`)} ${path} && ${again}`
}

/** UTF-8 without a byte order mark is what every program reads. PowerShell 5 writes neither by itself. */
export const configEncoding = defineCheck({
  id: 'config-encoding',
  group: 'side',
  title: 'every config is UTF-8 without a byte order mark',
  run: (facts) =>
    perFile(facts, 'its config is UTF-8', (file): CheckResult[] => {
      const subject = programName(facts, file)
      const detail = [file.file]
      if (file.read !== null && !file.read.ok && file.read.refusal.code === 'encoding') {
        const { reason } = file.read.refusal
        return [{ level: 'error', subject, message: reason, detail, fix: toUtf8(facts, file, reason) }]
      }
      if (!file.bom || !file.client.rejectsBom) return []
      const message = 'it starts with a byte order mark (BOM), as PowerShell writes it, so the program cannot read it'
      const { environment, client, file: path } = file
      // A sync takes it off where it has something to write; for the mark alone there is doctor's own way.
      const isWritten = facts.plan.files.some(({ plan }) => plan.file === path && plan.entries.some(({ change }) => change !== null))
      const remedy = isWritten ? bySync : { fix: 'mcp-twin doctor --fix' }
      return [
        {
          level: 'error',
          subject,
          message,
          detail,
          fix: remedy.fix,
          autofix: { kind: 'bom', environment: environment.id, client: client.id, file: path },
        },
      ]
    }),
})
