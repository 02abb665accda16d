import { defineCheck, type ClientFile, type Facts, type StaleCopy } from '../../core/doctor/facts.ts'
import { count, perFile, programName } from '../../core/doctor/names.ts'
import { quoted } from '../../core/doctor/shell.ts'
import { lookUp } from '../../core/lookup.ts'
import type { Found } from '../../model/check.ts'

/** Puts a copy out of the way, in the words of the shell that doctor was typed in. Nothing is lost by it. */
function aside({ shell }: Facts, copy: StaleCopy): string {
  if (shell === 'windows') return `ren "${copy.file}" "${copy.file.split('\\').at(-1)}.old"`
  const path = copy.here ?? copy.file
  return `mv ${quoted(path)} ${quoted(`${path}.old`)}`
}

/** A copy with servers that are known nowhere else is first taken in, then put aside. */
function judgeCopy(facts: Facts, file: ClientFile, copy: StaleCopy): Found {
  const live = new Set(file.entries.map(({ name }) => name))
  const lost = (copy.names ?? []).filter((name) => !live.has(name) && lookUp(facts.input.manifest.servers, name) === undefined)
  const take = facts.shell === 'windows' ? `"${copy.file}"` : `'${copy.file}'`
  const together = facts.shell === 'windows' ? '; ' : ' && '
  const inIt = copy.names === null ? 'it cannot be read' : `${count(copy.names.length, 'server')} in it`
  return {
    level: lost.length > 0 ? 'error' : 'warning',
    subject: programName(facts, file),
    message:
      lost.length > 0
        ? `it reads another file, so ${lost.join(', ')} ${lost.length === 1 ? 'is' : 'are'} not seen`
        : 'a copy of its config lies where it is not read',
    detail: [`live   ${file.file}`, `stale  ${copy.file}  (${inIt})`],
    fix: (lost.length === 0
      ? [aside(facts, copy)]
      : [`mcp-twin sync --adopt --desktop-config ${take}`, aside(facts, copy), 'mcp-twin sync']
    ).join(together),
  }
}

/** Which file a program really reads: Claude Desktop on Windows has up to three. */
export const configFound = defineCheck({
  id: 'config-found',
  group: 'side',
  title: 'every program has one config, and it is known which',
  run: (facts) =>
    perFile(facts, 'its config is where it is looked for', (file): Found[] => {
      const subject = programName(facts, file)
      if (file.undecided) {
        const fix = 'say which one it reads: mcp-twin sync --desktop-config PATH'
        return [{ level: 'error', subject, message: file.refusal?.reason ?? 'its config is not found', fix: file.refusal?.hint ?? fix }]
      }
      if (file.here === null) {
        const message = `its file cannot be reached from here${file.environment.trouble ? `: ${file.environment.trouble.reason}` : ''}`
        return [{ level: 'error', subject, message, fix: file.environment.trouble?.hint ?? `mcp-twin doctor, on ${file.environment.id}` }]
      }
      return file.stale.map((copy) => judgeCopy(facts, file, copy))
    }),
})
