import { defineCheck, type ClientFile, type EntryFacts, type Facts } from '../../core/doctor/facts.ts'
import { entriesOf, entryName, list } from '../../core/doctor/names.ts'
import { isKeyName } from '../../core/keys/judge.ts'
import type { Found } from '../../model/check.ts'
import type { Entry } from '../../model/entry.ts'

const texts = (entry: Entry): string[] =>
  entry.kind === 'stdio' ? [entry.command, ...entry.args, ...Object.values(entry.env)] : [entry.url, ...Object.values(entry.headers)]

const named = (entry: Entry, pattern: RegExp): string[] => [
  ...new Set(texts(entry).flatMap((text) => [...text.matchAll(pattern)].flatMap((found) => found[1] ?? []))),
]

/** `${NAME}` without a default, which Claude Code fills from its environment, and hands on as it stands where that has none. */
const claudeCode = /\$\{([A-Za-z_]\w*)\}/g
const cursor = /\$\{env:([A-Za-z_]\w*)\}/g
const anyReference = /\$\{(?:env:)?([A-Za-z_]\w*)\}/g
/** Set by Claude Code itself for every server. */
const given = new Set(['CLAUDE_PROJECT_DIR', 'CLAUDECODE'])

function judge(facts: Facts, file: ClientFile, each: EntryFacts): Found[] {
  if ('unreadable' in each.entry) return []
  const subject = entryName(facts, file, each.name)
  const level = each.server === null ? 'warning' : 'error'
  if (file.client.id === 'claude-desktop') {
    const names = named(each.entry, anyReference)
    if (names.length === 0) return []
    const message = `Claude Desktop fills in no variables: the server gets ${list(names.map((name) => `\${${name}}`))} as it stands`
    const [first = ''] = names
    const way = isKeyName(first) ? `\${secret:${first}}` : `\${env:${first}}`
    const fix =
      each.server === null ? 'write the value itself in its place' : `write ${way} in its place in the manifest, then: mcp-twin sync`
    return [{ level, subject, message, fix }]
  }
  // Of another side's login only the side itself knows.
  if (!file.environment.self) return []
  const names = named(each.entry, file.client.id === 'cursor' ? cursor : claudeCode).filter(
    (name) => !facts.variables.has(name) && !given.has(name),
  )
  if (names.length === 0) return []
  const message = `${list(names)} ${names.length === 1 ? 'is' : 'are'} not set here, so the server gets ${list(names.map((name) => `\${${name}}`))} as it stands`
  const [first = ''] = names
  const fix = `export ${first}=… where ${file.client.label} is started; as a line of ~/.bashrc it is there every time`
  return [{ level, subject, message, fix }]
}

export const unsetVariables = defineCheck({
  id: 'unset-variables',
  group: 'servers',
  title: 'every variable that an entry names is set',
  run: (facts) =>
    entriesOf(facts).flatMap(({ file, each }) => judge(facts, file, each).map((found) => ({ environment: file.environment.id, ...found }))),
})
