import { describe, expect, it } from 'vitest'
import { uvxPackage } from '../../../src/core/launch/package-runner.ts'
import { type NeutralContext, neutral } from '../../../src/core/launch/read.ts'
import { startsSame } from '../../../src/core/launch/same.ts'
import type { Environment } from '../../../src/model/environment.ts'
import type { LockedPackage } from '../../../src/model/lock.ts'
import { folderOf, read, render, ubuntu, windows, written } from '../../support/launches.ts'

const python = { excludeNewer: '2026-11-23T10:00:00Z', version: '3.13' }
const packages: Record<string, LockedPackage> = {
  'pypi:mcp-server-git@2026.1.1': { name: 'mcp-server-git', version: '2026.1.1', bin: { 'mcp-server-git': 'mcp-server-git' }, python },
  'pypi:two': { name: 'two', version: '1.0', bin: { one: 'one', other: 'other' }, python },
}
const lock = { version: 1 as const, packages }
const git = { pypi: 'mcp-server-git@2026.1.1', args: ['--quiet'], env: { A: 'b' } }
const world = { environments: [ubuntu, windows] }
const context = (environment: Environment, more: Partial<NeutralContext> = {}): NeutralContext => ({
  ...{ environment, world, home: ubuntu, lock, folders: folderOf(world), ...more },
})
const refusal = (server: object) => {
  const found = render('git', { server, more: { lock } })
  return found.kind === 'refuse' ? `${found.reason} → ${found.hint}` : found.kind
}

describe('a Python package', () => {
  it('is its console script by the full path of each side', () => {
    expect(written('git', { server: git, more: { lock } })).toMatchObject({
      command: '/home/ana/.mcp-twin/pypi/mcp-server-git@2026.1.1/tools/mcp-server-git/bin/mcp-server-git',
      args: ['--quiet'],
      env: { A: 'b' },
    })
    expect(written('git', { server: git, environment: windows, client: 'claude-desktop', more: { lock } }).command).toBe(
      'C:\\Users\\Ana Ruiz\\.mcp-twin\\pypi\\mcp-server-git@2026.1.1\\bin\\mcp-server-git.exe',
    )
  })

  it.each([
    ['WSL', ubuntu, 'claude-code'],
    ['Windows', windows, 'claude-desktop'],
  ] as const)('is read back as what it was rendered from, on %s', (_, environment, client) => {
    for (const server of [git, { pypi: 'two', bin: 'other' }, { pypi: 'mcp-server-git@2026.1.1' }]) {
      const entry = read(written('git', { server, environment, client, more: { lock } }), client)
      expect(neutral(entry, context(environment))).toEqual(server)
      // Without the lock the folder tells the version.
      const bare = neutral(entry, context(environment, { lock: { version: 1, packages: {} } }))
      expect(bare.pypi).toBe(server.pypi === 'two' ? 'two@1.0' : server.pypi)
    }
  })

  it('is started across the border by the side where it runs', () => {
    const { command, args } = written('git', {
      ...{ server: { ...git, runIn: 'wsl' }, environment: windows, client: 'claude-desktop', more: { lock } },
    }) as { command: string; args: string[] }
    expect(command).toMatch(/wsl\.exe$/)
    expect(args.join(' ')).toContain('/home/ana/.mcp-twin/pypi/mcp-server-git@2026.1.1/tools/mcp-server-git/bin/mcp-server-git')
  })

  it('is uvx with its exact version in the files of a project, which hold no path of a machine', () => {
    const inProject = (server: object) => written('git', { server, scope: 'project', more: { lock } })
    expect(inProject(git)).toMatchObject({ command: 'uvx', args: ['mcp-server-git@2026.1.1', '--quiet'] })
    expect(inProject({ pypi: 'two', bin: 'one' })).toMatchObject({ command: 'uvx', args: ['--from', 'two==1.0', 'one'] })
  })

  it('is refused where several programs could be meant, and where nothing is pinned', () => {
    expect(refusal({ pypi: 'two' })).toMatch(/two has several programs: one, other/)
    expect(refusal({ pypi: 'new' })).toMatch(/no version of new is pinned yet.*astral\.sh/)
  })
})

describe('a uvx line', () => {
  it.each<[string, string[], ReturnType<typeof uvxPackage>]>([
    ['uvx', ['mcp-server-git'], { server: { pypi: 'mcp-server-git' }, args: [] }],
    ['uvx', ['-q', 'mcp-server-git@latest', '-q'], { server: { pypi: 'mcp-server-git' }, args: ['-q'] }],
    ['/home/ana/.local/bin/uvx', ['mcp-server-git==2026.1.1', 'x'], { server: { pypi: 'mcp-server-git@2026.1.1' }, args: ['x'] }],
    ['C:\\Users\\Ana\\.local\\bin\\uvx.exe', ['a'], { server: { pypi: 'a' }, args: [] }],
    ['uv', ['tool', 'run', 'a', '--b'], { server: { pypi: 'a' }, args: ['--b'] }],
    ['uvx', ['--from', 'a', 'b', 'c'], { server: { pypi: 'a', bin: 'b' }, args: ['c'] }],
    ['uvx', ['--from=a==1', 'a'], { server: { pypi: 'a@1' }, args: [] }],
  ])('%s %j is a package', (command, args, found) => expect(uvxPackage(command, args)).toEqual(found))

  it.each([
    ...[
      ['--from', 'git+https://x.example/a', 'a'],
      ['--with', 'x', 'a'],
      ['--python', '3.11', 'a'],
      ['--index-url', 'http://x', 'a'],
      ['--from', 'a'],
    ],
    ...[['git+https://x.example/a'], ['./a'], ['a[cli]'], ['a>=1'], ['--from', 'a[cli]', 'a'], ['--refresh', 'a'], []],
  ])('stays as typed with %j %j %j', (...args) => expect(uvxPackage('uvx', args)).toBeNull())

  it('is read as a package only where its side has uv', () => {
    const entry = { kind: 'stdio' as const, command: 'uvx', args: ['a', '--b'], env: {} }
    expect(neutral(entry, context(ubuntu))).toEqual({ command: 'uvx', args: ['a', '--b'] })
    expect(neutral(entry, context(ubuntu, { hasUv: ({ id }) => id === ubuntu.id }))).toEqual({ pypi: 'a', args: ['--b'] })
    expect(neutral(entry, context(windows, { hasUv: ({ id }) => id === ubuntu.id }))).toEqual({ command: 'uvx', args: ['a', '--b'] })
  })

  it('starts the same as its package', () => {
    expect(startsSame({ pypi: 'a@1' }, { command: 'uvx', args: ['a'] })).toBe(true)
    expect(startsSame({ pypi: 'a@1' }, { pypi: 'a' })).toBe(true)
    expect(startsSame({ pypi: 'a' }, { pypi: 'b' })).toBe(false)
  })
})
