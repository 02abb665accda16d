import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { extractKeys, type Texts } from '../../../src/core/keys/extract.ts'
import { refuseLiteral } from '../../../src/core/manifest/typed.ts'
import { maskEntry } from '../../../src/core/keys/spans.ts'
import { secretNames } from '../../../src/core/keys/naming.ts'
import { escapeTemplates, fillTemplates } from '../../../src/core/keys/template.ts'
import type { Entry } from '../../../src/model/entry.ts'
import { reveal, Secret } from '../../../src/model/secret.ts'
import { token, uuid, withPrefix } from '../../support/made-keys.ts'
import { runs } from '../../support/runs.ts'

const key = token(40)
const other = withPrefix('gh', 'p_')
const take = (server: Texts, name = 'thing') => {
  const { server: left, secrets } = extractKeys(server, { server: name })
  expect(JSON.stringify(left)).not.toContain(key)
  return { left, secrets: Object.fromEntries(secrets.map((each) => [each.name, reveal(each.value)])) }
}

describe('keys move out', () => {
  it.each<[string, Texts, Texts, Record<string, string>]>([
    [
      'of a variable',
      { env: { TAVILY_API_KEY: key, PORT: '80' } },
      { env: { TAVILY_API_KEY: '${secret:TAVILY_API_KEY}', PORT: '80' } },
      { TAVILY_API_KEY: key },
    ],
    [
      'of a whole connection string',
      { env: { DATABASE_URL: `postgres://a:${key}@h/x` } },
      { env: { DATABASE_URL: '${secret:DATABASE_URL}' } },
      { DATABASE_URL: `postgres://a:${key}@h/x` },
    ],
    [
      'of JSON in a variable',
      { env: { MCP_HEADERS: `{"Authorization":"Bearer ${key}"}` } },
      { env: { MCP_HEADERS: '${secret:MCP_HEADERS}' } },
      { MCP_HEADERS: `{"Authorization":"Bearer ${key}"}` },
    ],
    [
      'of an address in a variable',
      { env: { HOOK: `https://x.dev/?key=${key}` } },
      { env: { HOOK: '${secret:HOOK}' } },
      { HOOK: `https://x.dev/?key=${key}` },
    ],
    [
      'of a whole header in a variable',
      { env: { AUTH_HEADER: `Bearer ${key}` } },
      { env: { AUTH_HEADER: '${secret:AUTH_HEADER}' } },
      { AUTH_HEADER: `Bearer ${key}` },
    ],
    [
      'of a header, behind its scheme',
      { headers: { Authorization: `Bearer ${key}` } },
      { headers: { Authorization: 'Bearer ${secret:THING_TOKEN}' } },
      { THING_TOKEN: key },
    ],
    [
      'of a header without a scheme',
      { headers: { 'x-api-key': key, CONTEXT7_API_KEY: other } },
      { headers: { 'x-api-key': '${secret:THING_API_KEY}', CONTEXT7_API_KEY: '${secret:CONTEXT7_API_KEY}' } },
      { THING_API_KEY: key, CONTEXT7_API_KEY: other },
    ],
    ['of a flag', { args: ['--api-key', key] }, { args: ['--api-key', '${secret:THING_API_KEY}'] }, { THING_API_KEY: key }],
    [
      'of a flag with =',
      { args: [`--access-token=${key}`] },
      { args: ['--access-token=${secret:THING_ACCESS_TOKEN}'] },
      { THING_ACCESS_TOKEN: key },
    ],
    [
      'of a flag with a name of its own',
      { args: [`--figma-api-key=${key}`] },
      { args: ['--figma-api-key=${secret:FIGMA_API_KEY}'] },
      { FIGMA_API_KEY: key },
    ],
    ['of a camel-case flag', { args: ['--apiKey', key] }, { args: ['--apiKey', '${secret:THING_API_KEY}'] }, { THING_API_KEY: key }],
    [
      "of smithery's --key",
      { args: ['run', 'exa', '--key', uuid] },
      { args: ['run', 'exa', '--key', '${secret:THING_KEY}'] },
      { THING_KEY: uuid },
    ],
    [
      "of docker's -e",
      { args: ['run', '-i', '-e', `GITHUB_TOKEN=${other}`, '-e', 'LOG=1', 'img'] },
      { args: ['run', '-i', '-e', 'GITHUB_TOKEN=${secret:GITHUB_TOKEN}', '-e', 'LOG=1', 'img'] },
      { GITHUB_TOKEN: other },
    ],
    ['of --env NAME=VALUE', { args: [`--env=API_KEY=${key}`] }, { args: ['--env=API_KEY=${secret:API_KEY}'] }, { API_KEY: key }],
    ['of a bare NAME=VALUE', { args: [`MY_TOKEN=${key}`] }, { args: ['MY_TOKEN=${secret:MY_TOKEN}'] }, { MY_TOKEN: key }],
    [
      'of --header',
      { args: ['--header', `Authorization: Bearer ${key}`] },
      { args: ['--header', 'Authorization: Bearer ${secret:THING_TOKEN}'] },
      { THING_TOKEN: key },
    ],
    [
      'of --header=, without a blank',
      { args: [`--header=x-api-key:${key}`] },
      { args: ['--header=x-api-key:${secret:THING_API_KEY}'] },
      { THING_API_KEY: key },
    ],
    [
      'of -H',
      { args: ['-H', `Authorization:Bearer ${key}`] },
      { args: ['-H', 'Authorization:Bearer ${secret:THING_TOKEN}'] },
      { THING_TOKEN: key },
    ],
    [
      'of a bare connection word',
      { args: [`postgresql://app:${key}@h:5432/x`] },
      { args: ['postgresql://app:${secret:THING_PASSWORD}@h:5432/x'] },
      { THING_PASSWORD: key },
    ],
    [
      'of --dsn',
      { args: [`--dsn=mysql://a:${key}@h/x`] },
      { args: ['--dsn=mysql://a:${secret:THING_PASSWORD}@h/x'] },
      { THING_PASSWORD: key },
    ],
    [
      'of JSON in an argument',
      { args: ['--config', `{"user":"a","password":"${key}","port":1}`] },
      { args: ['--config', '{"user":"a","password":"${secret:THING_PASSWORD}","port":1}'] },
      { THING_PASSWORD: key },
    ],
    ['of a bare word with a known prefix', { args: [other] }, { args: ['${secret:THING_KEY}'] }, { THING_KEY: other }],
    [
      'of a parameter',
      { url: `https://x.dev/mcp?a=b&api_key=${key}#c` },
      { url: 'https://x.dev/mcp?a=b&api_key=${secret:THING_API_KEY}#c' },
      { THING_API_KEY: key },
    ],
    [
      'of two parameters',
      { url: `https://x.dev/mcp?key=${key}&token=${other}` },
      { url: 'https://x.dev/mcp?key=${secret:THING_KEY}&token=${secret:THING_TOKEN}' },
      { THING_KEY: key, THING_TOKEN: other },
    ],
    ['of a path', { url: `https://x.dev/s/${key}/mcp` }, { url: 'https://x.dev/s/${secret:THING_URL_KEY}/mcp' }, { THING_URL_KEY: key }],
    [
      'of the user in an address',
      { url: `https://me:${key}@x.dev/mcp` },
      { url: 'https://me:${secret:THING_PASSWORD}@x.dev/mcp' },
      { THING_PASSWORD: key },
    ],
    [
      'of an address in an argument',
      { args: ['mcp-remote', `https://x.dev/mcp?apiKey=${key}`] },
      { args: ['mcp-remote', 'https://x.dev/mcp?apiKey=${secret:THING_API_KEY}'] },
      { THING_API_KEY: key },
    ],
  ])('%s', (_, server, left, secrets) => expect(take(server)).toEqual({ left, secrets }))

  it('take the whole argument where JSON hides them twice', () => {
    const { left, secrets } = take({ args: ['--config', JSON.stringify(JSON.stringify({ apiKey: key }))] })
    expect(left.args).toEqual(['--config', '${secret:THING_CONFIG}'])
    expect(secrets.THING_CONFIG).toContain(key)
  })

  it('leave alone texts that are no keys', () => {
    const server: Texts = {
      args: [
        '-y',
        '--port',
        '8080',
        '--key-file',
        '/a/b',
        '--api-key',
        '${API_KEY}',
        '--token',
        'YOUR_TOKEN',
        '-e',
        'NAME',
        '--config',
        '{"a":1',
        '--config',
        '{"model":"x"}',
        '--auth',
        'none',
        'postgres://localhost/x',
        '--path=/home/ana/very/long/path/with/many/parts12345',
        '@modelcontextprotocol/server-filesystem@2026.8.31',
        '--password-stdin',
      ],
      env: { A: 'b', LONG: '/home/ana/x' },
      url: 'https://mcp.example.com/v1/workspaces/mcp?version=2&lang=de',
      headers: { Accept: 'application/json' },
    }
    expect(extractKeys(server)).toEqual({ server, secrets: [] })
  })

  it('give two keys of one name two names, and one key one', () => {
    const names = secretNames((name) => (name === 'OLD' ? new Secret(other) : null))
    extractKeys({ env: { API_KEY: key } }, { names })
    expect(extractKeys({ env: { API_KEY: key } }, { names }).server.env).toEqual({ API_KEY: '${secret:API_KEY}' })
    expect(extractKeys({ env: { API_KEY: other } }, { names }).server.env).toEqual({ API_KEY: '${secret:API_KEY_2}' })
    expect(extractKeys({ env: { OLD_TOKEN: other } }, { names }).server.env).toEqual({ OLD_TOKEN: '${secret:OLD_TOKEN}' })
    expect([...names.taken.keys()]).toEqual(['API_KEY', 'API_KEY_2', 'OLD_TOKEN'])
    expect(names.moved).toEqual([{ wanted: 'API_KEY', given: 'API_KEY_2' }])
  })

  it('come back when the templates are filled, whatever is around them', () => {
    const part = fc.oneof(fc.string(), fc.constantFrom('$', '$$', '${env:A}', '$${secret:B}', '?key=', '&', '://', '@', '"', 'Bearer '))
    fc.assert(
      fc.property(
        fc.array(part),
        fc.array(part),
        fc.constantFrom('API_KEY', 'x', 'Authorization'),
        fc.boolean(),
        (before, after, name, flag) => {
          const raw = `${before.join('')}${flag ? withPrefix('tv', 'ly-') : ''}${after.join('')}`
          const server = {
            args: ['--api-key', raw, `--token=${raw}`, `{"password":"${raw}"}`].map(escapeTemplates),
            env: { [name]: escapeTemplates(raw) },
            headers: { [name]: escapeTemplates(raw) },
            url: escapeTemplates(`https://u:${raw}@h/${raw}?key=${raw}`),
          }
          const { server: left, secrets } = extractKeys(server, { server: 's' })
          const store = new Map(secrets.map((each) => [each.name, reveal(each.value)]))
          const fill = (text: string) =>
            fillTemplates(text, (kind, secret) => (kind === 'secret' ? (store.get(secret) ?? '?') : `?${kind}`))
          const plain = (text: string) => fillTemplates(text, () => '!')
          expect([
            ...left.args.map(fill),
            ...Object.values(left.env).map(fill),
            ...Object.values(left.headers).map(fill),
            fill(left.url),
          ]).toEqual([
            ...server.args.map(plain),
            ...Object.values(server.env).map(plain),
            ...Object.values(server.headers).map(plain),
            plain(server.url),
          ])
        },
      ),
      { numRuns: runs(100) },
    )
  })
})

