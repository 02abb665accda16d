import { execFileSync } from 'node:child_process'
import { chmodSync, lutimesSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Desk, desk } from '../../support/desk.ts'
import { runs } from '../../support/runs.ts'
import { git, handed, put, repository } from './repository-desk.ts'

let place: Desk
beforeEach(() => {
  place = desk()
})
afterEach(() => place.close())

const words = (text: string | undefined): string[] => (text === undefined ? [] : text.split(', '))

/** What git itself says about the same working tree. */
function asGit(folder: string) {
  const names = (...asked: string[]) =>
    git(folder, '-c', 'core.quotePath=false', ...asked, '-z')
      .split('\0')
      .filter(Boolean)
      .sort()
  return {
    changed: names('diff', '--name-only', '--no-renames', 'HEAD'),
    untracked: names('ls-files', '--others', '--exclude-standard'),
  }
}

async function asHanded(folder: string) {
  const { refused, facts, diffs } = await handed(place, folder)
  expect(refused).toBeNull()
  return { changed: words(facts['Changed since that commit']), untracked: words(facts['New and not added to git']), diffs }
}

/** Applies the diffs that came along to the last commit: that must give the working tree. */
function applied(folder: string, diffs: Readonly<Record<string, string>>): void {
  const again = join(place.base, 'again')
  rmSync(again, { recursive: true, force: true })
  git(folder, 'worktree', 'add', '-q', '--detach', again)
  for (const body of Object.values(diffs)) {
    if (body.includes('\nBinary files ')) continue
    writeFileSync(join(place.base, 'patch'), `${body}\n`)
    execFileSync('git', ['-C', again, 'apply', '--unidiff-zero', '--whitespace=nowarn', join(place.base, 'patch')])
  }
  for (const [name, body] of Object.entries(diffs)) {
    if (body.includes('\nBinary files ')) continue
    const read = (at: string): string | null => {
      try {
        return readFileSync(join(at, name), 'latin1')
      } catch {
        return null
      }
    }
    // What was taken out of the index is gone, also where the file is still there.
    const isGone = body.includes('\ndeleted file mode ') && !body.includes('\nnew file mode ')
    expect(read(again), name).toBe(isGone ? null : read(folder))
  }
  git(folder, 'worktree', 'remove', '--force', again)
}

/** Numbers that are the same in every run. */
function numbers(seed: number): (below: number) => number {
  let last = seed * 7919 + 1
  return (below) => {
    last = (last * 1103515245 + 12345) % 2 ** 31
    return Math.floor((last / 2 ** 31) * below)
  }
}

function randomChanges(shop: string, draw: (below: number) => number): void {
  const name = (): string => ['a', 'b/c', 'b/d', 'e f', 'g/h/i', 'g/h/j', 'k.log', 'build/x', 'é'][draw(9)] ?? 'a'
  const text = (): string => Array.from({ length: draw(40) }, () => `line ${draw(9)}\n`).join('') + (draw(4) === 0 ? 'no end' : '')
  for (let left = 6; left > 0; left--) {
    const path = join(shop, name())
    rmSync(path, { recursive: true, force: true })
    const kind = draw(8)
    if (kind < 5) put(shop, { [path.slice(shop.length + 1)]: text() })
    if (kind === 5) put(shop, { [path.slice(shop.length + 1)]: Buffer.from([0, draw(255), 1]) })
    if (kind === 6) {
      mkdirSync(join(path, '..'), { recursive: true })
      symlinkSync(`to ${draw(3)}`, path)
    }
    if (kind < 5 && draw(4) === 0) chmodSync(path, 0o755)
    if (draw(3) === 0) git(shop, 'add', '-A')
    if (draw(9) === 0) git(shop, 'rm', '-q', '-r', '-f', '--cached', '--ignore-unmatch', name())
  }
}

