import { localTime } from '../../../src/core/local-time.ts'
import { limits } from '../../../src/bridge/base/limits.ts'
import { afterEach, describe, expect, it } from 'vitest'
import { type Desk, desk } from '../../support/desk.ts'

let place: Desk
afterEach(() => place.close())

describe('a tool that is not listed', () => {
  it('is refused without effect where its family was left out', async () => {
    place = desk({ families: ['search'], terminal: 'on' })
    expect(await place.refused('write_file', { path: 'f', content: 'x' })).toMatch(
      /^write_file .* files tools.* without.* person .*--tools/,
    )
    expect(await place.refused('get_config')).toMatch(/bridge tools/)
    expect(await place.refused('execute_command', { command: 'true' })).toMatch(/terminal tools/)
    place.put('f', 'x')
    expect(await place.ok('search_files', { path: '.', glob: '*' })).toContain('f')
  })
  it('is refused with its whole family where commands are off', async () => {
    place = desk({ terminal: 'off' })
    for (const name of ['list_sessions', 'list_processes'])
      expect(await place.refused(name)).toMatch(/switched off; a person can set bridge\.terminal/)
  })
})

describe('reading lines', () => {
  const lines = (count: number) => Array.from({ length: count }, (_, at) => `line ${String(at).padStart(7, '0')}\n`)
  it('starts at the requested line from the end, and names the next page', async () => {
    place = desk()
    const all = lines(300_000)
    place.put('big', all.join(''))
    let offset = -200_001
    const got: string[] = []
    for (let parts = 0; parts < 10; parts++) {
      const { content } = await place.call('read_file', { path: 'big', offset, max_tokens: limits.answerTokensMost })
      got.push(...content.slice(0, 1).map((part) => (part.type === 'text' ? part.text : '')))
      const note = content[1]?.type === 'text' ? content[1].text : ''
      const [, next] = /; offset (-?\d+) goes on\]$/.exec(note) ?? []
      if (next === undefined) break
      offset = Number(next)
    }
    expect(got.length).toBe(2)
    expect(got.join('') === all.slice(-200_001).join('')).toBe(true)
  })
  it('starts at the first line where more lines are asked for than there are', async () => {
    place = desk()
    const all = lines(100_000)
    place.put('big', all.join(''))
    const { content } = await place.call('read_file', { path: 'big', offset: -1_000_000 })
    expect(content).toHaveLength(2)
    const text = content.map((part) => (part.type === 'text' ? part.text : ''))
    const next = Number(/; offset (\d+) goes on/.exec(text[1] ?? '')?.[1])
    expect(text[0]).toBe(all.slice(0, next).join(''))
  })
})

describe('reading several files', () => {
  it('names each file, pictures too, and mentions a cut once', async () => {
    place = desk()
    const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')
    place.put('p.png', png)
    place.put('big', 'abcdefghi\n'.repeat(200_000))
    place.put('a', 'A')
    const { content } = await place.call('read_files', { paths: ['p.png', 'a', 'big', 'a'] })
    const text = content.map((part) => (part.type === 'text' ? part.text : part.mimeType))
    expect(text.map((each) => each.slice(0, 10))).toEqual(['== p.png', 'image/png', '== a\nA', '== big\nabc', '[Left out '])
    expect(text[3]).toMatch(/abcdefghi\n\[lines 1–\d+ of 200000; offset \d+ goes on\]$/)
    expect(text[4]).toBe('[Left out for space: a (1 token). read_file reads each.]')
  })
  it('names files left out with their sizes, unreadable ones too', async () => {
    place = desk()
    place.put('big', 'abcdefghi\n'.repeat(20_000))
    place.put('long', 'x'.repeat(4000))
    const said = await place.ok('read_files', { paths: ['big', 'long', 'none'] })
    expect(said).toContain('[Left out for space: long (1000 tokens), none (cannot be read). read_file reads each.]')
    const many = Array.from({ length: 49 }, (_, at) => place.put(`${'n'.repeat(100)}${at}`, 'x'.repeat(40)))
    expect(await place.ok('read_files', { paths: ['big', ...many] })).toMatch(
      /\(10 tokens\) and \d+ more \(\d+0 tokens\)\. read_file reads each\.\]$/,
    )
  })
})

