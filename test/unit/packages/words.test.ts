import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isExact, parseWords } from '../../../src/core/packages/words.ts'
import { runs } from '../../support/runs.ts'

describe('words that name a package of the registry', () => {
  it.each([
    ['tavily-mcp', 'tavily-mcp', null],
    ['tavily-mcp@0.2.22', 'tavily-mcp', '0.2.22'],
    ['tavily-mcp@^0.2', 'tavily-mcp', '^0.2'],
    ['tavily-mcp@latest', 'tavily-mcp', 'latest'],
    ['@modelcontextprotocol/server-memory', '@modelcontextprotocol/server-memory', null],
    ['@modelcontextprotocol/server-memory@2026.8.31', '@modelcontextprotocol/server-memory', '2026.8.31'],
    ['a@>=1 <2', 'a', '>=1 <2'],
    ['a@>= 1.2.0 || 3.x', 'a', '>= 1.2.0 || 3.x'],
    ['a@1.0.0 - 2.0.0', 'a', '1.0.0 - 2.0.0'],
    ['a@1.0.0-beta.1', 'a', '1.0.0-beta.1'],
    ['a@*', 'a', '*'],
    ['a@next', 'a', 'next'],
    ['  a@1  ', 'a', '1'],
    ['socket.io@4', 'socket.io', '4'],
  ])('%s', (words, name, range) => expect(parseWords(words)).toEqual({ name, range }))
})

describe('words that npm would read as something else', () => {
  it.each([
    ['', /empty/],
    ['-g', /flag/],
    ['--registry=http://127.0.0.1:1/', /flag/],
    ['https://example.com/a.tgz', /address/],
    ['git+ssh://git@github.com/a/b.git', /address/],
    ['git@github.com:a/b.git', /address/],
    ['github:a/b', /address/],
    ['a@github:a/b', /not a version/],
    ['a/b', /repository or a path/],
    ['a/b#main', /repository or a path/],
    ['a@a/b', /not a version/],
    ['./a', /path/],
    ['../a', /path/],
    ['/tmp/a', /path/],
    ['~/a', /path/],
    ['C:\\a', /path/],
    ['a.tgz', /path/],
    ['a@b.tgz', /path|no version/],
    ['a@1.tar.gz', /path|no version/],
    ['a@./b', /not a version/],
    ['a@..', /not a version/],
    ['a@.x', /not a version/],
    ['npm:a', /alias/],
    ['a@npm:b@1', /alias/],
    ['file:a', /address/],
    ['x & K', /not a package name/],
    ['x;K', /not a package name/],
    ['$(K)', /not a package name/],
    ['x@1 & K', /not a version/],
    ['x@1 -g', /not a version/],
    ['x@1\n-g', /ASCII/],
    ['x\0', /ASCII/],
    ['tavily-mсp', /U\+0441/],
    ['ｔavily-mcp', /U\+FF54/],
    ['tavily-mcp@1.0.0\u200b', /U\+200B/],
    ['Tavily-MCP', /lower case: "tavily-mcp"/],
    ['a@', /nothing follows/],
    ['@scope', /not a package name/],
    ['@scope/', /not a package name/],
    ['.hidden', /path/],
    ['_private', /not a package name/],
    ['node_modules', /not a package/],
    ['%2e%2e', /not a package name/],
    ['a'.repeat(215), /214/],
  ])('%j is refused', (words, reason) => {
    const answer = parseWords(words)
    expect(answer).toHaveProperty('refuse')
    expect('refuse' in answer && answer.refuse).toMatch(reason)
  })

  it('never lets through what a command line or npm could take apart, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
        const answer = parseWords(text)
        if ('refuse' in answer) return
        expect(answer.name).toMatch(/^(@[a-z0-9._-]+\/)?[a-z0-9][a-z0-9._-]*$/)
        expect(answer.range ?? '').toMatch(/^[0-9A-Za-z.^~<>=|*+ _-]*$/)
        expect(answer.range ?? '').not.toMatch(/^[.-]|\.(tgz|tar|tar\.gz)$/i)
      }),
      { numRuns: runs(300) },
    )
  })

  it('shows long words cut and on one line', () => {
    const answer = parseWords(`https://${'x'.repeat(300)}`)
    expect('refuse' in answer && answer.refuse.length).toBeLessThan(150)
  })
})

describe('an exact version', () => {
  it.each(['1.2.3', '0.0.1-beta.1', '1.0.0+build.5'])('%s', (range) => expect(isExact(range)).toBe(true))
  it.each(['1', '1.2', '^1.2.3', 'latest', '1.x.0', '1.2.3 || 2.0.0'])('not %s', (range) => expect(isExact(range)).toBe(false))
})
