import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { limits } from '../../../src/bridge/base/limits.ts'
import { type Desk, desk } from '../../support/desk.ts'
import { runs } from '../../support/runs.ts'

let place: Desk
beforeEach(() => {
  place = desk()
})
afterEach(() => place.close())

const utf16 = (text: string, big = false): Buffer => {
  const bytes = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')])
  return big ? bytes.swap16() : bytes
}

describe('reading', () => {
  it('gives a whole file, some lines, or the end', async () => {
    place.put('f', 'one\ntwo\nthree\nfour')
    expect(await place.ok('read_file', { path: 'f' })).toBe('one\ntwo\nthree\nfour')
    expect(await place.ok('read_file', { path: 'f', offset: 1, limit: 2 })).toBe('two\nthree\n\n[lines 2–3 of 4; offset 3 goes on]')
    expect(await place.ok('read_file', { path: 'f', offset: -2 })).toBe('three\nfour\n[lines 3–4 of 4]')
    expect(await place.ok('read_file', { path: 'f', offset: -99, limit: 1 })).toBe('one\n\n[lines 1–1 of 4; offset 1 goes on]')
  })
  it('adds up from its parts, wherever they are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.string({ maxLength: 20 }).map((text) => text.replace(/[\n\r\0]/g, '')),
          { maxLength: 30 },
        ),
        fc.integer({ min: 0, max: 30 }),
        fc.boolean(),
        async (lines, at, end) => {
          const text = lines.join('\n') + (end && lines.length > 0 ? '\n' : '')
          if (text === '') return
          place.put('f', text)
          const shown = async (args: object) => {
            const [first] = (await place.call('read_file', { path: 'f', ...args })).content
            return first?.type === 'text' ? first.text : ''
          }
          const head = at === 0 ? '' : await shown({ limit: at })
          expect(head + (await shown({ offset: at }))).toBe(text)
          const count = text.split('\n').length - (text.endsWith('\n') ? 1 : 0)
          expect(await place.ok('read_file', { path: 'f', offset: -count })).toBe(text)
        },
      ),
      { numRuns: runs(20) },
    )
  })
  it('is cut after a line where it is too long, with how much is shown', async () => {
    place.put('f', 'x'.repeat(99).concat('\n').repeat(20_000))
    const result = await place.call('read_file', { path: 'f' })
    const [text, note] = result.content
    if (text?.type !== 'text' || note?.type !== 'text') throw new Error('two texts expected')
    expect(text.text.length).toBeLessThanOrEqual(limits.answerTokens * 4)
    const next = text.text.split('\n').length - 1
    expect(note.text).toBe(`[lines 1–${next} of 20000; offset ${next} goes on]`)
    const rest = await place.ok('read_file', { path: 'f', offset: 19_999 })
    expect(rest).toBe(`${'x'.repeat(99)}\n\n[lines 20000–20000 of 20000]`)
  })
  it('gives 1 MiB uncut where max_tokens allows it', async () => {
    place.put('f', 'x'.repeat(1024 * 1024))
    expect((await place.ok('read_file', { path: 'f', max_tokens: limits.answerTokensMost })).length).toBe(1024 * 1024)
  })
  it('understands UTF-16 and a BOM', async () => {
    place.put('le', utf16('häuser\nzwei'))
    place.put('be', utf16('häuser\nzwei', true))
    place.put('bom', '\ufeffhi')
    expect(await place.ok('read_file', { path: 'le' })).toBe('häuser\nzwei')
    expect(await place.ok('read_file', { path: 'be', offset: 1 })).toBe('zwei\n[lines 2–2 of 2]')
    expect(await place.ok('read_file', { path: 'bom' })).toBe('hi')
  })
  it('recognises a picture by its bytes', async () => {
    const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')
    place.put('p.txt', png)
    expect((await place.call('read_file', { path: 'p.txt' })).content).toEqual([
      { type: 'image', data: png.toString('base64'), mimeType: 'image/png' },
    ])
  })
  it('reports a binary file as binary', async () => {
    place.put('b', Buffer.from([1, 0, 2, 0]))
    expect(await place.refused('read_file', { path: 'b' })).toMatch(/not text \(4 bytes\)/)
  })
  it('reads the other files where one fails', async () => {
    place.put('a', 'A')
    place.put('b', 'B')
    expect(await place.ok('read_files', { paths: ['a', 'nope', 'b'] })).toMatch(/== a\nA\n== nope\n\[.*does not exist.*\]\n== b\nB/s)
    expect(await place.refused('read_files', { paths: ['nope'] })).toMatch(/does not exist/)
  })
  it('reports a directory as a directory', async () => {
    mkdirSync(join(place.A, 'd'))
    expect(await place.refused('read_file', { path: 'd' })).toMatch(/is a directory/)
  })
})

