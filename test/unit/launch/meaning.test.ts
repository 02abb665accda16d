import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { digest, extraKeys, meaning } from '../../../src/core/launch/meaning.ts'
import type { JsonValue } from '../../../src/model/entry.ts'
import { client } from '../../support/launches.ts'

const says = (value: JsonValue, id = 'claude-code') => meaning(value, client(id))

describe('what an entry says', () => {
  it.each<[string, JsonValue, object]>([
    [
      'a plain one',
      { command: 'npx', args: ['-y', 'x'], env: { A: 'b' } },
      { kind: 'stdio', command: 'npx', args: ['-y', 'x'], env: { A: 'b' } },
    ],
    ['without args and env', { command: 'serve' }, { kind: 'stdio', command: 'serve', args: [], env: {} }],
    ['args as a line', { command: 'npx', args: '-y "a b"' }, { command: 'npx', args: ['-y', 'a b'] }],
    ['command as a whole line', { command: 'npx -y X' }, { command: 'npx', args: ['-y', 'X'] }],
    [
      'a whole line and args',
      { command: 'npx -y X@1.2.3', args: ['--flag', 'v'] },
      { command: 'npx', args: ['-y', 'X@1.2.3', '--flag', 'v'] },
    ],
    [
      'a whole line and args as a line',
      { command: 'npx -y X', args: '--flag "v w"' },
      { command: 'npx', args: ['-y', 'X', '--flag', 'v w'] },
    ],
    ['a line with a path and args', { command: '/usr/bin/npx -y X', args: ['v'] }, { command: '/usr/bin/npx', args: ['-y', 'X', 'v'] }],
    [
      'a Windows line and args',
      { command: 'C:\\P F\\node.exe C:\\x.js', args: ['v'] },
      { command: 'C:\\P F\\node.exe', args: ['C:\\x.js', 'v'] },
    ],
    [
      'a path with a blank and args',
      { command: '/home/python 3/node', args: ['x.js'] },
      { command: '/home/python 3/node', args: ['x.js'] },
    ],
    [
      'a Windows path with blanks and args',
      { command: 'C:\\Program Files\\nodejs\\node.exe', args: ['x.js'] },
      { command: 'C:\\Program Files\\nodejs\\node.exe', args: ['x.js'] },
    ],
    [
      'a whole line with a Windows program',
      { command: 'C:\\Program Files\\nodejs\\node.exe C:\\x\\y.js' },
      { command: 'C:\\Program Files\\nodejs\\node.exe', args: ['C:\\x\\y.js'] },
    ],
    [
      'a program with blanks in its path',
      { command: 'C:\\Program Files\\thing\\serve.exe' },
      { command: 'C:\\Program Files\\thing\\serve.exe', args: [] },
    ],
    [
      'an app with blanks in its path',
      { command: '/Applications/My App.app/Contents/MacOS/serve' },
      { command: '/Applications/My App.app/Contents/MacOS/serve', args: [] },
    ],
    ['command as a list', { command: ['npx', '-y', 'x'], args: ['z'] }, { command: 'npx', args: ['-y', 'x', 'z'] }],
    [
      'numbers and booleans',
      { command: 'x', args: [1, true], env: { PORT: 80, ON: false, GONE: null } },
      { args: ['1', 'true'], env: { PORT: '80', ON: 'false' } },
    ],
    ['type local', { type: 'local', command: 'x' }, { kind: 'stdio' }],
    ['a url alone', { url: 'https://a.b/mcp' }, { kind: 'remote', url: 'https://a.b/mcp', transport: 'http', headers: {} }],
    ['type remote', { type: 'remote', url: 'https://a.b' }, { transport: 'http' }],
    ['streamable-http', { type: 'streamable-http', url: 'https://a.b' }, { transport: 'http' }],
    ['streamableHttp', { type: 'streamableHttp', url: 'https://a.b' }, { transport: 'http' }],
    ['SSE', { type: 'SSE', url: 'https://a.b', headers: { n: 1 } }, { transport: 'sse', headers: { n: '1' } }],
    ['httpUrl', { httpUrl: 'https://a.b' }, { kind: 'remote', url: 'https://a.b' }],
    ['serverUrl', { serverUrl: 'https://a.b' }, { kind: 'remote', url: 'https://a.b' }],
    ['transport as a word', { transport: 'sse', url: 'https://a.b' }, { transport: 'sse' }],
    [
      'transport that holds the launch',
      { transport: { type: 'stdio', command: 'x', args: ['y'] } },
      { kind: 'stdio', command: 'x', args: ['y'] },
    ],
    [
      'transport that holds the address',
      { name: 'n', transport: { type: 'http', url: 'https://a.b' } },
      { kind: 'remote', url: 'https://a.b' },
    ],
  ])('is read: %s', (_, value, expected) => expect(says(value)).toMatchObject(expected))

  it.each(['cursor', 'vscode'])('names no transport where %s tries both', (id) => {
    expect(says({ type: 'http', url: 'https://a.b' }, id)).toEqual({ kind: 'remote', url: 'https://a.b', headers: {} })
    expect(says({ type: 'sse', url: 'https://a.b' }, id)).toMatchObject({ transport: 'sse' })
  })

  it('has one digest for HTTP and for HTTP that is tried first', () => {
    const base = { kind: 'remote', url: 'https://a', headers: {} } as const
    expect(digest(base)).toBe(digest({ ...base, transport: 'http' }))
    expect(digest(base)).not.toBe(digest({ ...base, transport: 'sse' }))
  })

  it.each<[string, JsonValue, RegExp]>([
    ['an empty object', {}, /empty/],
    ['a text', 'npx -y x', /a text, not an object/],
    ['null', null, /null/],
    ['a list', [], /a list/],
    ['neither command nor url', { args: ['x'] }, /neither/],
    ['tcp', { type: 'tcp', port: 3 }, /"tcp"/],
    ['http without a url', { type: 'http', command: 'x' }, /no "url"/],
    ['stdio without a command', { type: 'stdio', url: 'https://a.b' }, /no "command"/],
    ['a command that is no text', { command: 7 }, /not text/],
    ['an empty command', { command: ' ' }, /empty/],
    ['args with objects', { command: 'x', args: [{}] }, /not text/],
    ['args with an open quote', { command: 'x', args: '-y "a' }, /open quote/],
    ['env with objects', { command: 'x', env: { A: {} } }, /"A" in "env"/],
    ['env as a list', { command: 'x', env: ['A=b'] }, /"env" is not an object/],
    ['a socket', { url: 'ws://a.b' }, /https/],
    ['a type named like a method', { type: 'constructor', command: 'x' }, /constructor/],
  ])('is left alone with a reason: %s', (_, value, reason) => expect(says(value)).toEqual({ unreadable: expect.stringMatching(reason) }))

  it("keeps the user's own keys apart", () =>
    expect(extraKeys({ command: 'x', disabled: true, timeout: 3, headers: {} }, client('claude-code'))).toEqual(['disabled', 'timeout']))
})

