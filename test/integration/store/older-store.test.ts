import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { limits } from '../../../src/bridge/base/limits.ts'
import type { Bridge } from '../../../src/bridge/contract/bridge.ts'
import { callTool } from '../../../src/bridge/contract/own-call.ts'
import { pickUp } from '../../../src/bridge/prompts/pick-up.ts'
import type { Database, Row, SqlValue } from '../../../src/bridge/store/database.ts'
import { chooseEngine, type Engine } from '../../../src/bridge/store/engine.ts'
import { prepare } from '../../../src/bridge/store/connection.ts'
import { copyRows } from '../../../src/bridge/store/salvage-rows.ts'
import { headsFromTexts } from '../../../src/bridge/store/schema.ts'
import { StorePlace } from '../../../src/bridge/store/place.ts'
import { Store } from '../../../src/bridge/store/store.ts'
import { tools } from '../../../src/bridge/tools/index.ts'
import { type Desk, desk, textOf } from '../../support/desk.ts'
import { runs } from '../../support/runs.ts'

const MiB = 2 ** 20
const sections = 30
/** Of a section; with its heading the handoff has about 30 MB. */
const sectionBytes = MiB
const handoffs = runs(4)

const engine = chooseEngine(process.platform, process.arch)

let place: Desk
let store: Store
/** The longest text that came out of the store since it was asked for last. */
let longest = 0

const noted = <T extends Row | undefined>(row: T): T => {
  for (const value of Object.values(row ?? {})) if (typeof value === 'string') longest = Math.max(longest, value.length)
  return row
}

const watching: Engine = {
  ...engine,
  open(path) {
    const database = engine.open(path)
    return {
      ...database,
      get: <R extends Row>(sql: string, ...values: readonly SqlValue[]) => noted(database.get<R>(sql, ...values)),
      all: <R extends Row>(sql: string, ...values: readonly SqlValue[]) => database.all<R>(sql, ...values).map(noted),
    }
  },
}

/** A store of version 3 with handoffs that are as long as they could be then. */
function plantOld(folder: string): void {
  mkdirSync(join(folder, 'store'), { recursive: true })
  const file = join(folder, 'store', '1.db')
  const database: Database = engine.open(file)
  database.exec(readFileSync(join(import.meta.dirname, '../../fixtures/store/version-3.sql'), 'utf8'))
  database.run(`INSERT INTO meta (name, value) VALUES ('store', 'old')`)
  const body = 'x'.repeat(sectionBytes)
  const long = JSON.stringify(Array.from({ length: sections }, (_, at) => ({ heading: `section ${at}`, body, priority: (at % 5) + 1 })))
  for (let at = 0; at < handoffs; at++) {
    database.run(
      `INSERT INTO handoffs (id, title, goal, files, sections, namespace, recipient, status, client, session, machine, at, updated)
         VALUES (?, ?, ?, '["/a"]', ?, 'shop', 'tester', ?, 'other', 's', 'm', ?, ?)`,
      ...[`h-${at}`, `Title ${at}`, `Goal ${at}\n${'g'.repeat(MiB)}`, long, at === 1 ? 'done' : 'open', at, at],
    )
    database.run(
      `INSERT INTO handoff_notes (handoff, note, client, session, at) VALUES (?, ?, 'other', 's', ?)`,
      ...[`h-${at}`, `note ${at} ${'n'.repeat(MiB)}`, at],
    )
  }
  for (let at = 0; at < 5; at++)
    database.run(
      `INSERT INTO questions (id, question, recipient, client, session, at, answer, answer_client, answer_at) VALUES (?, ?, ?, ?, 's', ?, ?, ?, ?)`,
      ...[`q-${at}`, `question ${at} ${'q'.repeat(MiB)}`, 'tester', at < 3 ? 'other' : 'tester', at],
      ...(at < 3 ? [null, null, null] : [`answer ${at} ${'a'.repeat(MiB)}`, 'other', at]),
    )
  database.close()
  writeFileSync(join(folder, 'store', 'current'), '1.db\n')
}

/** The desk's bridge over a store that tells how long the texts are that it gives out. */
async function opened(): Promise<Bridge> {
  store = await Store.open({
    ...{ place: new StorePlace(place.folder), engine: watching, machine: 'm', now: () => Date.now() },
    random: (bytes) => 'ab'.repeat(bytes),
    rebuild: async () => undefined,
    report: (problem) => {
      throw new Error(problem)
    },
  })
  return { ...place.bridge, store: () => Promise.resolve(store) }
}

const caller = { client: 'tester', session: 's1', signal: new AbortController().signal, progress: () => undefined }