describe('writing', () => {
  it('makes, rewrites and appends, and leaves nothing beside', async () => {
    expect(await place.ok('write_file', { path: 'f', content: 'one\n' })).toMatch(/Created/)
    expect(await place.ok('write_file', { path: 'f', content: 'two\n' })).toMatch(/Wrote/)
    expect(await place.ok('write_file', { path: 'f', content: 'three\n', mode: 'append' })).toMatch(/Appended/)
    expect(readFileSync(join(place.A, 'f'), 'utf8')).toBe('two\nthree\n')
    expect(readdirSync(place.A)).toEqual(['f'])
  })
  it('keeps CRLF, a BOM and UTF-16', async () => {
    place.put('crlf', 'a\r\nb\r\n')
    await place.ok('write_file', { path: 'crlf', content: 'x\ny\n' })
    expect(readFileSync(join(place.A, 'crlf'), 'utf8')).toBe('x\r\ny\r\n')
    place.put('bom', '\ufeffold')
    await place.ok('write_file', { path: 'bom', content: 'new' })
    expect(readFileSync(join(place.A, 'bom'), 'utf8')).toBe('\ufeffnew')
    place.put('u16', utf16('alt\r\n'))
    await place.ok('write_file', { path: 'u16', content: 'neu\n' })
    await place.ok('write_file', { path: 'u16', content: 'ende\n', mode: 'append' })
    expect(readFileSync(join(place.A, 'u16'))).toEqual(utf16('neu\r\nende\r\n'))
  })
  it('answers an empty path with the folder that relative paths start in', async () => {
    expect(await place.refused('read_file', { path: '' })).toContain(`A relative path begins in ${place.A};`)
  })
  it('skips the folders of git and npm, unless asked for', async () => {
    for (const name of ['p/.git/HEAD', 'p/node_modules/a/index.js', 'p/src/a.ts']) place.put(name, 'x')
    expect((await place.ok('list_directory', { path: 'p', depth: 3 })).split('\n')).toEqual([
      ...['.git/', 'node_modules/', 'src/', 'src/a.ts'],
      '[Not entered: .git and 1 more like it; list it by its path.]',
    ])
    expect(await place.ok('list_directory', { path: 'p/node_modules', depth: 2 })).toBe('a/\na/index.js')
  })
  it('names near open files for a missing one, and no closed file', async () => {
    place.put('src/login.ts', 'x')
    place.put('src/.mcp.json', 'x')
    const missing = async (path: string) => place.refused('read_file', { path })
    expect(await missing('login.ts')).toContain(`Perhaps ${JSON.stringify(join(place.A, 'src/login.ts'))}.`)
    expect(await missing('src/logn.ts')).toContain(`Perhaps ${JSON.stringify(join(place.A, 'src/login.ts'))}.`)
    for (const path of ['.mcp.jso', 'src/mcp.json', 'nothing/like/it']) expect(await missing(path)).not.toContain('Perhaps')
    expect(await missing('src/../../O/t')).not.toContain('Perhaps')
  })
  it.each([
    ['file:///C:/Users/Ana/a%20b.md', 'C:/Users/Ana/a b.md'],
    ['file://localhost/home/ana/x', '/home/ana/x'],
    ['file://wsl.localhost/Ubuntu/home/ana/x', '//wsl.localhost/Ubuntu/home/ana/x'],
    ['file:///home/100%/x', '/home/100%/x'],
  ])('says of %s which path it names', async (url, path) => {
    expect(await place.refused('read_file', { path: url })).toContain(`is a URL; give a path: ${JSON.stringify(path)}.`)
  })
  it('names no path of another URL', async () => {
    expect(await place.refused('read_file', { path: 'https://example.com/x' })).toMatch(/is a URL; give a path\.$/)
  })
  it('starts bridge_status with the client and its side', async () => {
    const words = (await place.ok('bridge_status', {})).split('\n')
    expect(words[0]).toMatch(/^You are .*\. Namespace: shared\.$/)
    expect(words[1]).toContain(`Folders: ${place.A}`)
  })
  it('makes missing folders, but none on a refused path or through a link', async () => {
    expect(await place.ok('write_file', { path: 'm/n/o.txt', content: 'x' })).toMatch(/Created/)
    expect(await place.ok('write_file', { path: 'm/p/q.txt', content: 'x', mode: 'append' })).toMatch(/Created/)
    expect(readFileSync(join(place.A, 'm/p/q.txt'), 'utf8')).toBe('x')
    expect(await place.refused('write_file', { path: 'r/.git/hooks/x', content: '' })).toMatch(/./)
    expect(existsSync(join(place.A, 'r'))).toBe(false)
    symlinkSync('/tmp', join(place.A, 'out'))
    expect(await place.refused('write_file', { path: 'out/s/t.txt', content: '' })).toMatch(/outside/)
    await place.ok('create_directory', { path: 'a/b/c' })
    expect(await place.ok('create_directory', { path: 'a/b/c' })).toMatch(/already/)
    expect(statSync(join(place.A, 'a/b/c')).isDirectory()).toBe(true)
  })
})

