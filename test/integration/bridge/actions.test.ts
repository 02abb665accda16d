import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { claim, releaseAll } from '../../../src/bridge/actions/claims.ts'
import { queue, read } from '../../../src/bridge/actions/queue.ts'
import { beginApproved } from '../../../src/bridge/actions/running.ts'
import { limits } from '../../../src/bridge/base/limits.ts'
import { claimOf } from '../../../src/bridge/handoff/claims.ts'
import { type Desk, desk, textOf } from '../../support/desk.ts'

let place: Desk
/** Links that the runner opened, by client. */
let opened: (readonly [client: string, link: string])[] = []
afterEach(async () => {
  opened = []
  await place.close()
})

/** A bridge that carries actions out, with an opener that only records. */
function running(takes = true): Desk {
  return desk({}, [], {
    openLink: async (client, link) => {
      opened.push([client, link])
      return takes
    },
  })
}

const as = (client: string, session = `of ${client}`) => ({ client, session })
const desktop = as('claude-desktop')
const code = as('claude-code')

const data = async (name: string, args: object, who = desktop) =>
  (await place.data(name, args, who)) as Record<string, unknown> & { readonly id: string }
const refusal = (name: string, args: object, who = desktop) => place.refused(name, args, who)

/** The action once it has ended. */
const ended = async (args: object, who = desktop) => {
  const { id } = await data('queue_action', args, who)
  return data('get_action', { id, timeout_ms: 50_000 }, who)
}

