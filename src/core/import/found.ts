import type { ClientDefinition } from '../../model/client.ts'
import type { Entry, JsonValue } from '../../model/entry.ts'
import type { Environment, World } from '../../model/environment.ts'
import type { ServerSpec } from '../../model/manifest.ts'
import type { NativePath } from '../../model/path.ts'
import { reveal, type Secret } from '../../model/secret.ts'
import { extractKeys } from '../keys/extract.ts'
import type { SecretNames } from '../keys/naming.ts'
import { digest, extraKeys, meaning } from '../launch/meaning.ts'
import { clientName } from '../launch/render.ts'
import { type NeutralContext, neutral, ownEntry } from '../launch/read.ts'
import { behindMcpRemote, isMcpRemote } from '../launch/mcp-remote.ts'
import { escapeTemplates } from '../keys/template.ts'
import { keysOf } from '../manifest/names.ts'
import { badName } from '../manifest/new-name.ts'
import { serverTrouble } from '../manifest/rules.ts'
import { isObject } from '../object.ts'
import { askForPlaceholders } from './pasted/placeholders.ts'

/** One entry of a client's file that no manifest has yet. Its value may hold keys. */
export interface UnmanagedEntry {
  readonly environment: Environment
  readonly client: ClientDefinition
  readonly file?: NativePath
  /** Where its program starts it, where that is another side than the file's. */
  readonly startsOn?: Environment
  readonly name: string
  readonly value: Secret<JsonValue>
}

/** The side that an entry is started on. */
export const sideOf = ({ environment, startsOn }: Pick<UnmanagedEntry, 'environment' | 'startsOn'>): Environment => startsOn ?? environment

/** The place of an entry. */
export interface EntryPlace {
  readonly environment: string
  readonly client: string
  /** Absent: the client has one file there. */
  readonly file?: NativePath
  /** Its name in that file. */
  readonly name: string
}

/** What reading and naming need besides the entries. */
export type ImportContext = Omit<NeutralContext, 'environment' | 'name'> & {
  readonly world: World
  readonly home: Environment
  /** Takes `mcp-remote` in as it is typed where no server of the manifest can be proven to answer as it does. */
  readonly takesMcpRemote?: boolean
}

/** An entry read: a server with its keys taken out, or why it is left as it is. */
export type ReadEntry =
  | {
      readonly kind: 'server'
      readonly found: UnmanagedEntry
      readonly server: ServerSpec
      readonly typed: ServerSpec
      readonly digest: string
      readonly notes: readonly string[]
    }
  | { readonly kind: 'left'; readonly found: UnmanagedEntry; readonly reason: string }
  /** It belongs to what the manifest has already. `reason`: why an import leaves it, where the plan does not manage it. */
  | { readonly kind: 'ours'; readonly found: UnmanagedEntry; readonly reason: string }

export const placeOf = ({ environment, client, file, name }: UnmanagedEntry): EntryPlace => ({
  ...{ environment: environment.id, client: client.id, name },
  ...(file === undefined ? {} : { file }),
})

const isOff = (value: JsonValue): boolean => isObject(value) && (value.disabled === true || value.enabled === false)

function notesFor({ name, client, value }: UnmanagedEntry, entry: Entry, kept: ServerSpec): string[] {
  const texts = entry.kind === 'stdio' ? [...entry.args, ...Object.values(entry.env)] : [entry.url, ...Object.values(entry.headers)]
  const own = extraKeys(reveal(value), client).filter((key) => ['cwd', 'envFile', 'env_vars'].includes(key))
  const needed = keysOf(askForPlaceholders(kept, name, 'found')).filter((key) => !keysOf(kept).includes(key))
  return [
    ...own.map((key) => `${name}: "${key}" of ${client.label} stays in that file and reaches no other client`),
    ...(texts.some((text) => /\$\{[^}]+\}/.test(text))
      ? [`${name}: a variable in \${…} is filled in by ${client.label}; another client may pass it on as it is written`]
      : []),
    ...needed.map((key) => `${name}: a placeholder where the key ${key} belongs: mcp-twin secret set ${key}`),
  ]
}

