import { describe, expect, it } from 'vitest'
import { readLogLine, withoutKeys } from '../../../src/core/logs/line.ts'
import { native } from '../../../src/model/path.ts'
import { clients } from '../../../src/catalog/clients/index.ts'
import { sameServer } from '../../../src/core/logs/places.ts'
import { type Environment, environmentSchema } from '../../../src/model/environment.ts'

const side = (kind: string, more: object = {}) =>
  environmentSchema.parse({ id: kind, kind, user: 'ana', home: kind === 'windows' ? 'C:\\Users\\Ana' : '/home/ana', ...more })

describe("a line of Claude Desktop's log", () => {
  it('is its time and the rest', () => {
    expect(readLogLine('2026-11-21T09:00:01.123Z [tavily] [info] Server started\r')).toEqual({
      at: '2026-11-21T09:00:01.123Z',
      text: '[tavily] [info] Server started',
    })
  })
  it('without a time, as a stack is written, is the whole of it', () => {
    expect(readLogLine('    at foo (x.js:1:2)')).toEqual({ at: null, text: '    at foo (x.js:1:2)' })
  })
})

describe("a line of Claude Code's log", () => {
  it('is what it says, and when', () => {
    const line = JSON.stringify({ error: 'Connection closed', timestamp: '2026-11-21T09:00:01.123Z', sessionId: 'x', cwd: '/home/ana' })
    expect(readLogLine(line)).toEqual({ at: '2026-11-21T09:00:01.123Z', text: 'error: Connection closed' })
  })
  it('that is no object of that kind stays as it is', () => {
    expect(readLogLine('{"jsonrpc":"2.0","id":1}').text).toBe('{"jsonrpc":"2.0","id":1}')
    expect(readLogLine('{broken').text).toBe('{broken')
  })
  it('of megabytes is cut', () => {
    expect(readLogLine(`{"debug":"${'A'.repeat(3_000_000)}"}`).text.length).toBeLessThan(2100)
  })
})

describe('a key in a log', () => {
  const key = `tvly-${'k3y'.repeat(8)}`
  it.each([
    [`env TAVILY_API_KEY=${key} node x.js`],
    [`{"params":{"api_key":"${key}"}}`],
    [`Message: {"headers":{"x-api-key":"q8Zk33Lmn0pQ"}}`],
    [`"{\\"apiKey\\":\\"q8Zk33Lmn0pQ\\"}"`],
    ['Authorization: Bearer abcDEF123456789xyz0'],
    ['GET https://mcp.example.com/mcp?api_key=q8Zk33Lmn0pQ 200'],
  ])('is dots: %s', (line) => {
    const shown = withoutKeys(line)
    expect(shown).toContain('••••')
    for (const secret of [key, 'q8Zk33Lmn0pQ', 'abcDEF123456789xyz0']) expect(shown).not.toContain(secret)
  })
  it('is not seen where none is', () => {
    for (const line of ['Server started and connected successfully', '{"tokens":"12","maxTokens":"500"}', 'at C:\\Users\\Ana\\x.js:10'])
      expect(withoutKeys(line)).toBe(line)
  })
})

/** Where all clients keep logs on a side. */
const logPlaces = (environment: Environment, cache?: string) =>
  clients.flatMap(({ id, logs }) =>
    (logs?.(environment, cache === undefined ? undefined : native(cache)) ?? []).map((place) => ({ program: id, ...place })),
  )

describe('the places of logs', () => {
  const fits = (places: ReturnType<typeof logPlaces>, path: string): boolean =>
    places.some(({ base, folders }) => {
      const names = path.startsWith(base) ? path.slice(base.length).split(/[\\/]/).filter(Boolean) : []
      return names.length === folders.length && folders.every((pattern, at) => pattern.test(names[at] ?? ''))
    })

  it.each([
    'AppData\\Roaming\\Claude\\logs',
    'AppData\\Local\\Claude\\logs',
    'AppData\\Local\\Claude-Data\\logs',
    'AppData\\Local\\Claude-Data\\anthropicpbc.claude_fnn82j28hfe8t\\logs',
    ...['Claude_pzs8sxrjxfjjc', 'AnthropicPBC.Claude_fnn82j28hfe8t'].flatMap((family) =>
      ['Roaming', 'Local'].map((copy) => `AppData\\Local\\Packages\\${family}\\LocalCache\\${copy}\\Claude\\logs`),
    ),
  ])('of Claude Desktop on Windows: %s', (path) => {
    expect(fits(logPlaces(side('windows')), `C:\\Users\\Ana\\${path}`)).toBe(true)
  })
  it('of Claude Desktop on Windows where CLAUDE_USER_DATA_DIR moves them', () => {
    const own = { ...side('windows'), variables: { CLAUDE_USER_DATA_DIR: 'D:\\claude' } }
    expect(fits(logPlaces(own), 'D:\\claude\\logs')).toBe(true)
  })
  it('are not those of other packages', () => {
    expect(fits(logPlaces(side('windows')), 'C:\\Users\\Ana\\AppData\\Local\\Packages\\Other_x\\LocalCache\\Roaming\\Claude\\logs')).toBe(
      false,
    )
  })
  it.each([
    ['linux', ['/home/ana/.config/Claude/logs', '/srv/claude/logs']],
    ['macos', ['/Users/ana/Library/Logs/Claude', '/srv/claude/logs']],
  ] as const)('of Claude Desktop on %s follow CLAUDE_USER_DATA_DIR', (kind, paths) => {
    const home = native(kind === 'linux' ? '/home/ana' : '/Users/ana')
    const places = logPlaces({ ...side(kind), home, variables: { CLAUDE_USER_DATA_DIR: '/srv/claude' } })
    for (const path of paths) expect(fits(places, path), path).toBe(true)
  })
  it('of Claude Code on Windows are in one folder', () => {
    const places = logPlaces(side('windows'))
    expect(places.filter(({ program }) => program === 'claude-code').map(({ base }) => base)).toEqual(['C:\\Users\\Ana\\AppData\\Local'])
  })
  it('follow XDG_CACHE_HOME', () => {
    expect(logPlaces(side('linux'), '/x/cache').at(-1)?.base).toBe('/x/cache')
    expect(logPlaces(side('linux')).at(-1)?.base).toBe('/home/ana')
  })
  it('tell servers by their names, whatever sign stands for a blank', () => {
    expect(sameServer('my server', 'my-server')).toBe(true)
    expect(sameServer('memory', 'memory2')).toBe(false)
  })
})
