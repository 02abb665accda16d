import { existsSync, readFileSync } from 'node:fs'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { cliPath } from '../../support/cli.ts'
import { nodePath } from '../../support/machine.ts'
import type { Bridge } from '../../support/mcp.ts'
import { filesWith, leftovers } from '../../support/processes.ts'
import { type Counted, counted, key, plantTools } from './counted.ts'

let at: Counted
const open: Bridge[] = []
const clients: Client[] = []
afterEach(async () => {
  await Promise.all([...open.splice(0).map((each) => each.end()), ...clients.splice(0).map((each) => each.close())])
})
const bridge = async (client: string, args?: readonly string[]) => {
  const made = await at.bridge(client, args)
  open.push(made)
  return made
}
const patience = { timeout: 60_000, interval: 20 }

describe('a server that is shared', () => {
  it('is one process for two programs, and answers the same question once', async () => {
    at = counted()
    plantTools(at)
    const [desktop, code] = await Promise.all([bridge('claude-desktop'), bridge('claude-code')])
    const first = await desktop.call('count__find', { q: 'x', n: 1 })
    expect(first).toEqual({ text: 'found x, call 1', data: { q: 'x', call: 1 }, refused: false })
    // The same arguments in another order.
    expect(await code.call('count__find', { n: 1, q: 'x' })).toEqual(first)
    expect((await code.call('count__find', { q: 'y' })).text).toBe('found y, call 2')
    expect(at.calls('find')).toBe(2)
    expect(at.starts()).toBe(1)
  })

  it('repeats calls that change something, and never reuses an error', async () => {
    at = counted()
    plantTools(at)
    const code = await bridge('claude-code')
    expect((await code.call('count__create_issue', { t: 1 })).text).toBe('issue 1')
    expect((await code.call('count__create_issue', { t: 1 })).text).toBe('issue 2')
    expect(await code.call('count__fails')).toMatchObject({ text: 'no luck, call 3', refused: true })
    expect((await code.call('count__fails')).text).toBe('no luck, call 4')
    expect((await code.call('count__find_again', { q: 'a' })).text).toBe('found a, call 5')
    expect((await code.call('count__find_again', { q: 'a' })).text).toBe('found a, call 5')
    await code.call('set_config', { key: 'cache_ttl_s', value: 0 })
    expect((await code.call('count__find_again', { q: 'a' })).text).toBe('found a, call 6')
  })

  it('is asked once by several who ask the same at the same time', async () => {
    at = counted()
    plantTools(at)
    const [desktop, code] = await Promise.all([bridge('claude-desktop'), bridge('claude-code')])
    const all = await Promise.all([desktop, code, desktop, code].map((each) => each.call('count__find', { q: 'same' })))
    expect(new Set(all.map(({ text }) => text))).toEqual(new Set(['found same, call 1']))
    expect(at.calls('find')).toBe(1)
  })

  it('leaves results that the other program finds and uses again without a request', async () => {
    at = counted()
    plantTools(at)
    const [desktop, code] = await Promise.all([bridge('claude-desktop'), bridge('claude-code')])
    await desktop.call('count__find', { q: 'login libraries' })
    await desktop.call('count__create_issue', { title: 'other' })
    const { data } = await code.call('search_history', { query: 'LOGIN find' })
    expect(data).toMatchObject({ requests: 2, reused: 0 })
    const searches = data?.searches as { id: string }[]
    expect(searches).toMatchObject([
      { server: 'count', tool: 'find', arguments: { q: 'login libraries' }, by: 'claude-desktop', outcome: 'done', reused: 0 },
    ])
    const before = at.logged().length
    const reused = await code.call('search_reuse', { id: searches[0]?.id })
    expect(reused).toEqual({ text: 'found login libraries, call 1', data: { q: 'login libraries', call: 1 }, refused: false })
    expect(at.logged()).toHaveLength(before)
    expect((await code.call('search_history')).data).toMatchObject({ requests: 2, reused: 1 })
    expect(await code.call('search_reuse', { id: 's-none' })).toMatchObject({ refused: true })
  })

  it('shows its key neither to programs nor in the store', async () => {
    at = counted()
    plantTools(at)
    const code = await bridge('claude-code')
    const { text } = await code.call('count__leaks', { with: key })
    expect(text).toMatch(/^the key is /)
    expect(text).not.toContain(key)
    expect(JSON.stringify((await code.call('search_history')).data)).not.toContain(key)
    const stored = filesWith(key, [at.place.path('.mcp-twin')])
    expect(stored.map((file) => file.replace(/.*\.mcp-twin./, ''))).toEqual(['secrets.json'])
  })

  it('gets no capabilities of clients, and has its progress passed on by any bridge', async () => {
    at = counted()
    plantTools(at)
    for (const name of ['claude-desktop', 'claude-code']) {
      const { client, steps } = await clientOf(name)
      const asked = await client.callTool({ name: 'count__asks', arguments: {} })
      expect(JSON.stringify(asked.content)).toContain(
        'roots/list: not offered, sampling/createMessage: not offered, elicitation/create: not offered, ping: offered',
      )
      await client.callTool({ name: 'count__steps', arguments: {} }, { onprogress: () => undefined })
      // Those that come within a tenth of a second are one report.
      expect(steps).toEqual(expect.arrayContaining(['step 1', 'step 3']))
    }
    expect(at.starts()).toBe(1)
  })

  it('is told when a call is cancelled, but not while another program waits for the same answer', async () => {
    at = counted()
    plantTools(at)
    const [first, second] = [await clientOf('claude-desktop'), await clientOf('claude-code')]
    const wait = (client: Client, signal: AbortSignal) =>
      client.callTool({ name: 'count__waits', arguments: {} }, { signal }).catch((error: Error) => error.name)
    const [one, two] = [new AbortController(), new AbortController()]
    const both = [wait(first.client, one.signal), wait(second.client, two.signal)]
    await vi.waitFor(() => expect(at.calls('waits')).toBe(1), patience)
    // The second has joined when an answer to a later call of it has come.
    await second.client.callTool({ name: 'count__create_issue', arguments: {} })
    one.abort()
    await both[0]
    await first.client.callTool({ name: 'count__create_issue', arguments: {} })
    expect(at.logged().filter(({ cancelled }) => cancelled !== undefined)).toHaveLength(0)
    two.abort()
    await both[1]
    await vi.waitFor(() => expect(at.logged().filter(({ cancelled }) => cancelled !== undefined)).toHaveLength(1), patience)
    expect(at.calls('waits')).toBe(1)
  })

  it('starts again with its new definition', async () => {
    at = counted()
    plantTools(at)
    const code = await bridge('claude-code')
    await code.call('count__find', { q: 'x' })
    plantTools(at, 'another')
    // What was answered by the earlier definition is no answer of this one.
    expect((await code.call('count__find', { q: 'x' })).text).toBe('found x, call 1')
    expect(at.starts()).toBe(2)
  })

  it('runs for others in a bridge that offers no shared tools itself', async () => {
    at = counted()
    plantTools(at)
    const first = await bridge('claude-desktop', ['--tools', 'memory'])
    await first.call('memory_list')
    expect(JSON.stringify(await first.ask('tools/list'))).not.toContain('count__')
    const second = await bridge('claude-code')
    expect((await second.call('count__find', { q: 'x' })).text).toBe('found x, call 1')
    // `mcp-twin run` lies between the two.
    const [{ pid } = { pid: 0 }] = at.logged()
    expect(parentOf(parentOf(pid))).toBe(first.pid)
  })
})

