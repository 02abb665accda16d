import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { limits } from '../../../src/bridge/base/limits.ts'
import { Complaints } from '../../../src/bridge/search/complaints.ts'
import { readGlob } from '../../../src/bridge/search/glob.ts'
import { Search } from '../../../src/bridge/search/search.ts'
import { CANARY, type Desk, desk } from '../../support/desk.ts'
import { runs } from '../../support/runs.ts'

let place: Desk
beforeEach(() => {
  place = desk()
})
afterEach(() => place.close())

const files = (path: string, glob: string) => place.ok('search_files', { path, glob })
const lines = (path: string, pattern: string, more: object = {}) => place.ok('search_text', { path, pattern, ...more })

describe('a folder in which something is closed', () => {
  it('reports that something closed was left out, but not its name', async () => {
    const denied = desk({ roots: [place.A], closed: [join(place.A, 'private')] })
    place.put('private/f', `${CANARY} thing`)
    place.put('open/f', 'thing')
    for (const pattern of [CANARY, 'thing']) {
      const said = await denied.ok('search_text', { path: place.A, pattern })
      expect(said).toMatch(/\[Something in it is closed and was left out/)
      expect(said).not.toContain('private')
    }
    expect(await denied.ok('search_files', { path: place.A, glob: '*' })).toMatch(/^1 found[\s\S]*is closed and was left out/)
    expect(await denied.ok('search_text', { path: join(place.A, 'open'), pattern: 'thing' })).not.toMatch(/closed/)
    await denied.close()
  })
  it('is reported as well when names are searched', async () => {
    place.put('.mcp.json', CANARY)
    expect(await lines(place.A, CANARY)).toMatch(/^Nothing found[\s\S]*is closed and was left out/)
  })
  it('is searched where it is open again further in', async () => {
    const own = desk({ roots: [place.A], closed: [join(place.A, 'own [x]')], reopened: [join(place.A, 'own [x]', 'work')] })
    place.put('own [x]/keys', 'thing')
    place.put('own [x]/work/f', 'thing')
    const said = await own.ok('search_text', { path: place.A, pattern: 'thing' })
    expect(said).toMatch(/^1 found[\s\S]*work\/f\n {2}1: thing[\s\S]*is closed/)
    await own.close()
  })
  it('whose name means something in a glob is left out all the same', async () => {
    const odd = desk({ roots: [place.A], closed: [join(place.A, '{a}*[!b]?\\c')] })
    place.put('{a}*[!b]?\\c/f', 'thing')
    place.put('x/f', 'thing')
    expect(await odd.ok('search_text', { path: place.A, pattern: 'thing' })).toMatch(/^1 found[\s\S]*x\/f[\s\S]*is closed/)
    await odd.close()
  })
})

describe('a hit in a long line', () => {
  it('is shown with what is around it', async () => {
    place.put('f', `${'x'.repeat(3000)}thread${'y'.repeat(3000)}\n`)
    expect(await lines(place.A, 'thread')).toMatch(/^ {2}1: …x{50,200}thready{100,400}…$/m)
  })
  it('is shown at the beginning and the end of the line, too', async () => {
    place.put('f', `${'x'.repeat(3000)}thread\n`)
    place.put('g', `thread${'y'.repeat(3000)}\n`)
    const said = await lines(place.A, 'thread')
    expect(said).toMatch(/^ {2}1: …x{50,200}thread$/m)
    expect(said).toMatch(/^ {2}1: thready{300,400}…$/m)
  })
  it('is cut between characters, whatever they are, and is confirmed where it is', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('x', 'é', '語', '😀', '…', '\u00ff'), { minLength: 300, maxLength: 900 }),
        fc.nat(899),
        async (all, at) => {
          const text = [...all.slice(0, at), 'needle', ...all.slice(at)].join('')
          place.put('f', `before\n${text}\n`)
          const said = await lines(place.A, 'needle')
          const [, shown = ''] = /^ {2}2: (.*)$/m.exec(said) ?? []
          expect(shown).toContain('needle')
          expect(shown).not.toMatch(/\ufffd|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/)
          expect(shown.length).toBeLessThanOrEqual(limits.searchLineCharacters + 2)
          expect(text).toContain(shown.replace(/^…/, '').replace(/…$/, ''))
          expect(said).not.toMatch(/not there any more/)
        },
      ),
      { numRuns: runs(15) },
    ))
  it('of a file in UTF-16 is shown as well', async () => {
    place.put('u', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(`${'ä'.repeat(1000)}needle${'ö'.repeat(1000)}\n`, 'utf16le')]))
    expect(await lines(place.A, 'needle')).toMatch(/^ {2}1: …ä+needleö+…$/m)
  })
  it('shows no part of a key that is cut by its edges', async () => {
    const key = `sk-${'0123456789abcdef'.repeat(4)}`
    const keys = desk({ roots: [place.A], keys: () => Promise.resolve([key]) })
    for (let shift = 0; shift < 500; shift += 7) {
      place.put('f', `${key}${'x'.repeat(shift)}needle${'y'.repeat(shift)}${key}${'z'.repeat(1000)}\n`)
      expect(await keys.ok('search_text', { path: place.A, pattern: 'needle' })).not.toMatch(/0123456|abcdef/)
    }
    await keys.close()
  })
  it('has lines around it that are shown from their beginning', async () => {
    place.put('f', `${'a'.repeat(1000)}\nneedle\n`)
    expect(await lines(place.A, 'needle', { context: 1 })).toMatch(/^ {2}1- a{400}…$/m)
  })
})

