import { defineCheck, type ClientFile, type Facts, type StaleCopy } from '../../core/doctor/facts.ts'
import { count } from '../../core/count.ts'
import { perFile, programName, quoted } from '../../core/doctor/names.ts'
import { lookUp } from '../../core/lookup.ts'
import type { LocatedFile } from '../../model/located.ts'
import type { CheckResult } from '../../model/check.ts'

/** Puts a copy out of the way, in the words of the shell that doctor was typed in. Nothing is lost by it. */
function aside({ shell }: Facts, copy: StaleCopy): string {
  if (shell === 'windows') return `ren "${copy.file}" "${copy.file.split('\\').at(-1)}.old"`
  const path = copy.here ?? copy.file
  return `mv ${quoted(path)} ${quoted(`${path}.old`)}`
}

/** A copy with servers that are known nowhere else is first taken in, then put aside. */
function judgeCopy(facts: Facts, file: ClientFile, copy: StaleCopy): CheckResult {
  const live = new Set(file.entries.map(({ name }) => name))
  const lost = (copy.names ?? []).filter((name) => !live.has(name) && lookUp(facts.input.manifest.servers, name) === undefined)
  const inIt = copy.names === null ? 'nothing that can be read' : count(copy.names.length, 'server')
  return {
    level: lost.length > 0 ? 'error' : 'warning',
    subject: programName(facts, file),
    message:
      lost.length > 0
        ? `it reads another file, so ${lost.join(', ')} ${lost.length === 1 ? 'is' : 'are'} not seen`
        : 'a copy of its config lies where it is not read',
    detail: [`live   ${file.file}`, `stale  ${copy.file}`, `in it  ${inIt}${copy.ours ? ', ours among them, with their keys' : ''}`],
    fix: lost.length === 0 ? aside(facts, copy) : `mcp-twin sync --adopt ${named(facts, copy.file)}${then(facts)}${aside(facts, copy)}`,
  }
}

const named = ({ shell }: Facts, file: string): string => `--desktop-config ${shell === 'windows' ? `"${file}"` : `'${file}'`}`

/** PowerShell 5 knows no `&&`. */
const then = ({ shell }: Facts): string => (shell === 'windows' ? '; ' : ' && ')

/** What the choice among several places rests on, and what speaks against it. */
function judgeChoice(facts: Facts, file: ClientFile, { reason, likelier, unseen, places }: LocatedFile): CheckResult[] {
  const subject = programName(facts, file)
  const live = `live   ${file.file}`
  const found: CheckResult[] = [
    {
      // One place is no choice; none: a person named the file.
      level: file.environment.kind === 'windows' || places.length !== 1 ? 'info' : 'ok',
      subject,
      message: `its config is the one below: ${reason}`,
      detail: [live],
    },
  ]
  if (likelier !== undefined) {
    const message = 'another folder of settings was used more than a day later than that of the file that is named for it'
    const fix = `mcp-twin sync ${named(facts, likelier)}`
    found.push({ level: 'warning', subject, message, detail: [`named  ${file.file}`, `used   ${likelier}`], fix })
  }
  for (const { by, folder } of unseen) {
    const message = `${by} names a folder that cannot be looked at from here`
    found.push({
      level: 'warning',
      subject,
      message,
      detail: [live, `named  ${folder}`],
      fix: `on ${file.environment.id}: mcp-twin doctor`,
    })
  }
  return found
}

/** Which file a program really reads: it may read one of several, and a wrong one is never noticed by itself. */
export const configFound = defineCheck({
  id: 'config-found',
  group: 'side',
  title: 'every program has one config, and it is known which',
  run: (facts) =>
    perFile(facts, 'its config is where it is looked for', (file): CheckResult[] => {
      const subject = programName(facts, file)
      if (file.undecided) {
        const fix = 'say which one it reads: mcp-twin sync --desktop-config PATH'
        return [{ level: 'error', subject, message: file.refusal?.reason ?? 'its config is not found', fix: file.refusal?.hint ?? fix }]
      }
      if (file.here === null) {
        const message = `its file cannot be reached from here${file.environment.trouble ? `: ${file.environment.trouble.reason}` : ''}`
        return [{ level: 'error', subject, message, fix: file.environment.trouble?.hint ?? `on ${file.environment.id}: mcp-twin doctor` }]
      }
      const choice = file.located === undefined ? [] : judgeChoice(facts, file, file.located)
      return [...choice, ...file.stale.map((copy) => judgeCopy(facts, file, copy))]
    }),
})
