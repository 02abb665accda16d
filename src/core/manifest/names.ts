import type { Manifest, ServerSpec } from '../../model/manifest.ts'
import { templateNames } from '../keys/template.ts'

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
}

/** Names of the keys that one server asks for, to be started or to log in. */
export const keysOf = (server: ServerSpec): string[] => templateNames([...texts(server), server.oauth?.clientSecret ?? ''], 'secret')

/** Names of the variables of the environment that one server takes at the time of a sync. */
export const variablesOf = (server: ServerSpec): string[] => templateNames(texts(server), 'env')

/** Names of all keys that the manifest asks for, in its order. */
export const keysOfAll = (manifest: Manifest): string[] => [...new Set(Object.values(manifest.servers).flatMap(keysOf))]

/** The package words of one server, on whatever side. */
export const wordsOf = (server: ServerSpec): string[] =>
  [server, ...Object.values(server.on ?? {})].flatMap((part) => (part.package === undefined ? [] : [part.package]))

/** All package words of the servers that are switched on. */
export const wordsOfAll = (manifest: Manifest): string[] => [
  ...new Set(Object.values(manifest.servers).flatMap((server) => (server.disabled === true ? [] : wordsOf(server)))),
]