describe('a foreign entry that is shown', () => {
  it('has dots for every value of a variable or header, and for keys elsewhere', () => {
    const stdio: Entry = {
      kind: 'stdio',
      command: 'npx',
      args: ['-y', 'x', '--api-key', key, `API_TOKEN=${key}`],
      env: { A: 'short', B: key },
    }
    const remote: Entry = { kind: 'remote', url: `https://x.dev/?key=${key}`, transport: 'http', headers: { Authorization: 'Bearer abc' } }
    const text = JSON.stringify([maskEntry(stdio), maskEntry(remote)])
    for (const hidden of [key, 'short', 'Bearer abc']) expect(text).not.toContain(hidden)
    expect(maskEntry(stdio)).toMatchObject({ command: 'npx', args: ['-y', 'x', '--api-key', '••••••••', 'API_TOKEN=••••••••'] })
    expect(maskEntry(remote)).toMatchObject({ url: 'https://x.dev/?key=••••••••' })
  })
})

describe('a key on our own command line', () => {
  it('is refused with the way to do it, and without itself', () => {
    const refusals = [
      refuseLiteral('env', 'TAVILY_API_KEY', key),
      refuseLiteral('header', 'Authorization', `Bearer ${key}`, 'scavio'),
      refuseLiteral('url', '', `https://x.dev?key=${key}`, 'x'),
      refuseLiteral('argument', '--token', key, 'x'),
    ]
    expect(refusals.map((each) => each?.hint)).toEqual([
      expect.stringMatching(/^write --secret TAVILY_API_KEY, .*: mcp-twin secret set TAVILY_API_KEY$/),
      expect.stringMatching(/^write --header 'Authorization=Bearer {secret:SCAVIO_TOKEN}', .*: mcp-twin secret set SCAVIO_TOKEN$/),
      expect.stringContaining('{secret:X_KEY}'),
      expect.stringContaining('{secret:X_TOKEN}'),
    ])
    expect(JSON.stringify(refusals)).not.toContain(key)
  })
  it('may be named there', () => {
    for (const value of ['${secret:A}', '{secret:A}', 'Bearer {secret:A}', '80', ''])
      expect(refuseLiteral('env', 'API_KEY', value)).toBeNull()
    expect(refuseLiteral('header', 'Authorization', 'Bearer {secret:A}')).toBeNull()
  })
})
