import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { finish, queue } from '../../../src/bridge/actions/queue.ts'
import type { Bridge } from '../../../src/bridge/contract/bridge.ts'
import { callTool } from '../../../src/bridge/contract/own-call.ts'
import { openBridge } from '../../../src/bridge/start/open.ts'
import { tools } from '../../../src/bridge/tools/index.ts'
import { type Desk, desk, textOf } from '../../support/desk.ts'

const code = { client: 'claude-code', session: 'c' }
const desktop = { client: 'claude-desktop', session: 'd' }
const wait = { timeout_ms: 50_000 }

let place: Desk
/** Another process's bridge over the same store. */
let other: Bridge
beforeEach(() => {
  place = desk()
  other = openBridge(place.bridge.settings, () => [])
})
afterEach(async () => {
  await other.close()
  await place.close()
})

/** What the other bridge answers to Claude Desktop. */
async function there(name: string, args: unknown): Promise<Record<string, unknown>> {
  const tool = tools.find((each) => each.name === name)
  if (tool === undefined) throw new Error(`no tool ${name}`)
  const call = { ...desktop, signal: new AbortController().signal, progress: () => undefined }
  const { isError, structuredContent = {} } = await callTool(tool, args, other, call)
  expect(isError).not.toBe(true)
  return structuredContent
}

describe('inbox with timeout_ms', () => {
  const handoff = { title: 'T', goal: 'G', sections: [{ heading: 'H', body: 'B' }], to: 'code' }
  const news: [string, string, Record<string, unknown>][] = [
    ['handoffs', 'handoff_create', handoff],
    ['questions', 'ask_twin', { question: 'Q?', to: 'code' }],
    ['actions', 'queue_action', { type: 'execute_from_code', params: { prompt: 'P' } }],
  ]

  it.each(news)('waits until there are %s, which another process makes with %s', async (field, tool, args) => {
    const waited = place.data('inbox', wait, code)
    await there(tool, args)
    expect(await waited).toMatchObject({ [field]: [{}] })
    // Now that it is there, nothing more has to happen.
    expect(await place.data('inbox', wait, code)).toMatchObject({ [field]: [{}] })
  })

  it('waits until a question is answered, whatever others read, remember or claim meanwhile', async () => {
    const { id } = await place.data('ask_twin', { question: 'Q?' }, code)
    const waited = place.data('inbox', wait, code)
    await there('memory_set', { key: 'k', value: 'v' })
    await there('handoff_create', { ...handoff, to: 'cursor' })
    await there('inbox', {})
    await there('answer_twin', { question_id: id, answer: 'A' })
    expect(await waited).toMatchObject({ answers: [{ id, answer: 'A' }], handoffs: [], actions: [] })
  })

  it('says that nothing waits when the time is over, and refuses times out of range', async () => {
    expect(textOf(await place.call('inbox', { timeout_ms: 1 }, code))).toContain('Nothing waits.')
    for (const timeout_ms of [0, 50_001]) expect(await place.refused('inbox', { timeout_ms }, code)).toMatch(/between 1 and 50000/)
  })

  it('ends when it is cancelled, and shows an answer that came too late again', async () => {
    const stop = new AbortController()
    const waited = place.refused('inbox', wait, { ...code, signal: stop.signal })
    stop.abort()
    expect(await waited).toBe('inbox was cancelled.')
    const { id } = await place.data('ask_twin', { question: 'Q?' }, code)
    await there('answer_twin', { question_id: id, answer: 'A' })
    expect(await place.refused('inbox', wait, { ...code, signal: stop.signal })).toBe('inbox was cancelled.')
    expect(await place.data('inbox', {}, code)).toMatchObject({ answers: [{ id }] })
  })
})

describe('get_action with timeout_ms', () => {
  const action = { type: 'update_mcp_config', params: {}, to: null, claimable: false, roots: [], needs: { message: 'Look.' } }

  it('goes on waiting while a person is asked, and says so when the time is over', async () => {
    const store = await place.bridge.store()
    await store.write(code, (transaction) => queue(transaction, { ...action, id: 'a-1', carrier: 'person' }))
    const early = await place.call('get_action', { id: 'a-1', timeout_ms: 1 }, code)
    expect(textOf(early)).toContain('\nA person is asked, and has not decided: mcp-twin actions run a-1')
    expect(early.structuredContent).toMatchObject({ status: 'needs_user', asked: expect.stringContaining('actions run a-1') })
    const waited = place.data('get_action', { id: 'a-1', ...wait }, code)
    await (await other.store()).write(desktop, (transaction) => finish(transaction, 'a-1', 'done', { message: 'Done.' }))
    expect(await waited).toMatchObject({ status: 'done' })
  })

  it('answers at once for a window that a person opens by hand', async () => {
    const store = await place.bridge.store()
    await store.write(code, (transaction) => queue(transaction, { ...action, id: 'a-2', carrier: 'runner' }))
    const answer = await place.call('get_action', { id: 'a-2', ...wait }, code)
    expect(answer.structuredContent).toMatchObject({ status: 'needs_user' })
    expect(answer.structuredContent).not.toHaveProperty('asked')
  })
})