describe('an edit whose old text is not quite there', () => {
  const missed = (content: string, old: string) => {
    place = desk()
    place.put('f', content)
    return place.refused('edit_file', { path: 'f', edits: [{ old_string: old, new_string: 'x' }] })
  }
  it.each([
    ['one letter in a short line', 'alpha\nline 5\nomega\n', 'lime 5', 2, 'li{-m-}{+n+}e 5'],
    ['another case', 'alpha\nHELLO WORLD\n', 'hello world', 2, '{-hello world-}{+HELLO WORLD+}'],
    ['a blank too many', 'if (a) {\n  b()\n}\n', 'if  (a) {', 1, 'if {- -}(a) {'],
    [
      'a part of a long line',
      `x\n${'before '.repeat(40)}return foo(bar)${' after'.repeat(40)}\n`,
      'return foo(baz)',
      2,
      'return foo(ba{-z-}{+r+})',
    ],
    ['several lines', 'a\n  one()\n  two()\nb\n', 'one()\n  twoo()', 2, 'one()\n  two{-o-}()'],
    ['a tab for blanks', 'x\n\treturn 1\n', '  return 1', 2, '{-  -}{+\\t+}return 1'],
  ])('%s: the line is named and the difference shown', async (_, content, old, line, shown) => {
    const said = await missed(content, old)
    expect(said).toContain(`Nearest is line ${line}`)
    expect(said).toContain(shown)
  })
  it('shows the difference in a long edit too', async () => {
    const lines = Array.from({ length: 400 }, (_, at) => `  const value${at} = compute(${at * 7})\n`)
    const old = lines.slice(100, 300).join('').replace('value200 ', 'valeu200 ')
    const said = await missed(lines.join(''), old)
    expect(said).toContain('Nearest is line 101')
    expect(said).toContain('{-eu-}{+ue+}')
  })
  it('reports nothing as near where no text is similar', async () => {
    expect(await missed('the quick brown fox\njumps over it\n', 'const zebra = 17')).not.toMatch(/Nearest/)
    await place.close()
    expect(await missed('', 'anything')).not.toMatch(/Nearest/)
  })
})

describe('pages of a search', () => {
  const found = (said: string) => (said.match(/^ +\d+: /gm) ?? []).length
  const next = (said: string) => /more_results with search "(s\d+)"/.exec(said)?.[1]
  it('have the requested size, and the last page says so', async () => {
    place = desk()
    for (let at = 0; at < 6; at++) place.put(`f${at}`, 'hit\n')
    const first = await place.ok('search_text', { path: '.', pattern: 'hit', max_results: 2 })
    expect([found(first), next(first)]).toEqual([2, 's1'])
    const second = await place.ok('more_results', { search: 's1' })
    expect([found(second), next(second)]).toEqual([2, 's1'])
    expect(second).toMatch(/^2 more found .* so far:/)
    const third = await place.ok('more_results', { search: 's1' })
    expect([found(third), next(third)]).toEqual([2, undefined])
    expect(third).toMatch(/^2 more found in [^\n]*:$/m)
    expect(third).not.toMatch(/so far/)
    expect(await place.refused('more_results', { search: 's1' })).toMatch(/Unknown search "s1".*Search again/)
  })
  it('names no next page where one page holds everything', async () => {
    place = desk()
    for (let at = 0; at < 3; at++) place.put(`f${at}`, 'hit\n')
    expect(next(await place.ok('search_text', { path: '.', pattern: 'hit', max_results: 3 }))).toBeUndefined()
  })
})

/** Every text and number somewhere in a value; times as words tell them, in minutes. */
function leaves(value: unknown): string[] {
  if (typeof value === 'number' && value > Date.UTC(2020)) return [localTime(value)]
  if (typeof value === 'string' || typeof value === 'number') return [String(value).trim()]
  return value === null || typeof value !== 'object' ? [] : Object.values(value).flatMap(leaves)
}

