import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { limits } from '../../../src/bridge/base/limits.ts'
import type { CallResult } from '../../../src/bridge/contract/pipeline.ts'
import { begin, end } from '../../../src/bridge/sharing/records.ts'
import { tools } from '../../../src/bridge/tools/index.ts'
import { type Desk, desk } from '../../support/desk.ts'

/** Texts that cost more than they look: quotation doubles the one, JSON and UTF-8 lengthen the others. */
const lines = (bytes: number): string => '\n'.repeat(bytes)
const quotes = (bytes: number): string => '"'.repeat(bytes)
const wide = (bytes: number): string => '\u00e4\u4e2d\u{1f600}'.repeat(Math.floor(bytes / 9))

let place: Desk
const ids: Record<string, string> = {}
const other = { client: 'other', session: 's2' }

const idOf = (answer: Record<string, unknown>): string => String(answer.id)

/** The largest that can be stored, of everything. */
beforeAll(async () => {
  place = desk({ terminal: 'on' })
  const title = wide(limits.handoffTitle)
  for (let count = 0; count < limits.inboxShown + 20; count++)
    ids.handoff = idOf(
      await place.data('handoff_create', { title, goal: lines(5000), sections: [{ heading: title, body: 'x' }], to: 'tester' }, other),
    )
  const body = lines(15_000)
  const sections = Array.from({ length: limits.handoffSections }, (_, at) => ({ heading: title, body, priority: (at % 5) + 1 }))
  const files = Array.from({ length: limits.handoffFiles }, (_, at) => `${place.A}/${quotes(1000)}${at}`)
  const large = { title, goal: quotes(60_000), sections, files, acceptance: wide(60_000), to: 'tester' }
  ids.handoff = idOf(await place.data('handoff_create', large, other))
  const { handoff } = ids
  for (let count = 0; count < 20; count++) {
    await place.ok('handoff_update', { id: handoff, note: quotes(limits.noteBytes) })
    ids.question = idOf(await place.data('ask_twin', { question: lines(limits.noteBytes), handoff, to: 'tester' }, other))
    const asked = idOf(await place.data('ask_twin', { question: wide(limits.noteBytes), to: 'other' }))
    await place.data('answer_twin', { question_id: asked, answer: lines(limits.noteBytes) }, other)
    const prompt = wide(limits.actionText / 2)
    ids.action = idOf(await place.data('queue_action', { type: 'execute_from_code', params: { prompt }, to: 'tester' }, other))
    await place.data('memory_set', {
      ...{ key: quotes(500) + count, value: wide(1_000_000), rationale: lines(1_000_000) },
      tags: Array.from({ length: limits.memoryTags }, (_, at) => `${quotes(500)}${at}`),
    })
    await place.data('memory_set', { key: 'often', value: `often ${quotes(500_000)}${count}` })
  }
  for (let count = 0; count < 2500; count++) place.put(`many/${'"'.repeat(200)}${count}`, '')
  for (let count = 0; count < 50; count++) place.put(`f${count}`, `${'"'.repeat(80)}\n`.repeat(3000))
  place.put('long', '"'.repeat(2_000_000))
  const result = { content: [{ type: 'text' as const, text: quotes(3_000_000) }], structuredContent: { found: quotes(500_000) } }
  const store = await place.bridge.store()
  for (let count = 0; count < 40; count++)
    await store.write({ client: 'other', session: 's' }, (transaction) => {
      const id = `s-${count}`
      begin(transaction, { id, server: 'web', tool: 'find', arguments: JSON.stringify({ q: quotes(60_000) }), key: null })
      end(transaction, id, 'done', result)
    })
})
afterAll(() => place.close())

/** A call of each tool that answers as much as it can. Those that change something are made once for each budget. */
const calls: Readonly<Record<string, () => object | Promise<object>>> = {
  read_file: () => ({ path: 'long' }),
  read_files: () => ({ paths: Array.from({ length: limits.readFiles }, (_, at) => `f${at}`) }),
  write_file: () => ({ path: 'w', content: 'x' }),
  edit_file: () => ({ path: 'f0', edits: [{ old_string: `${'"'.repeat(79)}x\n`.repeat(150), new_string: 'x' }] }),
  create_directory: () => ({ path: 'made' }),
  list_directory: () => ({ path: 'many' }),
  move_file: () => ({ source: 'none', destination: 'x'.repeat(4000) }),
  copy_file: () => ({ source: 'none', destination: 'x'.repeat(4000) }),
  delete_file: () => ({ path: 'none' }),
  file_info: () => ({ path: 'long' }),
  search_files: () => ({ path: '.', glob: '*' }),
  search_text: () => ({ path: '.', pattern: '"', max_results: limits.searchResults, context: 20 }),
  more_results: () => ({ search: 'x'.repeat(4000) }),
  stop_search: () => ({ search: 'x'.repeat(4000) }),
  execute_command: () => ({ command: `printf '\\033%.0s' $(seq 60000); printf '\\344\\270\\255%.0s' $(seq 40000)` }),
  read_output: async () => ({
    session: (await place.data('execute_command', { command: 'seq 30000', background: true })).session,
    timeout_ms: 300,
  }),
  send_input: () => ({ session: 'none', input: 'x' }),
  stop_session: () => ({ session: 'none' }),
  list_sessions: () => ({}),
  list_processes: () => ({}),
  kill_process: () => ({ pid: 1 }),
  memory_set: () => ({ key: 'k', value: 1 }),
  memory_get: () => ({ key: `${quotes(500)}0` }),
  memory_list: () => ({}),
  memory_search: () => ({ query: 'often' }),
  memory_delete: () => ({ key: 'k' }),
  memory_history: () => ({ key: 'often' }),
  handoff_create: () => ({ title: 'x', goal: 'x', sections: [{ heading: 'x', body: 'x' }] }),
  handoff_list: () => ({}),
  handoff_read: () => ({ id: ids.handoff }),
  handoff_update: () => ({ id: ids.handoff, note: 'x' }),
  handoff_claim: () => ({ id: ids.handoff }),
  ask_twin: () => ({ question: 'x' }),
  answer_twin: () => ({ question_id: 'none', answer: 'x' }),
  inbox: () => ({}),
  wait_for_change: () => ({ since: 0, timeout_ms: 10 }),
  queue_action: () => ({ type: 'execute_from_code', params: { prompt: 'x' }, to: 'other' }),
  get_action: () => ({ id: ids.action }),
  list_actions: () => ({ limit: limits.actionsListedMost }),
  claim_action: () => ({}),
  complete_action: async () => ({ id: (await place.data('claim_action')).id, result: wide(limits.actionText / 2) }),
  cancel_action: () => ({ id: ids.action }),
  bridge_status: () => ({}),
  get_config: () => ({}),
  set_config: () => ({ key: 'max_results', value: 100 }),
  translate_path: () => ({ path: `/${'x'.repeat(4000)}`, to: 'linux' }),
  search_history: () => ({}),
  search_reuse: () => ({ id: 's-39' }),
}