describe('a task for the other program', () => {
  const task = { type: 'execute_from_code', params: { prompt: 'run the tests' }, to: 'claude-code' }

  it('is not claimed by who asked, though it is for any program', async () => {
    place = running()
    const { id } = await data('queue_action', { ...task, to: 'any' })
    expect(await refusal('claim_action', { id }, desktop)).toMatch(/is for every client but claude-desktop, not for claude-desktop/)
    expect(await data('claim_action', { id }, code)).toMatchObject({ found: true, id })
  })

  it('waits until it is claimed, and its result comes back to who asked', async () => {
    place = running()
    const { id, status } = await data('queue_action', task)
    expect(status).toBe('pending')
    expect(await refusal('claim_action', { id }, desktop)).toMatch(/is for claude-code, not for claude-desktop/)
    expect(await data('claim_action', {}, code)).toMatchObject({
      found: true,
      id,
      params: { prompt: 'run the tests' },
      from: 'claude-desktop',
    })
    expect(await data('get_action', { id })).toMatchObject({ status: 'claimed', claimed_by: 'claude-code', result: null })
    expect(await refusal('claim_action', { id }, as('claude-code', 'another'))).toMatch(/claimed by claude-code/)
    expect(await refusal('complete_action', { id, result: 1 }, as('claude-code', 'another'))).toMatch(/claimed by claude-code/)
    const waiting = data('get_action', { id, timeout_ms: 50_000 })
    await data('complete_action', { id, result: { passed: 12 } }, code)
    expect(await waiting).toMatchObject({ status: 'done', result: { passed: 12 } })
    expect(await refusal('complete_action', { id, result: 1 }, code)).toMatch(/is done already/)
    expect(await data('claim_action', {}, code)).toMatchObject({ found: false })
  })

  it('is announced to its program, and its end to who asked, until one of its sessions has seen it', async () => {
    place = running()
    const { id } = await data('queue_action', task)
    expect(textOf(await place.call('bridge_status', {}, code))).toContain('1 action waits for you: call inbox.')
    expect(await data('inbox', {}, code)).toMatchObject({ actions: [{ id, params: task.params }], finished_actions: [] })
    await data('claim_action', { id }, code)
    await data('complete_action', { id, result: 'all green' }, code)
    expect(textOf(await place.call('list_directory', { path: '.' }, desktop))).toContain('1 finished action waits for you: call inbox.')
    expect(await data('inbox', {})).toMatchObject({ actions: [], finished_actions: [{ id, status: 'done', result: 'all green' }] })
    expect(await data('inbox', {}, as('claude-desktop', 'later'))).toMatchObject({ finished_actions: [] })
  })

  it('for any other program goes to whoever claims it first, but not to who asked', async () => {
    place = running()
    const { id } = await data('queue_action', { type: 'analyze_file', params: { file_path: place.put('a.txt', 'x') } })
    expect(await data('claim_action', {}, desktop)).toMatchObject({ found: false })
    expect(await data('claim_action', {}, as('cursor'))).toMatchObject({ id, params: { file_path: join(place.A, 'a.txt') } })
    expect(await data('claim_action', {}, code)).toMatchObject({ found: false })
  })

  it('is in the inbox, however many older ones are claimed', async () => {
    place = running()
    const by = claimOf(place.bridge.settings, 'claude-code', 'at work')
    await (await place.bridge.store()).write(desktop, (transaction) => {
      for (let at = 0; at < limits.inboxShown; at++) {
        const id = `older-${at}`
        queue(transaction, { ...task, id, carrier: 'twin', claimable: true, roots: [] })
        claim(transaction, id, by, () => true)
      }
    })
    const { id } = await data('queue_action', task)
    expect(await data('inbox', {}, code)).toMatchObject({ actions: [{ id }] })
  })

  it('is pending again when the session of its claimer ends, unless it is done', async () => {
    place = running()
    const [done, open] = [await data('queue_action', task), await data('queue_action', task)]
    for (const { id } of [done, open]) await data('claim_action', { id }, code)
    await data('complete_action', { id: done.id, result: 1 }, code)
    await (await place.bridge.store()).write(code, (transaction) => releaseAll(transaction, code.session))
    expect(await data('get_action', { id: done.id })).toMatchObject({ status: 'done' })
    expect(await data('get_action', { id: open.id })).toMatchObject({ status: 'pending' })
  })

  it('is cancelled before its claimer is ready, who learns of it', async () => {
    place = running()
    const { id } = await data('queue_action', task)
    await data('claim_action', { id }, code)
    expect(await data('cancel_action', { id })).toMatchObject({ status: 'cancelled' })
    expect(await refusal('complete_action', { id, result: 1 }, code)).toMatch(/is cancelled already/)
    expect(await refusal('cancel_action', { id })).toMatch(/is cancelled already/)
    expect(await data('inbox', {})).toMatchObject({ finished_actions: [] })
  })

  it('expires when nobody claims it, and the asker learns of it', async () => {
    let ahead = 0
    place = desk({ now: () => Date.now() + ahead }, [], { openLink: async () => true })
    const { id } = await data('queue_action', task)
    ahead = 8 * 24 * 60 * 60_000
    expect(await data('get_action', { id, timeout_ms: 50_000 })).toMatchObject({ status: 'expired' })
    expect(await refusal('claim_action', { id }, code)).toMatch(/is expired already/)
    expect(await data('list_actions', { status: 'expired' })).toMatchObject({ actions: [{ id }] })
    expect(await data('list_actions', { status: 'pending' })).toMatchObject({ actions: [] })
  })
})

describe('waiting for an action', () => {
  it('ends when the time is over', async () => {
    place = running()
    const { id } = await data('queue_action', { type: 'execute_from_code', params: { prompt: 'x' } })
    expect(await data('get_action', { id, timeout_ms: 1 })).toMatchObject({ id, status: 'pending', result: null })
  })
  it('for one that there is not is refused', async () => {
    place = running()
    for (const id of ['../../x', 'constructor', '__proto__', 'a-000000000000'])
      for (const name of ['get_action', 'claim_action', 'cancel_action']) expect(await refusal(name, { id })).toMatch(/There is no action/)
    expect(await refusal('get_action', { id: 'x', timeout_ms: 50_001 })).toMatch(/between 1 and 50000/)
  })
})

