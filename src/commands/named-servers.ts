import { builtinServer, builtinServers } from '../catalog/servers/index.ts'
import type { Context } from '../context.ts'
import { lookUp } from '../core/lookup.ts'
import { nearest } from '../core/nearest.ts'
import { parseWords } from '../core/packages/words.ts'
import { joinPath, toHere } from '../core/paths.ts'
import { usageError } from '../errors.ts'
import type { ServerSpec } from '../model/manifest.ts'
import type { HomeContext } from './at-home.ts'

/** A package's name without the version behind it. */
export const nameOnly = (words: string): string => words.replace(/(?<=.)@.*$/, '')

/** Servers of the built-in list, or npm packages, that `--server` names. */
export async function namedServers(names: readonly string[]): Promise<Record<string, ServerSpec>> {
  const known = names.length === 0 ? [] : await builtinServers()
  const servers: Record<string, ServerSpec> = {}
  for (const name of names) {
    const builtin = known.find((each) => each.name === name)
    if (builtin !== undefined) {
      servers[name] = builtin.server
      continue
    }
    const parsed = parseWords(name)
    if ('refuse' in parsed || !/[/@]/.test(name))
      throw unknownServer(
        name,
        known.map((each) => each.name),
      )
    // `memory@2026.8.31` means the list's memory in that version, not whatever else the registry has under that short name.
    const listed = known.find((each) => each.name === parsed.name && each.server.package !== undefined)
    if (listed === undefined) servers[parsed.name.slice(parsed.name.lastIndexOf('/') + 1)] = { package: name }
    else servers[listed.name] = { ...listed.server, package: `${nameOnly(listed.server.package ?? '')}@${parsed.range ?? 'latest'}` }
  }
  return servers
}

function unknownServer(name: string, known: readonly string[]): Error {
  const guess = nearest(name, known)
  const hint =
    guess === null
      ? `built-in servers: ${known.join(', ')}; for an npm package: mcp-twin add NAME --package PACKAGE`
      : `did you mean "${guess}"?`
  return usageError(`Unknown built-in server "${name}".`, { hint })
}

const what = ({ package: words, url, command }: ServerSpec): string => nameOnly(words ?? url ?? command ?? 'that')

/** Notices about servers that were not added, since another server has their name. */
export const passedOver = (
  named: Readonly<Record<string, ServerSpec>>,
  ...standing: readonly Readonly<Record<string, ServerSpec>>[]
): string[] =>
  Object.entries(named).flatMap(([name, wanted]) => {
    const other = standing.map((servers) => lookUp(servers, name)).find((each) => each !== undefined)
    if (other === undefined || what(other) === what(wanted)) return []
    return [
      `${name}: another server has this name, so ${what(wanted)} was not added; to add it: mcp-twin add NAME --package ${what(wanted)}`,
    ]
  })

/** Creates the folders in the user's home that built-in servers need to start. They belong to the user from then on. */
export async function makeFolders(context: Context, homeContext: HomeContext, names: Iterable<string>): Promise<void> {
  const { environment } = homeContext.home
  for (const name of names) {
    for (const folder of (await builtinServer(name))?.folders ?? []) {
      const here = toHere(environment, joinPath(environment, environment.home, ...folder.replace(/^~\//, '').split('/')))
      if (here !== null && (await context.system.files.look(here, 'follow')) === null) await context.system.files.makeDirectory(here)
    }
  }
}
