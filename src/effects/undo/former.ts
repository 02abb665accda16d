import { lookUp } from '../../core/lookup.ts'
import { fillTemplates } from '../../core/keys/template.ts'
import { stdioValue } from '../../core/launch/launcher.ts'
import { meaning } from '../../core/launch/meaning.ts'
import { neutral, type NeutralContext, ownEntry } from '../../core/launch/read.ts'
import { BRIDGE } from '../../core/manifest/new-name.ts'
import { isObject } from '../../core/object.ts'
import { setBack } from '../../core/plan/revert.ts'
import { compareFingerprints, type Fingerprint, fingerprint } from '../../core/plan/fingerprint.ts'
import { byNpx, type PlainEntry } from '../../core/launch/plain.ts'
import type { ClientDefinition } from '../../model/client.ts'
import type { EntryChange } from '../../model/document.ts'
import type { JsonObject, JsonValue } from '../../model/entry.ts'
import type { ServerSpec } from '../../model/manifest.ts'

/** What becomes of one entry of ours when we go. */
export interface FormerEntry {
  readonly change: EntryChange | null
  /** In words; null: it is removed, as only we made it. */
  readonly words: string | null
}

/** What is known of one entry. */
export interface FormerEntryFacts {
  readonly name: string
  readonly server: string
  readonly value: JsonValue
  /** What it said before us; null: there was none; undefined: nothing tells. */
  readonly former: JsonValue | null | undefined
  /** Of what we made of it first; null: nothing tells, so that `former` counts. */
  readonly made: Fingerprint | null
  /** It says something else than what we wrote last. */
  readonly isEdited: boolean
  /** It names a file of ours, which is about to be removed. */
  readonly namesOwnFiles: boolean
}

/** An entry that works without us, and what it then is, in words. */
interface WithoutUs {
  readonly value: JsonObject
  readonly words: string
}

type Plain = (server: string) => PlainEntry | null

/** Reads entries of one client on one side, to tell what was changed since and to write them without us. */
export class EntryReader {
  readonly #client: ClientDefinition
  readonly #context: NeutralContext
  readonly #plain: Plain

  /** `plain`: a server of the manifest as it works without us. */
  constructor(client: ClientDefinition, context: NeutralContext, plain: Plain) {
    this.#client = client
    this.#context = context
    this.#plain = plain
  }

