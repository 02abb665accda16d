import { quote } from '../bridge/base/quote.ts'
import { inText } from '../bridge/base/text.ts'
import { memoryDelete } from '../bridge/tools/memory/memory-delete.ts'
import { memoryGet } from '../bridge/tools/memory/memory-get.ts'
import { memoryHistory } from '../bridge/tools/memory/memory-history.ts'
import { memoryList } from '../bridge/tools/memory/memory-list.ts'
import { memorySearch } from '../bridge/tools/memory/memory-search.ts'
import { memorySet } from '../bridge/tools/memory/memory-set.ts'
import { entryLine } from '../bridge/tools/memory/words.ts'
import { limits } from '../bridge/base/limits.ts'
import type { Entry } from '../bridge/memory/entry.ts'
import type { Context } from '../context.ts'
import { readStandardInput } from '../effects/run/standard-input.ts'
import { EXIT, type ExitCode, usageError } from '../errors.ts'
import type { JsonValue } from '../model/entry.ts'
import { type OpenBridge, withBridge } from './bridge-at-home.ts'
import { ttlMs } from './session.ts'
import { demandNamespace, unknownKey } from './stored-names.ts'
import { wholeOption } from './whole-option.ts'

interface Task extends OpenBridge {
  readonly context: Context
  readonly words: readonly string[]
  readonly options: Record<string, unknown>
}

interface Action {
  /** The words behind the action, for the message where they do not fit. */
  readonly usage: string
  readonly least: number
  readonly most: number
  run(task: Task): Promise<ExitCode>
}

const actions: Readonly<Record<string, Action>> = {
  get: { usage: 'KEY', least: 1, most: 1, run: get },
  set: { usage: 'KEY VALUE', least: 2, most: 2, run: set },
  list: { usage: '', least: 0, most: 0, run: list },
  search: { usage: 'WORDS', least: 1, most: Number.POSITIVE_INFINITY, run: search },
  history: { usage: 'KEY', least: 1, most: 1, run: history },
  delete: { usage: 'KEY', least: 1, most: 1, run: forget },
  export: { usage: '[FILE]', least: 0, most: 1, run: async (task) => (await import('./memory-reference.ts')).exportAll(task) },
  import: { usage: 'FILE', least: 1, most: 1, run: async (task) => (await import('./memory-reference.ts')).importAll(task) },
}

/** What programs remember, read and changed from a terminal. */
export async function run(context: Context, [name = '', ...words]: string[], options: Record<string, unknown>): Promise<ExitCode> {
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined
  if (action === undefined)
    throw usageError(`memory takes ${Object.keys(actions).join(', ')}, not ${JSON.stringify(name)}.`, { hint: 'mcp-twin memory --help' })
  if (words.length < action.least || words.length > action.most)
    throw usageError(`memory ${name} takes ${action.usage || 'no words'}; there are ${words.length} words.`, {
      hint: name === 'set' ? "put the value in quotes: mcp-twin memory set KEY '…'" : `mcp-twin memory ${name} ${action.usage}`.trim(),
    })
  // Numbers are checked before anything is opened.
  whole(options, 'limit', 1)
  whole(options, 'ifVersion', 0)
  whole(options, 'at', 1)
  if (typeof options.ttl === 'string') ttlMs(options.ttl)
  return withBridge(context, async (open) => {
    // A namespace begins with the first thing that is remembered in it, so only these two may name a new one.
    if (typeof options.namespace === 'string' && name !== 'set' && name !== 'import') await demandNamespace(open.bridge, options.namespace)
    return action.run({ ...open, context, words, options })
  })
}

const whole = (options: Record<string, unknown>, name: string, least: number): number | undefined =>
  wholeOption('memory', options, name, least)

const named = ({ namespace }: Record<string, unknown>) => (namespace === undefined ? {} : { namespace })

