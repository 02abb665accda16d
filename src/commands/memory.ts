import { quote } from '../bridge/base/quote.ts'
import { Refusal } from '../bridge/base/refusal.ts'
import { inText } from '../bridge/base/text.ts'
import { memoryDelete } from '../bridge/tools/memory/memory-delete.ts'
import { memoryGet } from '../bridge/tools/memory/memory-get.ts'
import { memoryHistory } from '../bridge/tools/memory/memory-history.ts'
import { countEntries } from '../bridge/memory/memory.ts'
import { namespacesIn, page } from '../bridge/memory/pages.ts'
import { memorySearch } from '../bridge/tools/memory/memory-search.ts'
import { memorySet } from '../bridge/tools/memory/memory-set.ts'
import { beginning, type EntryFacts, entryFacts, entryLine } from '../bridge/tools/memory/words.ts'
import { limits } from '../bridge/base/limits.ts'
import type { memory as spec } from '../cli/specs/memory.ts'
import type { MemoryEntry } from '../bridge/memory/entry.ts'
import type { Context, VerbsOf } from '../context.ts'
import { readStandardInput } from '../effects/run/standard-input.ts'
import { EXIT, type ExitCode, usageError } from '../errors.ts'
import type { JsonValue } from '../model/entry.ts'
import { lookInBridge, type OpenBridge, withBridge } from './bridge-at-home.ts'
import { ttlMs } from './session.ts'
import { demandNamespace, unknownKey } from './stored-names.ts'

type Verbs = VerbsOf<typeof spec>

/** A namespace and a store begin with the first thing that is remembered, so only `set` and `import` may make them. */
const within = (context: Context, { namespace }: Where, work: (open: OpenBridge) => Promise<ExitCode>): Promise<ExitCode> =>
  lookInBridge(context, async (open) => {
    if (namespace !== undefined) await demandNamespace(open.bridge, namespace)
    return work(open)
  })

interface Where {
  readonly namespace?: string
}

const named = ({ namespace }: Where): Where => (namespace === undefined ? {} : { namespace })

/** Who wrote it on stderr; the value on stdout, as text or JSON, on a terminal quoted so that it passes for nothing of ours. */
const get: Verbs['get'] = (context, [key], options) =>
  within(context, options, async ({ bridge, call }) => {
    const version = options.at === undefined ? {} : { version: options.at }
    const { text, data } = await call(memoryGet, { key, ...named(options), ...version, max_tokens: limits.answerTokensMost })
    if (data.found !== true) throw await unknownKey(bridge, key, options.namespace, text)
    context.io.json({ action: 'get', key, ...data })
    const { rationale, ...entry } = data as unknown as MemoryEntry
    context.io.note(entryLine({ ...entry, key }))
    const value = data.value as JsonValue
    const shown = inText(typeof value === 'string' ? value : JSON.stringify(value))
    context.io.raw(`${shown}\n`, `${quote(shown)}\n`)
    if (rationale !== null) context.io.note(`Rationale:\n${quote(rationale)}`)
    return EXIT.ok
  })

const set: Verbs['set'] = (context, [key, typed], options) => {
  const { rationale, tag, ttl, ifVersion } = options
  // Checked before anything is opened.
  const seconds = ttl === undefined ? undefined : Math.ceil(ttlMs(ttl) / 1000)
  return withBridge(context, async ({ call }) => {
    const value = typed === '-' ? await readStandardInput('The value', 'mcp-twin memory set KEY VALUE') : typed
    const { text, data } = await call(memorySet, {
      ...{ key, value: options.text === true ? value : jsonOrText(value), ...named(options) },
      ...(rationale !== undefined && { rationale }),
      ...(tag !== undefined && { tags: tag }),
      ...(seconds !== undefined && { ttl_s: seconds }),
      ...(ifVersion !== undefined && { if_version: ifVersion }),
    })
    context.io.json({ action: 'set', key, ...data })
    context.io.out(text)
    return EXIT.ok
  })
}