describe('a shared server that misbehaves', () => {
  let both: Counted
  /** They outlive all that it does. */
  let bridges: readonly Bridge[]
  beforeAll(async () => {
    both = counted()
    plantTools(both)
    bridges = await Promise.all(['claude-desktop', 'claude-code'].map((client) => both.bridge(client)))
  })
  afterAll(() => Promise.all(bridges.map((each) => each.end())))

  it.each([
    ['dies', /ended before it answered.*may have been carried out and was not repeated/],
    ['floods', /sent more than 128 MiB within 10 s and was ended.*may have been carried out/],
    ['large', /was carried out, but its answer has \d+ bytes/],
    ['notes', /^noted$/],
    ['refuses', /count answered: no such tool/],
  ])('fails the call with a message, and everything else continues: %s', async (tool, words) => {
    const before = both.calls('find')
    for (const each of bridges) {
      const bad = each.call(`count__${tool}`)
      await bridges[1]?.call('memory_set', { key: 'k', value: 1 })
      expect((await bad).text).toMatch(words)
      expect((await each.call('count__find', { q: tool })).text).toMatch(/^found/)
    }
    expect(both.calls(tool)).toBe(tool === 'refuses' ? 0 : 2)
    // It does not say that it only reads: what was found before it is not used again after it.
    expect(both.calls('find')).toBe(before + 2)
  })

  it('changes its tools: the list stays, and the status says so', async () => {
    at = counted()
    plantTools(at)
    const code = await bridge('claude-code')
    const before = await code.ask('tools/list')
    expect((await code.call('count__changes')).text).toBe('changed')
    expect(await code.ask('tools/list')).toEqual(before)
    expect((await code.call('bridge_status')).text).toMatch(/count says that its tools have changed: mcp-twin sync/)
  })

  it('cannot be started: the call says why, and that nothing was sent', async () => {
    at = counted({ command: '/nowhere/program' })
    plantTools(at)
    const code = await bridge('claude-code')
    expect(await code.call('count__find')).toMatchObject({
      refused: true,
      text: expect.stringMatching(/count could not be started.*nowhere.*No call was sent to it/),
    })
    expect((await code.call('memory_list')).refused).toBe(false)
  })
})