describe('answers as data', () => {
  it('say the same as their words', async () => {
    place = desk({ terminal: 'on', problems: ['Something is odd.'] })
    const calls: [string, object][] = [
      ['write_file', { path: 'f', content: 'one two' }],
      ['edit_file', { path: 'f', edits: [{ old_string: 'two', new_string: 'three' }] }],
      ['create_directory', { path: 'd' }],
      ['copy_file', { source: 'f', destination: 'd/g' }],
      ['move_file', { source: 'f', destination: 'd/h' }],
      ['file_info', { path: 'd/g' }],
      ['delete_file', { path: 'd/g' }],
      ['execute_command', { command: 'echo hi; exit 3' }],
      ['execute_command', { command: 'sleep 60', background: true }],
      ['list_sessions', {}],
      ['list_processes', {}],
      ['stop_session', { session: 't2' }],
      ['bridge_status', {}],
      ['get_config', {}],
      ['set_config', { key: 'max_results', value: 9 }],
      ['translate_path', { path: '/x/y', to: 'linux' }],
    ]
    for (const [name, args] of calls) {
      const { content, structuredContent } = await place.call(name, args)
      const said = content.map((part) => (part.type === 'text' ? part.text : '')).join('\n')
      expect(structuredContent, name).toBeDefined()
      expect(() => JSON.parse(said), name).toThrow()
      for (const leaf of leaves(structuredContent)) if (name !== 'translate_path') expect(said, `${name}: ${leaf}`).toContain(leaf)
    }
  })
  it('come with every answer but file text, hits and output of sessions', async () => {
    place = desk({ terminal: 'on' })
    for (let at = 0; at < 3; at++) place.put(`f${at}`, 'hit\n')
    const data = async (name: string, args: object) => (await place.call(name, args)).structuredContent
    expect(await data('search_text', { path: '.', pattern: 'hit', max_results: 1 })).toBeUndefined()
    expect(await data('stop_search', { search: 's1' })).toEqual({ search: 's1', ended: true })
    expect(await data('execute_command', { command: 'cat', background: true })).toMatchObject({ session: 't1' })
    expect(await data('send_input', { session: 't1', input: 'x' })).toEqual({ session: 't1', sent: true })
    expect(await data('read_output', { session: 't1' })).toBeUndefined()
    expect(await data('read_file', { path: 'f0' })).toBeUndefined()
  })
})

describe('a command that cannot be placed', () => {
  it('is refused where cwd is a file, and runs nothing', async () => {
    place = desk({ terminal: 'on' })
    place.put('f', 'x')
    expect(await place.refused('execute_command', { command: 'true', cwd: 'f' })).toMatch(/^Nothing is run: cwd "f" is not a folder/)
  })
  it('names the shells or sides there are where the requested one is missing', async () => {
    place = desk({ terminal: 'on' })
    expect(await place.refused('execute_command', { command: 'true', shell: 'cmd' })).toMatch(/^No side that has cmd\. Sides: linux/)
    expect(await place.refused('execute_command', { command: 'true', environment: 'mars' })).toMatch(/^No side "mars"\. Sides: linux/)
  })
})

describe('a side', () => {
  it('is known in any case of its letters', async () => {
    place = desk({ terminal: 'on' })
    expect(await place.ok('translate_path', { path: '/x', to: 'Linux' })).toBe('/x')
    expect(await place.ok('execute_command', { command: 'echo hi', environment: 'LINUX' })).toMatch(/^hi/)
  })
})

describe('what is wrong with a call', () => {
  it('names the bounds of a number that is out of range', async () => {
    place = desk()
    expect(await place.refused('read_file', { path: 'f', limit: 1.5 })).toBe('"limit" must be a whole number, not 1.5.')
    expect(await place.refused('read_file', { path: 'f', limit: 0 })).toBe('"limit" must be at least 1, not 0.')
  })
  it('shows how a missing path was understood, and how to look for it', async () => {
    place = desk()
    for (const [name, args] of [
      ['read_file', { path: 'no/f' }],
      ['delete_file', { path: 'no/f' }],
      ['edit_file', { path: 'no/f', edits: [{ old_string: 'a', new_string: 'b' }] }],
    ] as const)
      expect(await place.refused(name, args)).toBe(`"no/f" does not exist (${place.A}/no/f); list_directory shows what is in a folder.`)
  })
})
