import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { cli } from '../../support/cli.ts'
import { type Scratch, scratch } from '../../support/scratch.ts'
import { copies, pem, token } from '../../support/key-copies.ts'

const stored = token(40)
const lines = pem()
const other = 'tvly-dev-9aB3dE5fG7hJ9kL1mN3pQ5'

interface Finding {
  readonly level: string
  readonly subject: string
  readonly message: string
  readonly detail?: readonly string[]
}

/** A repository in a home with two stored keys. */
function repository(folder = 'work') {
  const place = scratch()
  place.write('.mcp-twin/mcp-twin.json', '{ "version": 1, "servers": {} }')
  place.write('.mcp-twin/secrets.json', JSON.stringify({ SPARE: stored, PEM: lines }), 0o600)
  chmodSync(place.path('.mcp-twin'), 0o700)
  const root = place.path(folder)
  mkdirSync(root, { recursive: true })
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], {
      cwd: root,
      env: place.env,
      stdio: 'pipe',
    }).toString()
  git('init', '-q', '.')
  return {
    ...{ place, root, git },
    put(name: string, text: string | Uint8Array) {
      mkdirSync(dirname(join(root, name)), { recursive: true })
      writeFileSync(join(root, name), text)
      git('add', '-f', name)
    },
    found: (at = root) => found(place, at),
  }
}

async function found(place: Scratch, cwd: string): Promise<Finding[]> {
  const { json, output } = await cli(place, ['doctor', '--check', 'secrets-in-tracked-files', '--json'], { cwd })
  expect(output).not.toContain(stored)
  expect(output).not.toContain(other)
  return (json as { findings: Finding[] }).findings
}
const errors = (all: readonly Finding[]) =>
  all.filter(({ level }) => level === 'error').map(({ subject, detail }) => `${subject} ${detail?.[0]?.split('/').slice(-2).join('/')}`)