describe('the list of actions', () => {
  it('has every state, the newest first, without what is long', async () => {
    place = running()
    const first = await data('queue_action', { type: 'execute_from_code', params: { prompt: 'x'.repeat(10_000) } })
    const second = await data('queue_action', { type: 'switch_model', params: { model: 'opus' }, to: 'claude-code' })
    const third = await ended({ type: 'save_conversation', params: { title: 'Plan', content: 'c' } })
    const { actions } = (await data('list_actions', {})) as unknown as { actions: Record<string, unknown>[] }
    expect(actions.map(({ id, status }) => [id, status])).toEqual([
      [third.id, 'done'],
      [second.id, 'needs_user'],
      [first.id, 'pending'],
    ])
    expect(actions[2]).toMatchObject({ params_left_out: true })
    expect(await data('list_actions', { limit: 1 })).toMatchObject({ actions: [{ id: third.id }], more: 2 })
    expect(await data('list_actions', { status: 'pending' })).toMatchObject({ actions: [{ id: first.id }] })
  })

  it('counts those that it does not list, with what they hold', async () => {
    place = desk()
    for (let at = 0; at < limits.actionsListed + 10; at++)
      await data('queue_action', { type: 'execute_from_code', params: { prompt: 'x'.repeat(400) } })
    // A prompt of 400 characters, and the braces and the name around it: 104 tokens.
    expect(await data('list_actions', {})).toMatchObject({ more: 10, more_tokens: 1033 })
    expect(textOf(await place.call('list_actions'))).toContain('[10 more (1033 tokens): list by status, or with a limit of up to 1000.]')
    expect(await data('list_actions', { limit: limits.actionsListedMost })).not.toHaveProperty('more')
  })
})

describe('the state of the bridge', () => {
  it('says how many actions wait for what', async () => {
    place = running()
    expect(await data('bridge_status', {})).toMatchObject({ actions: {} })
    for (const prompt of ['a', 'b']) await data('queue_action', { type: 'execute_from_code', params: { prompt } })
    await data('queue_action', { type: 'switch_model', params: { model: 'opus' }, to: 'claude-code' })
    expect(await data('bridge_status', {})).toMatchObject({ actions: { pending: 2, needs_user: 1 } })
    expect(textOf(await place.call('bridge_status', {}, desktop))).toContain('Actions: 1 needs_user, 2 pending.')
  })
})

describe('save_conversation', () => {
  it('writes a new file of the workspace, which only its owner can read', async () => {
    place = running()
    const { status, result } = await ended({ type: 'save_conversation', params: { title: 'Login / plan', content: 'We agreed on JWT.' } })
    expect(status).toBe('done')
    const { path } = result as { path: string }
    expect(path).toMatch(new RegExp(`^${place.folder}/workspace/conversations/login-plan-a-[0-9a-f]+\\.md$`))
    expect(readFileSync(path, 'utf8')).toBe('# Login / plan\n\nWe agreed on JWT.\n')
    expect(statSync(join(place.folder, 'workspace')).isDirectory()).toBe(true)
    expect(
      place
        .audited()
        .filter(({ event }) => event === 'action')
        .map(({ client, tool, outcome }) => [client, tool, outcome?.split(':')[0]]),
    ).toEqual([
      ['claude-desktop', 'save_conversation', 'started'],
      ['claude-desktop', 'save_conversation', 'done'],
    ])
  })
  it('writes where it is told, in an allowed folder, and never over another file', async () => {
    place = running()
    const path = join(place.A, 'notes', 'x.md')
    expect(await ended({ type: 'save_conversation', params: { title: 't', content: 'c', path } })).toMatchObject({
      status: 'done',
      result: { path },
    })
    expect(await refusal('queue_action', { type: 'save_conversation', params: { title: 't', content: 'd', path } })).toMatch(
      /exists already/,
    )
    expect(readFileSync(path, 'utf8')).toBe('# t\n\nc\n')
  })
  it.each(['../O/new.md', '/etc/new.md', '~/.ssh/new.md', '~/.mcp-twin/bridge/triggers/x.json'])(
    'refuses %s when it is queued',
    async (path) => {
      place = running()
      const said = await refusal('queue_action', { type: 'save_conversation', params: { title: 't', content: 'c', path } })
      expect(said).not.toMatch(/does not exist/)
      expect(await data('list_actions', {})).toMatchObject({ actions: [] })
      expect(existsSync(join(place.O, 'new.md'))).toBe(false)
    },
  )
})