describe('what .gitignore names', () => {
  beforeEach(() => {
    mkdirSync(join(place.A, '.git'))
    place.put('.gitignore', 'out/\n*.log\n!keep.log\n*.md\n!/docs/*.md\n')
    for (const name of ['a.ts', 'src/b.ts', 'src/deep/c.ts', 'out/d.ts', 'x.log', 'keep.log', 'docs/r.md', 'q.md', '.dot.ts'])
      place.put(name, 'needle\n')
  })
  const found = (said: string) => said.split('\n').filter((line) => /^[\w.]/.test(line) && !/found in/.test(line))
  it.each([
    ['*', ['.dot.ts', '.gitignore', 'a.ts', 'docs/r.md', 'keep.log', 'src/b.ts', 'src/deep/c.ts']],
    ['**', ['.dot.ts', '.gitignore', 'a.ts', 'docs/r.md', 'keep.log', 'src/b.ts', 'src/deep/c.ts']],
    ['*.ts', ['.dot.ts', 'a.ts', 'src/b.ts', 'src/deep/c.ts']],
    ['src/*.ts', ['src/b.ts']],
    ['src/**/*.ts', ['src/b.ts', 'src/deep/c.ts']],
    ['src/**', ['src/b.ts', 'src/deep/c.ts']],
    ['**/deep/*', ['src/deep/c.ts']],
    ['{src,docs}/*', ['docs/r.md', 'src/b.ts']],
    ['*.{ts,log}', ['.dot.ts', 'a.ts', 'keep.log', 'src/b.ts', 'src/deep/c.ts']],
    ['!*.ts', ['.gitignore', 'docs/r.md', 'keep.log']],
    ['!src', ['.dot.ts', '.gitignore', 'a.ts', 'docs/r.md', 'keep.log']],
    ['x.log', []],
    ['out/*', []],
    ['*.zip', []],
    ['*\\.md', ['docs/r.md']],
    ['src\\*.ts', []],
    ['none:*', []],
    ['{**/*.md,*.log}', ['docs/r.md', 'keep.log']],
  ])('stays left out with the glob %s, for names and for lines', async (glob, expected) => {
    expect(found(await files(place.A, glob)).sort()).toEqual(expected)
    const text = expected.filter((name) => name !== '.gitignore')
    expect(found(await lines(place.A, 'needle', { glob })).sort()).toEqual(text)
  })
  it('is reported to be left out where nothing is found', async () => {
    expect(await files(place.A, 'x.log')).toMatch(/^Nothing found[\s\S]*\[What \.gitignore names is left out\.\]/)
    expect(await lines(place.A, 'needle', { glob: 'x.log' })).toMatch(/^Nothing found[\s\S]*left out, and files that are not text\.\]/)
    expect(await lines(place.A, 'needle')).not.toMatch(/gitignore names/)
  })
  it('hinders no search where git does not understand a line', async () => {
    place.put('.gitignore', '{b\n[a\nout/\n')
    expect(await lines(place.A, 'nothing like this')).toMatch(/^Nothing found/)
    expect(await lines(place.A, 'needle')).toMatch(/a\.ts/)
  })
  it('a file that is named itself is searched', async () => {
    expect(await lines(join(place.A, 'x.log'), 'needle')).toMatch(/1: needle/)
    expect(await lines(join(place.A, 'x.log'), 'needle', { glob: '*.ts' })).toMatch(/^Nothing found/)
  })
})

