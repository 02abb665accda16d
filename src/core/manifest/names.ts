import type { Manifest, ServerSpec } from '../../model/manifest.ts'
import { templateNames } from '../keys/template.ts'
import { pythonWords } from '../packages/python.ts'

function* texts(server: ServerSpec): Iterable<string> {
  for (const part of [server, ...Object.values(server.on ?? {})]) {
    for (const text of [
      part.command,
      part.url,
      ...(part.args ?? []),
      ...Object.values(part.env ?? {}),
      ...Object.values(part.headers ?? {}),
    ]) {
      if (text !== undefined) yield text
    }
  }
  for (const value of Object.values(server.settings ?? {}).flat()) if (typeof value === 'string') yield value
}

/** Names of the keys that one server asks for, to be started or to log in. */
export const keysOf = (server: ServerSpec): string[] => templateNames([...texts(server), server.oauth?.clientSecret ?? ''], 'secret')

/** Names of the variables of the environment that one server takes at the time of a sync. */
export const variablesOf = (server: ServerSpec): string[] => templateNames(texts(server), 'env')

/** Names of all keys that the manifest asks for, in its order. */
export const keysOfAll = (manifest: Manifest): string[] => [
  ...new Set([...Object.values(manifest.servers).flatMap(keysOf), ...keysOfStore(manifest)]),
]

/** The URL of the store server; null: the manifest names none. */
export function storeUrlOf({ bridge }: Pick<Manifest, 'bridge'>): string | null {
  const store = bridge?.store
  return (typeof store === 'string' ? store : store?.url) ?? null
}

/** Names of the keys that the store server asks for. */
export const keysOfStore = (manifest: Pick<Manifest, 'bridge'>): string[] => templateNames([storeUrlOf(manifest) ?? ''], 'secret')

/** The package that a server starts, as a lock has it; undefined: none. */
export const wordsIn = ({ package: words, pypi }: Pick<ServerSpec, 'package' | 'pypi'>): string | undefined =>
  words ?? (pypi === undefined ? undefined : pythonWords(pypi))

/** The package words of one server, on whatever side. */
export const wordsOf = (server: ServerSpec): string[] => [server, ...Object.values(server.on ?? {})].flatMap((part) => wordsIn(part) ?? [])

/** All package words of the servers that are switched on. */
export const wordsOfAll = (manifest: Manifest): string[] => [
  ...new Set(Object.values(manifest.servers).flatMap((server) => (server.disabled === true ? [] : wordsOf(server)))),
]

/** Ids of the extensions of Claude Desktop that servers are, those that are switched off left out. */
export const extensionsOf = ({ servers }: Pick<Manifest, 'servers'>): Set<string> =>
  new Set(Object.values(servers).flatMap(({ extension, disabled }) => (extension === undefined || disabled === true ? [] : [extension])))
