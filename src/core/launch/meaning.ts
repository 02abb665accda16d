import { createHash } from 'node:crypto'
import type { ClientDefinition } from '../../model/client.ts'
import type { Entry, JsonObject, JsonValue, Unreadable } from '../../model/entry.ts'
import { isObject } from '../object.ts'
import { splitCommandLine, words } from './command-line.ts'

export type { Unreadable }

type Spelled = Pick<ClientDefinition, 'spelling'>

const commonKeys: readonly string[] = ['command', 'args', 'env', 'type', 'transport', 'url', 'httpUrl', 'serverUrl', 'headers']

/** The keys that say what an entry of this client means, in whatever spelling. All others are the user's own. */
export const meaningKeys = ({ spelling }: Spelled): readonly string[] =>
  spelling.keys === undefined ? commonKeys : [...commonKeys, ...spelling.keys]

/** Spellings of `type` and `transport` met in the wild, in lower case and without dashes. */
const transports: ReadonlyMap<string, 'stdio' | 'http' | 'sse'> = new Map(
  Object.entries({
    stdio: 'stdio',
    local: 'stdio',
    http: 'http',
    https: 'http',
    streamablehttp: 'http',
    httpstream: 'http',
    remote: 'http',
    url: 'http',
    sse: 'sse',
  } as const),
)

const isPlain = (value: JsonValue): value is string | number | boolean => ['string', 'number', 'boolean'].includes(typeof value)

/** A member of the object itself; null counts as not there, as every client takes it. */
const own = (value: JsonObject, key: string): JsonValue | undefined => (Object.hasOwn(value, key) ? (value[key] ?? undefined) : undefined)

/** The value that was read, or why it cannot be. */
type Readable<T> = { readonly value: T } | Unreadable

/** Names with texts as values; numbers and booleans become text, as every client passes them on. */
function texts(value: JsonValue | undefined, what: string): Readable<Readonly<Record<string, string>>> {
  if (value === undefined) return { value: {} }
  if (!isObject(value)) return { unreadable: `"${what}" is not an object` }
  const found: [string, string][] = []
  for (const [name, text] of Object.entries(value)) {
    if (text === null) continue
    if (!isPlain(text)) return { unreadable: `"${name}" in "${what}" is neither text nor a number` }
    found.push([name, String(text)])
  }
  return { value: Object.fromEntries(found) }
}

function list(value: JsonValue | undefined, what: string): Readable<readonly string[]> {
  if (value === undefined) return { value: [] }
  if (typeof value === 'string') {
    const split = words(value)
    return split === null ? { unreadable: `"${what}" is a line with an open quote` } : { value: split }
  }
  if (!Array.isArray(value)) return { unreadable: `"${what}" is not a list` }
  return value.every(isPlain) ? { value: value.map(String) } : { unreadable: `"${what}" holds something that is not text` }
}

/** Program and arguments: `command` may be a program, a whole line, or a list of words. */
function launch(value: JsonValue | undefined, args: readonly string[]): Readable<readonly string[]> {
  if (Array.isArray(value)) {
    const read = list(value, 'command')
    if ('unreadable' in read) return read
    return (read.value[0] ?? '') === '' ? { unreadable: '"command" is an empty list' } : { value: [...read.value, ...args] }
  }
  if (typeof value !== 'string') return { unreadable: value === undefined ? 'it has no "command"' : '"command" is not text' }
  if (value.trim() === '') return { unreadable: '"command" is empty' }
  const line = splitCommandLine(value)
  // With arguments of its own it is more likely a program: `/home/python 3/node` is no line that begins with python.
  const [first = '', second = ''] = line ?? []
  const isPath = args.length > 0 && /[\\/]/.test(first) && !/\.(?:exe|cmd|bat|com)$/i.test(first) && !second.startsWith('-')
  return { value: [...(line === null || isPath ? [value] : line), ...args] }
}

function stdio(value: JsonObject): Entry | Unreadable {
  const args = list(own(value, 'args'), 'args')
  if ('unreadable' in args) return args
  const program = launch(own(value, 'command'), args.value)
  if ('unreadable' in program) return program
  const env = texts(own(value, 'env'), 'env')
  if ('unreadable' in env) return env
  const [command = '', ...rest] = program.value
  return { kind: 'stdio', command, args: rest, env: env.value }
}