describe('open_conversation', () => {
  const id = '0b0b6f39-2a4f-4f0e-9a55-1c1c6f0f6d10'
  it('by its id is done once an opener took the link', async () => {
    place = running()
    expect(await ended({ type: 'open_conversation', params: { conversation_id: id } }, code)).toMatchObject({
      status: 'done',
      to: 'claude-desktop',
    })
    expect(opened).toEqual([['claude-desktop', `claude://claude.ai/chat/${id}`]])
  })
  it('that no opener takes needs a person, who is told the address', async () => {
    place = running(false)
    const { status, result } = await ended({ type: 'open_conversation', params: { conversation_id: id } }, code)
    expect([status, result]).toEqual(['needs_user', { message: expect.stringContaining(`https://claude.ai/chat/${id}`) }])
  })
  it.each(['conv_123', `${id}x`, `${id}?q=x`, '../../x', `${id}\n`, ''])('takes %j for no conversation', async (conversation) => {
    place = running()
    expect(await refusal('queue_action', { type: 'open_conversation', params: { conversation_id: conversation } })).toMatch(
      /UUID|must not be empty/,
    )
    expect(opened).toEqual([])
  })
  it('for a prompt opens a window with one line, never with the prompt, which the program then claims', async () => {
    place = running()
    const prompt = 'rm -rf / & echo %PATH% "quoted" $(id)'
    const action = await ended({ type: 'open_conversation', params: { prompt } }, code)
    expect(action).toMatchObject({
      status: 'needs_user',
      to: 'claude-desktop',
      result: { message: expect.stringMatching(/Press Enter in the window/) },
    })
    expect(opened).toEqual([['claude-desktop', `claude://claude.ai/new?q=claim%20action%20${action.id}%20through%20mcp-twin`]])
    expect(await data('claim_action', { id: action.id }, desktop)).toMatchObject({ params: { prompt } })
    await data('complete_action', { id: action.id, result: 'seen' }, desktop)
    expect(await data('get_action', { id: action.id }, code)).toMatchObject({ status: 'done', result: 'seen' })
  })
  it('for Claude Code uses its own link', async () => {
    place = running()
    const action = await ended({ type: 'open_conversation', params: { prompt: 'x' }, to: 'claude-code' })
    expect(opened).toEqual([['claude-code', `claude-cli://open?q=claim%20action%20${action.id}%20through%20mcp-twin`]])
  })
  it('for a program without links says what to type', async () => {
    place = running()
    const action = await ended({ type: 'open_conversation', params: { prompt: 'x' }, to: 'cursor' })
    expect(action).toMatchObject({
      status: 'needs_user',
      result: { message: `Open Cursor by hand and type: claim action ${action.id} through mcp-twin` },
    })
    expect(opened).toEqual([])
    expect(await refusal('queue_action', { type: 'open_conversation', params: { conversation_id: id }, to: 'cursor' })).toMatch(
      /Cursor has no link/,
    )
  })
})

