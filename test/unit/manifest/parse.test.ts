import { describe, expect, it } from 'vitest'
import { clients } from '../../../src/catalog/clients/index.ts'
import { parseManifest } from '../../../src/core/manifest/parse.ts'
import { typedServer } from '../../../src/core/manifest/typed.ts'
import { nearest } from '../../../src/core/nearest.ts'

const ids = clients.map((client) => client.id)
const parse = (text: string) => parseManifest(new TextEncoder().encode(text), ids)

describe('a manifest with a mistake', () => {
  it.each([
    ['a key at the top', '{\n  "version": 1,\n  "serves": {}\n}', 3, 3, /unknown key "serves".*"servers"/],
    ['a key of a server', '{"version":1,"servers":{\n  "a": { "comand": "x" }\n}}', 2, 10, /unknown key "comand".*"command"/],
    [
      'a key under on',
      '{"version":1,"servers":{"a":{"command":"x","on":{"windows":{"arg":[]}}}}}',
      1,
      undefined,
      /unknown key "arg".*"args"/,
    ],
    ['a key of the bridge', '{"version":1,"bridge":{"read_only":true}}', 1, undefined, /"readOnly"/],
    ['a missing comma', '{\n  "version": 1\n  "servers": {}\n}', 3, undefined, /comma/],
    ['nothing at all', '', 1, 1, /empty/],
    ['another version', '{"version": 2}', 1, undefined, /version/],
    ['no kind', '{"version":1,"servers":{"a":{}}}', 1, undefined, /neither "package", "pypi", "command", "url" nor "extension"/],
    ['two kinds', '{"version":1,"servers":{"a":{"command":"x","url":"https://x"}}}', 1, undefined, /both/],
    ['headers of a command', '{"version":1,"servers":{"a":{"command":"x","headers":{}}}}', 1, undefined, /"headers"/],
    ['a login of a command', '{"version":1,"servers":{"a":{"command":"x","auth":"oauth"}}}', 1, undefined, /"auth" applies only to url/],
    [
      'a client secret that is no name of a key',
      '{"version":1,"servers":{"a":{"url":"https://x","oauth":{"clientId":"c","clientSecret":"s3"}}}}',
      1,
      undefined,
      /the manifest holds no keys/,
    ],
    [
      'a client secret without its client',
      '{"version":1,"servers":{"a":{"url":"https://x","oauth":{"clientSecret":"${secret:K}"}}}}',
      1,
      undefined,
      /no "clientId"/,
    ],
    ['a path for a package', '{"version":1,"servers":{"a":{"package":"../x"}}}', 1, undefined, /path/],
    [
      'an address for a package, on one side',
      '{"version":1,"servers":{"a":{"package":"x","on":{"windows":{"package":"git+ssh://x"}}}}}',
      1,
      undefined,
      /address/,
    ],
    ['a side that does not exist', '{"version":1,"servers":{"a":{"command":"x","only":["windoze"]}}}', 1, undefined, /"windows"/],
    ['a client that does not exist', '{"version":1,"clients":{"cursr":false}}', 1, undefined, /"cursor"/],
    ['the bridge’s own name', '{"version":1,"servers":{"mcp-twin":{"command":"x"}}}', 1, undefined, /bridge/],
    ['a number where a text belongs', '{"version":1,"servers":{"a":{"command":5}}}', 1, undefined, /command/],
  ])('%s: is told where and what', (_what, text, line, column, words) => {
    const parsed = parse(text)
    expect(parsed).toMatchObject({ ok: false, message: expect.stringMatching(words) })
    expect(parsed).toMatchObject({ ...(line !== undefined && { line }), ...(column !== undefined && { column }) })
  })

  it('never repeats a key that is in it', () => {
    const parsed = parse('{"version":1,"servers":{"a":{"command":"x","env":{"K":5}, "tokn": "ghp_012345678901234567890123456789abcdef"}}}')
    expect(parsed.ok).toBe(false)
    expect(JSON.stringify(parsed)).not.toContain('ghp_')
  })
})

describe('a manifest with names that every object has', () => {
  it('is data only', () => {
    const parsed = parse('{"version":1,"servers":{"constructor":{"command":"x"},"toString":{"command":"y"}}}')
    expect(parsed).toMatchObject({ ok: true })
    if (parsed.ok) expect(Object.keys(parsed.manifest.servers)).toEqual(['constructor', 'toString'])
  })
})

describe('the nearest word', () => {
  it.each([
    ['memroy', ['memory', 'github'], 'memory'],
    ['tavily-mpc', ['tavily-mcp', 'x'], 'tavily-mcp'],
    ['MEMORY', ['memory'], 'memory'],
    ['zzz', ['memory'], null],
    ['', ['memory'], null],
    ['memory', [], null],
  ])('%s', (word, known, expected) => {
    expect(nearest(word, known)).toBe(expected)
  })
})

describe('a server typed on a command line', () => {
  const typed = (more: object) => typedServer('a', { args: [], env: [], secrets: [], headers: [], only: [], ...more })

  it.each([
    [
      { command: 'node', args: ['{path:~/x}', '--k={secret:K}'] },
      { command: 'node', args: ['${path:~/x}', '--k=${secret:K}'] },
    ],
    [
      { command: 'x', env: ['A=b=c', 'E='] },
      { command: 'x', env: { A: 'b=c', E: '' } },
    ],
    [
      { command: 'x', secrets: ['K'] },
      { command: 'x', env: { K: '${secret:K}' } },
    ],
    [
      { url: 'https://x', headers: ['X-Team: blue', 'Y=1'] },
      { url: 'https://x', headers: { 'X-Team': 'blue', Y: '1' } },
    ],
    [
      { url: 'https://x', transport: 'http' },
      { url: 'https://x', transport: 'http' },
    ],
    [
      { package: 'p@1', only: ['cursor'] },
      { package: 'p@1', only: ['cursor'] },
    ],
    [
      { command: 'x', args: ['${HOME}', '${secret:K}'] },
      { command: 'x', args: ['${HOME}', '${secret:K}'] },
    ],
  ])('%j', (words, server) => {
    expect(typed(words)).toEqual({ ok: true, server })
  })

  it.each([
    [{}],
    [{ command: 'x', url: 'https://x' }],
    [{ command: 'x', env: ['NOVALUE'] }],
    [{ command: 'x', env: ['=x'] }],
    [{ command: 'x', env: ['GITHUB_TOKEN=ghp_012345678901234567890123456789abcdef'] }],
    [{ command: 'x', args: ['--token', 'ghp_012345678901234567890123456789abcdef'] }],
    [{ url: 'https://x?api_key=0123456789abcdef0123456789abcdef' }],
    [{ url: 'https://x', headers: ['Authorization: Bearer ghp_012345678901234567890123456789abcdef'] }],
  ])('%j is refused with the way, without a key in the words', (words) => {
    const made = typed(words)
    expect(made).toMatchObject({ ok: false, reason: expect.any(String), hint: expect.any(String) })
    expect(JSON.stringify(made)).not.toMatch(/ghp_|0123456789abcdef/)
  })
})
