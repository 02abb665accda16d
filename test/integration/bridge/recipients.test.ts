import { localTime } from '../../../src/core/local-time.ts'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { Intake, type Offer } from '../../../src/bridge/actions/triggers/intake.ts'
import { liveIn } from '../../../src/bridge/handoff/claims.ts'
import { programsIn, seen } from '../../../src/bridge/handoff/programs.ts'
import { recipientsFound } from '../../../src/bridge/store/schema.ts'
import { type Desk, desk } from '../../support/desk.ts'

let place: Desk
afterEach(() => place.close())

const handoff = { title: 'T', goal: 'G', sections: [{ heading: 'H', body: 'B' }] }
const calls: [string, Record<string, unknown>][] = [
  ['handoff_create', handoff],
  ['ask_twin', { question: 'Q?' }],
  ['queue_action', { type: 'execute_from_code', params: { prompt: 'P' } }],
]

it.each(calls)('%s takes an id, a label or a short form, in any case', async (tool, args) => {
  place = desk()
  const names = {
    desktop: 'claude-desktop',
    'Claude Desktop': 'claude-desktop',
    ' CODE': 'claude-code',
    claude_code: 'claude-code',
    ANY: 'any',
  }
  for (const [to, id] of Object.entries(names)) expect(await place.data(tool, { ...args, to })).toMatchObject({ to: id })
})

it.each(calls)('%s stores nothing for a program that nobody is called', async (tool, args) => {
  place = desk()
  const store = await place.bridge.store()
  const before = await store.cursor()
  expect(await place.refused(tool, { ...args, to: 'gemini' })).toMatch(
    /^No program is called "gemini"; there are .*claude-desktop.*, any\.$/,
  )
  expect(await place.refused(tool, { ...args, to: 'claude-cod' })).toContain('Did you mean "claude-code"?')
  expect(await store.cursor()).toBe(before)
})

it('handoff_list refuses a recipient that nobody is called', async () => {
  place = desk()
  expect(await place.refused('handoff_list', { to: 'gemini' })).toContain('No program is called')
})

it('a program is known by its name once it was connected', async () => {
  place = desk()
  expect(await place.refused('handoff_create', { ...handoff, to: 'gemini' })).toContain('No program is called')
  await place.data('memory_list', {}, { client: 'gemini', session: 'g' })
  const store = await place.bridge.store()
  const programs = () => store.read((database) => programsIn(database, liveIn(place.bridge.settings), place.bridge.now()))
  await expect.poll(async () => (await programs()).map(({ client, connected }) => [client, connected])).toContainEqual(['gemini', true])
  expect(await place.data('handoff_create', { ...handoff, to: 'Gemini' })).toMatchObject({ to: 'gemini' })
})

it('a program counts as known for 30 days after it was seen last', async () => {
  let at = new Date('2026-01-01T00:00').getTime()
  place = desk({ now: () => at })
  const lastly = 'in the last 30 days'
  expect(await place.ok('bridge_status')).toContain(lastly)
  const store = await place.bridge.store()
  const by = { client: 'gemini', session: 'g', pid: 1, start: '' }
  await store.write({ client: 'gemini', session: 'g' }, (transaction) =>
    seen(transaction, { by, isKept: false, project: null, namespace: 'shared' }),
  )
  at += 30 * 24 * 60 * 60_000
  expect(await place.ok('bridge_status')).toMatch(/; gemini, namespace shared, not connected, seen 2026-01-01 00:00\.\n/)
  expect(await place.data('handoff_create', { ...handoff, to: 'gemini' })).toMatchObject({ to: 'gemini' })
  at += 1
  expect(await place.ok('bridge_status')).toContain(lastly)
  expect(await place.refused('handoff_create', { ...handoff, to: 'gemini' })).toContain('No program is called "gemini"')
})

it('bridge_status says nothing of other programs where the store cannot be read', async () => {
  place = desk({ problems: [] })
  expect(await place.ok('bridge_status')).toMatch(/, you, seen [^.]*\. No other program was seen in the last 30 days;/)
  mkdirSync(join(place.folder, 'store'), { recursive: true })
  writeFileSync(join(place.folder, 'store', 'current'), 'no number')
  const said = await place.ok('bridge_status')
  expect(said).toContain('Problem: ')
  expect(said).not.toContain('No other program')
})

