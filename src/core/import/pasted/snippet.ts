import type { JsonObject } from '../../../model/entry.ts'
import type { ServerSpec } from '../../../model/manifest.ts'
import type { Format } from '../../../model/format.ts'
import { Secret } from '../../../model/secret.ts'
import { extractKeys } from '../../keys/extract.ts'
import { type SecretNames, secretNames } from '../../keys/naming.ts'
import { meaning } from '../../launch/meaning.ts'
import { type NeutralContext, neutral } from '../../launch/read.ts'
import { isObject } from '../../object.ts'
import { EXAMPLE, type PastedFailure, failure, readPasted } from './read.ts'
import { askForPlaceholders, fillReferences } from './placeholders.ts'
import { nameFor } from './server-name.ts'

interface SnippetOptions {
  /** The name that the person gave; needed where the snippet has none. */
  readonly name?: string
  /** The side where it was pasted, and what is known of it. */
  readonly context: NeutralContext
  /** Reads the config of Codex, where that is what was pasted. */
  readonly toml: Format
  /** The usual name of a server whose package is well known, where none was given. */
  nameOf?(server: ServerSpec): string | null
  /** Handed-out names of keys, so that none is given twice. */
  readonly names?: SecretNames
}

type Snippet =
  | {
      readonly ok: true
      readonly servers: Readonly<Record<string, ServerSpec>>
      /** Keys that were in it. */
      readonly secrets: readonly { readonly name: string; readonly value: Secret<string> }[]
      /** What of the text is left out. */
      readonly notes: readonly string[]
    }
  | PastedFailure

/** Spellings of other programs: Zed's `command: {path, args, env}`, opencode's `environment`. */
function usual(value: JsonObject): JsonObject {
  const { command, environment, ...rest } = value
  const renamed =
    isObject(environment) && rest.env === undefined
      ? { ...rest, env: environment }
      : environment === undefined
        ? rest
        : { ...rest, environment }
  if (isObject(command)) {
    const { path, ...more } = command
    return { ...renamed, ...more, ...(path === undefined ? {} : { command: path }) }
  }
  return command === undefined ? renamed : { ...renamed, command }
}

/**
 * The servers of a text out of a README, in the manifest's words: keys taken out, placeholders asked for. A server that has
 * no name is called after what it starts.
 */
export function readSnippet(text: string, options: SnippetOptions): Snippet {
  const pasted = readPasted(text, options.toml)
  if (!pasted.ok) return pasted
  const { found, notes } = pasted
  if (options.name !== undefined && found.length > 1) {
    return failure(
      `it holds several servers: ${found.map(([name]) => name ?? '?').join(', ')}`,
      'leave the name out, or paste only one of them',
    )
  }
  const names = options.names ?? secretNames()
  const servers = new Map<string, ServerSpec>()
  for (const [own, value] of found) {
    const entry = meaning(usual(value), { spelling: {} })
    if ('unreadable' in entry)
      return failure(`"${options.name ?? own ?? 'the server'}" cannot be read: ${entry.unreadable}`, `it should look like ${EXAMPLE}`)
    const plain = neutral(entry, { ...options.context, ...(own === null ? {} : { name: own }) })
    const name = options.name ?? own ?? options.nameOf?.(plain) ?? nameFor(plain)
    if (name === null || name === '')
      return { ...failure('the server in it has no name', 'give it one: mcp-twin add - NAME'), nameless: true }
    const { server } = extractKeys(fillReferences(askForPlaceholders(plain, name, 'pasted'), name), { server: name, names })
    const other = servers.get(name)
    if (other !== undefined && JSON.stringify(other) !== JSON.stringify(server))
      return failure(`"${name}" occurs twice in it`, 'paste only one of the two')
    servers.set(name, server)
  }
  const written = JSON.stringify([...servers])
  const secrets = [...names.taken]
    .filter(([name]) => written.includes(`\${secret:${name}}`))
    .map(([name, value]) => ({ name, value: new Secret(value) }))
  return { ok: true, servers: Object.fromEntries(servers), secrets, notes }
}
