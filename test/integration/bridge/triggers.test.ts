import { createHash, createHmac, randomBytes } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Signers } from '../../../src/bridge/actions/triggers/signed.ts'
import { limits } from '../../../src/bridge/base/limits.ts'
import { type Desk, desk, settingsIn } from '../../support/desk.ts'
import { openBridge } from '../../../src/bridge/start/open.ts'
import type { Bridge } from '../../../src/bridge/contract/bridge.ts'
import { itUnless } from '../../support/left-out.ts'
import { lacksRoot } from '../../support/machine.ts'

let place: Desk
const others: Bridge[] = []
afterEach(async () => {
  for (const each of others.splice(0)) await each.close()
  await place.close()
})

const token = `mtw_${'a'.repeat(43)}`
/** As the contract words it, not as the program computes it. */
const keyOf = (text: string): Buffer => createHash('sha256').update(`mcp-twin trigger v1:${text}`).digest()
const sessions: { valid: Set<string>; keys: Map<string, Buffer> } = { valid: new Set(), keys: new Map() }
const signers = async (): Promise<Signers> => sessions

async function start(more = {}): Promise<void> {
  sessions.valid = new Set(['s1', 's2', 'old'])
  sessions.keys = new Map([
    ['s1', keyOf(token)],
    ['s2', keyOf('another')],
    ['ended', keyOf('ended')],
  ])
  place = desk(more, [], { openLink: async () => true, signers })
  await place.bridge.store()
  await vi.waitFor(() => expect(existsSync(box())).toBe(true), patience)
}

const patience = { timeout: 60_000, interval: 10 }
const box = (name = '') => join(place.folder, 'triggers', name)
const refused = (name: string) => box(join('refused', name))
const task = { type: 'execute_from_code', params: { prompt: 'run the tests' } }

/** What is signed, with parts replaced. */
function payloadOf(more: object = {}): Record<string, unknown> {
  return { session: 's1', nonce: randomBytes(8).toString('hex'), timestamp: Date.now(), action: task, ...more }
}
function signed(payload: object | string, key = keyOf(token)): { payload: string; signature: string } {
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload)
  return { payload: text, signature: createHmac('sha256', key).update(text, 'utf8').digest('hex') }
}

/** A file as a careful program drops it. */
function drop(name: string, content: unknown, mode = 0o600): void {
  const text = typeof content === 'string' ? content : JSON.stringify(content)
  writeFileSync(box(`${name}.part`), text, { mode })
  chmodSync(box(`${name}.part`), mode)
  renameSync(box(`${name}.part`), box(name))
}

async function list(): Promise<{ id: string; from: string; status: string; params: object; to: string }[]> {
  return (await place.data('list_actions', { limit: 1000 })).actions as never
}

/** Why a file was refused, once it was. */
const reasonFor = (name: string): Promise<string> =>
  vi.waitFor(() => {
    expect(existsSync(box(name))).toBe(false)
    return readFileSync(refused(`${name}.reason.txt`), 'utf8').trim()
  }, patience)

const audit = (event: string) => place.audited().filter((line) => line.event === event)

describe('a trigger', () => {
  it('that a session signed is queued as if its client had asked, and its file goes', async () => {
    await start()
    drop('a.json', signed(payloadOf({ action: { ...task, to: 'claude-code', id: 'my-own-1' } })))
    await vi.waitFor(
      async () => expect(await list()).toMatchObject([{ id: 'my-own-1', from: 'session s1', to: 'claude-code', status: 'pending' }]),
      patience,
    )
    await vi.waitFor(() => expect(readdirSync(box())).toEqual([]), patience)
    expect(audit('action')).toMatchObject([
      { client: 'session s1', tool: 'execute_from_code', subject: 'my-own-1', outcome: 'queued by a trigger' },
    ])
  })
  it('belongs to the session of its key where it names none', async () => {
    await start()
    drop('a.json', signed(payloadOf({ session: undefined }), keyOf('another')))
    await vi.waitFor(async () => expect(await list()).toMatchObject([{ from: 'session s2' }]), patience)
  })
  it('for a change of a configuration waits for a person as well', async () => {
    await start()
    drop('a.json', signed(payloadOf({ action: { type: 'update_mcp_config', params: { name: 'x', command: 'evil' } } })))
    await vi.waitFor(async () => expect(await list()).toMatchObject([{ status: 'needs_user' }]), patience)
  })
  it.each([
    ['with params', (deep: string) => signed(`{"nonce":"n","timestamp":${Date.now()},"action":{"type":"analyze_file","params":${deep}}}`)],
    ['itself', (deep: string) => deep],
  ])('%s nested without end is refused, and so is one with the longest of names; others are taken up all the same', async (_, make) => {
    await start()
    drop('a.json', make(`{"a":${'['.repeat(30_000)}${']'.repeat(30_000)}}`))
    expect(await reasonFor('a.json')).toMatch(/nested more than/)
    writeFileSync(box(`${'x'.repeat(250)}.json`), '{}', { mode: 0o600 })
    drop('b.json', signed(payloadOf()))
    await vi.waitFor(() => expect(readdirSync(box())).toEqual(['refused']), patience)
    expect(await list()).toHaveLength(1)
  })
  it('was dropped while no bridge ran, and is taken up by the next one', async () => {
    await start()
    await place.bridge.close()
    drop('a.json', signed(payloadOf()))
    const next = openBridge(settingsIn(place.base), () => [], { openLink: async () => true, signers })
    others.push(next)
    await next.store()
    await vi.waitFor(() => expect(readdirSync(box())).toEqual([]), patience)
  })
})