describe('what changes a configuration', () => {
  it('waits for a person, who is shown the whole command', async () => {
    place = running()
    const params = { name: 'files', command: 'npx', args: ['-y', '@scope/server', '--dir', '/a b'], env: { LEVEL: '3' } }
    const { id, status, result } = await data('queue_action', { type: 'update_mcp_config', params })
    expect(status).toBe('needs_user')
    expect(result).toMatchObject({ change: `files = LEVEL=3 npx -y @scope/server --dir '/a b'`, command: `mcp-twin actions run ${id}` })
    expect(await refusal('claim_action', { id }, code)).toMatch(/waits for a person: mcp-twin actions run/)
    expect(await data('get_action', { id, timeout_ms: 50_000 })).toMatchObject({ status: 'needs_user' })
    expect(await data('queue_action', { type: 'switch_model', params: { model: 'opus' }, to: 'claude-code' })).toMatchObject({
      status: 'needs_user',
    })
    expect(readdirSync(join(place.home, '.mcp-twin'))).toEqual(['bridge'])
  })
  it('is refused with a key in it, with two kinds of server, and with a name that fits none', async () => {
    place = running()
    const queue = (params: object) => refusal('queue_action', { type: 'update_mcp_config', params })
    expect(await queue({ name: 's', command: 'npx', env: { API_KEY: 'sk-ant-0123456789abcdef0123' } })).toMatch(
      /looks like a key.*mcp-twin secret set/,
    )
    expect(await queue({ name: 's', url: 'https://x.test/mcp?api_key=tvly-0123456789abcdef' })).toMatch(/looks like a key/)
    expect(await queue({ name: 's', command: 'x', url: 'https://x.test' })).toMatch(/one of command, url and remove/)
    expect(await queue({ name: 's' })).toMatch(/one of command, url and remove/)
    expect(await queue({ name: 'mcp-twin', command: 'x' })).toMatch(/name of the bridge/)
    expect(await queue(JSON.parse('{"name":"__proto__","command":"x"}'))).toMatch(/cannot be the name/)
  })
  describe('by a command with blanks', () => {
    const shown = async (params: object, to?: string) => {
      const { result } = await data('queue_action', { type: 'update_mcp_config', params, ...(to !== undefined && { to }) })
      return String(Object(result).message)
    }
    const refused = (params: object) => refusal('queue_action', { type: 'update_mcp_config', params: { name: 's', ...params } })

    it.each<[string, object, readonly string[]]>([
      ['a line of npx', { command: 'npx -y foo@1.2.3 --deep' }, ['  package: "foo@1.2.3"', '  args: ["--deep"]']],
      ['its arguments apart', { command: 'npx -y', args: ['@a/foo', 'a b'] }, ['  package: "@a/foo"', '  args: ["a b"]']],
      ['npx with arguments', { command: 'npx', args: ['-y', 'foo'] }, ['  package: "foo"']],
      ['cmd in front', { command: 'cmd /c npx -y foo' }, ['  package: "foo"']],
      ['variables in front', { command: 'LEVEL=2 npx foo', env: { MORE: '3' } }, ['  env: {"LEVEL":"2","MORE":"3"}']],
      ['uvx', { command: 'uvx mcp-server-time --zone UTC' }, ['  command: "uvx"', '  args: ["mcp-server-time","--zone","UTC"]']],
      ['a line of claude', { command: 'claude mcp add other -- npx -y foo' }, ['  package: "foo"']],
      [
        'a key by name',
        { command: 'npx foo --key ${secret:FOO_KEY}' },
        ['  args: ["--key","${secret:FOO_KEY}"]', '  it is given the key FOO_KEY'],
      ],
      ['a key by name in its arguments', { command: 'npx -y', args: ['foo', '--key={secret:FOO_KEY}'] }, ['  it is given the key FOO_KEY']],
    ])('is read as a pasted line: %s', async (_what, params, lines) => {
      place = running()
      const message = await shown({ name: 's', ...params })
      for (const line of lines) expect(message.split('\n')).toContain(line)
    })

    it.each<[string, object, RegExp]>([
      ['an unknown line', { command: 'foo bar' }, /begins with "foo", which starts no server.*"command".*"args"/],
      ['two commands', { command: 'npx -y foo && rm -rf x' }, /it holds 2 commands/],
      ['an installation', { command: 'npm install foo' }, /only installs or prepares/],
      ['an open quote', { command: `npx -y 'foo` }, /a quote is not closed/],
      ['a program that is not there', { command: '/opt/no such/serve' }, /there is no program "\/opt\/no"/],
      ['JSON', { command: '{ "command": "npx" }' }, /"command" is JSON; give its command, args and env/],
      ['JSON without blanks', { command: '{"command":"npx","args":["-y","foo"]}' }, /"command" is JSON/],
      ['an address', { command: 'https://x.test/mcp' }, /"command" is an address; give it as "url"/],
      ['npx alone', { command: 'npx' }, /npx starts nothing by itself; name the package, as in npx -y PACKAGE/],
      ['npx without a package', { command: 'npx.cmd -y' }, /npx starts nothing by itself/],
      ['uvx without a package', { command: '/usr/bin/uvx', args: ['--from'] }, /uvx starts nothing by itself/],
      ['a literal key', { command: 'npx foo --api-key sk-ant-0123456789abcdef0123' }, /looks like a key.*mcp-twin secret set/],
      ['a literal key in front', { command: 'API_KEY=sk-ant-0123456789abcdef0123 npx foo' }, /looks like a key/],
      ['a literal key of claude', { command: 'claude mcp add x -e API_KEY=sk-ant-0123456789abcdef0123 -- npx foo' }, /looks like a key/],
      ['an example of a key', { command: 'npx foo --api-key YOUR_API_KEY' }, /holds an example; name the key itself/],
      [
        'arguments behind an address',
        { command: 'claude mcp add --transport http x https://x.test/mcp', args: ['a'] },
        /"args" do not go with an address/,
      ],
    ])('is refused in words: %s', async (_what, params, words) => {
      place = running()
      const said = await refused(params)
      expect(said).toMatch(words)
      expect(said).not.toContain('0123456789abcdef')
      expect(await data('list_actions', {})).toMatchObject({ actions: [] })
    })

    it('is the program itself where a file of that name is there', async () => {
      place = desk({ config: { servers: async () => ({}), isFile: async (path) => path === '/opt/my tools/serve' } })
      expect((await shown({ name: 's', command: '/opt/my tools/serve', args: ['-v'] })).split('\n')).toEqual(
        expect.arrayContaining(['  command: "/opt/my tools/serve"', '  args: ["-v"]']),
      )
      expect((await shown({ name: 's', command: `'/opt/my tools/serve' -v` })).split('\n')).toContain('  command: "/opt/my tools/serve"')
    })

    it('is for the named program alone, and not for one whose config nobody knows', async () => {
      place = running()
      expect((await shown({ name: 's', command: 'npx foo' }, 'cursor')).split('\n')).toEqual(
        expect.arrayContaining([expect.stringMatching(/^This changes the config of Cursor once/), '  only: ["cursor"]']),
      )
      expect((await shown({ name: 's', command: 'npx foo' })).split('\n')).toContain('  in every program that takes part')
    })
  })
  it('of a program without a documented switch says how it is done by hand', async () => {
    place = running()
    expect(await data('queue_action', { type: 'switch_model', params: { model: 'opus' }, to: 'claude-desktop' })).toMatchObject({
      status: 'needs_user',
      result: { message: expect.stringMatching(/^Claude Desktop has no documented way .*choose opus/) },
    })
    expect(await refusal('queue_action', { type: 'switch_model', params: { model: '$(id)\n' } })).toMatch(/no name of a model/)
  })
})

