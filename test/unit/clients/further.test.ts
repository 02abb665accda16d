import { describe, expect, it } from 'vitest'
import { clientById, clients } from '../../../src/catalog/clients/index.ts'
import { meaning } from '../../../src/core/launch/meaning.ts'
import { renderEntry } from '../../../src/core/launch/render.ts'
import type { ClientDefinition } from '../../../src/model/client.ts'
import type { JsonObject } from '../../../src/model/entry.ts'
import type { ServerSpec } from '../../../src/model/manifest.ts'
import { native } from '../../../src/model/path.ts'
import { reveal } from '../../../src/model/secret.ts'
import { request, ubuntu } from '../../support/launches.ts'

function definition(id: string): ClientDefinition {
  const client = clientById(id)
  if (client === null) throw new Error(`there is no client ${id}`)
  return client
}

function entryOf(client: string, server: ServerSpec, keys: Record<string, string> = {}): JsonObject {
  const ground = { environment: ubuntu, home: ubuntu, world: { environments: [ubuntu] } }
  const rendered = renderEntry(request('x', { client, server, keys, ...ground }))
  if (rendered.kind !== 'entry') throw new Error(rendered.reason)
  return reveal(rendered.value)
}

/** What is started: `command` and `args`, or one list of both. */
const words = ({ command = null, args = [] }: JsonObject): unknown[] => [command, args].flat(2)
const byName = ['/usr/bin/node', expect.stringContaining('mcp-twin.mjs'), 'run', 'x']

describe('a server with a text that the program would fill in itself', () => {
  it.each([
    ['opencode', '{env:HOME}', '$HOME ${HOME} {a} { env:HOME}'],
    ['opencode', 'a {file:~/x} b', '{env:HOME'],
    ['qwen-code', '$HOME', '$ {HOME} a$ {}'],
    ['qwen-code', 'a${HOME}', '${}'],
  ])('is started by its name for %s: %s', (client, filled, plain) => {
    expect(words(entryOf(client, { command: 'x', args: [plain] }))).toEqual(['x', plain])
    expect(words(entryOf(client, { command: 'x', args: [filled] }))).toEqual(byName)
    expect(words(entryOf(client, { command: 'x', env: { A: filled } }))).toEqual(byName)
    expect(words(entryOf(client, { url: 'https://x.dev/mcp', headers: { A: filled } }))).toEqual(byName)
  })
})

describe('Kiro', () => {
  it('gets a server by its name where it would fill a text in itself', () => {
    expect(entryOf('kiro', { command: 'x', args: ['plain', '$HOME', '{a}'] })).toMatchObject({ command: 'x' })
    expect(words(entryOf('kiro', { command: 'x', args: ['${HOME}/a'] }))).toEqual(byName)
    expect(words(entryOf('kiro', { command: 'x', env: { A: 'a${B}' } }))).toEqual(byName)
    expect(words(entryOf('kiro', { url: 'https://x.dev/${A}' }))).toEqual(byName)
  })

  it('always gets arguments', () => expect(entryOf('kiro', { command: 'x' })).toEqual({ command: 'x', args: [] }))
})

describe('a server over SSE', () => {
  const server: ServerSpec = { url: 'https://x.dev/sse', transport: 'sse' }

  it.each(['antigravity', 'kiro', 'lm-studio', 'junie', 'opencode', 'zed'])('is relayed for %s', (client) =>
    expect(words(entryOf(client, server))).toEqual(byName),
  )

  it.each<[string, object]>([
    ['cline', { type: 'sse', url: server.url }],
    ['devin', { transport: 'sse', url: server.url }],
    ['qwen-code', { url: server.url }],
    ['copilot-cli', { type: 'sse', url: server.url, tools: ['*'] }],
  ])('is reached by %s itself', (client, entry) => expect(entryOf(client, server)).toEqual(entry))
})

describe('an entry that a program wrote itself', () => {
  it.each<[string, JsonObject]>([
    ['cline', { transport: { type: 'streamableHttp', url: 'https://x.dev/mcp' } }],
    ['cline', { type: 'streamableHttp', url: 'https://x.dev/mcp' }],
    ['devin', { serverUrl: 'https://x.dev/mcp' }],
    ['antigravity', { serverUrl: 'https://x.dev/mcp' }],
    ['qwen-code', { httpUrl: 'https://x.dev/mcp' }],
    ['qwen-code', { httpUrl: 'https://x.dev/mcp', url: 'https://x.dev/sse' }],
  ])('of %s is read: %j', (id, value) => {
    expect(meaning(value, definition(id))).toMatchObject({ kind: 'remote', url: 'https://x.dev/mcp' })
  })
})