describe('the bridge that runs shared servers', () => {
  it('is killed in the middle of a call: it fails, is not repeated, and the next bridge starts the server again', async () => {
    at = counted()
    plantTools(at)
    const [holder, other] = [await bridge('claude-desktop'), await bridge('claude-code')]
    await holder.call('count__find', { q: 'x' })
    const waiting = other.call('count__waits')
    await vi.waitFor(() => expect(at.calls('waits')).toBe(1), patience)
    process.kill(holder.pid ?? 0, 'SIGKILL')
    expect(await waiting).toEqual({
      ...failure,
      text: expect.stringMatching(/ended before it answered; .*may have been carried out and was not repeated/),
    })
    expect((await other.call('count__find', { q: 'y' })).text).toBe('found y, call 1')
    expect(at.calls('waits')).toBe(1)
    expect(at.starts()).toBe(2)
    // What was answered before is still an answer, and what was lost is said to be.
    expect((await other.call('count__find', { q: 'x' })).text).toBe('found x, call 1')
    expect(at.calls('find')).toBe(2)
    expect((await other.call('search_history', { query: 'waits' })).data?.searches).toMatchObject([{ outcome: 'lost' }])
    const [{ pid } = { pid: 0 }] = at.logged()
    await vi.waitFor(() => expect(existsSync(`/proc/${pid}`)).toBe(false), patience)
  })

  it('ends with its client: others go on, and no server is left', async () => {
    at = counted()
    plantTools(at)
    const [holder, other] = [await bridge('claude-desktop'), await bridge('claude-code')]
    await holder.call('count__find', { q: 'x' })
    await holder.end()
    expect((await other.call('count__find', { q: 'y' })).text).toBe('found y, call 1')
    await other.end()
    expect(await leftovers(at.place.root)).toEqual([])
  })

  it('is stopped, not dead: after a while another takes over, and what it does later is refused', async () => {
    at = counted()
    plantTools(at)
    const [holder, other] = [await bridge('claude-desktop'), await bridge('claude-code')]
    await holder.call('count__find', { q: 'x' })
    await other.call('count__find', { q: 'x' })
    process.kill(holder.pid ?? 0, 'SIGSTOP')
    try {
      expect(await other.call('count__create_issue')).toEqual({
        ...failure,
        text: expect.stringMatching(/may have been carried out and was not repeated/),
      })
      expect((await other.call('count__create_issue')).text).toBe('issue 1')
    } finally {
      process.kill(holder.pid ?? 0, 'SIGCONT')
    }
    expect((await holder.call('count__create_issue')).text).toBe('issue 2')
  })
})

const parentOf = (pid: number): number => Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')[3])
const failure = { refused: true, data: undefined }

/**
 * A client of the official SDK, which asks for progress and cancels. `steps`: the progress that arrived. `onprogress` is not called for one
 * that arrives together with the answer: the client forgets its handler while it handles the answer, before that of the notification runs.
 */
async function clientOf(name: string) {
  const client = new Client({ name, version: '1' })
  const words = [cliPath, 'serve', '--client', name]
  const transport = new StdioClientTransport({ command: nodePath, args: words, env: at.place.env, cwd: at.place.root })
  await client.connect(transport)
  clients.push(client)
  const steps: unknown[] = []
  const handle = transport.onmessage
  transport.onmessage = (message) => {
    if ('method' in message && message.method === 'notifications/progress') steps.push(message.params?.message)
    handle?.(message)
  }
  return { client, steps }
}