describe('what waits for a person', () => {
  it('is not begun when it is another one than the person was shown', async () => {
    place = running()
    const change = (command: string) => data('queue_action', { type: 'update_mcp_config', params: { name: 's', command } })
    const { id } = await change('good')
    const { id: other } = await change('bad')
    const store = await place.bridge.store()
    const isLive = () => true
    const by = { client: 'terminal', session: 'p', pid: 1, start: '' }
    const shown = await store.read((database) => read(database, id, isLive, Date.now()))
    const begun = () => store.write(by, (transaction) => beginApproved(transaction, shown, by, isLive))
    await store.write(by, (transaction) => {
      transaction.run('UPDATE actions SET id = ? WHERE id = ?', 'gone', id)
      transaction.run('UPDATE actions SET id = ? WHERE id = ?', id, other)
    })
    await expect(begun()).rejects.toThrow(/another one than was shown/)
    await store.write(by, (transaction) => {
      transaction.run('UPDATE actions SET id = ? WHERE id = ?', other, id)
      transaction.run('UPDATE actions SET id = ? WHERE id = ?', id, 'gone')
    })
    expect(await begun()).toMatchObject({ id, status: 'running', params: { command: 'good' } })
  })
  it('is not more than a person can look at', async () => {
    place = running()
    const store = await place.bridge.store()
    const needs = { message: 'm' }
    const waiting = (n: number) =>
      ({ ...{ id: `p-${n}`, type: 'switch_model', params: {}, to: null, roots: [], needs }, carrier: 'person', claimable: false }) as const
    await store.write(desktop, (transaction) => {
      for (let n = 0; n < limits.actionsUndecided; n++) queue(transaction, waiting(n))
    })
    expect(await refusal('queue_action', { type: 'switch_model', params: { model: 'opus' } })).toMatch(/wait for a person already/)
    await data('cancel_action', { id: 'p-0' })
    await data('queue_action', { type: 'switch_model', params: { model: 'opus' } })
  })
})