describe('a trigger that is refused', () => {
  const cases: readonly (readonly [title: string, content: () => unknown, reason: RegExp])[] = [
    ['signed with a wrong token', () => signed(payloadOf(), keyOf('wrong')), /not that of session s1/],
    [
      'altered after it was signed',
      () => ({ ...signed(payloadOf()), payload: JSON.stringify(payloadOf({ nonce: 'x' })) }),
      /not that of session s1/,
    ],
    ['without a signature', () => ({ payload: JSON.stringify(payloadOf()) }), /not signed/],
    ['without a nonce', () => signed(payloadOf({ nonce: undefined })), /nonce/],
    ['of a session that has ended', () => signed(payloadOf({ session: 'ended' }), keyOf('ended')), /session ended is unknown or has ended/],
    [
      'with the token for its session',
      () => signed(payloadOf({ session: 'mtw_abcdefghijkl' }), keyOf('ended')),
      /^(?!.*abcdefghijkl).*token in place of the id/s,
    ],
    ['of a session from before triggers', () => signed(payloadOf({ session: 'old' }), keyOf('old')), /cannot sign; mcp-twin session new/],
    ['late', () => signed(payloadOf({ timestamp: Date.now() - 6 * 60_000 })), /more than 5 minutes/],
    ['from the future', () => signed(payloadOf({ timestamp: Date.now() + 6 * 60_000 })), /more than 5 minutes/],
    ['without a time', () => signed(payloadOf({ timestamp: 'now' })), /timestamp/],
    ['with a list for its signature', () => ({ payload: JSON.stringify(payloadOf()), signature: ['a'] }), /not signed/],
    ['that is a list', () => [signed(payloadOf())], /no object/],
    ['whose payload is a list', () => signed([payloadOf()]), /payload is no object/],
    ['in capital digits', () => ({ ...signed(payloadOf()), signature: signed(payloadOf()).signature.toUpperCase() }), /lower-case/],
    ['for another session than the signer', () => signed(payloadOf({ session: 's2' })), /not that of session s2|another session/],
    ['with an id that leads elsewhere', () => signed(payloadOf({ action: { ...task, id: '../../x' } })), /an id with other characters/],
    [
      'with a type that is a word of JavaScript',
      () => signed(payloadOf({ action: { type: 'constructor', params: {} } })),
      /There is no action/,
    ],
    [
      'for a file outside',
      () => signed(payloadOf({ action: { type: 'analyze_file', params: { file_path: '/etc/shadow' } } })),
      /outside|closed/,
    ],
    ['with unknown params', () => signed(payloadOf({ action: { type: 'switch_model', params: { x: 1 } } })), /has no argument/],
    ['that is half written', () => JSON.stringify(signed(payloadOf())).slice(0, 100), /no JSON/],
    ['that is empty', () => '', /no JSON/],
    ['that is oversized', () => signed(payloadOf({ filler: 'x'.repeat(65_536) })), /65536 are the most/],
  ]
  it.each(cases)('%s', async (_title, content, reason) => {
    await start()
    drop('bad.json', content())
    expect(await reasonFor('bad.json')).toMatch(reason)
    expect(existsSync(refused('bad.json'))).toBe(true)
    expect(await list()).toEqual([])
    expect(audit('denied')).toMatchObject([{ tool: 'trigger', subject: 'bad.json' }])
  })
  it('is a copy of one that was taken up', async () => {
    await start()
    const once = signed(payloadOf())
    drop('a.json', once)
    await vi.waitFor(async () => expect(await list()).toHaveLength(1), patience)
    drop('b.json', once)
    expect(await reasonFor('b.json')).toMatch(/nonce was used before/)
    expect(await list()).toHaveLength(1)
  })
  it('is a copy of one taken up before the bridge restarted', async () => {
    await start()
    const once = signed(payloadOf())
    drop('a.json', once)
    await vi.waitFor(async () => expect(await list()).toHaveLength(1), patience)
    await place.bridge.close()
    drop('b.json', once)
    const next = openBridge(settingsIn(place.base), () => [], { openLink: async () => true, signers })
    others.push(next)
    const store = await next.store()
    expect(await reasonFor('b.json')).toMatch(/nonce was used before/)
    expect(await store.read((database) => database.all('SELECT id FROM actions'))).toHaveLength(1)
  })
  it('is a link, of either kind, or a folder', async () => {
    await start()
    const elsewhere = join(place.A, 'elsewhere.json')
    for (const [name, make, reason] of [
      ['soft.json', () => symlinkSync(elsewhere, box('soft.json')), /is a link/],
      ['hard.json', () => linkSync(elsewhere, box('hard.json')), /second name/],
      ['folder.json', () => mkdirSync(box('folder.json')), /no file/],
    ] as const) {
      writeFileSync(elsewhere, JSON.stringify(signed(payloadOf())), { mode: 0o600 })
      make()
      expect(await reasonFor(name)).toMatch(reason)
    }
    expect(await list()).toEqual([])
    expect(readFileSync(elsewhere, 'utf8')).toContain('signature')
  })
  it('may be read or written by others', async () => {
    await start()
    for (const mode of [0o644, 0o620, 0o666]) {
      drop(`${mode}.json`, signed(payloadOf()), mode)
      expect(await reasonFor(`${mode}.json`)).toMatch(/mode must be 600/)
    }
    expect(await list()).toEqual([])
  })
  itUnless(lacksRoot, 'belongs to another user', async () => {
    await start()
    const text = JSON.stringify(signed(payloadOf()))
    writeFileSync(box('theirs.part'), text, { mode: 0o600 })
    chownSync(box('theirs.part'), 12_345, 12_345)
    renameSync(box('theirs.part'), box('theirs.json'))
    expect(await reasonFor('theirs.json')).toMatch(/another user/)
    expect(await list()).toEqual([])
  })
  it('is judged by its own content when another takes its place meanwhile', async () => {
    await start()
    const good = signed(payloadOf({ action: { ...task, id: 'good' } }))
    for (let round = 0; round < 20; round++) {
      drop('swap.json', round % 2 === 0 ? good : signed(payloadOf(), keyOf('wrong')))
      if (round % 5 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    await vi.waitFor(() => expect(readdirSync(box())).toEqual(['refused']), patience)
    expect((await list()).filter(({ id }) => id !== 'good')).toEqual([])
  })
  it('stays where it is when it cannot be recorded, and unknown files stay, too', async () => {
    await start()
    writeFileSync(box('note.txt'), 'mine')
    drop('bad.json', '[]')
    await reasonFor('bad.json')
    expect(readdirSync(box()).sort()).toEqual(['note.txt', 'refused'])
  })
})

describe('a burst of triggers', () => {
  it('is taken up whole, each once, in the order of its files', async () => {
    await start()
    const many = 2000
    for (let at = 0; at < many; at++) drop(`t${at}.json`, signed(payloadOf({ action: { ...task, id: `t${at}` } })))
    const since = Date.now()
    await vi.waitFor(() => expect(readdirSync(box())).toEqual([]), { timeout: 100_000, interval: 50 })
    console.log(`${many} triggers were taken up ${Date.now() - since} ms after the last one was dropped`)
    const store = await place.bridge.store()
    const rows = await store.read((database) => database.all<{ id: string }>('SELECT id FROM actions ORDER BY n'))
    expect(rows.map(({ id }) => id)).toEqual(Array.from({ length: many }, (_, at) => `t${at}`))
  })
})

describe('session_state.json', () => {
  const read = () => JSON.parse(readFileSync(join(place.folder, 'session_state.json'), 'utf8'))
  const write = (state: unknown) => {
    writeFileSync(join(place.folder, 'other.part'), JSON.stringify(state), { mode: 0o600 })
    renameSync(join(place.folder, 'other.part'), join(place.folder, 'session_state.json'))
  }
  const settled = () => vi.waitFor(() => expect(read().bridge_info.status).toBe('running'), patience)

  it("has the document's shape, and what is queued soon after", async () => {
    await start()
    await settled()
    expect(read()).toEqual({
      last_updated: expect.any(Number),
      active_conversation: null,
      pending_actions: [],
      bridge_info: {
        status: 'running',
        timestamp: expect.any(Number),
        pid: process.pid,
        mcp_server: { status: 'running', port: null, started_at: expect.any(Number), pid: process.pid },
      },
    })
    await place.ok('queue_action', { type: 'execute_from_code', params: { prompt: 'x' } })
    const id = (await list())[0]?.id
    await vi.waitFor(
      () => expect(read().pending_actions).toMatchObject([{ id, type: 'execute_from_code', params: { prompt: 'x' }, status: 'pending' }]),
      patience,
    )
    await place.call('claim_action', { id }, { client: 'other', session: 'o' })
    await place.call('complete_action', { id, result: 'fine' }, { client: 'other', session: 'o' })
    await vi.waitFor(() => expect(read().pending_actions).toMatchObject([{ id, status: 'done', result: 'fine' }]), patience)
    await place.bridge.close()
    expect(read().bridge_info).toMatchObject({ status: 'stopped', mcp_server: { status: 'stopped' } })
  })
  it('is written by the bridge that goes on when another ends', async () => {
    await start()
    await settled()
    const next = openBridge(settingsIn(place.base), () => [], { openLink: async () => true, signers })
    others.push(next)
    const store = await next.store()
    const { started_at: before } = read().bridge_info.mcp_server
    await place.bridge.close()
    await vi.waitFor(() => expect(read().bridge_info).toMatchObject({ status: 'running', mcp_server: { status: 'running' } }), patience)
    expect(read().bridge_info.mcp_server.started_at).toBeGreaterThanOrEqual(before)
    drop('a.json', signed(payloadOf({ action: { ...task, id: 'later' } })))
    await vi.waitFor(
      () => expect(read()).toMatchObject({ pending_actions: [{ id: 'later' }], bridge_info: { status: 'running' } }),
      patience,
    )
    expect(await store.read((database) => database.all('SELECT id FROM actions'))).toHaveLength(1)
  })
  it('accepts signed objects, and turns them into plain records', async () => {
    await start()
    await settled()
    write({ ...read(), pending_actions: [signed(payloadOf({ action: { ...task, id: 'by-state' } }))] })
    await vi.waitFor(
      () => expect(read().pending_actions).toMatchObject([{ id: 'by-state', status: 'pending', from: 'session s1' }]),
      patience,
    )
    expect(await list()).toHaveLength(1)
  })
  it('takes what is signed after as many plain records as the file holds', async () => {
    await start()
    await settled()
    const params = { prompt: 'x' }
    for (let at = 0; at < limits.stateActions; at++) await place.ok('queue_action', { type: 'execute_from_code', params })
    await vi.waitFor(() => expect(read().pending_actions).toHaveLength(limits.stateActions), patience)
    const asked = signed(payloadOf({ action: { ...task, id: 'by-state' } }))
    const state = { ...read(), pending_actions: [...read().pending_actions, asked] }
    // The bridge may write the file at the same moment, so what it has lost is written again.
    const inFile = () => read().pending_actions.at(-1)
    await vi.waitFor(
      () => {
        if (inFile().id !== 'by-state') write(state)
        expect(inFile()).toMatchObject({ id: 'by-state', status: 'pending' })
      },
      { timeout: patience.timeout, interval: 250 },
    )
  })
  it('refuses unsigned files, and keeps what was there', async () => {
    await start()
    await settled()
    await place.ok('queue_action', { type: 'execute_from_code', params: { prompt: 'x' } })
    await vi.waitFor(() => expect(read().pending_actions).toHaveLength(1), patience)
    const state = read()
    write({
      ...state,
      pending_actions: [
        ...state.pending_actions,
        { id: 'action_001', type: 'switch_model', params: { model: 'x' }, timestamp: Date.now(), status: 'pending' },
      ],
    })
    await vi.waitFor(() => expect(readdirSync(refused(''))).toHaveLength(2), patience)
    await vi.waitFor(() => expect(read().pending_actions).toMatchObject([{ id: state.pending_actions[0].id }]), patience)
    expect(await list()).toHaveLength(1)
  })
  it('is made again when it is torn, removed, or no list', async () => {
    await start()
    await settled()
    for (const text of ['{"pending_actions": [', '[]', '{"pending_actions": 3}']) {
      writeFileSync(join(place.folder, 'session_state.json'), text)
      await vi.waitFor(() => expect(read().bridge_info?.status).toBe('running'), patience)
    }
    const { unlinkSync } = await import('node:fs')
    unlinkSync(join(place.folder, 'session_state.json'))
    await vi.waitFor(() => expect(read().bridge_info.status).toBe('running'), patience)
  })
})