/** Why an entry with `mcp-remote` stays the person's own; null for every other one, and where ours answers as it does. */
function mcpRemoteStays(server: ServerSpec, { client }: UnmanagedEntry): string | null {
  if (isMcpRemote(server)) {
    const behind = behindMcpRemote(server.args ?? [], server.env ?? {})
    return 'stays' in behind ? `mcp-remote goes on as it is, since ${behind.stays}` : null
  }
  const { remote, triesBoth } = client.spelling
  if (server.url === undefined || server.transport !== undefined || remote === undefined || triesBoth === true) return null
  return `mcp-remote goes on as it is, since it tries HTTP, then SSE, and ${client.label} by itself only HTTP`
}

/** The entry as a command server, word for word. */
const asTyped = (entry: Entry & { kind: 'stdio' }): ServerSpec => ({
  command: escapeTemplates(entry.command),
  ...(entry.args.length === 0 ? {} : { args: entry.args.map(escapeTemplates) }),
  ...(Object.keys(entry.env).length === 0
    ? {}
    : { env: Object.fromEntries(Object.entries(entry.env).map(([name, text]) => [name, escapeTemplates(text)])) }),
})

/** Reads one entry. Keys go to `names`; the server holds only their names. */
export function readEntry(found: UnmanagedEntry, context: ImportContext, names: SecretNames): ReadEntry {
  const { client, name } = found
  const environment = sideOf(found)
  const left = (reason: string): ReadEntry => ({ kind: 'left', found, reason })
  const entry = meaning(reveal(found.value), client)
  if ('unreadable' in entry) return left(entry.unreadable)
  const known = Object.keys(context.manifest?.servers ?? {})
  const own = ownEntry(entry, { ...context, environment })
  const ours = (reason: string): ReadEntry => ({ kind: 'ours', found, reason })
  if (own?.kind === 'bridge') return ours('it starts the bridge of mcp-twin, which has an entry of its own')
  if (own?.kind === 'run')
    return known.includes(own.server)
      ? ours(`it starts "${own.server}" of the manifest, which has an entry of its own`)
      : left(`it starts "${own.server}" of a manifest that is not here`)
  const namesake = known.find((server) => clientName(client, server, known) === name)
  if (namesake !== undefined) {
    const here = `mcp-twin enable ${namesake} --client ${client.id} --on ${environment.id}`
    return ours(`"${namesake}" of the manifest is not for this program. To bring it there: ${here}`)
  }
  const bad = badName(name)
  if (bad !== null) return left(bad)
  if (isOff(reveal(found.value))) return left(`it is switched off in ${client.label}`)
  const spec = neutral(entry, { ...context, environment })
  const stays = entry.kind === 'stdio' ? mcpRemoteStays(spec, found) : null
  if (stays !== null && context.takesMcpRemote !== true) return left(stays)
  if (spec.url?.startsWith('$${')) return left(`its address begins with a variable that only ${client.label} fills in`)
  const kept = stays !== null && entry.kind === 'stdio' ? asTyped(entry) : spec
  // One entry that no manifest may hold keeps nobody from the others.
  const trouble = serverTrouble(name, kept)
  if (trouble !== null) return left(trouble)
  const taken = (one: ServerSpec): ServerSpec => extractKeys(askForPlaceholders(one, name, 'found'), { server: name, names }).server
  const server = taken(kept)
  // Where a server crosses the border, its form as typed stays at hand: not every crossing fits the other side's form.
  const typed = entry.kind === 'stdio' && spec.runIn !== undefined ? taken(asTyped(entry)) : server
  return { kind: 'server', found, server, typed, digest: digest(entry), notes: notesFor(found, entry, kept) }
}