  #read(value: JsonValue): { readonly spec: ServerSpec; readonly byName: boolean } | null {
    const entry = meaning(value, this.#client)
    if ('unreadable' in entry) return null
    const own = ownEntry(entry, this.#context)
    if (own?.kind === 'bridge') return null
    return { spec: neutral(entry, this.#context), byName: own !== null }
  }

  /** What is different in an entry since we made it of `former`, as far as that is known by its fingerprint. */
  changes(now: JsonValue, former: JsonValue, made: Fingerprint | null): 'same' | 'keys' | 'other' {
    return compareFingerprints(this.#print(now), made ?? this.#print(former))
  }

  #print(value: JsonValue): Fingerprint | null {
    return fingerprint(this.#client, this.#context, value)
  }

  /** The entry as it works without us: what it starts by name as the manifest has it, its package by npx; null: it has no such form. */
  withoutUs(value: JsonValue): WithoutUs | null {
    const entry = meaning(value, this.#client)
    if ('unreadable' in entry || entry.kind === 'remote') return null
    const own = ownEntry(entry, this.#context)
    if (own !== null) return own.kind === 'run' ? this.#byName(own.server, entry.env) : null
    const { package: words, bin, args = [], runIn } = neutral(entry, this.#context)
    if (words === undefined || runIn !== undefined) return null
    const named = bin === undefined ? [words] : [`--package=${words}`, bin]
    const typed = ['-y', ...named, ...args.map((text) => fillTemplates(text, (kind, name) => `\${${kind}:${name}}`))]
    return { value: stdioValue(this.#client, { ...byNpx(this.#context.environment, typed), env: entry.env }), words: 'started by npx' }
  }

  /** The variables that a person gave to an entry that starts our launcher, which has none of its own. */
  addedTo(value: JsonValue): Readonly<Record<string, string>> {
    const entry = meaning(value, this.#client)
    return 'unreadable' in entry || entry.kind === 'remote' || ownEntry(entry, this.#context)?.kind !== 'run' ? {} : entry.env
  }

  #byName(server: string, env: Readonly<Record<string, string>>): WithoutUs | null {
    const made = this.#plain(server)
    if (made === null) return null
    const { value, missing } = made
    const given = isObject(value.env) ? value.env : {}
    const all = Object.keys(env).length === 0 ? value : { ...value, env: { ...given, ...env } }
    return { value: all, words: `as it works without mcp-twin${lackingWords(missing)}` }
  }

  /** The server of the manifest that an entry starts by its name, or the bridge; null: another kind of entry. */
  serverOf(value: JsonValue): string | null {
    const entry = meaning(value, this.#client)
    const own = 'unreadable' in entry ? null : ownEntry(entry, this.#context)
    return own === null ? null : own.kind === 'bridge' ? BRIDGE : own.server
  }

  /** Whether an entry starts our launcher, or a package that only we install: nobody else writes such a one. `isGone`: a text names what goes. */
  isOurs(value: JsonValue, isGone: (text: string) => boolean): boolean {
    const entry = meaning(value, this.#client)
    if ('unreadable' in entry || entry.kind === 'remote') return false
    if (ownEntry(entry, this.#context) !== null) return true
    const { package: words, args, env } = neutral(entry, this.#context)
    return words !== undefined && !isGone(JSON.stringify([args, env]))
  }

  /** Whether a value was the same server as another one: it was renamed. */
  isRenamed(now: JsonValue, then: JsonValue): boolean {
    return this.#read(then) !== null && this.#read(now) !== null && this.changes(now, then, null) === 'same'
  }
}

/** Says which keys an entry lacks. */
export const lackingWords = (keys: readonly string[]): string =>
  keys.length === 0 ? '' : `, but without ${keys.join(', ')}, which the key store lacks`

/** Where entries keep variables. */
const variableFields: readonly string[] = ['env', 'headers', 'http_headers']

const as = (change: EntryChange | null, words: string | null): FormerEntry => ({ change, words })

/**
 * Decides what becomes of one entry. What its person had and nobody changed since is as it was; what was changed since stays as it
 * is, in a form that works without us; what only we made is removed.
 */
export function formerEntry(client: ClientDefinition, reader: EntryReader, facts: FormerEntryFacts): FormerEntry {
  const { name, value, former, isEdited, namesOwnFiles } = facts
  const whole = (next: JsonObject): EntryChange => setBack(client, name, value, next)
  const stays = (words: string): FormerEntry => {
    if (!namesOwnFiles) return as(null, words)
    const portable = reader.withoutUs(value)
    return portable === null ? as(null, '') : as(whole(portable.value), `${words}, ${portable.words}`)
  }
  if (isObject(former)) {
    const same = facts.server === BRIDGE ? 'same' : reader.changes(value, former, facts.made)
    if (!isEdited && same === 'same') return as(setBack(client, name, value, former), 'as it was before')
    if (!isEdited && same === 'keys' && isObject(value)) {
      const kept = variableFields.flatMap((key) => (Object.hasOwn(value, key) ? [[key, lookUp(value, key)] as const] : []))
      // An entry of our launcher has none: they are in the manifest.
      const other = namesOwnFiles ? former : Object.fromEntries(Object.entries(former).filter(([key]) => !variableFields.includes(key)))
      const next = { ...other, ...Object.fromEntries(kept) } as JsonObject
      return as(setBack(client, name, value, next), 'as it was before, with its present variables')
    }
    const left = stays('as you changed it')
    if (left.change !== null || !namesOwnFiles) return left
    // The manifest has this server no more, so what it was before is all that is known of it.
    const added = isEdited && Object.hasOwn(former, 'command') ? reader.addedTo(value) : {}
    if (Object.keys(added).length === 0) return as(setBack(client, name, value, former), 'as it was before')
    const env = { ...(isObject(former.env) ? former.env : {}), ...added }
    return as(setBack(client, name, value, { ...former, env }), 'as it was before, with the variables that you added')
  }
  if (facts.server === BRIDGE) return as({ kind: 'remove', name }, null)
  if (former === undefined || (isEdited && !namesOwnFiles)) {
    const left = stays(former === undefined ? 'left as it is' : 'as you changed it')
    if (left.change !== null || !namesOwnFiles) return left
  }
  return as({ kind: 'remove', name }, null)
}
