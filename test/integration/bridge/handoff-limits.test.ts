import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { limits } from '../../../src/bridge/base/limits.ts'
import { type Desk, desk } from '../../support/desk.ts'

let place: Desk
afterEach(() => place.close())

const small = { title: 't', goal: 'g', sections: [{ heading: 'h', body: 'b' }] }
const other = { client: 'cursor', session: 's2' }

/** A handoff of so many bytes in all. */
const ofBytes = (bytes: number, letter = 'x') => {
  const rest = 'tgh'.length
  return { ...small, sections: [{ heading: 'h', body: letter.repeat(Math.floor((bytes - rest) / Buffer.byteLength(letter))) }] }
}

describe('a handoff that is longer than an answer', () => {
  it('is cut where it is full: nothing of a lower priority comes before what was cut', async () => {
    place = desk()
    const section = (heading: string, bytes: number, priority: number) => ({
      heading,
      body: `${heading} `.repeat(bytes / (heading.length + 1)),
      priority,
    })
    const sections = [section('least', 50, 5), section('first', 300, 1), section('long', 4000, 2), section('short', 50, 3)]
    const { id } = await place.data('handoff_create', { ...small, acceptance: 'all green', sections })
    await place.ok('handoff_update', { id, note: 'a note' })
    const read = await place.ok('handoff_read', { id, max_tokens: 500 })
    expect(read).toMatch(
      /^h-.*\nGoal, .*:\n> g\nDone when, .*:\n> all green\n## first, priority 1, .*:\n> (first )+\n## long, priority 2, .*:\n> (long )+/,
    )
    expect(read).not.toMatch(/## (short|least)|^> a note/m)
    expect(read).toMatch(
      /\n\[Left out: the rest of section "long" \(\d+ tokens\), section "short" \(12 tokens\), section "least" \(12 tokens\), a note \(2 tokens\)\. handoff_read \{"id":"h-[0-9a-f]+","max_tokens":\d+\} shows more\.\]\n\[cursor \d+\]$/,
    )
    const call: unknown = JSON.parse(/handoff_read (\{.*\}) shows/.exec(read)?.[1] ?? '')
    const whole = await place.ok('handoff_read', call)
    expect(whole).not.toContain('Left out')
    expect(whole.match(/^## \w+/gm)).toEqual(['## first', '## long', '## short', '## least'])
    expect(whole).toMatch(/\nNote by tester, .*:\n> a note\n\[cursor \d+\]$/)
  })

  it('shows the newest notes first, and counts those that have no room to be named', async () => {
    place = desk()
    const { id } = await place.data('handoff_create', small)
    for (let at = 0; at < 60; at++) await place.ok('handoff_update', { id, note: `note ${at} ${'n'.repeat(500)}` })
    const read = await place.ok('handoff_read', { id, max_tokens: 1000 })
    expect(read.match(/^> note \d+/gm)?.slice(0, 2)).toEqual(['> note 59', '> note 58'])
    expect(read).toMatch(/\[Left out: the rest of a note \(\d+ tokens\), a note .* and|, \d+ more \(\d+ tokens\)\./)
  })
})

describe('what is stored', () => {
  it('is at most 2 MiB a handoff, and 64 KiB a note, a question or an answer', async () => {
    place = desk()
    const { id } = await place.data('handoff_create', ofBytes(limits.handoffBytes))
    expect(await place.refused('handoff_create', ofBytes(limits.handoffBytes + 1))).toMatch(/2097153 bytes; 2097152 are the most/)
    expect(await place.refused('handoff_create', ofBytes(limits.handoffBytes + 4, '\u{1f600}'))).toMatch(/bytes; 2097152 are the most/)
    const [fits, long] = ['é'.repeat(limits.noteBytes / 2), `${'é'.repeat(limits.noteBytes / 2)}x`]
    await place.ok('handoff_update', { id, note: fits })
    expect(await place.refused('handoff_update', { id, note: long })).toMatch(/"note" has 65537 bytes; 65536 are the most/)
    const asked = await place.data('ask_twin', { question: fits, to: 'cursor' })
    expect(await place.refused('ask_twin', { question: long })).toMatch(/"question" has 65537 bytes/)
    expect(await place.refused('answer_twin', { question_id: asked.id, answer: long }, other)).toMatch(/"answer" has 65537 bytes/)
    await place.data('answer_twin', { question_id: asked.id, answer: fits }, other)
    expect(await place.ok('inbox')).toMatch(
      new RegExp(`\\[Cut: 16384 tokens; handoff_read \\{"id":"${String(asked.id)}"\\} shows more\\.\\]`),
    )
    expect(await place.ok('handoff_read', { id: asked.id, max_tokens: 40_000 })).toContain(fits)
  })

  it('is at most 2000 open handoffs and 2000 open questions of a sender', async () => {
    place = desk()
    const store = await place.bridge.store()
    await store.write({ client: 'tester', session: 's1' }, (transaction) => {
      for (let at = 0; at < limits.handoffsOpen; at++) {
        transaction.run(
          `INSERT INTO handoff_heads (id, title, beginning, bytes, namespace, status, client, session, machine, at, updated)
             VALUES (?, 't', 'g', 10, 'n', 'open', 'tester', 's', 'm', ?, ?)`,
          ...[`h-${at}`, at, at],
        )
        transaction.run(`INSERT INTO questions (id, question, client, session, at) VALUES (?, 'q', 'tester', 's', ?)`, `q-${at}`, at)
      }
    })
    expect(await place.refused('handoff_create', small)).toMatch(
      /tester has 2000 open handoffs, the most allowed; .*handoff_update, status done or dropped/,
    )
    expect(await place.refused('ask_twin', { question: 'q' })).toMatch(
      /tester has 2000 unanswered questions, the most allowed; wait for answers first/,
    )
    await place.data('handoff_create', small, other)
    await place.data('handoff_update', { id: 'h-7', status: 'dropped' })
    await place.data('handoff_create', small)
    expect(await place.ok('handoff_list')).toMatch(/\n\[1902 more \(\d+ tokens\): list by status or to\.\]\n\[cursor \d+\]$/)
    expect(await place.call('inbox', {}, other)).toMatchObject({ structuredContent: { more: { handoffs: 1900, questions: 1900 } } })
  })

  it('is at most 256 MiB: what is closed makes room, and what is open is named', async () => {
    place = desk()
    const store = await place.bridge.store()
    const mib = 2 ** 20
    await store.write({ client: 'tester', session: 's1' }, (transaction) => {
      for (let at = 0; at < 128; at++)
        transaction.run(
          `INSERT INTO handoff_heads (id, title, beginning, bytes, namespace, status, client, session, machine, at, updated)
             VALUES (?, 't', 'g', ?, 'n', 'open', 'tester', 's', 'm', ?, ?)`,
          ...[`h-${at}`, 2 * mib + (at === 5 ? 3 * mib : 0), at, Date.now() - 128 + at],
        )
    })
    expect(await place.refused('handoff_create', small)).toMatch(/hold 256 MiB, the most allowed\..*; the largest are h-5 \(5 MiB\), h-/)
    expect(await place.refused('ask_twin', { question: 'q' })).toMatch(/hold 256 MiB/)
    expect(await place.refused('handoff_update', { id: 'h-9', note: 'a note' })).toMatch(/hold 256 MiB/)
    // What closes one is always taken.
    await place.ok('handoff_update', { id: 'h-9', status: 'done', note: 'done with it' })
    await place.ok('handoff_update', { id: 'h-5', status: 'dropped' })
    await place.ok('handoff_create', small)
    expect(await place.refused('handoff_read', { id: 'h-9' })).toMatch(/no handoff h-9/)
    expect(await place.ok('handoff_read', { id: 'h-10' })).toMatch(/^h-10/)
  })

  // What a process reads, a page cache of SQLite's aside, is what Linux counts.
  it.runIf(process.platform === 'linux')('is counted without being read', async () => {
    place = desk()
    for (let n = 0; n < 150; n++) await place.ok('ask_twin', { question: 'x'.repeat(limits.noteBytes) })
    const read = () => Number(/rchar: (\d+)/.exec(readFileSync('/proc/self/io', 'utf8'))?.[1])
    const before = read()
    for (let n = 0; n < 3; n++) await place.ok('ask_twin', { question: 'short' })
    expect(read() - before).toBeLessThan(150 * limits.noteBytes)
  })

  it('goes 90 days after it was done, dropped or read, and stays while it is open', async () => {
    let now = Date.now()
    place = desk({ now: () => now })
    const [open, done, dropped] = [
      String((await place.data('handoff_create', small)).id),
      String((await place.data('handoff_create', small)).id),
      String((await place.data('handoff_create', small)).id),
    ]
    await place.ok('handoff_update', { id: done, status: 'done', note: 'n' })
    await place.ok('handoff_update', { id: dropped, status: 'dropped' })
    const asked = String((await place.data('ask_twin', { question: 'q', to: 'cursor' })).id)
    const unread = String((await place.data('ask_twin', { question: 'q', to: 'cursor' })).id)
    await place.data('answer_twin', { question_id: asked, answer: 'a' }, other)
    await place.ok('inbox')
    await place.data('answer_twin', { question_id: unread, answer: 'a' }, other)
    now += limits.handoffAgeMs - 1000
    await place.ok('handoff_create', small)
    for (const id of [open, done, dropped, asked, unread]) await place.ok('handoff_read', { id })
    now += 2000
    await place.ok('handoff_create', small)
    for (const id of [open, unread]) await place.ok('handoff_read', { id })
    for (const id of [done, dropped, asked]) expect(await place.refused('handoff_read', { id })).toMatch(/There is no/)
  })
})
