import { defineCheck, type ClientFile, type Facts } from '../../core/doctor/facts.ts'
import { perFile, programName } from '../../core/doctor/names.ts'
import { describeRefusal } from '../../core/formats/text/place.ts'
import type { CheckResult } from '../../model/check.ts'
import type { FileRefusal } from '../../model/document.ts'

const place = (file: ClientFile, { line, column }: Pick<FileRefusal, 'line' | 'column'>): string =>
  line === undefined ? file.file : `${file.file}:${line}:${column ?? 1}`

function fixFor({ code, line, extras = [] }: FileRefusal, { client }: ClientFile): string {
  const again = `then: mcp-twin sync --client ${client.id}`
  if (extras.length > 1) return `take all of them out by hand, ${again}`
  if (code === 'comment') return `take the comment in line ${line ?? 1} out by hand, ${again}`
  if (code === 'trailing-comma') return `take the last comma in line ${line ?? 1} out by hand, ${again}`
  if (code === 'too-large') return 'make it smaller: old project histories in it are the usual reason'
  return `fix ${line === undefined ? 'it' : `line ${line}`} by hand, ${again}`
}

function judge(facts: Facts, file: ClientFile): CheckResult[] {
  const subject = programName(facts, file)
  if (file.refusal !== null && !file.undecided && file.here !== null) {
    return [{ level: 'error', subject, message: file.refusal.reason, detail: [file.file], fix: file.refusal.hint }]
  }
  if (file.read === null || file.read.ok || file.read.refusal.code === 'encoding') return []
  const { refusal } = file.read
  const extras = (refusal.extras ?? []).map(({ line, column, what }) => `line ${line}, column ${column}: ${what}`)
  return [
    {
      level: 'error',
      subject,
      message: describeRefusal(refusal),
      detail: [place(file, refusal), ...(extras.length > 1 ? extras : [])],
      fix: fixFor(refusal, file),
    },
  ]
}

/** A file that its program cannot parse: the program then starts without any server, or not at all. */
export const configParses = defineCheck({
  id: 'config-parses',
  group: 'side',
  title: 'every config can be read by its program',
  run: (facts) => perFile(facts, 'its config can be read', (file) => judge(facts, file)),
})