describe('wait_for_change', () => {
  it('names each thing once, however often it changed', async () => {
    const { cursor } = await place.data('wait_for_change', { timeout_ms: 1 }, code)
    const { id } = await place.data('ask_twin', { question: 'Q?' }, code)
    await there('answer_twin', { question_id: id, answer: 'A' })
    for (const value of ['1', '2', '3']) await there('memory_set', { key: 'k', value })
    const first = await place.data('wait_for_change', { since: cursor, ...wait }, code)
    expect(first.changes).toMatchObject([
      { kind: 'answer', id },
      { kind: 'memory', key: 'k', by: 'claude-desktop' },
    ])
    // Another session of the program reads the answer: that ends nobody's wait.
    await place.data('inbox', {}, { ...code, session: 'c2' })
    expect(await place.data('wait_for_change', { since: first.cursor, timeout_ms: 1 }, code)).toMatchObject({ changes: [] })
    const waited = place.data('wait_for_change', { since: first.cursor, ...wait }, code)
    await there('memory_set', { key: 'new', value: 'v' })
    expect((await waited).changes).toMatchObject([{ key: 'new' }])
  })

  const handoff = { title: 'T', goal: 'G', sections: [{ heading: 'H', body: 'B' }], to: 'code' }

  it('shows status, note and version as they are now', async () => {
    const mine = await place.data('handoff_create', { ...handoff, to: 'desktop' }, code)
    const { id: asked } = await place.data('ask_twin', { question: 'Q?' }, code)
    await place.data('memory_set', { key: 'old', value: 1 }, code)
    const { id: action } = await place.data('queue_action', { type: 'execute_from_code', params: { prompt: 'P' } }, code)
    const { cursor } = await place.data('wait_for_change', { timeout_ms: 1 }, code)
    await there('handoff_claim', { id: mine.id })
    const claimed = await place.call('wait_for_change', { since: cursor, ...wait }, code)
    expect(textOf(claimed)).toMatch(
      new RegExp(`^handoff ${String(mine.id)} claimed, by claude-desktop \\(namespace shared, [-0-9]+ [:0-9]+\\)\n`),
    )
    expect(claimed.structuredContent).toMatchObject({
      changes: [{ kind: 'handoff', id: mine.id, status: 'claimed', by: 'claude-desktop' }],
    })

    const other = await there('handoff_create', handoff)
    await there('handoff_update', { id: mine.id, note: 'begun' })
    await there('handoff_update', { id: mine.id, status: 'done', note: `built\n[cursor 9] ${'n'.repeat(200)}` })
    await there('answer_twin', { question_id: asked, answer: 'A' })
    await there('claim_action', { id: action })
    await there('memory_set', { key: 'new', value: 1, namespace: 'shop' })
    await there('memory_set', { key: 'new', value: 2, namespace: 'shop' })
    await there('memory_delete', { key: 'old' })
    const { id: theirs } = await there('ask_twin', { question: 'R?' })
    await there('ask_twin', { withdraw: theirs })
    const answer = await place.call('wait_for_change', { since: claimed.structuredContent?.cursor, ...wait }, code)
    const note = `built\n[cursor 9] ${'n'.repeat(200)}`.slice(0, 80)
    const lines = textOf(answer)
      .replace(/\d{4}-\d\d-\d\d \d\d:\d\d/g, 'TIME')
      .split('\n')
    expect(lines.slice(0, 7)).toEqual([
      `handoff ${String(other.id)} open, by claude-desktop (namespace shared, TIME)`,
      `handoff ${String(mine.id)} done, by claude-desktop: ${JSON.stringify(note)} (namespace shared, TIME)`,
      `question ${String(asked)} answered, by claude-desktop (TIME)`,
      `action ${String(action)} claimed, by claude-desktop (TIME)`,
      'memory new in shop version 2, by claude-desktop (TIME)',
      'memory old in shared deleted, by claude-desktop (TIME)',
      `question ${String(theirs)} withdrawn, by claude-desktop (TIME)`,
    ])
    expect(answer.structuredContent?.changes).toMatchObject([
      { kind: 'handoff', id: other.id, status: 'open' },
      { kind: 'handoff', id: mine.id, status: 'done', note },
      { kind: 'answer', id: asked, status: 'answered' },
      { kind: 'action', id: action, status: 'claimed' },
      { kind: 'memory', key: 'new', namespace: 'shop', version: 2 },
      { kind: 'memory', key: 'old', deleted: true },
      { kind: 'withdrawn', id: theirs, status: 'withdrawn' },
    ])
  })

  it('marks a thing as changed by the caller when the caller changed it last', async () => {
    const { cursor } = await place.data('wait_for_change', { timeout_ms: 1 }, code)
    const { id } = await there('handoff_create', handoff)
    await place.data('handoff_claim', { id }, code)
    const answer = await place.call('wait_for_change', { since: cursor, timeout_ms: 1 }, code)
    expect(textOf(answer)).toContain(`handoff ${String(id)} claimed, by you after claude-desktop (`)
    expect(answer.structuredContent?.changes).toMatchObject([{ id, status: 'claimed', by: 'claude-desktop', changed_by_you_since: true }])
  })

  it('goes on from the last thing that an answer had room for', async () => {
    const { cursor: first } = await place.data('wait_for_change', { timeout_ms: 1 }, code)
    const store = await other.store()
    await store.write(desktop, (transaction) => {
      for (let at = 0; at < 1300; at++) transaction.changed('file', `${at}`)
    })
    const names: unknown[] = []
    for (let [cursor, parts] = [first, 0]; parts < 10; parts++) {
      const answer = await place.call('wait_for_change', { since: cursor, timeout_ms: 1 }, code)
      const data = answer.structuredContent as { cursor: number; changes: { id: string }[]; more?: number }
      names.push(...data.changes.map(({ id }) => id))
      cursor = data.cursor
      expect(textOf(answer)).toContain(`\n[cursor ${data.cursor}]`)
      if (data.more === undefined) break
      expect(textOf(answer)).toContain(`[${data.more} more: wait_for_change from the cursor]`)
    }
    expect(names).toEqual(Array.from({ length: 1300 }, (_, at) => `${at}`))
  })

  it('refuses a cursor that lies ahead of the store', async () => {
    await there('memory_set', { key: 'k', value: 'v' })
    const answer = await place.call('wait_for_change', { since: 1_000_000, ...wait }, code)
    expect(textOf(answer)).toMatch(/^Cursor 1000000 lies ahead of this store.* go on from cursor \d+\.$/)
    expect(answer.structuredContent).toMatchObject({ reset: true })
  })
})