describe('actions with long texts', () => {
  const ask = (length: number) => ({ type: 'execute_from_code', params: { prompt: 'x'.repeat(length) } })
  /** Makes an action's params so many bytes long, with blanks, which take no time to be looked at. */
  async function grow(id: string, bytes: number): Promise<void> {
    const store = await place.bridge.store()
    await store.write(
      desktop,
      (transaction) => void transaction.run('UPDATE actions SET params = ? WHERE id = ?', `{}${' '.repeat(bytes)}`, id),
    )
  }

  it('that wait are refused once they are too long together; short ones are not', async () => {
    place = desk()
    const { id } = await data('queue_action', ask(1))
    await grow(id, limits.actionsQueuedBytes - 100_000)
    expect(await refusal('queue_action', ask(200_000))).toMatch(/would hold more than 64 MiB; cancel some with cancel_action/)
    await data('queue_action', ask(50_000))
    await data('queue_action', ask(1))
    await grow(id, 10)
    await data('queue_action', ask(200_000))
  })
})

describe('what is refused when it is queued', () => {
  it('a type that is a word of JavaScript, or unknown', async () => {
    place = running()
    for (const type of ['constructor', '__proto__', 'toString', 'execute', 'x'.repeat(60)])
      expect(await refusal('queue_action', { type, params: {} })).toMatch(/There is no action .*there are open_conversation/)
  })
  it('a file outside of what is allowed', async () => {
    place = running()
    place.put('.mcp.json', '{}')
    for (const path of [join(place.O, 's'), '~/.ssh/id', '/etc/shadow', '.mcp.json', '../O/s']) {
      for (const [type, params] of [
        ['analyze_file', { file_path: path }],
        ['execute_from_code', { prompt: 'x', files: [path] }],
      ] as const)
        expect(await refusal('queue_action', { type, params })).not.toMatch(/canary/)
    }
    expect(await data('list_actions', {})).toMatchObject({ actions: [] })
  })
  it('params that are unknown, missing, or no object', async () => {
    place = running()
    expect(await refusal('queue_action', { type: 'switch_model', params: { modell: 'x' } })).toMatch(/did you mean "model"/)
    expect(await refusal('queue_action', { type: 'execute_from_code', params: {} })).toMatch(/needs "prompt"/)
    for (const params of [null, 'x', [], 1])
      expect(await refusal('queue_action', { type: 'switch_model', params })).toMatch(/must be an object/)
  })
  it('a stored key, in what is asked and in what is answered', async () => {
    place = desk({ keys: async () => ['correct-horse-battery'] }, [], { openLink: async () => true })
    const prompt = 'use correct-horse-battery'
    expect(await refusal('queue_action', { type: 'execute_from_code', params: { prompt } })).toMatch(/hold a stored key/)
    const { id } = await data('queue_action', { type: 'execute_from_code', params: { prompt: 'x' } })
    await data('claim_action', { id }, code)
    expect(await refusal('complete_action', { id, result: { prompt } }, code)).toMatch(/holds a stored key/)
  })
  it('everything, when it could not be recorded', async () => {
    place = running()
    const { mkdirSync } = await import('node:fs')
    mkdirSync(join(place.folder, 'audit.jsonl'))
    expect(await refusal('queue_action', { type: 'execute_from_code', params: { prompt: 'x' } })).toMatch(/could not be recorded/)
  })
})
