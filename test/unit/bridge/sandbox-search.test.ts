import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FolderCache, KnownFolders } from '../../../src/bridge/terminal/sandbox/found.ts'
import { elsewhereOf, gitDirectoryNamedIn } from '../../../src/bridge/policy/git-config.ts'
import { ProtectedSearch } from '../../../src/bridge/terminal/sandbox/search.ts'

let root: string
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'search-')))
  state = mkdtempSync(join(tmpdir(), 'search-state-'))
})
afterEach(() => {
  for (const folder of [root, state]) rmSync(folder, { recursive: true, force: true })
})

const put = (path: string, text = '') => {
  mkdirSync(join(root, path, '..'), { recursive: true })
  writeFileSync(join(root, path), text)
}
const git = (path: string) => {
  for (const name of ['objects', 'refs', 'hooks']) mkdirSync(join(root, path, name), { recursive: true })
  put(`${path}/HEAD`)
  put(`${path}/config`)
}
const bounds = { folders: 60, repositories: 5 }
let state: string
const known = () => new KnownFolders(join(state, 'known.json'), () => 'x')
const search = () => new ProtectedSearch(root, () => Date.now(), known(), bounds)
const found = async (isClosed = (_path: string) => false) => {
  const { found: list, cut } = await search().look([root], isClosed)
  return { cut, list: list.map(({ path, sort, kind }) => `${sort} ${kind} ${relative(root, path)}`).sort() }
}

describe('the search for what a command must not change', () => {
  it('finds files by their names at any depth, whatever their letters', async () => {
    for (const path of ['.mcp.json', 'a/b/c/.cursor/mcp.json', 'a/.VSCode/Tasks.json', 'a/.envrc', 'a/mcp.json', 'a/vscode/tasks.json'])
      put(path)
    mkdirSync(join(root, 'a', '.kiro', 'hooks'), { recursive: true })
    expect((await found()).list).toEqual([
      'closed file .mcp.json',
      'closed file a/b/c/.cursor/mcp.json',
      'closed folder a/.kiro/hooks',
      'read-only file a/.VSCode/Tasks.json',
      'read-only file a/.envrc',
    ])
  })
  it('finds git directories, of submodules and of linked worktrees, bare ones and those elsewhere', async () => {
    git('repo/.git')
    git('repo/.git/modules/libs/one')
    put('repo/.git/worktrees/w/commondir', '../..')
    put('repo/.git/worktrees/w/gitdir')
    put('w/.git', `gitdir: ${root}/repo/.git/worktrees/w\n`)
    git('bare')
    git('kept/elsewhere')
    put('split/.git', 'gitdir: ../kept/elsewhere\n')
    const at = (path: string) => [
      ...['', '/objects', '/refs'].map((mark) => `pinned folder ${path}${mark}`),
      `read-only file ${path}/config`,
      `read-only folder ${path}/hooks`,
    ]
    expect((await found()).list).toEqual(
      [
        ...[...at('repo/.git'), ...at('repo/.git/modules/libs/one'), ...at('bare'), ...at('kept/elsewhere')],
        ...[
          'pinned folder repo/.git/worktrees/w',
          'read-only file repo/.git/worktrees/w/commondir',
          'read-only file repo/.git/worktrees/w/gitdir',
        ],
        ...['read-only file split/.git', 'read-only file w/.git'],
      ].sort(),
    )
  })
  it('finds submodules with up to four slashes in their names', async () => {
    git('repo/.git')
    git('repo/.git/modules/a/b/c/d/e')
    git('repo/.git/modules/1/2/3/4/5/6')
    const { list } = await found()
    expect(list).toContain('read-only folder repo/.git/modules/a/b/c/d/e/hooks')
    expect(list).not.toContain('read-only folder repo/.git/modules/1/2/3/4/5/6/hooks')
  })
  it('finds configurations that a configuration includes, four deep', async () => {
    git('repo/.git')
    const include = (path: string) => `[include]\n\tpath = ${join(root, path)}\n`
    put('repo/.git/config', include('configs/1'))
    for (const at of [1, 2, 3, 4, 5]) put(`configs/${at}`, include(`configs/${at + 1}`))
    const { list } = await found()
    expect(list.filter((each) => each.includes('configs/'))).toEqual([1, 2, 3, 4].map((at) => `read-only file configs/${at}`))
  })
  it('does not look into what is closed by its place', async () => {
    put('secret/.mcp.json')
    put('open/.mcp.json')
    expect((await found((path) => path === join(root, 'secret'))).list).toEqual(['closed file open/.mcp.json'])
  })
  it('takes a folder that may not be read for empty, and goes round in no circle', async () => {
    put('shut/.mcp.json')
    chmodSync(join(root, 'shut'), 0)
    symlinkSync('.', join(root, 'self'))
    symlinkSync('nowhere', join(root, '.mcp.json'))
    symlinkSync('../a', join(root, 'b'))
    symlinkSync(root, join(root, '.cursor'))
    const { list } = await found()
    chmodSync(join(root, 'shut'), 0o700)
    expect(list.filter((each) => !each.includes('shut'))).toEqual(['closed link .mcp.json'])
  })
  it('ends after so many folders, the nearest first, those of installed packages last', async () => {
    put('last/deep/deeper/.mcp.json')
    for (let each = 0; each < bounds.folders; each++) mkdirSync(join(root, 'node_modules', String(each)), { recursive: true })
    expect(await found()).toEqual({ cut: null, list: ['closed file last/deep/deeper/.mcp.json'] })
    for (let each = 0; each < bounds.folders; each++) mkdirSync(join(root, 'many', String(each)), { recursive: true })
    put('other/.mcp.json')
    rmSync(join(state, 'known.json'))
    expect(await found()).toEqual({ cut: 'folders', list: ['closed file other/.mcp.json'] })
  })
  it('ends after so many repositories', async () => {
    for (let each = 0; each <= bounds.repositories; each++) git(`r${each}/.git`)
    const { cut, list } = await found()
    expect([cut, list.filter((each) => each.endsWith('/.git')).length]).toEqual(['repositories', bounds.repositories])
  })
  it('comes first to what it has found once, whatever was made since, in another conversation too', async () => {
    git('deep/er/and/deeper/.git')
    put('deep/er/other/.mcp.json')
    const before = await found()
    for (let each = 0; each < bounds.folders; each++) mkdirSync(join(root, 'many', String(each)), { recursive: true })
    for (let each = 0; each < bounds.folders; each++) mkdirSync(join(root, String(each)))
    const { list, cut } = await found()
    expect(cut).toBe('folders')
    expect(list).toEqual(before.list)
    for (let each = 0; each < bounds.folders; each++) put(`${each}/.envrc`)
    for (let each = 0; each <= bounds.repositories; each++) git(`${each}/.git`)
    expect((await found()).list).toEqual(expect.arrayContaining(before.list))
    expect((await found()).list).toEqual(expect.arrayContaining(before.list))
  })
  it('takes what was a git directory for one without its HEAD too', async () => {
    for (const path of ['bare', 'repo/.git', 'repo/.git/modules/libs/one']) {
      git(path)
      mkdirSync(join(root, path, 'refs/heads'))
    }
    const before = await found()
    for (const path of ['bare', 'repo/.git', 'repo/.git/modules/libs/one']) rmSync(join(root, path, 'HEAD'))
    expect((await found()).list).toEqual(before.list)
    for (const mark of ['objects', 'refs', 'refs/heads']) expect(before.list).toContain(`pinned folder bare/${mark}`)
  })
  it('remembers what another bridge has found in other folders', async () => {
    git('one/a/b/c/.git')
    put('two/.envrc')
    await search().look([join(root, 'one')], () => false)
    await search().look([join(root, 'two')], () => false)
    for (let each = 0; each < bounds.folders; each++) mkdirSync(join(root, 'one', String(each)))
    expect((await search().look([root], () => false)).found.map(({ path }) => path)).toContain(join(root, 'one/a/b/c/.git/hooks'))
  })
  it('sees what has changed since the last time', async () => {
    put('a/b/x')
    const one = search()
    expect((await one.look([root], () => false)).found).toEqual([])
    put('a/b/.mcp.json')
    expect((await one.look([root], () => false)).found).toHaveLength(1)
    rmSync(join(root, 'a'), { recursive: true })
    expect((await one.look([root], () => false)).found).toEqual([])
  })
})