describe('editing', () => {
  const edit = (old_string: string, new_string: string, expected_replacements?: number) => ({
    path: 'f',
    edits: [{ old_string, new_string, ...(expected_replacements !== undefined && { expected_replacements }) }],
  })
  it('replaces what is there once, or as often as said', async () => {
    place.put('f', 'a b a')
    expect(await place.refused('edit_file', edit('a', 'x'))).toMatch(/2 times \(lines 1, 1\), not 1/)
    await place.ok('edit_file', edit('a', 'x', 2))
    expect(readFileSync(join(place.A, 'f'), 'utf8')).toBe('x b x')
  })
  it('applies all edits or none', async () => {
    place.put('f', 'one two')
    expect(
      await place.refused('edit_file', {
        path: 'f',
        edits: [
          { old_string: 'one', new_string: '1' },
          { old_string: 'three', new_string: '3' },
        ],
      }),
    ).toMatch(/Edit 2: old_string is not/)
    expect(readFileSync(join(place.A, 'f'), 'utf8')).toBe('one two')
  })
  it('shows a near miss character by character', async () => {
    place.put('f', 'const a = 1\nfunction hello(name) {\n  return name\n}\n')
    expect(await place.refused('edit_file', edit('function hallo(name) {', 'x'))).toContain(
      'line 2, which differs ({-asked for-}{+in the file+}): function h{-a-}{+e+}llo(name) {',
    )
  })
  it('accepts plain line ends for a CRLF file, which stays CRLF', async () => {
    place.put('f', 'a\r\nb\r\nc\r\n')
    await place.ok('edit_file', edit('a\nb', 'x\ny\nz'))
    await place.ok('edit_file', edit('c', 'c1\nc2'))
    expect(readFileSync(join(place.A, 'f'), 'utf8')).toBe('x\r\ny\r\nz\r\nc1\r\nc2\r\n')
  })
  it('UTF-16 stays UTF-16', async () => {
    place.put('f', utf16('grüße'))
    await place.ok('edit_file', edit('ü', 'ue'))
    expect(readFileSync(join(place.A, 'f'))).toEqual(utf16('grueße'))
  })
  it('keeps all other bytes, for any text at any place', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 200 }),
        fc.uint8Array({ maxLength: 200 }),
        fc.string({ maxLength: 20 }),
        async (before, after, fresh) => {
          const safe = (bytes: Uint8Array) =>
            Buffer.from(bytes).map((byte) => (byte === 0 || byte === 10 || byte === 13 || byte >= 0xfe ? 0x41 : byte))
          const put = fresh.replaceAll('\n', '')
          writeFileSync(join(place.A, 'f'), Buffer.concat([safe(before), Buffer.from('<<TOKEN>>'), safe(after)]))
          await place.ok('edit_file', edit('<<TOKEN>>', put))
          expect(readFileSync(join(place.A, 'f'))).toEqual(Buffer.concat([safe(before), Buffer.from(put), safe(after)]))
        },
      ),
      { numRuns: runs(20) },
    )
  })
})