describe('a glob', () => {
  it.each([
    ['*.ts', 'a/b.ts', true],
    ['*.ts', 'b.tsx', false],
    ['a/*.ts', 'a/b.ts', true],
    ['a/*.ts', 'x/a/b.ts', false],
    ['a/*.ts', 'a/b/c.ts', false],
    ['**/x', 'x', true],
    ['**/x', 'a/b/x', true],
    ['a/**/x', 'a/x', true],
    ['a/**/x', 'a/b/c/x', true],
    ['a/**', 'a/b/c', true],
    ['a/**', 'a', false],
    ['?.ts', 'é.ts', true],
    ['?.ts', '😀.ts', true],
    ['[a-c]x', 'bx', true],
    ['[!a-c]x', 'bx', false],
    ['[]a]x', ']x', true],
    ['{a,b{c,d}}.x', 'bd.x', true],
    ['{a,b}', 'c', false],
    ['{a/**,b}', 'a/x/y', true],
    ['\\*', '*', true],
    ['\\*', 'a', false],
    ['!*.ts', 'a.js', true],
    ['!*.ts', 'a.ts', false],
  ])('%s and %s', (glob, path, fits) => expect(readGlob(glob).fits(path)).toBe(fits))
  it.each([
    ['[a', /its "\[" is never closed \(character 1\)/],
    ['x{a,b', /its "\{" is never closed \(character 2\)/],
    ['a}', /its "\}" closes nothing \(character 2\)/],
    ['[z-a]', /"z-a" begins behind its end/],
    ['a\\', /nothing follows its "\\" \(character 2\)/],
  ])('%s is refused in one sentence of ours', async (glob, words) => {
    for (const said of [
      await place.refused('search_files', { path: place.A, glob }),
      await place.refused('search_text', { path: place.A, pattern: 'x', glob }),
    ]) {
      expect(said).toMatch(words)
      expect(said).not.toMatch(/\n|\.\.$|literal|rg/)
    }
  })
  it('of many stars is compared in bounded time', () => {
    for (const glob of [
      `x/${'*a'.repeat(1500)}b`,
      `x/${'**/'.repeat(1000)}y`,
      `x/${'{a,b}'.repeat(800)}c`,
      `x/${'{*,'.repeat(40)}${'}'.repeat(40)}b`,
    ])
      expect(readGlob(glob).fits(`x/${'a'.repeat(250)}`)).toBe(false)
  })
})

describe('a pattern that is not valid', () => {
  it.each([
    ['(a', /its "\(" is never closed/],
    ['ab[c', /its "\[" is never closed \(character 3\)/],
    ['a)', /its "\)" closes nothing/],
    ['x(?=y)', /looks ahead or behind.*\(character 2\)/],
    ['(a)\\1', /refers back.*\(character 4\)/],
    ['a\\nb', /holds a line break/],
    ['*', /nothing to repeat/],
    ['a{3,2}', /begins behind its end/],
    ['\\p{Foo}', /property/],
    ['\\y', /"\\" in it is followed by what has no meaning/],
    ['((\\w{100}){100}){100}', /size limit/],
  ])('%s is answered with a sentence or two of ours', async (pattern, words) => {
    const said = await place.refused('search_text', { path: place.A, pattern })
    expect(said).toMatch(words)
    expect(said).toMatch(/Set literal to true/)
    expect(said).not.toMatch(/\n|\.\.|PCRE|--|ripgrep|error/)
  })
  it('gets no advice to search plain text when it was plain text', async () => {
    const said = await place.refused('search_text', { path: place.A, pattern: 'a\nb', literal: true })
    expect(said).toMatch(/line break/)
    expect(said).not.toMatch(/literal/)
  })
})