function jsonOrText(text: string): JsonValue {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** All pages, or as many entries as `--limit` says. */
const list: Verbs['list'] = (context, _words, options) =>
  within(context, options, async ({ bridge }) => {
    const { limit: most = Number.POSITIVE_INFINITY, prefix, tag: tags, newest, namespace, values } = options
    const store = await bridge.store()
    await bridge.redaction.ready()
    const facts = entryFacts(bridge.redaction)
    const begins = ({ value }: MemoryEntry) => ({ begins: beginning(bridge.redaction, plain(value)) })
    const entries: EntryFacts[] = []
    let { cursor } = options
    do {
      const limit = Math.min(most - entries.length, limits.memoryListed)
      const query = { prefix, tags, newest, namespace, limit, cursor }
      const found = await store.read((database) => page(database, query, bridge.now())).catch(badCursor)
      entries.push(...found.entries.map((entry) => ({ ...facts(entry), ...(values === true && begins(entry)) })))
      cursor = found.cursor
    } while (cursor !== undefined && entries.length < most)
    const total = await store.read((database) => countEntries(database, { prefix, tags, namespace }, bridge.now()))
    const namespaces = await store.read(namespacesIn)
    const text = entries.length === 0 ? 'Nothing is remembered here.' : entries.map((entry) => entryLine(entry)).join('\n')
    const answer = bridge.redaction.answer({ content: [{ type: 'text', text }], data: { entries, total, namespaces } })
    context.io.json({ action: 'list', ...answer.data, more: cursor !== undefined, cursor: cursor ?? null })
    for (const part of answer.content) if (part.type === 'text') context.io.out(inText(part.text))
    if (cursor !== undefined) context.io.note(`${entries.length} of ${total}. To go on: --cursor ${cursor}`)
    return EXIT.ok
  })

/** A text as it is, anything else as JSON. */
function plain(value: string): string {
  const read: JsonValue = JSON.parse(value)
  return typeof read === 'string' ? read : value
}

function badCursor(error: unknown): never {
  if (!(error instanceof Refusal)) throw error
  throw usageError('This --cursor is of no list, or of one in another order.', { hint: 'mcp-twin memory list' })
}

const search: Verbs['search'] = (context, words, options) =>
  within(context, options, async ({ call }) => {
    const { limit } = options
    const { text, data } = await call(memorySearch, {
      ...{ query: words.join(' '), ...named(options), max_tokens: limits.answerTokensMost },
      ...(limit !== undefined && { limit: Math.min(limit, limits.memoryListed) }),
    })
    context.io.json({ action: 'search', ...data })
    context.io.out(text)
    return EXIT.ok
  })

const history: Verbs['history'] = (context, [key], options) =>
  within(context, options, async ({ bridge, call }) => {
    const { text, data } = await call(memoryHistory, { key, ...named(options) })
    if ((data.versions as unknown[]).length === 0) throw await unknownKey(bridge, key, options.namespace, text)
    context.io.json({ action: 'history', key, ...data })
    context.io.out(text)
    return EXIT.ok
  })

/** `--history` also forgets what the key held, as one does with a text that should never have been stored. */
const forget: Verbs['delete'] = (context, [key], options) =>
  within(context, options, async ({ bridge, call }) => {
    const { ifVersion } = options
    const { text, data } = await call(memoryDelete, {
      ...{ key, ...named(options), ...(ifVersion !== undefined && { if_version: ifVersion }) },
      ...(options.history === true && { history: true }),
    })
    if (data.deleted !== true && !(Number(data.versions) > 0)) throw await unknownKey(bridge, key, options.namespace, text)
    context.io.json({ action: 'delete', key, ...data })
    context.io.out(text)
    return EXIT.ok
  })

/** What programs remember, read and changed from a terminal. */
export const verbs: Verbs = {
  ...{ get, set, list, search, history, delete: forget },
  export: (context, [file], options) =>
    within(context, options, async ({ bridge }) => (await import('./memory-reference.ts')).exportAll({ context, bridge, options }, file)),
  import: (context, [file], options) =>
    withBridge(context, async ({ bridge }) => (await import('./memory-reference.ts')).importAll({ context, bridge, options }, file)),
}