describe('what a person does so that new entries are taken up', () => {
  it.each(clients)('is something to do, or not said: $id', ({ restart }) => expect(restart).not.toMatch(/^nothing/))
})

describe('settings that people publish', () => {
  const keys = { KEY: 'sk-1' }

  it.each(['zed', 'opencode', 'qwen-code'])('of %s hold no key: such a server is started by its name', (client) => {
    expect(words(entryOf(client, { command: 'x', args: ['--key', '${secret:KEY}'] }, keys))).toEqual(byName)
    expect(words(entryOf(client, { command: 'x', env: { A: '${secret:KEY}' } }, keys))).toEqual(byName)
    expect(words(entryOf(client, { url: 'https://x.dev/mcp', headers: { A: '${secret:KEY}' } }, keys))).toEqual(byName)
    const plain = entryOf(client, { url: 'https://x.dev/mcp', headers: { A: 'b' } })
    expect(meaning(plain, definition(client))).toMatchObject({ url: 'https://x.dev/mcp', headers: { A: 'b' } })
  })
})

describe('Zed', () => {
  it('always gets arguments and where the server comes from', () =>
    expect(entryOf('zed', { command: 'x', env: { A: 'b' } })).toEqual({ source: 'custom', command: 'x', args: [], env: { A: 'b' } }))

  it.each<[string, JsonObject]>([
    ['an extension of Zed brings this server', { source: 'extension', settings: {} }],
    ['an extension of Zed brings this server', { enabled: true, settings: { key: 'x' } }],
    ['its "command" is an object, which only Zed reads', { command: { path: 'x', args: [] } }],
  ])('leaves what is only its own: %s', (unreadable, value) => expect(meaning(value, definition('zed'))).toEqual({ unreadable }))
})

describe('opencode', () => {
  it('gets the program and its arguments as one list', () =>
    expect(entryOf('opencode', { command: 'x', args: ['a b'], env: { A: 'b' } })).toEqual({
      ...{ type: 'local', command: ['x', 'a b'], environment: { A: 'b' } },
    }))

  it.each<[JsonObject, object]>([
    [
      { type: 'local', command: ['x', 'a b'], environment: { A: 'b' }, timeout: 5 },
      { kind: 'stdio', command: 'x', args: ['a b'], env: { A: 'b' } },
    ],
    [
      { type: 'remote', url: 'https://x.dev/mcp', enabled: false },
      { kind: 'remote', url: 'https://x.dev/mcp', headers: {} },
    ],
    [{ enabled: false }, { unreadable: 'it only switches a server on or off that stands elsewhere' }],
  ])('reads %j', (value, read) => expect(meaning(value, definition('opencode'))).toEqual(read))
})

describe('Qwen Code', () => {
  it('speaks SSE to a plain address', () =>
    expect(meaning({ url: 'https://x.dev/sse' }, definition('qwen-code'))).toMatchObject({ transport: 'sse', url: 'https://x.dev/sse' }))
})

describe('Copilot CLI', () => {
  it('gets every field that it writes itself', () => {
    expect(entryOf('copilot-cli', { command: 'x' })).toEqual({ type: 'local', command: 'x', args: [], tools: ['*'] })
    expect(entryOf('copilot-cli', { url: 'https://x.dev/mcp' })).toEqual({ type: 'http', url: 'https://x.dev/mcp', tools: ['*'] })
  })

  it('keeps its file where its variable says', () =>
    expect(definition('copilot-cli').file({ ...ubuntu, variables: { COPILOT_HOME: '/data' } })).toBe('/data/mcp-config.json'))
})

describe('Cline', () => {
  const file = (variables: Record<string, string>) => clientById('cline')?.file({ ...ubuntu, variables })

  it('keeps its file where its variables say', () => {
    expect(file({ CLINE_DATA_DIR: '/data' })).toBe('/data/settings/cline_mcp_settings.json')
    expect(file({ CLINE_DATA_DIR: '/data', CLINE_MCP_SETTINGS_PATH: '/x/mcp.json' })).toBe(native('/x/mcp.json'))
  })
})
