import { describe, expect, it } from 'vitest'
import { readLogLine, withoutKeys } from '../../../src/core/logs/line.ts'
import { logPlaces, sameServer } from '../../../src/core/logs/places.ts'
import { environmentSchema } from '../../../src/model/environment.ts'

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

describe('the places of logs', () => {
  it('on Windows are five for Claude Desktop and one for Claude Code', () => {
    const places = logPlaces(side('windows'))
    expect(places.filter(({ program }) => program === 'claude-desktop')).toHaveLength(5)
    expect(places.filter(({ program }) => program === 'claude-code').map(({ base }) => base)).toEqual(['C:\\Users\\Ana\\AppData\\Local'])
  })
  it('follow XDG_CACHE_HOME', () => {
    expect(logPlaces(side('linux'), '/x/cache').at(-1)?.base).toBe('/x/cache')
    expect(logPlaces(side('linux'), '').at(-1)?.base).toBe('/home/ana')
  })
  it('tell servers by their names, whatever sign stands for a blank', () => {
    expect(sameServer('my server', 'my-server')).toBe(true)
    expect(sameServer('memory', 'memory2')).toBe(false)
  })
})
