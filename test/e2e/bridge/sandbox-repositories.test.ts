import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { describeUnless } from '../../support/left-out.ts'
import { becomeOrdinaryUser } from '../../support/ordinary-user.ts'
import { CANARY, type Desk, desk, textOf } from '../../support/desk.ts'
import { lacksSandbox } from '../../support/machine.ts'

becomeOrdinaryUser()
const lacking = lacksSandbox()

let place: Desk
const put = (path: string, text: string) => place.put(path, text)
const at = (...names: string[]) => join(place.A, ...names)
const read = (...names: string[]) => readFileSync(at(...names), 'utf8')
const outside = (cwd: string, ...args: string[]): string =>
  execFileSync('git', args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, HOME: place.home, GIT_AUTHOR_DATE: '2020-01-01T00:00Z', GIT_COMMITTER_DATE: '2020-01-01T00:00Z' },
  })
const run = async (command: string, cwd = place.A) => {
  const result = await place.call('execute_command', { command, cwd })
  expect(JSON.stringify(result)).not.toContain(CANARY)
  if (result.isError === true) throw new Error(textOf(result))
  return (result.structuredContent ?? {}) as { output: string; exit_code: number }
}
/** Everything in a folder with a digest of its content, so that no change goes unseen. */
const picture = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => {
      const facts = lstatSync(join(folder, name))
      const content = facts.isFile()
        ? createHash('sha256')
            .update(readFileSync(join(folder, name)))
            .digest('hex')
        : ''
      return `${name} ${facts.mode} ${content}`
    })

/** A repository with one commit. */
const repository = (path: string): string => {
  mkdirSync(at(path), { recursive: true })
  outside(at(path), 'init', '--quiet', '--initial-branch', 'main')
  put(`${path}/a`, 'one\n')
  outside(at(path), 'add', '.')
  outside(at(path), 'commit', '--quiet', '--message', 'one')
  return at(path)
}