describe('what a handoff says of a working tree is what git says', () => {
  it.each(Array.from({ length: runs(8) }, (_, seed) => seed))('after random changes (%i)', async (seed) => {
    const draw = numbers(seed)
    const shop = repository(join(place.A, 'shop'), { '.gitignore': '*.log\nbuild/\n!build/keep\n', a: 'x\n' })
    git(shop, 'config', 'index.version', String(2 + 2 * draw(2)))
    for (let commits = draw(4); commits > 0; commits--) {
      randomChanges(shop, draw)
      git(shop, 'add', '-A', '-f')
      git(shop, 'commit', '-q', '--allow-empty', '-m', 'more')
    }
    if (draw(2) === 0) git(shop, 'gc', '-q')
    randomChanges(shop, draw)
    const { diffs, ...said } = await asHanded(shop)
    expect(said).toEqual(asGit(shop))
    applied(shop, diffs)
  })

  it('with ignore files of all kinds', async () => {
    const shop = repository(join(place.A, 'shop'), { f: '1' })
    const names = [
      'a',
      'a.o',
      'b/a.o',
      'b/c/keep.o',
      'docs/x.txt',
      'docs/in/y.txt',
      'doc[1]',
      'sp ace',
      '#hash',
      '!bang',
      'foo/bar',
      'x/foo/bar',
      'lib/z',
      'deep/lib/z',
      'q1',
      'q2',
      'qq',
      'back\\slash',
      'star*',
      'only/dir',
      'tmp/only',
      'r-a',
      'r-b',
      'r-]',
      'v/w/x/y',
      'm',
    ]
    put(shop, Object.fromEntries(names.map((name) => [name, '.'])))
    put(shop, {
      '.gitignore': [
        '*.o',
        '!keep.o',
        '/docs/*.txt',
        'doc\\[1\\]',
        'sp ace   ',
        '\\#hash',
        '\\!bang',
        'foo/bar',
        '**/lib',
        'q[0-1]',
        'back\\\\slash',
        'star\\*',
        'only/',
        'r-[!a]',
        'v/**/y',
        'm\r',
        '',
      ].join('\n'),
      'b/.gitignore': '!a.o\n/c/nothing\n',
      '.git/info/exclude': 'qq\n',
    })
    symlinkSync('.gitignore', join(shop, 'x', '.gitignore'))
    expect(words((await handed(place, shop)).facts['New and not added to git'])).toEqual(asGit(shop).untracked)
  })

  it('with the ignore file that the person has for all repositories', async () => {
    const shop = repository(join(place.A, 'shop'), { f: '1' })
    put(shop, { '.DS_Store': '', g: '' })
    put(place.home, { '.config/git/ignore': '.DS_Store\n' })
    expect((await handed(place, shop)).facts['New and not added to git']).toBe('g')
  })

  it('with a conflict, a file to be added, a file assumed unchanged and one that a sparse checkout leaves out', async () => {
    const shop = repository(join(place.A, 'shop'), { f: 'one\n', g: 'g\n', h: 'h\n', 'in/x': 'x\n' })
    git(shop, 'checkout', '-qb', 'other')
    put(shop, { f: 'two\n' })
    git(shop, 'commit', '-qam', 'two')
    git(shop, 'checkout', '-q', 'feature/login')
    put(shop, { f: 'three\n' })
    git(shop, 'commit', '-qam', 'three')
    expect(() => git(shop, 'merge', '-q', 'other')).toThrow()
    put(shop, { new: 'new\n', g: 'changed\n' })
    git(shop, 'add', '-N', 'new')
    git(shop, 'update-index', '--assume-unchanged', 'g')
    git(shop, 'update-index', '--skip-worktree', 'in/x')
    rmSync(join(shop, 'in'), { recursive: true })
    const { facts, diffs } = await handed(place, shop)
    expect(facts['Conflicts to resolve']).toBe('f')
    expect(words(facts['Changed since that commit'])).toEqual(['f', 'new'])
    expect(diffs.f).toContain('+<<<<<<< HEAD')
    expect(diffs.new).toContain('new file mode 100644')
  })

  it('with objects in packs, deltas of deltas among them, and branches in packed-refs', async () => {
    const lines = Array.from({ length: 3000 }, (_, at) => `line ${at * 7919}`)
    const shop = repository(join(place.A, 'shop'), { big: lines.join('\n') })
    for (let at = 0; at < 30; at++) {
      lines[at * 50] = `changed ${at}`
      put(shop, { big: lines.join('\n'), [`more/${at}`]: String(at) })
      git(shop, 'add', '-A')
      git(shop, 'commit', '-qm', String(at))
    }
    // An old state is a delta of a newer one: it is made the last commit.
    git(shop, 'repack', '-adfq', '--depth=50')
    git(shop, 'pack-refs', '--all')
    git(shop, 'reset', '-q', '--soft', 'HEAD~25')
    git(shop, 'pack-refs', '--all')
    const { facts, diffs } = await handed(place, shop)
    expect(facts.Branch).toBe(`feature/login, commit ${git(shop, 'rev-parse', '--short=7', 'HEAD')}`)
    expect(words(facts['Changed since that commit'])).toEqual(asGit(shop).changed)
    applied(shop, diffs)
  })

  it('with folders of many files, whose objects are not in packs', async () => {
    const draw = numbers(3)
    const files = Array.from({ length: 600 }, (_, at) => [`d${draw(9)}/${draw(1e9).toString(36)}-${at}`, String(draw(1e9))] as const)
    const shop = repository(join(place.A, 'shop'), Object.fromEntries(files))
    const [changed = ''] = files[7] ?? []
    put(shop, { [changed]: 'x' })
    expect((await asHanded(shop)).changed).toEqual([changed])
  })

  it('in a branch whose name was a folder before', async () => {
    const shop = repository(join(place.A, 'shop'), { f: '1' })
    git(shop, 'checkout', '-qb', 'plain')
    git(shop, 'pack-refs', '--all')
    mkdirSync(join(shop, '.git/refs/heads/plain'), { recursive: true })
    expect((await handed(place, shop)).facts.Branch).toMatch(/^plain, commit/)
  })

  it('before the first commit, where all that is added is new', async () => {
    const shop = join(place.A, 'shop')
    put(shop, { f: 'one\n', g: '' })
    git(shop, 'init', '-q', '-b', 'main')
    git(shop, 'add', 'f')
    const { facts, diffs } = await handed(place, shop)
    expect(facts).toMatchObject({ Branch: 'main, no commit yet', 'New and not added to git': 'g' })
    expect(diffs.f).toContain('+one')
  })

  it('in linked worktrees, by absolute and by relative links', async () => {
    const shop = repository(join(place.A, 'shop'), { f: '1\n', 'in/g': '' })
    const beside = join(place.A, 'beside')
    git(shop, 'worktree', 'add', '-q', '-b', 'side', beside)
    put(beside, { f: '2\n' })
    expect((await handed(place, join(beside, 'in'))).facts).toMatchObject({ 'Changed since that commit': 'f' })
    writeFileSync(join(beside, '.git'), 'gitdir: ../shop/.git/worktrees/beside\n')
    writeFileSync(join(shop, '.git/worktrees/beside/gitdir'), '../../../../beside/.git\n')
    expect((await handed(place, beside)).facts.Branch).toMatch(/^side, commit/)
    expect((await handed(place, shop)).facts.Branch).toMatch(/^feature\/login, commit/)
  })
})

