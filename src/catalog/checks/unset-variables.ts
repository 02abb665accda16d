import { defineCheck, type ClientFile, type DoctorEntry, type Facts } from '../../core/doctor/facts.ts'
import { entriesOf, entryName, list } from '../../core/doctor/names.ts'
import { isKeyName } from '../../core/keys/judge.ts'
import type { CheckResult } from '../../model/check.ts'
import type { Entry } from '../../model/entry.ts'

const texts = (entry: Entry): string[] =>
  entry.kind === 'stdio' ? [entry.command, ...entry.args, ...Object.values(entry.env)] : [entry.url, ...Object.values(entry.headers)]

const named = (entry: Entry, pattern: RegExp): string[] => [
  ...new Set(texts(entry).flatMap((text) => [...text.matchAll(pattern)].flatMap((found) => found[1] ?? []))),
]

const anyReference = /\$\{(?:env:)?([A-Za-z_]\w*)\}/g

function judge(facts: Facts, file: ClientFile, each: DoctorEntry): CheckResult[] {
  if ('unreadable' in each.entry) return []
  const subject = entryName(facts, file, each.name)
  const level = each.server === null ? 'warning' : 'error'
  const { label, references } = file.client
  if (references === undefined) {
    const names = named(each.entry, anyReference)
    if (names.length === 0) return []
    const message = `${label} fills in no variables: the server gets ${list(names.map((name) => `\${${name}}`))} as it stands`
    const [first = ''] = names
    const way = isKeyName(first) ? `\${secret:${first}}` : `\${env:${first}}`
    const fix =
      each.server === null ? 'write the value itself in its place' : `write ${way} in its place in the manifest, then: mcp-twin sync`
    return [{ level, subject, message, fix }]
  }
  // Of another side's login only the side itself knows.
  if (!file.environment.self) return []
  const names = named(each.entry, references.pattern).filter(
    (name) => !facts.variables.has(name) && references.given?.includes(name) !== true,
  )
  if (names.length === 0) return []
  const message = `${list(names)} ${names.length === 1 ? 'is' : 'are'} not set here, so the server gets ${list(names.map((name) => `\${${name}}`))} as it stands`
  const [first = ''] = names
  const fix = `export ${first}=… where ${label} is started; as a line of ~/.bashrc it is there every time`
  return [{ level, subject, message, fix }]
}

export const unsetVariables = defineCheck({
  id: 'unset-variables',
  group: 'servers',
  title: 'every variable that an entry names is set',
  run: (facts) =>
    entriesOf(facts).flatMap(({ file, each }) => judge(facts, file, each).map((found) => ({ environment: file.environment.id, ...found }))),
})