describe('doctor on a repository', () => {
  it('finds what looks like a key in the files of every program, as that program writes them', async () => {
    const { put, found } = repository()
    const env = `"env": { "WEB_API_KEY": "${other}" }`
    put('.mcp.json', `{ "mcpServers": { "a": { ${env}, } } } // mine`)
    put('.vscode/mcp.json', `{ "inputs": [], /* c */ "servers": { "b": { ${env} } } }`)
    put('sub/.cursor/mcp.json', `\uFEFF{ // one comment\r\n "mcpServers": { "c": { ${env} } } }`)
    put('.codex/config.toml', `[mcp_servers.d]\ncommand = "x"\nenv = { WEB_API_KEY = "${other}" }\n`)
    put('.gemini/settings.json', `{ "mcpServers": { "e": { "httpUrl": "https://x.example/mcp?apiKey=${other}" } } }`)
    put('opencode.json', `{ "mcp": { "f": { "type": "local", "command": ["npx", "--api-key", "${other}"] } } }`)
    put('mcp-twin.json', `{ "version": 1, "servers": { "g": { "command": "x", "args": ["--token=${other}"] } } }`)
    put('.claude/settings.local.json', `{ "env": { "WEB_API_KEY": "${other}" } }`)
    put('.roo/mcp.json', `{ "mcpServers": { "h": { "headers": { "Authorization": "Bearer ${other}" } } } }`)
    put('package.json', `{ "name": "x", "config": { "WEB_API_KEY": "${other}" } }`)
    expect(errors(await found()).sort()).toEqual([
      'a: WEB_API_KEY work/.mcp.json',
      'b: WEB_API_KEY .vscode/mcp.json',
      'c: WEB_API_KEY .cursor/mcp.json',
      'd: WEB_API_KEY .codex/config.toml',
      'e: apiKey .gemini/settings.json',
      'env: WEB_API_KEY .claude/settings.local.json',
      'f: api-key work/opencode.json',
      'g: token work/mcp-twin.json',
      'h: token .roo/mcp.json',
    ])
  })
  it('finds copies of stored keys in any tracked config or text, in whatever spelling', async () => {
    const { put, found, root } = repository()
    const spellings = Object.entries(copies)
    for (const [at, [, copy]] of spellings.entries()) put(`notes/${at}.md`, `see ${copy(stored)} there\n`)
    put('deploy/key.pem', lines)
    put('deploy/values.yaml', `key: |\n${lines.replace(/^/gm, '  ')}\n`)
    put('deploy/one-line.json', JSON.stringify({ private_key: lines.split('\n')[1] }))
    put('settings.ini', Buffer.from(`\uFEFFkey=${stored}`, 'utf16le'))
    const all = await found()
    const files = all.filter(({ level }) => level === 'error').map(({ detail }) => detail?.[0]?.slice(root.length + 1))
    expect(files.sort()).toEqual(
      [
        ...spellings.map((_, at) => `notes/${at}.md`),
        'deploy/key.pem',
        'deploy/one-line.json',
        'deploy/values.yaml',
        'settings.ini',
      ].sort(),
    )
  })
  it('finds what is staged, though the file says something else by now or is gone', async () => {
    const { put, found, root, git } = repository()
    put('.mcp.json', `{ "mcpServers": { "a": { "env": { "WEB_API_KEY": "${other}" } } } }`)
    put('a.env', `KEY=${stored}\n`)
    put('b.env', `KEY=${stored}\n`)
    git('commit', '-qm', 'x')
    writeFileSync(join(root, '.mcp.json'), '{}')
    writeFileSync(join(root, 'a.env'), 'KEY=\n')
    rmSync(join(root, 'b.env'))
    const all = await found()
    expect(errors(all).sort()).toEqual(['a: WEB_API_KEY work/.mcp.json', 'tracked file work/a.env', 'tracked file work/b.env'])
    expect(all.every(({ level, message }) => level !== 'error' || /in what is staged/.test(message))).toBe(true)
  })
  it('finds them from a folder below, in a worktree, and in a project of its own manifest', async () => {
    const { put, found, root, git, place } = repository()
    put('sub/project/mcp-twin.json', '{ "version": 1, "servers": {} }')
    put('top.env', `KEY=${stored}\n`)
    git('commit', '-qm', 'x')
    expect(errors(await found(join(root, 'sub/project')))).toEqual(['tracked file work/top.env'])
    git('worktree', 'add', '-q', place.path('tree'))
    expect(errors(await found(place.path('tree/sub')))).toEqual(['tracked file tree/top.env'])
  })
  it('says what it could not read, and searches it as text', async () => {
    const { put, found } = repository()
    put('.mcp.json', `{ "mcpServers": { "a": { "env": { "WEB_API_KEY": "${other}"\n<<<<<<< HEAD\n`)
    put('.vscode/mcp.json', `{ "servers": { `)
    put('.cursor/mcp.json', `{ "mcpServers": {} } // "OLD_TOKEN": "${other}"`)
    const all = await found()
    expect(errors(all).sort()).toEqual(['OLD_TOKEN .cursor/mcp.json', 'WEB_API_KEY work/.mcp.json'])
    expect(all.filter(({ level }) => level === 'warning').map(({ message, detail }) => [detail?.[0]?.split('/').at(-1), message])).toEqual([
      ['.mcp.json', expect.stringMatching(/cannot be read as a config \(.+\), so it was searched as text alone/)],
      ['mcp.json', expect.stringMatching(/searched as text alone/)],
    ])
  })
  it('lists what it searched where it found nothing, and follows no link', async () => {
    const { put, found, root, git, place } = repository()
    put('.mcp.json', '{ "mcpServers": { "a": { "command": "x", "env": { "K": "${K}" } } } }')
    put('notes.md', 'nothing here\n')
    symlinkSync(place.path('.mcp-twin/secrets.json'), join(root, 'link.json'))
    git('add', 'link.json')
    writeFileSync(join(root, 'untracked.env'), `KEY=${stored}\n`)
    expect(await found()).toMatchObject([
      {
        level: 'ok',
        message:
          "2 tracked files (configs, scripts, notes) searched for copies of stored keys, 1 program's config for whatever looks like a key; not sources, nor the history",
      },
    ])
  })
  it('starts no git that lies in the repository, where the search path names the working directory', async () => {
    const { root, place } = repository()
    writeFileSync(join(root, 'git'), `#!/bin/sh\ntouch ${place.path('started')}\n`, { mode: 0o755 })
    await cli(place, ['doctor', '--check', 'secrets-in-tracked-files'], { cwd: root, env: { PATH: `:${process.env.PATH}` } })
    expect(existsSync(place.path('started'))).toBe(false)
  })
  it('says that it does not know where git or the store cannot be read', async () => {
    const { put, found, place, root } = repository()
    put('notes.md', `${stored}\n`)
    place.write('.mcp-twin/secrets.json', '{ damaged', 0o600)
    expect(await found()).toMatchObject([
      { level: 'skipped', message: 'copies of stored keys were not searched for, since the keys cannot be read here' },
      { level: 'ok' },
    ])
    writeFileSync(join(root, '.git/index'), 'damaged')
    expect(await found()).toMatchObject([{ level: 'skipped', message: expect.stringMatching(/git does not say what is tracked here: /) }])
  })
  it('runs nothing that the repository names', async () => {
    const { put, found, root, git, place } = repository()
    put('.mcp.json', '{}')
    put('.gitattributes', '* filter=mine diff=mine\n')
    const mark = place.path('mark')
    writeFileSync(join(root, 'mark.sh'), `#!/bin/sh\ntouch '${mark}'\ncat\n`, { mode: 0o755 })
    const run = join(root, 'mark.sh')
    for (const name of [
      'core.fsmonitor',
      'filter.mine.clean',
      'filter.mine.smudge',
      'filter.mine.process',
      'diff.mine.textconv',
      'core.pager',
      'core.sshCommand',
    ])
      git('config', name, run)
    writeFileSync(join(root, '.mcp.json'), '{ "changed": 1 }')
    await found()
    expect(place.has('mark')).toBe(false)
  })
  it.each([
    ['config', 'a pipe'],
    ['config', 'an include without end'],
    ['index', 'a pipe'],
    ['index', 'a link to an endless file'],
    ['HEAD', 'a pipe'],
    ['commondir', 'a pipe'],
    ['objects/info/alternates', 'a link to an endless file'],
    ['objects/pack', 'a pipe'],
  ])('waits for nothing and fills no memory with .git/%s as %s', async (name, kind) => {
    const { put, found, root } = repository()
    put('a.env', `KEY=${stored}\n`)
    // Staged content is asked for.
    writeFileSync(join(root, 'a.env'), 'KEY=\n')
    const path = join(root, '.git', name)
    rmSync(path, { recursive: true, force: true })
    if (kind === 'a pipe') execFileSync('mkfifo', [path])
    else if (kind === 'a link to an endless file') symlinkSync('/dev/zero', path)
    else writeFileSync(path, '[include]\n\tpath = /dev/zero\n')
    const all = await found()
    if (['config', 'HEAD', 'objects/pack'].includes(name)) expect(errors(all)).toEqual(['tracked file work/a.env'])
    else expect(all).toMatchObject([{ level: 'skipped' }, ...(all.length > 1 ? [{ level: 'ok' }] : [])])
  })
})