describeUnless(lacking, 'in the sandbox', () => {
  beforeEach(() => {
    place = desk({ terminal: 'sandbox' })
    writeFileSync(join(place.home, '.gitconfig'), '[user]\n\tname = Ana\n\temail = ana@example.com\n[credential]\n\thelper = "!cat /key"\n')
  })
  afterEach(() => place.close())

  describe('what a repository runs by itself', () => {
    it.each(['.', 'repo', 'some/where/deep/repo'])('is not planted in %s, nor by putting another folder in its place', async (path) => {
      const folder = repository(path)
      const before = [picture(join(folder, '.git', 'hooks')), read(path, '.git', 'config')]
      await run(
        `cd ${path}
        echo 'touch ${place.A}/pwned' > .git/hooks/post-checkout; chmod +x .git/hooks/post-checkout
        rm -rf .git/hooks; mkdir -p .git/hooks; mv .git/hooks .git/h; ln -sfn /tmp .git/hooks
        echo '[core] fsmonitor = "touch ${place.A}/pwned"' >> .git/config; git config core.hooksPath /tmp; rm -f .git/config
        mv .git x; mv .git/config .git/c; cp -r .git /tmp/g; mv /tmp/g .git2; mv .git2 .git
        cd ${place.A}; for each in some some/where some/where/deep ${path}; do mv $each $each.away; done; true`,
      )
      expect([picture(join(folder, '.git', 'hooks')), read(path, '.git', 'config')]).toEqual(before)
      outside(folder, 'checkout', '--quiet', '-b', 'other')
      expect(existsSync(at('pwned'))).toBe(false)
    })
    it('is protected in a submodule, a linked worktree and a bare repository', async () => {
      repository('library')
      const folder = repository('repo')
      outside(folder, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', at('library'), 'parts/library')
      outside(folder, 'worktree', 'add', '--quiet', at('linked'))
      outside(place.A, 'clone', '--quiet', '--bare', folder, at('bare'))
      const git = join(folder, '.git')
      const files = [
        at('linked', '.git'),
        join(folder, 'parts', 'library', '.git'),
        join(git, 'modules', 'parts', 'library', 'config'),
        join(git, 'worktrees', 'linked', 'commondir'),
        join(git, 'worktrees', 'linked', 'gitdir'),
        at('bare', 'config'),
      ]
      const hooks = [join(git, 'modules', 'parts', 'library', 'hooks'), at('bare', 'hooks')]
      await run(
        `${files.map((path) => `echo x >> ${path}; rm -f ${path}; mv ${path} ${path}.away; echo x > ${path}`).join('\n')}
        ${hooks.map((path) => `echo x > ${path}/post-checkout; mv ${path} ${path}.away; mkdir ${path}; echo x > ${path}/post-checkout`).join('\n')}
        mv bare b; mv linked l; mv repo/parts p; mv repo/.git/modules repo/.git/m; mv repo/.git/worktrees/linked repo/.git/worktrees/l; true`,
      )
      for (const path of files) expect(readFileSync(path, 'utf8'), path).not.toMatch(/^x$/m)
      for (const path of hooks) expect(existsSync(join(path, 'post-checkout')), path).toBe(false)
      expect(outside(at('linked'), 'rev-parse', '--git-dir').trim()).toBe(join(git, 'worktrees', 'linked'))
      expect(outside(join(folder, 'parts', 'library'), 'rev-parse', '--git-dir').trim()).toBe(join(git, 'modules', 'parts', 'library'))
    })
    it('is protected where .git, or something in it, is a link', async () => {
      const one = repository('one')
      renameSync(join(one, '.git'), at('kept'))
      symlinkSync('../kept', join(one, '.git'))
      const two = repository('two')
      mkdirSync(join(two, 'scripts'))
      renameSync(join(two, '.git', 'hooks'), join(two, 'my-hooks'))
      symlinkSync('../my-hooks', join(two, '.git', 'hooks'))
      const three = repository('three')
      put('three/scripts/check.sh', '#!/bin/sh\n')
      symlinkSync('../../scripts/check.sh', join(three, '.git', 'hooks', 'pre-commit'))
      await run(
        `rm one/.git; mkdir one/.git; echo x > kept/hooks/post-checkout; echo x >> kept/config
        rm two/.git/hooks; mkdir two/.git/hooks; echo x > two/.git/hooks/post-checkout; echo x > two/my-hooks/post-checkout
        echo x > three/scripts/check.sh; mv three/scripts three/s; true`,
      )
      expect(lstatSync(join(one, '.git')).isSymbolicLink()).toBe(true)
      expect(lstatSync(join(two, '.git', 'hooks')).isSymbolicLink()).toBe(true)
      expect([at('kept', 'hooks', 'post-checkout'), join(two, 'my-hooks', 'post-checkout')].filter((path) => existsSync(path))).toEqual([])
      expect(read('kept', 'config')).not.toMatch(/^x$/m)
      expect(read('three', 'scripts', 'check.sh')).toBe('#!/bin/sh\n')
    })
    it('is protected where the configuration names a folder of hooks, or includes a file', async () => {
      const folder = repository('repo')
      put('repo/tools/hooks/pre-commit', '#!/bin/sh\n')
      put('repo/tools/config', '[alias]\n')
      outside(folder, 'config', 'core.hooksPath', 'tools/hooks')
      outside(folder, 'config', 'include.path', '../tools/config')
      put('repo/tools/monitor', '#!/bin/sh\n')
      outside(folder, 'config', 'core.fsmonitor', './tools/monitor')
      outside(folder, 'worktree', 'add', '--quiet', at('linked'))
      put('linked/tools/hooks/pre-commit', '#!/bin/sh\n')
      await run('echo x > linked/tools/hooks/pre-commit; echo x > repo/tools/monitor; true')
      expect([read('linked', 'tools', 'hooks', 'pre-commit'), read('repo', 'tools', 'monitor')]).toEqual(['#!/bin/sh\n', '#!/bin/sh\n'])
      await run(
        'echo x > repo/tools/hooks/pre-commit; echo x > repo/tools/hooks/post-checkout; echo x > repo/tools/config; mv repo/tools repo/t; true',
      )
      expect([read('repo', 'tools', 'hooks', 'pre-commit'), read('repo', 'tools', 'config')]).toEqual(['#!/bin/sh\n', '[alias]\n'])
      expect(readdirSync(join(folder, 'tools', 'hooks'))).toEqual(['pre-commit'])
    })
    it('belongs to the command that made it, and is protected from the next one', async () => {
      const { output } = await run(
        'git init -q fresh && cd fresh && git config user.name Q && echo 1 > f && git add f && git commit -qm f && git log --format=%an',
      )
      expect(output).toContain('Q\n')
      await run('echo x > fresh/.git/hooks/post-checkout; echo x >> fresh/.git/config; mv fresh/.git fresh/x; true')
      expect(existsSync(at('fresh', '.git', 'hooks', 'post-checkout'))).toBe(false)
    })
  })

  it('everyday git works, with files of clients that are tracked and that are not', async () => {
    const folder = repository('repo')
    for (const path of ['.mcp.json', '.vscode/mcp.json', '.kiro/hooks/one']) put(`repo/${path}`, JSON.stringify({ key: CANARY }))
    put('repo/.vscode/tasks.json', '{}\n')
    outside(folder, 'add', '.')
    outside(folder, 'commit', '--quiet', '--message', 'two')
    outside(folder, 'tag', 'before')
    mkdirSync(at('repo', '.cursor'))
    put('repo/.cursor/mcp.json', CANARY)
    const { output } = await run(
      `set -e
      git status --short
      echo two >> a; git commit -qam 'by a command'; git log -1 --format='%an <%ae> %s'
      echo three >> a; echo new > n; git stash -q; git stash pop -q; git stash -q -u; git stash pop -q
      git add -A; git commit -qm all
      git checkout -q -b feature; echo f > f; git add .; git commit -qm feature
      git checkout -q main; echo m > m; git add .; git commit -qm m; git rebase -q feature; git merge -q feature
      git switch -q feature; git reset -q --hard HEAD; git branch third; git tag v1; git gc -q
      git clone -q . /tmp/clone; git diff --stat; git status --short; echo done`,
      folder,
    )
    expect(output).toBe('Ana <ana@example.com> by a command\ndone\n')
    expect(outside(folder, 'status', '--short')).toBe('?? .cursor/\n')
    expect(outside(folder, 'diff', '--name-only', 'before', 'HEAD')).not.toMatch(/mcp|kiro|tasks/)
    for (const path of ['.mcp.json', '.vscode/mcp.json', '.kiro/hooks/one']) expect(read('repo', path)).toContain(CANARY)
  })
  it('the settings of git that are shown name no program and hold no key', async () => {
    repository('repo')
    expect((await run('git config --list --show-scope; cat ~/.gitconfig', at('repo'))).output).not.toMatch(/cat \/key/)
  })

  describe('files of clients in projects below an allowed folder', () => {
    const closed = [
      '.mcp.json',
      '.cursor/mcp.json',
      '.claude/settings.json',
      '.claude/settings.local.json',
      '.vscode/mcp.json',
      '.codex/config.toml',
    ]
    const kept = ['.vscode/tasks.json', '.envrc']
    it.each(['.', 'p', 'group/of/projects/p'])('are not shown and not changed in %s', async (path) => {
      for (const file of closed) put(join(path, file), CANARY)
      for (const file of kept) put(join(path, file), 'kept\n')
      await run(
        `cd ${path}; ${closed.map((file) => `cat ${file}; echo x > ${file}; cp /etc/passwd ${file}; rm -f ${file}; mv ${file} ${file}.a; echo x > ${file}`).join('; ')}
        ${kept.map((file) => `cat ${file}; echo x > ${file}; rm -f ${file}; mv ${file} ${file}.a; echo x > ${file}`).join('; ')}
        for each in .cursor .claude .vscode .codex; do mv $each $each.away; rm -rf $each; mkdir -p $each; done; ln -sfn /tmp .cursor
        cd ${place.A}; mv group g; mv group/of group/o; mv p q; grep -r canary . /proc/*/root${place.A}; cat ${path}/.mcp.json | wc -c`,
      )
      for (const file of closed) expect(read(path, file), file).toBe(CANARY)
      for (const file of kept) expect(read(path, file), file).toBe('kept\n')
    })
    it('stay what they are where they are links', async () => {
      put('real/one.json', CANARY)
      mkdirSync(at('p'))
      symlinkSync('../real/one.json', at('p', '.mcp.json'))
      mkdirSync(at('real', 'cursor'))
      put('real/cursor/mcp.json', CANARY)
      symlinkSync('../real/cursor', at('p', '.cursor'))
      await run(
        'cat p/.mcp.json real/one.json p/.cursor/mcp.json real/cursor/mcp.json; rm p/.mcp.json p/.cursor; echo x > p/.mcp.json; echo x > real/one.json; echo x > real/cursor/mcp.json; true',
      )
      expect(lstatSync(at('p', '.mcp.json')).isSymbolicLink()).toBe(true)
      expect(lstatSync(at('p', '.cursor')).isSymbolicLink()).toBe(true)
      expect([read('real', 'one.json'), read('real', 'cursor', 'mcp.json')]).toEqual([CANARY, CANARY])
    })
  })

  it('is laid out without leaving anything in the allowed folders', async () => {
    repository('repo')
    for (const path of ['.claude/x', '.cursor/x', '.vscode/x', 'deep/.git/x', 'deep/.kiro/x']) put(path, 'x')
    const before = picture(place.A)
    await run('true')
    await run('cat .claude/x; ls -la .vscode deep/.git')
    expect(picture(place.A)).toEqual(before)
  })
  it('is refused when a part of a path becomes a link meanwhile', async () => {
    // A command that swaps a folder for a link to the outside again and again, while others are started.
    put('swap/p/.mcp.json', '{}')
    put('swap/p/.envrc', '')
    mkdirSync(join(place.home, '.ssh'))
    for (const name of ['.mcp.json', '.envrc', 'id']) writeFileSync(join(place.home, '.ssh', name), CANARY)
    const swapping = `cd swap; mkdir q; ln -s ${place.home}/.ssh l; while :; do mv -T p r; mv -T l p; mv -T p l; mv -T r p; done`
    const swapper = spawnSync('true')
    expect(swapper.status).toBe(0)
    const { spawn } = await import('node:child_process')
    const child = spawn('bash', ['-c', swapping], { cwd: place.A, stdio: 'ignore' })
    try {
      for (let tries = 0; tries < 25; tries++) {
        const result = await place.call('execute_command', {
          command: 'cat swap/*/id swap/*/.mcp.json swap/*/.envrc; ls -la swap/* | grep " id$"',
        })
        expect(JSON.stringify(result)).not.toContain(CANARY)
        expect(textOf(result)).not.toMatch(/ id$/m)
      }
    } finally {
      child.kill('SIGKILL')
    }
  })
})