it('bridge_status names the programs of all bridges, the one that asks first', async () => {
  place = desk({ variables: { CLAUDE_PROJECT_DIR: '/home/ana/site' } })
  const own = { client: 'tester', project: '/home/ana/site', namespace: 'shared', connected: true }
  expect((await place.data('bridge_status')).programs).toEqual([{ ...own, last_seen: expect.any(Number) }])
  const store = await place.bridge.store()
  const by = { client: 'claude-code', session: 'c', pid: place.bridge.settings.pid, start: 'another start' }
  const gone = { by, isKept: true, project: '/home/ana/shop', namespace: 'shop-1a2b' }
  await store.write({ client: 'claude-code', session: 'c' }, (transaction) => seen(transaction, gone))
  const at = place.bridge.now()
  const { structuredContent, content } = await place.call('bridge_status')
  expect(structuredContent?.programs).toEqual([
    { ...own, last_seen: expect.any(Number) },
    { client: 'claude-code', project: '/home/ana/shop', namespace: 'shop-1a2b', connected: false, last_seen: expect.any(Number) },
  ])
  expect(content).toMatchObject([
    {
      text: expect.stringContaining(
        `; claude-code, in /home/ana/shop, namespace shop-1a2b, not connected, seen ${localTime(at).slice(0, 13)}`,
      ),
    },
  ])
})

it('bridge_status counts the programs beyond twenty', async () => {
  place = desk()
  const store = await place.bridge.store()
  await store.write({ client: 'x', session: 'x' }, (transaction) => {
    for (let at = 0; at < 25; at++) {
      const by = { client: `program-${at}`, session: `s${at}`, pid: 1, start: '' }
      seen(transaction, { by, isKept: true, project: null, namespace: 'shared' })
    }
  })
  const { structuredContent, content } = await place.call('bridge_status')
  expect(structuredContent).toMatchObject({ more_programs: 6 })
  expect(content).toMatchObject([{ text: expect.stringContaining('; and 6 more.') }])
})

it('a question is taken back by who asked it, and by nobody else', async () => {
  place = desk()
  const other = { client: 'claude-code', session: 'c' }
  const { id } = await place.data('ask_twin', { question: 'Q?', to: 'code' })
  expect(await place.refused('ask_twin', { withdraw: id }, other)).toContain('so only')
  await place.data('ask_twin', { withdraw: id })
  expect(await place.data('inbox', {}, other)).toMatchObject({ questions: [] })
  expect(await place.refused('answer_twin', { question_id: id, answer: 'A' }, other)).toContain('was taken back')
  expect(await place.refused('handoff_read', { id }, other)).toContain('was taken back')
})

it('nobody answers a question of its own', async () => {
  place = desk()
  const { id } = await place.data('ask_twin', { question: 'Q?' })
  expect(await place.refused('answer_twin', { question_id: id, answer: 'A' })).toContain('itself')
})

it('what an older version stored for a name that nobody has is seen by the program that was meant, or by all', async () => {
  place = desk()
  const store = await place.bridge.store()
  await place.data('handoff_create', { ...handoff, title: 'known', to: 'claude-code' })
  for (const [title, to] of [
    ['short', 'Desktop'],
    ['unknown', 'gemini'],
  ]) {
    const { id } = await place.data('handoff_create', { ...handoff, title })
    await store.write({ client: 'x', session: 'x' }, (database) =>
      database.run('UPDATE handoff_heads SET recipient = ? WHERE id = ?', to ?? '', String(id)),
    )
  }
  await store.write({ client: 'x', session: 'x' }, (database) => database.exec(recipientsFound))
  const { handoffs } = await place.data('handoff_list')
  const found = (Array.isArray(handoffs) ? handoffs : []).map(({ title, to }) => [title, to])
  expect(found.sort()).toEqual([
    ['known', 'claude-code'],
    ['short', 'claude-desktop'],
    ['unknown', 'any'],
  ])
})

it('a trigger is refused by nobody, and stays where it is, while the store cannot be read', async () => {
  place = desk()
  const store = await place.bridge.store()
  const { settings, audit, log } = place.bridge
  const met: string[] = []
  const meet = (what: string) => async () => void met.push(what)
  const offer = (name: string): Offer => ({
    ...{ name, source: name, taken: meet('taken'), refused: meet('refused') },
    check: () => {
      throw new Error(`${name} is looked at`)
    },
  })
  const intake = new Intake({
    ...{
      store,
      audit,
      log,
      now: () => settings.now(),
      clientOf: () => 'a bearer',
      closed: async () => null,
      signers: () => Promise.resolve({ valid: new Set<string>(), keys: new Map<string, Buffer>() }),
    },
    ...{ lease: undefined as never, place: place.bridge },
  })
  store.close()
  await expect(intake.take([offer('t-1'), offer('t-2')])).rejects.toThrow('The store is closed')
  expect(met).toEqual([])
})