describe('the rest of the family', () => {
  it('lists, with depth, and says when it is cut', async () => {
    place.put('d/e/f', '')
    expect(await place.ok('list_directory', { path: place.A })).toBe('d/')
    expect(await place.ok('list_directory', { path: place.A, depth: 3 })).toBe('d/\nd/e/\nd/e/f')
    for (let i = 0; i < 2001; i++) place.put(`many/${i}`, '')
    expect(await place.ok('list_directory', { path: 'many' })).toMatch(/Cut after 2000/)
    expect(await place.refused('list_directory', { path: 'd/e/f' })).toMatch(/not a directory/)
  })
  it('moves folders and files, copies files with their mode', async () => {
    place.put('d/p', 'X', 0o750)
    await place.ok('move_file', { source: 'd', destination: 'e' })
    await place.ok('copy_file', { source: 'e/p', destination: 'q' })
    expect(statSync(join(place.A, 'q')).mode & 0o777).toBe(0o750)
    expect(readdirSync(place.A)).toEqual(['e', 'q'])
    expect(await place.refused('copy_file', { source: 'e', destination: 'g' })).toMatch(/directory/)
  })
  it('deletes into the trash, with a note of where it was', async () => {
    place.put('d/f', 'X')
    const kept = /kept in (.*)\.$/.exec(await place.ok('delete_file', { path: 'd' }))?.[1] ?? ''
    expect(readFileSync(join(kept, 'f'), 'utf8')).toBe('X')
    expect(JSON.parse(readFileSync(join(kept, '..', '..', 'origin.json'), 'utf8'))).toMatchObject({ path: join(place.A, 'd') })
    expect(await place.refused('read_file', { path: join(kept, 'f') })).toMatch(/closed|outside/)
  })
  it('says what a file is', async () => {
    place.put('f', 'abc', 0o640)
    expect((await place.call('file_info', { path: 'f' })).structuredContent).toMatchObject({
      kind: 'file',
      size: 3,
      mode: '0640',
      links: 1,
    })
  })
})

describe('searching', () => {
  it('finds text with lines, context and globs', async () => {
    place.put('a.ts', 'one\ntwo\nthree\n')
    place.put('b.md', 'two\n')
    place.put('.hidden', 'two\n')
    expect(await place.ok('search_text', { path: place.A, pattern: 'two' })).toMatch(/^3 found in .*A:\n/)
    expect(await place.ok('search_text', { path: place.A, pattern: 't.o', glob: '*.ts', context: 1 })).toContain(
      'a.ts\n  1- one\n  2: two\n  3- three',
    )
    expect(await place.ok('search_text', { path: place.A, pattern: 'TWO', case_sensitive: false })).toMatch(/^3 found/)
    expect(await place.ok('search_text', { path: place.A, pattern: 't.o', literal: true })).toMatch(/Nothing found/)
    expect(await place.ok('search_files', { path: place.A, glob: '*.ts' })).toMatch(/1 found.*\na\.ts$/s)
    expect(await place.ok('search_text', { path: join(place.A, 'a.ts'), pattern: 'two' })).toContain('2: two')
  })
  it('gives further hits in pages, each hit once', async () => {
    place.put('f', Array.from({ length: 250 }, (_, i) => `hit ${i}`).join('\n'))
    const seen = new Set<string>()
    let text = await place.ok('search_text', { path: place.A, pattern: 'hit', max_results: 100 })
    for (let page = 0; page < 5; page++) {
      for (const [hit] of text.matchAll(/hit \d+/g)) seen.add(hit)
      const search = /search "(s\d+)"/.exec(text)?.[1]
      if (search === undefined) break
      text = await place.ok('more_results', { search })
    }
    expect(seen.size).toBe(250)
  })
  it('forgets a search that was stopped', async () => {
    place.put('f', 'hit\n'.repeat(500))
    const text = await place.ok('search_text', { path: place.A, pattern: 'hit', max_results: 1 })
    const search = /search "(s\d+)"/.exec(text)?.[1]
    await place.ok('stop_search', { search })
    expect(await place.refused('more_results', { search })).toMatch(/Unknown search/)
  })
  it('drops the search that nobody asked for longest', async () => {
    place.put('f', 'hit\n'.repeat(50))
    for (let i = 0; i < 9; i++) await place.ok('search_text', { path: place.A, pattern: 'hit', max_results: 1 })
    expect(await place.refused('more_results', { search: 's1' })).toMatch(/Unknown search/)
    expect(await place.ok('more_results', { search: 's9' })).toContain('hit')
  })
  it('explains what is wrong with a pattern', async () => {
    expect(await place.refused('search_text', { path: place.A, pattern: '(' })).toMatch(/unclosed|never closed/)
  })
})