describe('what is remembered of folders', () => {
  it('is not read again until something is made, renamed or removed there', async () => {
    put('x')
    // An hour later by its clock: nothing changed lately.
    const cache = new FolderCache(() => Date.now() + 3_600_000)
    const first = await cache.list(root)
    cache.turn()
    expect(await cache.list(root)).toBe(first)
    put('y')
    cache.turn()
    expect((await cache.list(root)).map(({ name }) => name).sort()).toEqual(['x', 'y'])
  })
  it('is not trusted while it changes', async () => {
    const cache = new FolderCache(() => Date.now())
    const first = await cache.list(root)
    cache.turn()
    expect(await cache.list(root)).not.toBe(first)
  })
})

describe('a configuration of git', () => {
  it('names hooks and files elsewhere', () => {
    put(
      'r/.git/config',
      `[core]
	hooksPath = tools/hooks # ours
[Core] HooksPath = "my hooks"
[include]
	path = ../shared
[includeIf "gitdir:~/work/"]
	path = ~/.work
[alias]
	x = "!./tools/x.sh --all"
	y = log
[filter "f"]
	clean = bash scripts/clean.sh %f # ours
[remote "origin"]
	url = https://example.com/a/b.git
`,
    )
    expect(elsewhereOf(join(root, 'r', '.git', 'config'), join(root, 'r'), '/home/ana')).toEqual({
      hooks: [join(root, 'r', 'tools', 'hooks'), join(root, 'r', 'my hooks')],
      configs: [join(root, 'r', 'shared'), '/home/ana/.work'],
      others: [join(root, 'r', 'tools', 'x.sh'), join(root, 'r', 'scripts', 'clean.sh')],
    })
    expect(elsewhereOf(join(root, 'none'), root, root)).toEqual({ hooks: [], configs: [], others: [] })
  })
  it('lies where a .git file says', () => {
    put('a', 'gitdir: ../x/y\n')
    put('b', 'something else')
    expect([gitDirectoryNamedIn(join(root, 'a')), gitDirectoryNamedIn(join(root, 'b'))]).toEqual([join(root, '..', 'x', 'y'), null])
  })
})
