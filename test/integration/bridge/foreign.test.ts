import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from '@modelcontextprotocol/client'
import { InMemoryTransport } from '@modelcontextprotocol/server'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { afterEach, describe, expect, it } from 'vitest'
import type { ForeignProvider, ForeignResult, ForeignTool } from '../../../src/bridge/foreign/tool.ts'
import { failed } from '../../../src/bridge/base/refusal.ts'
import type { Settings } from '../../../src/bridge/base/settings.ts'
import { limits } from '../../../src/bridge/base/limits.ts'
import { ResourceChanges } from '../../../src/bridge/start/resource-changes.ts'
import { buildServer } from '../../../src/bridge/start/server.ts'
import { tools } from '../../../src/bridge/tools/index.ts'
import type { ToolsFile } from '../../../src/core/foreign/tools-file.ts'
import { changeToolsFile } from '../../../src/effects/store/tools-file.ts'
import { reachable } from '../../../src/model/path.ts'
import { nodeSystem } from '../../../src/system/node.ts'
import { type Desk, desk } from '../../support/desk.ts'

const key = 'sk-test-1234567890abcdef'
const open: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
})

const listed = (name: string, annotations: object = {}) => ({
  ...{ name, description: `Does ${name}.`, inputSchema: { type: 'object', properties: { q: { type: 'string' } } } },
  annotations: { ...annotations },
})
const reading = { readOnlyHint: true }

/** A provider that answers every call by `answer`. */
const provider = (answer: (tool: ForeignTool, args: object) => ForeignResult | Promise<ForeignResult>): ForeignProvider => ({
  family: 'plugins',
  list: ({ plugins }) =>
    Object.entries(plugins).flatMap(([source, { tools }]) =>
      tools.map((tool): ForeignTool => ({ ...tool, family: 'plugins', source, tool: tool.name })),
    ),
  call: async (tool, args) => answer(tool, args),
})

const echo = provider(({ name }, args) => ({ content: [{ type: 'text', text: `${name} ${JSON.stringify(args)}` }] }))

function placeWith(given: ForeignProvider, more: Partial<Settings> = {}): Desk {
  const place = desk({ keys: () => Promise.resolve([key]), ...more }, [given])
  open.push(() => place.close())
  return place
}

const put = (place: Desk, file: unknown) =>
  writeFileSync(join(place.folder, 'tools.json'), typeof file === 'string' ? file : JSON.stringify(file))
const plugin = (...names: unknown[]) => ({ shared: {}, plugins: { 'p.js': { digest: 'd', tools: names } } })

/** A client of one of the two protocol eras, over the place's bridge. */
async function connected(place: Desk, era: 'legacy' | 'modern' = 'legacy') {
  const opened = Promise.resolve(place.bridge)
  const [ours, theirs] = InMemoryTransport.createLinkedPair()
  const changes = new ResourceChanges(opened)
  serveStdio(
    ({ era: spoken }) => buildServer(opened, tools, '1.0.0', undefined, '', { changes, filtering: spoken === 'legacy' ? 'here' : 'sdk' }),
    { transport: ours },
  )
  const client = new Client({ name: 'c', version: '1' }, era === 'modern' ? { versionNegotiation: { mode: { pin: '2026-07-28' } } } : {})
  let told = 0
  client.setNotificationHandler('notifications/tools/list_changed', () => void told++)
  await client.connect(theirs)
  open.push(() => client.close())
  const text = async (name: string, args: Record<string, unknown> = {}) => {
    const { content, isError = false } = await client.callTool({ name, arguments: args })
    return { text: content.map((part) => (part.type === 'text' ? part.text : part.type)).join('\n'), isError }
  }
  const names = async () => (await client.listTools()).tools.map(({ name }) => name)
  const foreign = async () => (await names()).filter((name) => !tools.some((tool) => tool.name === name))
  return { client, text, names, foreign, told: () => told }
}