/** Bytes of the words of an answer, and of its data. */
const sizesOf = ({ content, structuredContent }: CallResult) => ({
  words: content.reduce((sum, part) => sum + (part.type === 'text' ? Buffer.byteLength(part.text) : 0), 0),
  data: structuredContent === undefined ? 0 : Buffer.byteLength(JSON.stringify(structuredContent)),
})

/** Those whose call above is refused: their refusals must not be longer either. */
const refusing = [
  'edit_file',
  'move_file',
  'copy_file',
  'delete_file',
  'more_results',
  'stop_search',
  'send_input',
  'stop_session',
  'kill_process',
  'answer_twin',
]

const budgets = [1, 2, 10, 40, 100, 333, 1000, 20_000, limits.answerTokensMost]
const takesTokens = tools.filter(({ inputSchema }) => 'max_tokens' in Object(inputSchema.properties)).map(({ name }) => name)

describe('an answer of our own tools', () => {
  it('is looked at for every tool there is', () => {
    expect(Object.keys(calls).sort()).toEqual(tools.map(({ name }) => name).sort())
    expect(takesTokens).toEqual(expect.arrayContaining(['read_file', 'memory_get', 'memory_search', 'handoff_read', 'get_action']))
  })

  it.each(tools.map(({ name }) => name))('has at most 20 000 tokens of words and as many of data: %s', async (name) => {
    const answer = await place.call(name, await calls[name]?.())
    expect(answer.isError ?? false, JSON.stringify(answer).slice(0, 300)).toBe(refusing.includes(name))
    const { words, data } = sizesOf(answer)
    expect(words).toBeLessThanOrEqual(limits.answerTokens * 4)
    expect(data).toBeLessThanOrEqual(limits.answerTokens * 4)
  })

  it.each(takesTokens)('has at most as many tokens as max_tokens says: %s', async (name) => {
    for (const most of budgets) {
      const { words, data } = sizesOf(await place.call(name, { ...(await calls[name]?.()), max_tokens: most }))
      expect(words, `${most}`).toBeLessThanOrEqual(most * 4)
      expect(data, `${most}`).toBeLessThanOrEqual(most * 4)
    }
  })

  it.each([
    ['quotes', quotes],
    ['ends of lines', lines],
    ['characters of four bytes', (bytes: number) => '\u{1f600}'.repeat(bytes / 4)],
    ['controls', (bytes: number) => '\u0001'.repeat(bytes)],
  ])('names a call that shows all of a handoff of nothing but %s', async (_, made) => {
    const sections = Array.from({ length: 5 }, (_each, at) => ({ heading: `s${at}`, body: made(20_000) }))
    const id = idOf(await place.data('handoff_create', { title: 'T', goal: made(20_000), sections, to: 'tester' }, other))
    for (const most of [100, 1000, 20_000]) {
      const { content, structuredContent } = await place.call('handoff_read', { id, max_tokens: most })
      const said = content.map((part) => (part.type === 'text' ? part.text : '')).join('\n')
      const [, named = ''] = /handoff_read (\{[^}]*\}) shows more/.exec(said) ?? []
      const [, known = ''] = /^handoff_read (.*)$/.exec(String(structuredContent?.call ?? `handoff_read ${named}`)) ?? []
      for (const call of new Set([named, known])) {
        const whole = await place.call('handoff_read', JSON.parse(call))
        expect(JSON.stringify(whole.content), `${most}: ${call}`).not.toContain('[Left out')
        expect(whole.structuredContent, `${most}: ${call}`).not.toHaveProperty('omitted')
      }
    }
    await place.ok('handoff_update', { id, status: 'dropped' })
  })

  it('names no call where no answer is long enough', async () => {
    const said = await place.ok('handoff_read', { id: ids.handoff, max_tokens: limits.answerTokensMost })
    expect(said).toMatch(/\[Left out: .*\. No answer holds more\.\]/)
  })

  it('is not much smaller than it may be where there is more to show', async () => {
    for (const [name, args] of [
      ['handoff_read', { id: ids.handoff }],
      ['read_file', { path: 'long' }],
      ['memory_get', { key: `${quotes(500)}0` }],
    ] as const)
      for (const most of [1000, 20_000, 100_000])
        expect(sizesOf(await place.call(name, { ...args, max_tokens: most })).words, `${name} ${most}`).toBeGreaterThan(most * 4 * 0.6)
  })
})