/** The value on stdout, as text or JSON; who wrote it on stderr. */
async function get({ context, bridge, call, words: [key = ''], options }: Task): Promise<ExitCode> {
  const version = whole(options, 'at', 1)
  const asked = { key, ...named(options), ...(version !== undefined && { version }), max_tokens: limits.memoryTokens }
  const { text, data } = await call(memoryGet, asked)
  if (data.found !== true) throw await unknownKey(bridge, key, options.namespace, text)
  context.io.json({ action: 'get', key, ...data })
  const value = data.value as JsonValue
  context.io.raw(`${inText(typeof value === 'string' ? value : JSON.stringify(value))}\n`)
  context.io.note(entryLine({ ...(data as unknown as Entry), key }))
  if (typeof data.rationale === 'string') context.io.note(`Rationale:\n${quote(data.rationale)}`)
  return EXIT.ok
}

async function set({ context, call, words: [key, typed = ''], options }: Task): Promise<ExitCode> {
  const value = typed === '-' ? await readStandardInput('The value', 'mcp-twin memory set KEY VALUE') : typed
  const ifVersion = whole(options, 'ifVersion', 0)
  const { text, data } = await call(memorySet, {
    ...{ key, value: options.text === true ? value : jsonOrText(value), ...named(options) },
    ...(typeof options.rationale === 'string' && { rationale: options.rationale }),
    ...(Array.isArray(options.tag) && { tags: options.tag }),
    ...(typeof options.ttl === 'string' && { ttl_s: Math.ceil(ttlMs(options.ttl) / 1000) }),
    ...(ifVersion !== undefined && { if_version: ifVersion }),
  })
  context.io.json({ action: 'set', key, ...data })
  context.io.out(text)
  return EXIT.ok
}

function jsonOrText(text: string): JsonValue {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** All pages, or as many entries as `--limit` says. */
async function list({ context, call, options }: Task): Promise<ExitCode> {
  const most = whole(options, 'limit', 1) ?? Number.POSITIVE_INFINITY
  const entries: Omit<Entry, 'value'>[] = []
  let cursor: unknown
  do {
    const { data } = await call(memoryList, {
      ...{ ...named(options), limit: Math.min(most - entries.length, limits.memoryListed) },
      ...(typeof options.prefix === 'string' && { prefix: options.prefix }),
      ...(Array.isArray(options.tag) && { tag: options.tag[0] }),
      ...(cursor !== undefined && { cursor }),
    })
    entries.push(...(data.entries as Omit<Entry, 'value'>[]))
    cursor = data.cursor
  } while (cursor !== undefined && entries.length < most)
  context.io.json({ action: 'list', entries, more: cursor !== undefined })
  for (const entry of entries) context.io.out(entryLine(entry))
  if (entries.length === 0) context.io.out('Nothing is remembered here.')
  if (cursor !== undefined) context.io.note('There is more: give a larger --limit.')
  return EXIT.ok
}

async function search({ context, call, words, options }: Task): Promise<ExitCode> {
  const limit = whole(options, 'limit', 1)
  const { text, data } = await call(memorySearch, {
    ...{ query: words.join(' '), ...named(options), max_tokens: limits.memoryTokens },
    ...(limit !== undefined && { limit: Math.min(limit, limits.memoryListed) }),
  })
  context.io.json({ action: 'search', ...data })
  context.io.out(text)
  return EXIT.ok
}

async function history({ context, bridge, call, words: [key = ''], options }: Task): Promise<ExitCode> {
  const { text, data } = await call(memoryHistory, { key, ...named(options) })
  if ((data.versions as unknown[]).length === 0) throw await unknownKey(bridge, key, options.namespace, text)
  context.io.json({ action: 'history', key, ...data })
  context.io.out(text)
  return EXIT.ok
}

/** `--history` also forgets what the key held, as one does with a text that should never have been stored. */
async function forget({ context, bridge, call, words: [key = ''], options }: Task): Promise<ExitCode> {
  const ifVersion = whole(options, 'ifVersion', 0)
  const { text, data } = await call(memoryDelete, {
    ...{ key, ...named(options), ...(ifVersion !== undefined && { if_version: ifVersion }) },
    ...(options.history === true && { history: true }),
  })
  if (data.deleted !== true && !(Number(data.versions) > 0)) throw await unknownKey(bridge, key, options.namespace, text)
  context.io.json({ action: 'delete', key, ...data })
  context.io.out(text)
  return EXIT.ok
}