describe('the cursor of an answer', () => {
  const handoff = { title: 'T', goal: 'G', sections: [{ heading: 'H', body: 'B' }], to: 'desktop' }
  const calls: readonly [string, (id: string) => object][] = [
    ['memory_set', () => ({ key: 'a', value: 1 })],
    ['memory_get', () => ({ key: 'none' })],
    ['memory_search', () => ({ query: 'none' })],
    ['memory_history', () => ({ key: 'none' })],
    ['memory_delete', () => ({ key: 'none' })],
    ['handoff_create', () => handoff],
    ['handoff_list', () => ({})],
    ['handoff_read', (id) => ({ id })],
    ['handoff_update', (id) => ({ id, note: 'N' })],
    ['handoff_claim', (id) => ({ id })],
    ['ask_twin', () => ({ question: 'Q?' })],
    ['inbox', () => ({})],
    ['queue_action', () => ({ type: 'execute_from_code', params: { prompt: 'P' } })],
    ['list_actions', () => ({})],
    ['claim_action', () => ({})],
  ]

  it.each(calls)('of %s stands in words and data, and a wait from there misses nothing', async (name, args) => {
    const { id } = await place.data('handoff_create', handoff, code)
    const answer = await place.call(name, args(String(id)), code)
    const cursor = answer.structuredContent?.cursor
    expect(textOf(answer)).toContain(`\n[cursor ${String(cursor)}]`)
    await there('memory_set', { key: 'afterwards', value: 1 })
    expect(await place.data('wait_for_change', { since: cursor, ...wait }, code)).toMatchObject({
      changes: [{ key: 'afterwards', by: 'claude-desktop' }],
    })
  })

  it('does not repeat what a wait has shown already', async () => {
    const { id } = await place.data('queue_action', { type: 'execute_from_code', params: { prompt: 'P' } }, code)
    const [waited, ended] = [place.data('inbox', wait, code), place.data('get_action', { id, ...wait }, code)]
    await there('claim_action', { id })
    await there('complete_action', { id, result: 'R' })
    const [{ cursor: seen }, { cursor: shown, status }] = await Promise.all([waited, ended])
    expect(status).toBe('done')
    for (const since of [seen, shown])
      expect(await place.data('wait_for_change', { since, timeout_ms: 1 }, code)).toMatchObject({ changes: [] })
  })

  it('is not told to a person at a terminal, nor for pages of a list, nor by what was refused', async () => {
    const brief = openBridge({ ...place.bridge.settings, isBrief: true }, () => [])
    const set = tools.find(({ name }) => name === 'memory_set')
    if (set === undefined) throw new Error('no memory_set')
    const call = { ...code, signal: new AbortController().signal, progress: () => undefined }
    expect(JSON.stringify(await callTool(set, { key: 'k', value: 1 }, brief, call))).not.toContain('cursor')
    await brief.close()
    expect(JSON.stringify(await place.call('memory_list', {}, code))).not.toContain('cursor')
    expect(await place.refused('handoff_read', { id: 'h-none' }, code)).not.toContain('cursor')
  })
})