function remote(value: JsonObject, transport: 'http' | 'sse', triesBoth = false): Entry | Unreadable {
  const url = own(value, 'url') ?? own(value, 'httpUrl') ?? own(value, 'serverUrl')
  if (url === undefined) return { unreadable: `its type is "${transport}", but it has no "url"` }
  if (typeof url !== 'string' || url.trim() === '') return { unreadable: 'its address is not text' }
  if (!/^(https?:\/\/|\$\{)/i.test(url)) return { unreadable: 'its address begins neither with https:// nor with http://' }
  const headers = texts(own(value, 'headers'), 'headers')
  return 'unreadable' in headers
    ? headers
    : { kind: 'remote', url, ...(triesBoth && transport === 'http' ? {} : { transport }), headers: headers.value }
}

const kindOf = (value: JsonValue): string =>
  value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value === 'string' ? 'a text' : `a ${typeof value}`

/** What an entry says, whatever its spelling: order, extra keys and the names of transports aside. */
export function meaning(value: JsonValue, { spelling }: Spelled): Entry | Unreadable {
  if (!isObject(value)) return { unreadable: `it is ${kindOf(value)}, not an object` }
  const common = spelling.read?.(value) ?? value
  return isUnreadable(common) ? common : commonMeaning(common, spelling.triesBoth)
}

const isUnreadable = (value: JsonObject | Unreadable): value is Unreadable => Object.hasOwn(value, 'unreadable')

function commonMeaning(value: JsonObject, triesBoth?: true): Entry | Unreadable {
  const inner = own(value, 'transport')
  if (isObject(inner)) return commonMeaning({ ...value, transport: null, ...inner }, triesBoth)
  const word = own(value, 'type') ?? inner ?? ''
  const said = typeof word === 'string' ? transports.get(word.toLowerCase().replace(/[-_\s]/g, '')) : undefined
  if (word !== '' && said === undefined) return { unreadable: `its type is ${JSON.stringify(word)}, which is neither stdio, http nor sse` }
  if (said === 'stdio') return stdio(value)
  if (said !== undefined) return remote(value, said, triesBoth)
  if (own(value, 'command') !== undefined) return stdio(value)
  if (['url', 'httpUrl', 'serverUrl'].some((key) => own(value, key) !== undefined)) return remote(value, 'http', triesBoth)
  return { unreadable: Object.keys(value).length === 0 ? 'it is empty' : 'it has neither "command" nor "url"' }
}

/** Keys of an entry that are the user's own: they stay in that file, and mean nothing elsewhere. */
export const extraKeys = (value: JsonValue, client: Spelled): string[] =>
  isObject(value) ? Object.keys(value).filter((key) => !meaningKeys(client).includes(key)) : []

const sorted = (values: Readonly<Record<string, string>>): [string, string][] =>
  Object.entries(values).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))

/** What an entry says, as one text: the same for two entries that differ in order or spelling only. It holds the entry's keys. */
const canonical = (entry: Entry): string =>
  JSON.stringify(
    entry.kind === 'stdio'
      ? ['stdio', entry.command, entry.args, sorted(entry.env)]
      : ['remote', entry.transport ?? 'http', entry.url, sorted(entry.headers)],
  )

const hash = (text: string): string => createHash('sha256').update(text).digest('hex')

/**
 * SHA-256, in hex, of what an entry says. It is what we keep of an entry that we wrote, so that a later edit by anyone is
 * noticed without keeping its keys.
 */
export const digest = (entry: Entry): string => hash(canonical(entry))

/**
 * `digest`, remembering what it was asked: an entry mostly says the same in every program's file. For one plan, and no
 * longer: what it remembers holds keys.
 */
export function digester(): (entry: Entry) => string {
  const known = new Map<string, string>()
  return (entry) => {
    const said = canonical(entry)
    const made = known.get(said) ?? hash(said)
    known.set(said, made)
    return made
  }
}
