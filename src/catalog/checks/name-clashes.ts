import { defineCheck, type ClientFile, type DoctorEntry, type Facts } from '../../core/doctor/facts.ts'
import { isRead, list, programName as clientName } from '../../core/doctor/names.ts'
import { extensionServer } from '../../core/launch/extension.ts'
import { programName } from '../../core/launch/command-line.ts'
import type { CheckResult } from '../../model/check.ts'
import type { ServerSpec } from '../../model/manifest.ts'

/** What a server is, its variables aside: keys may differ where the rest is one. */
const sameThing = ({ package: words, pypi, command, url, extension, args = [], bin }: ServerSpec): string =>
  JSON.stringify([...[words, pypi].map((each) => each?.replace(/(.)@.*$/, '$1')), command, url, extension, args, bin])

/** Two entries that start the same program: a model gets every tool twice, which costs tokens. */
function twins(facts: Facts, file: ClientFile): CheckResult[] {
  const groups = new Map<string, DoctorEntry[]>()
  for (const each of file.entries) {
    if (each.neutral === null || each.disabled) continue
    const key = sameThing(each.neutral)
    groups.set(key, [...(groups.get(key) ?? []), each])
  }
  return [...groups.values()]
    .filter((group) => group.length > 1)
    .map((group) => {
      const foreign = group.find(({ server }) => server === null)
      const last = group.at(-1)
      const message = `${clientName(facts, file)} starts the same thing under ${list(group.map(({ name }) => name))}, so its tools are listed twice`
      const fix =
        foreign === undefined ? `mcp-twin remove ${last?.server ?? last?.name ?? ''}` : `take "${foreign.name}" out of ${file.file}`
      return { level: 'warning', subject: foreign?.name ?? last?.name ?? '', message, fix }
    })
}

const byName = (server: ServerSpec): string =>
  sameThing(server.command === undefined ? server : { ...server, command: programName(server.command) })

/** Entries of a program that start the same as an extension which a person installed in it. */
function extensions(facts: Facts, file: ClientFile): CheckResult[] {
  const found = file.client.extensions === undefined ? [] : [...(facts.extensions?.found.values() ?? [])]
  return found.flatMap((each): CheckResult[] => {
    if (each.environment.id !== file.environment.id || !each.enabled) return []
    const server = extensionServer({ ...each, agreed: true }, each.id, { extension: each.id }, each.environment, facts.input.world)
    if ('reason' in server) return []
    const twin = file.entries.find(({ neutral, disabled }) => neutral !== null && !disabled && byName(neutral) === byName(server))
    if (twin === undefined) return []
    const message = `${clientName(facts, file)} starts the same thing as its extension ${each.id}, so its tools are listed twice`
    const fix = twin.server === null ? `take "${twin.name}" out of ${file.file}` : `mcp-twin remove ${twin.server}`
    return [{ level: 'warning', subject: twin.name, message, fix }]
  })
}

/** Names that differ only in case, or are used twice. */
function names(facts: Facts, file: ClientFile): CheckResult[] {
  const where = clientName(facts, file)
  const twice = file.entries
    .filter(({ duplicate }) => duplicate)
    .map(
      ({ name }): CheckResult => ({
        level: 'error',
        subject: name,
        message: `it appears twice in ${where}, which reads the last one`,
        fix: `take one of the two out of ${file.file}`,
      }),
    )
  const alike = file.entries.filter((one) =>
    file.entries.some((other) => other.name < one.name && other.name.toLowerCase() === one.name.toLowerCase()),
  )
  return [
    ...twice,
    ...alike.map(
      ({ name }): CheckResult => ({
        level: 'warning',
        subject: name,
        message: `another server of ${where} differs from it only in case`,
        fix: `give one of them another name in ${file.file}`,
      }),
    ),
  ]
}

export const nameClashes = defineCheck({
  id: 'name-clashes',
  group: 'servers',
  title: 'every server has one entry and a name of its own',
  run: (facts) =>
    facts.files.filter(isRead).flatMap((file) =>
      [...names(facts, file), ...twins(facts, file), ...extensions(facts, file)].map((found) => ({
        environment: file.environment.id,
        ...found,
      })),
    ),
})