/** What a tool says, without the cursor at its end. */
async function said(bridge: Bridge, name: string, args: object = {}): Promise<string> {
  const tool = tools.find((each) => each.name === name)
  if (tool === undefined) throw new Error(`no tool ${name}`)
  return textOf(await callTool(tool, args, bridge, caller)).replace(/\n\[cursor \d+\]$/, '')
}

afterEach(async () => {
  store.close()
  await place.close()
})

describe('a store of an older version with handoffs of 30 MB', () => {
  it('is listed, read and claimed, and no long text leaves it', async () => {
    place = desk()
    plantOld(place.folder)
    longest = 0
    const bridge = await opened()
    const open = handoffs - 1
    expect((await said(bridge, 'handoff_list')).split('\n')).toHaveLength(handoffs)
    expect(await said(bridge, 'handoff_list', { status: 'done' })).toMatch(/^h-1 {2}"Title 1" {2}done, from other to tester/)
    const inbox = await said(bridge, 'inbox')
    expect(inbox.match(/^Handoff h-/gm)).toHaveLength(open)
    expect(inbox.match(/^Question q-/gm)).toHaveLength(3)
    expect(inbox).toContain('> question 0 qqq')
    expect(inbox).toMatch(/\[Cut: \d{6} tokens; handoff_read \{"id":"q-0"\} shows more\.\]/)
    const chosen = await pickUp.text({}, bridge, caller)
    expect(chosen.match(/^- h-/gm)).toHaveLength(open)
    // Some kilobytes of what is listed, and no body.
    expect(longest).toBeLessThan(10_000)

    const read = await pickUp.text({ id: 'h-0' }, bridge, caller)
    expect(read).toMatch(/^> Goal 0$/m)
    expect(read).toMatch(/\[Left out: the rest of the goal \(\d+ tokens\), files \(1 token\), section "section 0" \(262144 tokens\)/)
    expect(Buffer.byteLength(read)).toBeLessThan(limits.answerTokens * 4 + 2000)
    expect(longest).toBeLessThan(limits.answerTokens * 4 + 10_000)
    expect(await said(bridge, 'handoff_read', { id: 'q-0' })).toMatch(
      /^Question q-0, not answered yet\.\nQuestion q-0 of other, .*:\n> question 0 q/,
    )
  })

  it('is written to without reading it, refuses new things, and takes what closes old ones', async () => {
    place = desk()
    plantOld(place.folder)
    const bridge = await opened()
    longest = 0
    const full = handoffs * sections * sectionBytes > limits.handoffsBytes
    const made = await said(bridge, 'handoff_create', { title: 't', goal: 'g', sections: [{ heading: 'h', body: 'b' }] })
    if (full)
      expect(made).toMatch(/open handoffs and questions hold 256 MiB, the most allowed\. Close .*; the largest are h-\d+ \(3\d MiB\)/)
    else expect(made).toMatch(/waits for/)
    expect(await said(bridge, 'handoff_update', { id: 'h-0', status: 'done', note: 'finished' })).toMatch(/^h-0 .* done/)
    expect(await said(bridge, 'answer_twin', { question_id: 'q-0', answer: 'yes' })).toBe('Question q-0 of other is answered.')
    expect(longest).toBeLessThan(10_000)
    expect(await said(bridge, 'handoff_read', { id: 'h-0', max_tokens: 400_000 })).toMatch(/^h-0/)
  })

  it('keeps its name: a program of that version goes on reading, and is refused writing', async () => {
    place = desk()
    plantOld(place.folder)
    const bridge = await opened()
    await said(bridge, 'handoff_update', { id: 'h-0', status: 'dropped' })
    const older = engine.open(join(place.folder, 'store', '1.db'))
    // The statements of that version, word for word.
    expect(older.all<Row>(`SELECT * FROM handoffs WHERE status IN ('dropped') ORDER BY updated DESC, id LIMIT 100`)).toMatchObject([
      { id: 'h-0', title: 'Title 0', files: '["/a"]', recipient: 'tester', namespace: 'shop', status: 'dropped' },
    ])
    expect(older.get('PRAGMA user_version')).toEqual({ user_version: 5 })
    older.close()
  })

  it('is salvaged with all its handoffs', async () => {
    place = desk()
    plantOld(place.folder)
    const from = engine.open(join(place.folder, 'store', '1.db'))
    const to = engine.open(join(place.folder, 'store', '2.db'))
    prepare(to, (bytes) => 'ab'.repeat(bytes))
    const saved = await copyRows(from, to)
    to.exec(headsFromTexts)
    expect(saved).toContainEqual({ table: 'handoff_texts', saved: handoffs, lost: 0 })
    expect(to.all('SELECT id, status FROM handoff_heads ORDER BY id LIMIT 2')).toEqual([
      { id: 'h-0', status: 'open' },
      { id: 'h-1', status: 'done' },
    ])
    for (const each of [from, to]) each.close()
    await opened()
  })
})
