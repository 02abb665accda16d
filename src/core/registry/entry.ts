import { isObject } from '../object.ts'

/** A server as the registry lists it. Every text is a stranger's. */
export interface RegistryEntry {
  readonly name: string
  readonly title: string | null
  readonly description: string
  readonly version: string
  readonly status: 'active' | 'deprecated' | 'deleted'
  readonly packages: readonly Readonly<Record<string, unknown>>[]
  readonly remotes: readonly Readonly<Record<string, unknown>>[]
}

/** Where the registry itself says something about an entry, beside what its publisher says. */
const official = 'io.modelcontextprotocol.registry/official'

/** Names as the registry gives them: the namespace of an owner, a slash, a name. */
const namePattern = /^[A-Za-z0-9.-]+\/[A-Za-z0-9._-]+$/

export const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)

export const objectsIn = (value: unknown): Readonly<Record<string, unknown>>[] => (Array.isArray(value) ? value.filter(isObject) : [])

/** Reads one entry; null where it is none. */
export function readEntry(value: unknown): RegistryEntry | null {
  if (!isObject(value) || !isObject(value.server)) return null
  const { name, title, description, version, packages, remotes, status: own } = value.server
  if (typeof name !== 'string' || !namePattern.test(name) || typeof version !== 'string') return null
  const meta = isObject(value._meta) && isObject(value._meta[official]) ? value._meta[official] : {}
  const status = meta.status ?? own
  return {
    ...{ name, version, title: textOf(title), description: textOf(description) ?? '' },
    status: status === 'deleted' || status === 'deprecated' ? status : 'active',
    ...{ packages: objectsIn(packages), remotes: objectsIn(remotes) },
  }
}

/** Reads a list of entries; null where it is none. `more`: the registry has further ones. */
export function readEntries(value: unknown): { readonly entries: readonly RegistryEntry[]; readonly more: boolean } | null {
  if (!isObject(value) || !Array.isArray(value.servers)) return null
  const metadata = isObject(value.metadata) ? value.metadata : {}
  return { entries: value.servers.flatMap((each) => readEntry(each) ?? []), more: textOf(metadata.nextCursor) !== null }
}

/** Those that hold all words in name, title or description; the registry itself looks into names only. Words in the name come first. */
export function matching(entries: readonly RegistryEntry[], words: readonly string[]): RegistryEntry[] {
  const wanted = words.map((word) => word.toLowerCase())
  const hits = (text: string): number => wanted.filter((word) => text.toLowerCase().includes(word)).length
  const whole = ({ name, title, description }: RegistryEntry): string => `${name}\n${title ?? ''}\n${description}`
  const byName = new Map(entries.map((entry) => [entry.name, entry]))
  return [...byName.values()]
    .filter((entry) => hits(whole(entry)) === wanted.length)
    .sort((a, b) => hits(b.name) - hits(a.name) || (a.name < b.name ? -1 : 1))
}
