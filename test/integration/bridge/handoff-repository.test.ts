import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { CANARY, type Desk, desk } from '../../support/desk.ts'
import { git, handed as handedAt, put, repository } from './repository-desk.ts'

let place: Desk
afterEach(() => place.close())

const handed = (path: string) => handedAt(place, path)

describe('a handoff of a repository', () => {
  it('carries its branch, the diff of each file and the names of new ones', async () => {
    place = desk()
    const shop = repository(join(place.A, 'shop'), { 'src/login.ts': 'one\ntwo\n', 'a b é.txt': 'x\n', gone: 'away\n', same: 's' })
    put(shop, { 'src/login.ts': 'one\nthree\n', 'a b é.txt': 'y\n', fresh: 'new\n', '.gitignore': 'built\n', built: 'z' })
    execFileSync('rm', [join(shop, 'gone')])
    const { sections, files } = await handed(join(shop, 'src'))
    expect(files).toMatchObject([{ path: shop }])
    expect(sections.map(({ heading }) => heading)).toEqual([
      'Working tree of shop',
      ...['a b é.txt', 'gone', 'src/login.ts'].map((name) => `Diff of ${name}`),
    ])
    expect(sections[0]?.body).toBe(
      [
        `Branch: feature/login, commit ${git(shop, 'rev-parse', '--short', 'HEAD')}`,
        'Changed since that commit: a b é.txt, gone, src/login.ts',
        'New and not added to git: .gitignore, fresh',
      ].join('\n'),
    )
    expect(sections[3]?.body).toMatch(/^diff --git a\/src\/login\.ts b\/src\/login\.ts\n[\s\S]*\n one\n-two\n\+three$/)
    expect(git(shop, 'status', '--short').split('\n')).toHaveLength(5)
  })

  it('names the diffs that are too long for it, with their size', async () => {
    place = desk()
    const shop = repository(join(place.A, 'shop'), { big: '', small: 'x\n' })
    put(shop, { big: 'long line of text\n'.repeat(30_000), small: 'y\n' })
    const { sections } = await handed(shop)
    expect(sections.map(({ heading }) => heading)).toEqual(['Working tree of shop', 'Diff of small'])
    expect(sections[0]?.body).toMatch(/Changes left out for their size: big \(\d{6} tokens\)/)
  })

  it('holds no key, and nothing of closed files', async () => {
    place = desk({ keys: () => Promise.resolve(['tvly-dev-0123456789abcdef']) })
    const shop = repository(join(place.A, 'shop'), { '.mcp.json': '{}', 'config.ts': 'x\n' })
    put(shop, { '.mcp.json': `{"${CANARY}":1}`, 'config.ts': "key = 'tvly-dev-0123456789abcdef'\n" })
    const { sections } = await handed(shop)
    expect(JSON.stringify(sections)).not.toMatch(/tvly-dev|canary/)
    expect(sections[0]?.body).toContain('1 changed file is closed and left out.')
    expect(sections.map(({ heading }) => heading)).toContain('Diff of config.ts')
  })

  it('speaks of a detached head, of one without a commit, and of a linked worktree', async () => {
    place = desk()
    const shop = repository(join(place.A, 'shop'), { f: '1\n' })
    git(shop, 'worktree', 'add', '-q', '--detach', join(place.A, 'beside'))
    put(join(place.A, 'beside'), { f: '2\n' })
    const [state, diff] = (await handed(join(place.A, 'beside'))).sections
    expect(state?.body).toMatch(/^Branch: none \(detached\), commit /)
    expect(diff?.body).toContain('+2')
    mkdirSync(join(place.A, 'empty'))
    git(join(place.A, 'empty'), 'init', '-q', '-b', 'main')
    expect((await handed(join(place.A, 'empty'))).sections).toMatchObject([{ body: 'Branch: main, no commit yet' }])
    expect((await handed(place.A)).refused).toMatch(/no git repository/)
  })
})

