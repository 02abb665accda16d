import { execFileSync } from 'node:child_process'
import { mkdirSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { projectOf, repositoryOf } from '../../../src/bridge/memory/namespace.ts'
import { type Desk, desk } from '../../support/desk.ts'
import { git, put, repository } from './repository-desk.ts'

const projectNamespace = async (folder: string) => (await projectOf(folder))?.namespace ?? null

let place: Desk
let shop: string
beforeEach(() => {
  place = desk()
  shop = repository(join(place.A, 'shop'), { f: '1', 'in/g': '1' })
})
afterEach(() => place.close())

describe('the project of a folder', () => {
  it('is that of its repository, in subfolders and linked worktrees alike', async () => {
    const name = await projectNamespace(shop)
    expect(name).toMatch(/^shop-[0-9a-f]{4}$/)
    git(shop, 'worktree', 'add', '-q', '--detach', join(place.A, 'beside'))
    git(shop, 'worktree', 'add', '-q', '--detach', join(place.base, 'away', 'other'))
    for (const folder of [join(shop, 'in'), join(place.A, 'beside', 'in'), join(place.base, 'away', 'other')])
      expect(await projectNamespace(folder)).toBe(name)
    // As newer versions of git write it.
    writeFileSync(join(place.A, 'beside/.git'), 'gitdir: ../shop/.git/worktrees/beside\n')
    writeFileSync(join(shop, '.git/worktrees/beside/gitdir'), '../../../../beside/.git\n')
    expect(await projectNamespace(join(place.A, 'beside'))).toBe(name)
    symlinkSync(join(place.A, 'beside'), join(place.A, 'link'))
    expect(await projectNamespace(join(place.A, 'link'))).toBe(name)
    expect(await repositoryOf(join(place.A, 'link'))).toBe(shop)
  })

  it('is its own for a submodule, and for a folder without git', async () => {
    const inner = repository(join(place.A, 'inner'), { f: '1' })
    git(shop, '-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', inner, 'sub')
    expect(await repositoryOf(join(shop, 'sub'))).toBe(join(shop, 'sub'))
    mkdirSync(join(place.A, 'plain'))
    expect(await projectNamespace(join(place.A, 'plain'))).toMatch(/^plain-/)
    expect(await projectNamespace(join(place.A, 'nothing'))).toBeNull()
  })
})

/** What an archive may hold that is unpacked beside a project. */
const archives: [string, (evil: string) => void][] = [
  ['a .git that names the project', (evil) => put(evil, { '.git': `gitdir: ${shop}/.git\n` })],
  ['one that names a worktree of it', (evil) => put(evil, { '.git': 'gitdir: ../shop/.git/worktrees/beside\n' })],
  [
    'a directory of its own with its common directory',
    (evil) => put(evil, { '.git': 'gitdir: own\n', 'own/commondir': '../../shop/.git\n', 'own/gitdir': '../.git\n' }),
  ],
  [
    'one that lies as that of a worktree does',
    (evil) =>
      put(evil, {
        '.git': 'gitdir: x/.git/worktrees/w\n',
        'x/.git/worktrees/w/commondir': `${shop}/.git\n`,
        'x/.git/worktrees/w/gitdir': `${evil}/.git\n`,
      }),
  ],
  [
    'the same through a link of folders',
    (evil) => {
      put(evil, { '.git': 'gitdir: x/worktrees/w\n', 'y/w/commondir': '../..\n', 'y/w/gitdir': `${evil}/.git\n` })
      mkdirSync(join(evil, 'x'))
      symlinkSync(join(evil, 'y'), join(evil, 'x', 'worktrees'))
      put(evil, { 'x/commondir': `${shop}/.git\n` })
    },
  ],
  [
    'what names a share of another computer',
    (evil) => {
      git(shop, 'worktree', 'add', '-q', '--detach', '-f', join(evil, 'w'))
      put(evil, { '.git': `gitdir: /${shop}/.git/worktrees/w\n` })
      writeFileSync(join(shop, '.git/worktrees/w/gitdir'), `${evil}/.git\n`)
    },
  ],
  ['a link to the .git of a worktree', (evil) => symlinkSync(join(place.A, 'beside', '.git'), join(evil, '.git'))],
  ['a link to the project’s git directory', (evil) => symlinkSync(join(shop, '.git'), join(evil, '.git'))],
  [
    'a git directory with a common directory',
    (evil) => put(evil, { '.git/commondir': `${shop}/.git\n`, '.git/HEAD': 'ref: refs/heads/x\n' }),
  ],
]

describe('a folder from an archive', () => {
  beforeEach(() => git(shop, 'worktree', 'add', '-q', '--detach', join(place.A, 'beside')))

  it.each(archives)('is never put into another project by %s', async (_title, make) => {
    const evil = join(place.A, 'evil')
    mkdirSync(evil)
    make(evil)
    expect(await repositoryOf(evil)).toBe(evil)
    expect(await projectNamespace(evil)).toMatch(/^evil-/)
  })

  const kinds: [string, (path: string) => void][] = [
    ['a pipe', (path) => execFileSync('mkfifo', [path])],
    ['a link to an endless file', (path) => symlinkSync('/dev/zero', path)],
    ['a folder', (path) => mkdirSync(path)],
    [
      'a file of gigabytes',
      (path) => {
        writeFileSync(path, '')
        truncateSync(path, 1024 ** 4)
      },
    ],
  ]
  const files = ['.git', 'commondir', 'gitdir']
  it.each(files.flatMap((name) => kinds.map(([title, make]) => [title, name, make] as const)))(
    'with %s as %s is a project of its own, and keeps nobody waiting',
    async (_title, name, make) => {
      const worktree = join(place.A, 'beside')
      const path = name === '.git' ? join(worktree, '.git') : join(shop, '.git/worktrees/beside', name)
      rmSync(path)
      make(path)
      const again = desk({ variables: { ...place.bridge.settings.variables, CLAUDE_PROJECT_DIR: worktree } })
      try {
        const { namespace } = await again.data('memory_set', { key: 'k', value: 1 })
        // A pipe is no `.git`: git looks for one further up.
        expect(namespace).toMatch(/^beside-/)
      } finally {
        await again.close()
      }
    },
  )

  it('stays its own when the worktree that it claims to be was moved', async () => {
    renameSync(join(place.A, 'beside'), join(place.A, 'moved'))
    expect(basename((await repositoryOf(join(place.A, 'moved'))) ?? '')).toBe('moved')
  })
})

describe('writing to a folder whose git directory is none', () => {
  const names = ['.git', '.git/config', '.git/commondir', '.git/config.worktree', '.git/rebase-merge/git-rebase-todo']
  const kinds: [string, (path: string) => void][] = [
    ['a pipe', (path) => execFileSync('mkfifo', [path])],
    ['a link to an endless file', (path) => symlinkSync('/dev/zero', path)],
    [
      'blanks and line breaks without end',
      (path) => writeFileSync(path, `gitdir: a${' '.repeat(1_000_000)}b\n${'\n'.repeat(1_000_000)}a = b${' '.repeat(200_000)}x`),
    ],
    ['one line of blanks', (path) => writeFileSync(path, `a = b${' '.repeat(250_000)}x`)],
  ]
  it.each(names.flatMap((name) => kinds.map(([title, make]) => [title, name, make] as const)))(
    'works with %s as %s',
    async (_title, name, make) => {
      const path = join(shop, name)
      rmSync(path, { recursive: true, force: true })
      mkdirSync(join(path, '..'), { recursive: true })
      make(path)
      expect(await place.ok('write_file', { path: join(shop, 'in/g'), content: 'two' })).toContain('in/g')
    },
  )
})