const texts = fc.dictionary(fc.string({ minLength: 1 }), fc.string())

describe('the digest', () => {
  it('is the same for other orders and extra keys, and another for anything else', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }).filter((text) => text.trim() !== '' && !/\s/.test(text)),
        fc.array(fc.string()),
        texts,
        (command, args, env) => {
          const entry = says({ command, args, env })
          const turned = says({ timeout: 1, env: Object.fromEntries(Object.entries(env).reverse()), args, type: 'stdio', command })
          if ('unreadable' in entry || 'unreadable' in turned) throw new Error('unreadable')
          expect(digest(turned)).toBe(digest(entry))
          expect(digest({ ...entry, kind: 'stdio', command, args: [...args, ''], env })).not.toBe(digest(entry))
          expect(digest({ kind: 'stdio', command, args, env: { ...env, zzz: `${env.zzz}!` } })).not.toBe(digest(entry))
        },
      ),
    )
  })
  it('tells transports and words apart', () => {
    const base = { kind: 'remote', url: 'https://a', transport: 'http', headers: {} } as const
    expect(digest({ ...base, transport: 'sse' })).not.toBe(digest(base))
    expect(digest({ kind: 'stdio', command: 'a', args: ['b c'], env: {} })).not.toBe(
      digest({ kind: 'stdio', command: 'a', args: ['b', 'c'], env: {} }),
    )
    expect(digest(base)).toMatch(/^[0-9a-f]{64}$/)
  })
})