describe('a hostile repository', () => {
  it('starts no program that it configures', async () => {
    place = desk()
    const shop = repository(join(place.A, 'shop'), { f: 'one\n', '.gitattributes': '* filter=bad diff=bad\n' })
    const proof = join(place.base, 'proof')
    const program = join(shop, 'program')
    writeFileSync(program, `#!/bin/sh\necho "$0 $*" >> ${proof}\ncat\n`, { mode: 0o755 })
    for (const key of [
      'core.fsmonitor',
      'diff.external',
      'filter.bad.clean',
      'filter.bad.process',
      'diff.bad.command',
      'diff.bad.textconv',
    ])
      git(shop, 'config', key, program)
    git(shop, 'config', 'filter.bad.required', 'true')
    git(shop, 'config', 'core.pager', program)
    git(shop, 'config', 'core.hooksPath', shop)
    writeFileSync(join(shop, 'post-index-change'), `#!/bin/sh\necho hook >> ${proof}\n`, { mode: 0o755 })
    put(shop, { f: 'two\n' })
    const { sections } = await handed(shop)
    expect(sections.find(({ heading }) => heading === 'Diff of f')?.body).toContain('+two')
    expect(existsSync(proof)).toBe(false)
  })

  /** A program that leaves a proof that it ran. */
  function program(shop: string): { readonly path: string; ran(): boolean } {
    const [path, proof] = [join(shop, 'program'), join(place.base, 'proof')]
    writeFileSync(path, `#!/bin/sh\necho "$0 $*" >> ${proof}\ncat\n`, { mode: 0o755 })
    return { path, ran: () => existsSync(proof) }
  }

  it('starts no program that a repository inside of it configures', async () => {
    place = desk()
    const shop = repository(join(place.A, 'shop'), { f: 'one\n' })
    const inner = repository(join(shop, 'inner'), { g: 'one\n' })
    git(shop, 'add', 'inner')
    git(shop, 'commit', '-qm', 'second')
    put(inner, { g: 'two\n' })
    git(inner, 'commit', '-qam', 'third')
    const { path, ran } = program(shop)
    git(inner, 'config', 'diff.external', path)
    git(shop, 'config', 'diff.submodule', 'diff')
    const { sections } = await handed(shop)
    expect(ran()).toBe(false)
    expect(sections.map(({ heading }) => heading)).toContain('Diff of inner')
  })

  it('fetches nothing that is missing in it', async () => {
    place = desk()
    const shop = repository(join(place.A, 'shop'), { f: 'one\n' })
    const blob = git(shop, 'rev-parse', 'HEAD:f')
    execFileSync('rm', ['-f', join(shop, '.git/objects', blob.slice(0, 2), blob.slice(2))])
    put(shop, { f: 'two\n' })
    const { path, ran } = program(shop)
    for (const [key, value] of [
      ['core.repositoryformatversion', '1'],
      ['extensions.partialClone', 'bad'],
      ['remote.bad.promisor', 'true'],
      ['remote.bad.url', `ext::${path}`],
      ['protocol.ext.allow', 'always'],
    ] as const)
      git(shop, 'config', key, value)
    const { refused } = await handed(shop)
    expect(ran()).toBe(false)
    expect(refused).toMatch(/cannot compare/)
  })

  it('starts none however much else it configures, and none that a filter of the person would start for it', async () => {
    place = desk()
    const shop = repository(join(place.A, 'shop'), { f: 'one\n', '.gitattributes': '* filter=bad\n' })
    const { path, ran } = program(shop)
    put(shop, { f: 'two\n' })
    const config = join(shop, '.git/config')
    const names = Array.from({ length: 1500 }, (_, at) => `${at}`.padStart(4000, 'n'))
    const many = names.map((name) => `[filter "${name}"]\n\tsmudge = x\n`).join('')
    writeFileSync(config, `${readFileSync(config, 'utf8')}${many}[filter "bad"]\n\tclean = ${path}\n`)
    put(String(place.bridge.settings.variables.HOME), { '.gitconfig': `[filter "bad"]\n\tclean = ${path}\n` })
    const { sections } = await handed(shop)
    expect(sections.find(({ heading }) => heading === 'Diff of f')?.body).toContain('+two')
    expect(ran()).toBe(false)
  })

  const linked = (name: string) => (shop: string, other: string) => {
    git(shop, 'init', '-q')
    execFileSync('rm', ['-rf', join(shop, '.git', name)])
    symlinkSync(join(other, '.git', name), join(shop, '.git', name))
  }

  it.each([
    ['its git directory', (shop: string, other: string) => put(shop, { '.git': `gitdir: ${other}/.git\n` })],
    [
      'its working tree',
      (shop: string, other: string) => {
        git(shop, 'init', '-q')
        git(shop, 'config', 'core.worktree', other)
      },
    ],
    [
      'its objects',
      (shop: string, other: string) => {
        git(shop, 'init', '-q')
        put(shop, { '.git/objects/info/alternates': `${other}/.git/objects\n` })
      },
    ],
    [
      'objects of its objects',
      (shop: string, other: string) => {
        const between = join(dirname(shop), 'between')
        mkdirSync(between)
        for (const folder of [shop, between]) git(folder, 'init', '-q')
        put(shop, { '.git/objects/info/alternates': `${between}/.git/objects\n` })
        put(between, { '.git/objects/info/alternates': `${other}/.git/objects\n` })
      },
    ],
    ['its objects by a link', linked('objects')],
    ['its packs by a link', linked('objects/pack')],
    ['its index by a link', linked('index')],
    ['a link to it', (shop: string, other: string) => symlinkSync(other, join(shop, 'in'))],
  ])('shows nothing of what lies outside of the allowed folders: %s', async (title, make) => {
    place = desk()
    const other = repository(join(place.O, 'other'), { s: `${CANARY}\n` })
    put(other, { s: 'changed\n' })
    const shop = join(place.A, 'shop')
    mkdirSync(shop)
    make(shop, other)
    const { refused } = await handed(title === 'a link to it' ? join(shop, 'in') : shop)
    expect(refused).toMatch(/outside|not allowed/)
    expect(refused).not.toContain(CANARY)
  })
})