describe('a file that cannot be searched', () => {
  it('is reported as binary when it is named', async () => {
    const file = place.put('b', Buffer.from('needle\0needle'))
    expect(await place.refused('search_text', { path: file, pattern: 'needle' })).toMatch(/is not text/)
  })
  it('is searched up to the place where it becomes binary', async () => {
    const file = place.put('b', Buffer.concat([Buffer.from('x\n'.repeat(40_000)), Buffer.from('needle\0 needle\n')]))
    expect(await lines(file, 'needle')).toMatch(/From byte 80006 on it is not text/)
  })
  it('is counted when it may not be read', async () => {
    const complaints = new Complaints()
    for (const part of [
      'rg: ./a: Permission den',
      'ied (os error 13)\nrg: ./gone: No such file or directory (os error 2)\nrg: ./b: Access',
      ' is denied. (os error 5)',
    ])
      complaints.push(part)
    complaints.end()
    expect([complaints.unreadable, complaints.text]).toEqual([2, ''])
    const program = place.put('rg', "#!/bin/sh\necho 'rg: ./a: Permission denied (os error 13)' >&2\nprintf './f\\0001:1:0:hit\\n'\n")
    chmodSync(program, 0o755)
    const search = new Search({
      ...{ program, args: [], names: false, folder: place.A, file: null, mayShow: () => true, confirm: null, margin: 0 },
      ...{ now: () => Date.now(), endless: async () => null, release: () => undefined },
    })
    const page = await search.page(10, 5000, new AbortController().signal)
    expect([page.found.length, search.complaints.unreadable]).toEqual([1, 1])
  })
})

describe('names that could be taken for something else', () => {
  it('with a line break are found, by name and by what they hold', async () => {
    for (const name of ['two\nlines.ts', '\nfirst', 'd\nx/f', 'a\r\nb']) place.put(name, 'before\nneedle\nafter\n')
    place.put('plain', 'needle\n')
    place.put('binary', 'needle\0')
    for (const context of [0, 1]) {
      const said = await lines(place.A, 'needle', { context })
      expect(said).toMatch(/^5 found/)
      for (const name of ['"two\\nlines.ts"', '"\\nfirst"', '"d\\nx/f"', '"a\\r\\nb"', 'plain']) expect(said.split('\n')).toContain(name)
    }
    const named = await files(place.A, '*')
    expect(named).toMatch(/^6 found/)
    expect(named.split('\n')).toContain('"two\\nlines.ts"')
  })
  it('are not taken for another file', async () => {
    place.put('x', 'innocent\n')
    for (const name of ['a\n./x', 'b\n--\nx', 'c\n\nx', 'd\n']) place.put(name, 'needle\n')
    const said = await lines(place.A, 'needle')
    expect(said.split('\n')).not.toContain('x')
    expect((await files(place.A, '*')).split('\n').filter((line) => line === 'x')).toHaveLength(1)
  })
  it('with escapes and reversed text are written out', async () => {
    place.put('e\u001b[31mvil\u202egnp.ts', 'needle\n')
    for (const said of [await files(place.A, '*.ts'), await lines(place.A, 'needle')]) {
      expect(said).toContain('"e\\u001b[31mvil\\u202egnp.ts"')
      expect(said).not.toMatch(/[\u001b\u202e]/)
    }
  })
  it('show lines with escapes, too, but for tabs and what scripts need', async () => {
    place.put('f', '\tneedle \u001b[2J a\rb \u200fשלום\u200f\n')
    expect(await lines(place.A, 'needle')).toContain('  1: \tneedle \\u001b[2J a\\u000db \u200fשלום\u200f')
  })
  it('find a link by its name only', async () => {
    writeFileSync(join(place.O, 'target'), 'needle')
    symlinkSync(join(place.O, 'target'), join(place.A, 'link'))
    expect(await lines(place.A, 'needle')).toMatch(/^Nothing found/)
  })
})