describe('a working tree that was checked out with other line endings', () => {
  it('names files that differ in nothing else apart, and shows real changes alone', async () => {
    const shop = repository(join(place.A, 'shop'), {
      same: 'one\ntwo\n',
      real: 'one\ntwo\nthree\n',
      back: 'one\r\ntwo\r\n',
      mixed: 'one\ntwo\n',
    })
    put(shop, { same: 'one\r\ntwo\r\n', real: 'one\r\n2\r\nthree\r\n', back: 'one\ntwo\n', mixed: 'one\r\ntwo\nmore\n' })
    const { facts, diffs } = await handed(place, shop)
    expect(facts['The same but for their line endings (CRLF and LF)']).toBe('back, same')
    expect(words(facts['Changed since that commit'])).toEqual(['mixed', 'real'])
    expect(diffs.real).toMatch(
      /\(Line endings are left out here: LF in the commit, CRLF in the working tree\.\)\n@@ -1,3 \+1,3 @@\n one\n-two\n\+2\n three$/,
    )
    expect(diffs.mixed).toMatch(/LF in the commit, LF and CRLF in the working tree\.\)\n@@ -1,2 \+1,3 @@\n one\n two\n\+more$/)
  })

  it('is unchanged where git checked it out so', async () => {
    const shop = repository(join(place.A, 'shop'), { f: 'one\ntwo\n' })
    git(shop, 'config', 'core.autocrlf', 'true')
    rmSync(join(shop, 'f'))
    git(shop, 'checkout', '-q', '.')
    expect(readFileSync(join(shop, 'f'), 'utf8')).toBe('one\r\ntwo\r\n')
    expect(Object.keys((await handed(place, shop)).facts)).not.toContain('Changed since that commit')
  })
})

describe('a file that was only touched', () => {
  it('has not changed, whatever its times say, and one with old times has', async () => {
    const shop = repository(join(place.A, 'shop'), { touched: 'same\n', sly: 'one\n' })
    symlinkSync('touched', join(shop, 'link'))
    git(shop, 'add', '-A')
    git(shop, 'commit', '-qm', 'link')
    utimesSync(join(shop, 'touched'), 1, 1)
    lutimesSync(join(shop, 'link'), 1, 1)
    // The same size, in the same moment as the index.
    writeFileSync(join(shop, 'sly'), 'two\n')
    expect(words((await handed(place, shop)).facts['Changed since that commit'])).toEqual(['sly'])
  })

  it('is a program or not, a link or not, as its mode says', async () => {
    const shop = repository(join(place.A, 'shop'), { tool: '#!/bin/sh\n', link: 'x' })
    chmodSync(join(shop, 'tool'), 0o755)
    rmSync(join(shop, 'link'))
    symlinkSync('x', join(shop, 'link'))
    const { diffs } = await handed(place, shop)
    expect(diffs.tool).toBe('diff --git a/tool b/tool\nold mode 100644\nnew mode 100755')
    expect(diffs.link).toMatch(/deleted file mode 100644[\s\S]*new file mode 120000/)
    renameSync(join(shop, 'tool'), join(shop, 'tool2'))
    mkdirSync(join(shop, 'tool'))
    expect((await handed(place, shop)).diffs.tool).toContain('deleted file mode')
  })
})
