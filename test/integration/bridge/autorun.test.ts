import { execFileSync } from 'node:child_process'
import { existsSync, lstatSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { autorunByName, isAutorunName } from '../../../src/bridge/policy/autorun.ts'
import { type Desk, desk } from '../../support/desk.ts'

// What programs run by themselves later may be read in a home and in projects, and changed only where bridge.allow names it.
let outer: Desk
let place: Desk
beforeEach(() => {
  outer = desk()
  place = desk({ ...rulesOf(outer), roots: [outer.A, outer.home] })
})
afterEach(async () => {
  await place.close()
  await outer.close()
})

const rulesOf = ({ bridge: { settings } }: Desk) => ({
  closed: settings.closed,
  autorun: settings.autorun,
  homes: settings.homes,
  reopened: settings.reopened,
})
const put = (path: string, text = 'before'): string => {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  return path
}
const git = (cwd: string, ...args: string[]) =>
  execFileSync('git', ['-c', 'init.defaultBranch=main', '-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd, stdio: 'pipe' })

/** Every way to change what is at a path; each must name the way out, and change nothing. */
async function unchanged(file: string): Promise<void> {
  const spare = put(join(outer.A, 'spare'))
  const was = existsSync(file) && lstatSync(file).isFile() ? readFileSync(file, 'utf8') : null
  const beside = join(outer.A, 'taken')
  for (const [name, args] of [
    ['write_file', { path: file, content: 'x' }],
    ['write_file', { path: file, content: 'x', mode: 'append' }],
    ['edit_file', { path: file, edits: [{ old_string: 'before', new_string: 'x' }] }],
    ['copy_file', { source: spare, destination: file }],
    ['move_file', { source: spare, destination: file }],
    ['create_directory', { path: file }],
    ...(was === null ? ([['create_directory', { path: join(file, 'more', 'below') }]] as const) : []),
    ...(existsSync(file)
      ? ([
          ['move_file', { source: file, destination: beside }],
          ['delete_file', { path: file }],
        ] as const)
      : []),
  ] as const)
    expect(await place.refused(name, args), name).toMatch(/bridge\.allow/)
  expect(existsSync(beside)).toBe(false)
  expect(existsSync(file) && lstatSync(file).isFile() ? readFileSync(file, 'utf8') : null).toBe(was)
}

const inHome = [
  ...['.bashrc', '.bash_profile', '.profile', '.zshrc', '.zshenv', '.config/fish/config.fish', '.inputrc', '.pam_environment', '.xprofile'],
  ...['.gitconfig', '.gitconfig-work', '.config/git/config', '.config/git/hooks/pre-commit', '.hgrc', '.ripgreprc'],
  ...[
    '.config/autostart/x.desktop',
    '.config/systemd/user/x.service',
    '.local/share/systemd/user/x.timer',
    '.local/share/applications/x.desktop',
  ],
  ...['.local/bin/ls', 'bin/ls', '.cargo/bin/cargo', '.nvm/nvm.sh', '.local/lib/python3.12/site-packages/usercustomize.py', 'go/bin/x'],
  ...[
    '.vimrc',
    '.vim/plugin/x.vim',
    '.config/nvim/init.lua',
    '.emacs',
    '.emacs.d/init.el',
    '.tmux.conf',
    '.gdbinit',
    '.config/direnv/direnvrc',
  ],
  ...['.cargo/config.toml', '.gradle/init.gradle.kts', '.vscode/extensions/x/package.json', '.config/environment.d/x.conf'],
]
const inProjects = [
  ...[
    '.vscode/tasks.json',
    '.vscode/settings.json',
    'app.code-workspace',
    '.envrc',
    '.idea/workspace.xml',
    '.husky/pre-commit',
    '.githooks/x',
  ],
  ...['.claude/hooks/x.sh', '.claude/agents/x.md', '.hg/hgrc', '.exrc', '.dir-locals.el'],
]
const inGit = [
  ...[
    '.git/hooks/pre-commit',
    '.git/config',
    '.git/config.worktree',
    '.git/commondir',
    '.GIT/Config',
    '.git/hooks/a/b',
    '.git/rebase-merge/git-rebase-todo',
  ],
  ...['.git/modules/sub/hooks/post-checkout', '.git/modules/sub/config', '.git/modules/deep/er/config', '.git/modules/a/modules/b/hooks/x'],
  ...['.git/worktrees/w/config.worktree', '.git/worktrees/w/commondir', '.git/modules/a/worktrees/w/config.worktree'],
]

describe('what programs run by themselves', () => {
  it.each(inHome)('~/%s may be read but not changed', async (name) => {
    const file = put(join(outer.home, name))
    expect(await place.ok('read_file', { path: file })).toBe('before')
    await unchanged(file)
  })
  it.each(['.zshrc', '.config/autostart/x.desktop', '.local/bin/ls'])('~/%s is not created either', async (name) => {
    mkdirSync(dirname(join(outer.home, name)), { recursive: true })
    await unchanged(join(outer.home, name))
  })
  it.each([...inProjects, ...inGit])('%s of a project may be read but not changed, at any depth', async (name) => {
    const file = put(join(outer.A, 'deep', 'project', name))
    expect(await place.ok('read_file', { path: file })).toBe('before')
    await unchanged(file)
    mkdirSync(dirname(join(outer.A, 'new', name)), { recursive: true })
    await unchanged(join(outer.A, 'new', name))
  })
  it('start-up files that are links are the files that they lead to', async () => {
    const file = put(join(outer.home, 'dotfiles', 'bashrc'))
    symlinkSync('dotfiles/bashrc', join(outer.home, '.bashrc'))
    await unchanged(file)
    await unchanged(join(outer.home, '.bashrc'))
  })
  it.each([
    ...[
      '/mnt/c/Users/Ana/.gitconfig',
      'C:\\Users\\Ana\\Documents\\PowerShell\\profile.ps1',
      'C:\\Users\\Ana\\.BASHRC',
      '/home/other/.bashrc',
    ],
    ...[
      'C:\\Users\\Ana\\AppData\\Roaming\\Microsoft\\Windows\\Start Menu\\Programs\\Startup\\x.lnk',
      '/root/.profile',
      '/Users/ana/.zshrc',
    ],
    ...[
      'C:\\Users\\Ana\\OneDrive - Firm\\Dokumente\\WindowsPowerShell\\Microsoft.PowerShell_profile.ps1',
      '/mnt/c/Users/Ana/scoop/shims/x',
    ],
    ...[
      '/Users/ana/Library/LaunchAgents/x.plist',
      '\\\\wsl.localhost\\Ubuntu\\home\\ana\\.bashrc',
      'C:\\work\\p\\.git\\hooks\\x',
      '/w/p/.gi\u200ct/config',
    ],
  ])('%s of a home that is known by its path alone', (path) => {
    expect(autorunByName(path)).toBe(true)
  })
})

describe('ordinary work', () => {
  it.each([
    ...[
      'package.json',
      'Makefile',
      '.gitignore',
      '.github/workflows/ci.yml',
      '.gitattributes',
      '.env',
      '.vscode/launch.json',
      'Dockerfile',
    ],
    ...[
      'src/config/index.ts',
      'src/hooks/useThing.ts',
      'config',
      'hooks/x',
      'bin/run.sh',
      'HEAD',
      'objects/x',
      'refs/x',
      '.npmrc',
      'CLAUDE.md',
    ],
    ...['.git/info/exclude', '.git/description', 'dotfiles/.bashrc', 'src/users/ana/bin/x.ts', 'home/ana/.bashrc', '.cursor/rules/x.mdc'],
  ])('%s of a project is written, edited, moved and deleted', async (name) => {
    const file = join(outer.A, 'p', name)
    mkdirSync(dirname(file), { recursive: true })
    await place.ok('write_file', { path: file, content: 'before' })
    await place.ok('edit_file', { path: file, edits: [{ old_string: 'before', new_string: 'after' }] })
    await place.ok('copy_file', { source: file, destination: join(outer.A, 'copy') })
    await place.ok('move_file', { source: file, destination: join(outer.A, 'moved') })
    await place.ok('move_file', { source: join(outer.A, 'moved'), destination: file })
    await place.ok('delete_file', { path: file })
  })
  it('a whole repository is moved, renamed and deleted', async () => {
    mkdirSync(join(outer.A, 'repository'))
    git(join(outer.A, 'repository'), 'init')
    await place.ok('move_file', { source: join(outer.A, 'repository'), destination: join(outer.A, 'renamed') })
    await unchanged(join(outer.A, 'renamed', '.git', 'config'))
    await place.ok('delete_file', { path: join(outer.A, 'renamed') })
  })
})

describe('a folder that gets or loses its meaning by a move', () => {
  it.each([
    ['x/hooks', 'p/.git/hooks'],
    ['x', 'p/.git'],
    ['x', 'p/.git/modules/sub'],
    ['x', 'p/.git/worktrees/w'],
    ['x', 'p/.vscode'],
    ['x', 'p/.claude'],
    ['x', 'p/.husky'],
  ])('%s is not moved to %s', async (from, to) => {
    put(join(outer.A, 'x', 'hooks', 'pre-commit'))
    put(join(outer.A, 'x', 'tasks.json'))
    mkdirSync(dirname(join(outer.A, to)), { recursive: true })
    expect(await place.refused('move_file', { source: join(outer.A, from), destination: join(outer.A, to) })).toMatch(
      /bridge\.allow|something closed/,
    )
    expect(existsSync(join(outer.A, to))).toBe(false)
  })
  it.each(['.git', '.git/hooks', '.git/modules', '.git/modules/sub', '.vscode', '.husky'])(
    '%s is neither moved away nor deleted',
    async (name) => {
      for (const each of ['.git/hooks/x', '.git/modules/sub/config', '.vscode/tasks.json', '.husky/x']) put(join(outer.A, 'p', each))
      const source = join(outer.A, 'p', name)
      expect(await place.refused('move_file', { source, destination: join(outer.A, 'elsewhere') })).toMatch(/bridge\.allow/)
      expect(await place.refused('delete_file', { path: source })).toMatch(/bridge\.allow/)
    },
  )
  it.each(['.config', '.local', '.local/share', '.cargo'])('~/%s is neither moved away, deleted nor put in place', async (name) => {
    put(join(outer.home, name, 'mine', 'x'))
    const path = join(outer.home, name)
    const said = /bridge\.allow|something closed/
    expect(await place.refused('move_file', { source: path, destination: join(outer.A, 'elsewhere') })).toMatch(said)
    expect(await place.refused('delete_file', { path })).toMatch(said)
    const other = desk({ ...rulesOf(outer), roots: [outer.A, outer.home] })
    put(join(outer.A, 'x', 'git', 'config'))
    execFileSync('rm', ['-r', path])
    mkdirSync(dirname(path), { recursive: true })
    expect(await other.refused('move_file', { source: join(outer.A, 'x'), destination: path })).toMatch(said)
    await other.close()
  })
  it.each(['.git', '.vscode', '.envrc', '.git/hooks'])('a link is not moved to %s', async (name) => {
    put(join(outer.A, 'x', 'tasks.json'))
    mkdirSync(dirname(join(outer.A, 'p', name)), { recursive: true })
    symlinkSync(join(outer.A, 'x'), join(outer.A, 'link'))
    await place.refused('move_file', { source: join(outer.A, 'link'), destination: join(outer.A, 'p', name) })
    expect(existsSync(join(outer.A, 'p', name))).toBe(false)
  })
})

describe('a git directory under any name', () => {
  it('stays the one that the .git file of a worktree or submodule names', async () => {
    const [main, tree] = [join(outer.A, 'main'), join(outer.A, 'tree')]
    mkdirSync(main)
    git(main, 'init')
    git(main, 'commit', '--allow-empty', '-m', 'x')
    git(main, 'worktree', 'add', tree)
    await unchanged(join(tree, '.git'))
    await unchanged(join(main, '.git', 'worktrees', 'tree', 'commondir'))
    await unchanged(join(outer.A, 'plain', '.git'))
  })
  it('keeps hooks and config of a bare repository, and lets the rest change', async () => {
    const bare = join(outer.A, 'store.git')
    mkdirSync(bare)
    git(bare, 'init', '--bare')
    for (const name of ['config', 'hooks/post-update', 'hooks/new', 'commondir', 'config.worktree']) await unchanged(join(bare, name))
    await place.ok('write_file', { path: join(bare, 'description'), content: 'x' })
    await place.ok('move_file', { source: bare, destination: join(outer.A, 'other') })
    await unchanged(join(outer.A, 'other', 'config'))
  })
  it('is recognised beside its project', async () => {
    const project = join(outer.A, 'p')
    mkdirSync(project)
    git(project, 'init', '--separate-git-dir', join(outer.A, 'kept'))
    await unchanged(join(outer.A, 'kept', 'config'))
    await unchanged(join(outer.A, 'kept', 'hooks', 'pre-commit'))
  })
  it('keeps hooks and configuration that it takes from elsewhere', async () => {
    const project = join(outer.A, 'p')
    mkdirSync(join(project, 'sub'), { recursive: true })
    git(project, 'init')
    for (const name of ['tools/hooks/pre-commit', 'tools/more', 'tools/deeper', 'tools/linked', 'tools/other', 'shared/post-merge'])
      put(join(project, name))
    git(project, 'config', 'core.hooksPath', 'tools/hooks')
    git(project, 'config', 'include.path', '../tools/more')
    put(join(project, 'tools/more'), `[include]\n path = deeper\n[core]\n editor = before\n`)
    symlinkSync('../../tools/linked', join(project, '.git', 'hooks', 'post-checkout'))
    put(
      join(outer.home, '.gitconfig'),
      `[includeIf "gitdir:~/"]\n path = ${outer.A}/shared/config\n[core]\n hooksPath = ${outer.A}/shared\n`,
    )
    put(join(outer.A, 'shared', 'config'))
    for (const name of ['p/tools/hooks/pre-commit', 'p/tools/hooks/new', 'p/tools/deeper', 'p/tools/linked', 'shared/config', 'shared/new'])
      await unchanged(join(outer.A, name))
    expect(await place.refused('write_file', { path: join(project, 'tools/more'), content: 'x' })).toMatch(/bridge\.allow/)
    await place.ok('write_file', { path: join(project, 'tools', 'other'), content: 'x' })
  })
  it('leaves a project writable that names itself as its folder of hooks', async () => {
    const project = join(outer.A, 'p')
    mkdirSync(project)
    git(project, 'init')
    git(project, 'config', 'core.hooksPath', '.')
    await place.ok('write_file', { path: join(project, 'a'), content: 'x' })
  })
  it.each([
    [['config', 'objects/', 'refs/', 'HEAD']],
    [['hooks/pre-commit', 'HEAD', 'refs/heads/', 'objects/pack/']],
    [['HEAD', 'config', 'commondir']],
    [['HEAD', 'objects/', 'refs/', 'config']],
    [['HEAD', 'objects/', 'refs/', 'hooks/']],
    [['objects/', 'config', 'HEAD', 'refs/']],
  ])('is not put together by several calls: %j', async (steps) => {
    const folder = join(outer.A, 'made')
    mkdirSync(folder)
    mkdirSync(join(folder, 'keep'))
    const last = steps.at(-1) ?? ''
    for (const step of steps) {
      const path = join(folder, step)
      if (!step.endsWith('/') && step.includes('/')) await place.ok('create_directory', { path: dirname(path) })
      const name = step.endsWith('/') ? 'create_directory' : 'write_file'
      const args = { path, ...(name === 'write_file' && { content: 'ref: refs/heads/main' }) }
      if (step === last) expect(await place.refused(name, args)).toMatch(/bridge\.allow/)
      else await place.ok(name, args)
    }
    const source = join(outer.A, 'part')
    if (last.endsWith('/')) mkdirSync(source)
    else put(source)
    expect(await place.refused('move_file', { source, destination: join(folder, last) })).toMatch(/bridge\.allow/)
  })
})

describe('what makes a git directory', () => {
  it('cannot be removed, and without it the hooks stay protected', async () => {
    const folder = join(outer.A, 'bare')
    for (const name of ['objects', 'refs/heads', 'hooks']) mkdirSync(join(folder, name), { recursive: true })
    for (const name of ['HEAD', 'config']) put(join(folder, name))
    for (const name of ['objects', 'refs', 'refs/heads']) {
      const source = join(folder, name)
      expect(await place.refused('move_file', { source, destination: join(outer.A, 'away') })).toMatch(/bridge\.allow/)
      expect(await place.refused('delete_file', { path: source })).toMatch(/bridge\.allow/)
    }
    rmSync(join(folder, 'HEAD'))
    for (const name of ['hooks/post-checkout', 'config'])
      expect(await place.refused('write_file', { path: join(folder, name), content: 'x' })).toMatch(/bridge\.allow/)
  })
  it('is not assumed of a project with folders of these names', async () => {
    for (const name of ['objects', 'refs', 'hooks', 'config']) mkdirSync(join(outer.A, 'src', name), { recursive: true })
    for (const name of ['hooks/useThing.ts', 'config/index.ts', 'refs/a', 'objects/b'])
      await place.ok('write_file', { path: join(outer.A, 'src', name), content: 'x' })
  })
})

describe('two calls at the same moment', () => {
  it('do not together create what neither may create alone', async () => {
    for (let round = 0; round < 25; round++) {
      const folder = join(outer.A, `made${round}`)
      for (const name of ['objects', 'x']) mkdirSync(join(folder, name), { recursive: true })
      put(join(folder, 'config'))
      const results = await Promise.all([
        place.call('write_file', { path: join(folder, 'HEAD'), content: 'ref: refs/heads/main' }),
        round % 2 === 0
          ? place.call('create_directory', { path: join(folder, 'refs') })
          : place.call('move_file', { source: join(folder, 'x'), destination: join(folder, 'refs') }),
      ])
      expect(results.filter(({ isError }) => isError)).toHaveLength(1)
      expect(existsSync(join(folder, 'HEAD')) && existsSync(join(folder, 'refs'))).toBe(false)
    }
  })
})

describe('bridge.allow', () => {
  it('opens a path, a folder with what is in it, and a name of the list wherever it is', async () => {
    const open = desk({
      ...rulesOf(outer),
      roots: [outer.A, outer.home],
      allow: [join(outer.home, '.bashrc'), join(outer.A, 'mine'), '.git/hooks', '.envrc'],
    })
    const files = ['mine/.git/config', 'mine/deep/.vscode/tasks.json', 'p/.git/hooks/pre-commit', 'p/q/.envrc'].map((name) =>
      join(outer.A, name),
    )
    for (const file of [join(outer.home, '.bashrc'), ...files]) {
      put(file)
      await open.ok('edit_file', { path: file, edits: [{ old_string: 'before', new_string: 'after' }] })
      await open.ok('delete_file', { path: file })
    }
    for (const file of [
      join(outer.home, '.zshrc'),
      join(outer.A, 'p', '.git', 'config'),
      join(outer.A, 'mine2', '.vscode', 'tasks.json'),
    ]) {
      put(file)
      expect(await open.refused('write_file', { path: file, content: 'x' })).toMatch(/bridge\.allow/)
    }
    await open.close()
  })
  it('opens a file that was there before the bridge started', async () => {
    const file = put(join(outer.home, '.bashrc'))
    const open = desk({ ...rulesOf(outer), roots: [outer.A, outer.home], allow: [file] })
    await open.ok('edit_file', { path: file, edits: [{ old_string: 'before', new_string: 'after' }] })
    expect(readFileSync(file, 'utf8')).toBe('after')
    await open.close()
  })
  it('opens a folder that was there before the bridge started', async () => {
    const folder = join(outer.home, '.config', 'git')
    const file = put(join(folder, 'ignore'))
    const open = desk({ ...rulesOf(outer), roots: [outer.A, outer.home], allow: [folder] })
    await open.ok('write_file', { path: file, content: 'after' })
    expect(readFileSync(file, 'utf8')).toBe('after')
    await open.close()
  })
  it('opens a folder under another name too, since it is known by what it is', async () => {
    const rename = () => renameSync(join(outer.home, '.vim'), join(outer.A, 'notes'))
    const file = join(outer.A, 'notes', 'plugin', 'x.vim')
    const answers: string[] = []
    for (const allow of [[], [join(outer.home, '.vim')]]) {
      rmSync(join(outer.A, 'notes'), { recursive: true, force: true })
      put(join(outer.home, '.vim', 'plugin', 'x.vim'))
      const open = desk({ ...rulesOf(outer), roots: [outer.A, outer.home], allow })
      // The bridge looks at its lists before the folder is renamed.
      await open.ok('list_directory', { path: outer.A })
      rename()
      const { isError } = await open.call('write_file', { path: file, content: 'after' })
      answers.push(`${isError === true ? 'refused' : 'written'}: ${readFileSync(file, 'utf8')}`)
      await open.close()
    }
    expect(answers).toEqual(['refused: before', 'written: after'])
  })
  it('opens nothing that is closed', async () => {
    const file = put(join(outer.A, 'p', '.mcp.json'))
    put(join(outer.home, '.ssh', 'config'))
    const open = desk({ ...rulesOf(outer), roots: [outer.A, outer.home], allow: [file, join(outer.home, '.ssh'), outer.A, outer.home] })
    for (const path of [file, join(outer.home, '.ssh', 'config')]) {
      expect(await open.refused('write_file', { path, content: 'x' })).toMatch(/is closed/)
      expect(await open.refused('read_file', { path })).toMatch(/is closed/)
    }
    await open.close()
  })
  it('takes names of the list', () => {
    expect(['.git/hooks', '.git/config', '.envrc', '.vscode/tasks.json', '.git', '.husky/pre-commit'].every(isAutorunName)).toBe(true)
    expect(['~/.bashrc', '/x/.envrc', 'C:\\x\\.envrc', 'Makefile', '.bashrc', 'hooks', '../.envrc/..'].some(isAutorunName)).toBe(false)
  })
})