describe('tools that are not our own', () => {
  it('are listed after ours, as tools.json has them, and called', async () => {
    const place = placeWith(echo)
    put(place, plugin({ ...listed('count', reading), outputSchema: {}, inputSchema: { $schema: 'x', type: 'object' } }))
    const { client, names, text } = await connected(place)
    expect((await names()).at(-1)).toBe('count')
    expect((await client.listTools()).tools.at(-1)).toEqual({
      ...{ name: 'count', description: 'Does count.', inputSchema: { type: 'object' }, annotations: reading },
    })
    expect(await text('count', { any: 1 })).toEqual({ text: 'count {"any":1}', isError: false })
    expect(place.audited().map(({ tool, subject, outcome }) => [tool, subject, outcome])).toEqual([['count', 'plugin p.js', 'done']])
  })

  it('of a plugin that was allowed before a server was shared do not pass for those of the server', async () => {
    const place = placeWith(echo)
    put(place, { ...plugin(listed('up__ok'), listed('UP__no'), listed('upper')), shared: { up: { digest: 'd', tools: [] } } })
    const { foreign, client } = await connected(place)
    expect(await foreign()).toEqual(['upper'])
    const { content } = await client.callTool({ name: 'bridge_status', arguments: {} })
    expect(JSON.stringify(content)).toContain('up__ok of p.js is not listed: its name says that it belongs to the shared server up')
  })

  it('are listed with escapes for invisible characters, wherever these are', async () => {
    const hidden = 'x\u202e\u{e0041}\u001b'
    const place = placeWith(echo)
    const properties = { [hidden]: { description: hidden, title: hidden, enum: [hidden], items: [{ anyOf: [{ default: hidden }] }] } }
    const inputSchema = { type: 'object', properties, required: [hidden], $comment: hidden }
    put(place, plugin({ ...listed('odd', { title: hidden }), description: `a\n${hidden}`, inputSchema }))
    const { client } = await connected(place)
    const shown = 'x\\u202e\\udb40\\udc41\\u001b'
    expect((await client.listTools()).tools.at(-1)).toEqual({
      ...{ name: 'odd', description: `a\n${shown}`, annotations: { title: shown } },
      inputSchema: {
        ...{ type: 'object', required: [shown], $comment: shown },
        properties: { [shown]: { description: shown, title: shown, enum: [shown], items: [{ anyOf: [{ default: shown }] }] } },
      },
    })
  })

  it('have keys taken out of every part of their answers', async () => {
    const place = placeWith(
      provider(() => ({
        content: [
          { type: 'text', text: `a ${key}`, _meta: { key } },
          { type: 'resource', resource: { uri: 'x:y', text: key } },
          { type: 'resource', resource: { uri: `x:${key}`, blob: 'AAAA' } },
          { type: 'image', data: 'AAAA', mimeType: 'image/png' },
          { type: 'strange', key },
        ],
        structuredContent: { data: [key] },
      })),
    )
    put(place, plugin(listed('leak')))
    const { client } = await connected(place)
    const answer = await client.callTool({ name: 'leak', arguments: {} })
    expect(answer.content.map(({ type }) => type)).toEqual(['text', 'resource', 'resource', 'image', 'text'])
    expect(JSON.stringify(answer)).not.toContain(key)
  })

  it('have keys taken out of their progress', async () => {
    const leaking = provider(() => ({ content: [] }))
    const place = placeWith({
      ...leaking,
      call: async (_tool, _args, { progress }) => {
        progress(`signed in with ${key}`)
        return { content: [{ type: 'text', text: 'done' }] }
      },
    })
    put(place, plugin(listed('leak')))
    const { client } = await connected(place)
    const messages: (string | undefined)[] = []
    await client.callTool({ name: 'leak', arguments: {} }, { onprogress: ({ message }) => messages.push(message) })
    expect(messages).toHaveLength(1)
    expect(messages[0]).toMatch(/^signed in with /)
    expect(messages[0]).not.toContain(key)
  })

  it('answer with a sentence when they fail, and with one when they answer too much', async () => {
    const place = placeWith(
      provider(({ name }) => {
        if (name === 'refuses') throw failed('The plugin is switched off.')
        if (name === 'breaks') throw new Error('no reason')
        return { content: [{ type: 'text', text: 'x'.repeat(limits.foreignResult) }] }
      }),
    )
    put(place, plugin(listed('refuses'), listed('breaks'), listed('floods')))
    const { text } = await connected(place)
    expect(await text('refuses')).toEqual({ text: 'The plugin is switched off.', isError: true })
    expect((await text('breaks')).text).toMatch(/fault of this bridge: no reason/)
    expect((await text('floods')).text).toMatch(/was carried out, but its answer has \d+ bytes/)
    expect(place.audited().map(({ outcome }) => outcome?.slice(0, 7))).toEqual([
      'started',
      'failed:',
      'started',
      'failed:',
      'started',
      'failed:',
    ])
  })

  it('cannot take the name of one of ours, of each other, or one that clients refuse', async () => {
    const place = placeWith(echo)
    const twice = {
      'a.js': { digest: 'd', tools: [listed('one')] },
      'b.js': { digest: 'd', tools: [listed('one'), listed('read_file'), listed('ö')] },
    }
    put(place, { plugins: twice })
    const { foreign, text } = await connected(place)
    expect(await foreign()).toEqual(['one'])
    expect((await text('read_file', { path: 'none' })).text).toMatch(/does not exist/)
    expect(place.bridge.problems().filter((problem) => problem.includes('is not listed'))).toHaveLength(3)
  })

  it('are offered by a read-only bridge only where they say that they read', async () => {
    const place = placeWith(echo, { readOnly: true })
    put(place, plugin(listed('reads', reading), listed('writes'), listed('lies', { readOnlyHint: 'yes' })))
    const { foreign, client } = await connected(place)
    expect(await foreign()).toEqual(['reads'])
    const { isError, content } = await client.callTool({ name: 'writes', arguments: {} })
    expect([isError, JSON.stringify(content)]).toEqual([true, expect.stringContaining('this bridge is read-only')])
  })

  it('are none where their family is off, or the file is missing or damaged', async () => {
    const off = placeWith(echo, { families: ['bridge'] })
    put(off, plugin(listed('count')))
    expect(await (await connected(off)).foreign()).toEqual([])
    const place = placeWith(echo)
    const { foreign, names } = await connected(place)
    expect(await foreign()).toEqual([])
    for (const damaged of ['{', '[]', '{"plugins":{"p":{"digest":"d","tools":[{}]}}}']) {
      put(place, damaged)
      expect(await foreign()).toEqual([])
      expect(place.bridge.problems().join()).toMatch(/tools\.json cannot be used/)
      expect(await names()).toContain('read_file')
    }
  })
})

describe.each(['legacy', 'modern'] as const)('a file of tools that changes under a %s client', (era) => {
  it('is announced, and the status names its new tools until its client has listed them', async () => {
    const place = placeWith(echo)
    put(place, plugin(listed('one')))
    const { client, foreign, told } = await connected(place, era)
    expect(await foreign()).toEqual(['one'])
    if (era === 'modern') await client.listen({ toolsListChanged: true })
    const write = (file: ToolsFile) => changeToolsFile(nodeSystem(), reachable(place.folder), 'linux', () => file)
    await write(plugin(listed('one'), listed('two')) as ToolsFile)
    await expect.poll(told).toBe(1)
    expect(place.bridge.problems().join()).toMatch(/1 tool was added .*\(two\)/)
    expect(await foreign()).toEqual(['one', 'two'])
    expect(place.bridge.problems()).toEqual([])
    // Again, since a watch on a replaced file would be deaf by now; what stays the same is no news.
    expect(await write(plugin(listed('one'), listed('two')) as ToolsFile)).toBe(false)
    for (let at = 2; at <= 5; at++) {
      await write(plugin(listed(`new${at}`)) as ToolsFile)
      await expect.poll(told).toBe(at)
    }
  })
})
