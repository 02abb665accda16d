import { describe, expect, it } from 'vitest'
import { lockedTrouble } from '../../../src/core/packages/lock-rules.ts'
import { comparePython, parsePython } from '../../../src/core/packages/python.ts'
import { lockBytes } from '../../../src/effects/manifest/records.ts'
import { type LockedPackage, lockSchema } from '../../../src/model/lock.ts'

describe('words that name a package of PyPI', () => {
  it.each([
    ['mcp-server-git', 'mcp-server-git', null],
    ['mcp-server-git@2026.1.1', 'mcp-server-git', '2026.1.1'],
    ['mcp-server-git==2026.1.1', 'mcp-server-git', '2026.1.1'],
    ['MCP_Server.Git@1', 'mcp-server-git', '1'],
    ['a@latest', 'a', null],
    ['a@1.0rc1.post2.dev3', 'a', '1.0rc1.post2.dev3'],
    ['  a@1  ', 'a', '1'],
  ])('%s', (words, name, version) => expect(parsePython(words)).toEqual({ name, version }))

  it.each([
    ...['', '-', '--index-url=http://x', '-e .', '.', './a', '../a', '/a', 'C:\\a', 'a/b', 'a\\b', '~a', 'a b', 'a.', '-a', 'a-'],
    ...[
      'git+https://x.example/a',
      'https://x.example/a.whl',
      'file:///a',
      'a @ https://x.example/a.whl',
      'a[extra]',
      'a; python_version>"3"',
    ],
    ...[
      'a@',
      'a@../b',
      'a@^1',
      'a@>=1',
      'a>=1',
      'a~=1',
      'a==1.*',
      'a@1.0+local',
      'a@1!2',
      'a@1 --index-url http://x',
      'a@1\nb',
      'ａ',
      'a\u0000',
    ],
    'a'.repeat(300),
  ])('refuses %j', (words) => expect(parsePython(words)).toHaveProperty('refuse'))
})

it('orders versions as PEP 440 does', () => {
  const rising = ['1.dev1', '1a1.dev1', '1a1', '1b1', '1rc1', '1rc2', '1', '1.post1.dev1', '1.post1', '1.0.1', '1.2', '1.10', '2026.1.1']
  for (const [at, version] of rising.entries())
    for (const [other, than] of rising.entries())
      expect(Math.sign(comparePython(version, than)), `${version} ${than}`).toBe(Math.sign(at - other))
  expect(comparePython('1', '1.0.0')).toBe(0)
})

describe('a package of PyPI in a lock', () => {
  const sound: LockedPackage = {
    name: 'mcp-server-git',
    version: '2026.1.1',
    bin: { 'mcp-server-git': 'mcp-server-git' },
    python: { excludeNewer: '2026-11-23T10:00:00Z', version: '3.13' },
  }
  const trouble = (more: Partial<LockedPackage>, words = 'pypi:mcp-server-git') => lockedTrouble(words, { ...sound, ...more })?.message

  it('is fine under its words', () => {
    expect(trouble({})).toBeUndefined()
    expect(trouble({}, 'pypi:mcp-server-git@2026.1.1')).toBeUndefined()
    expect(trouble({}, 'pypi:MCP_server_git@2026.01.1.0')).toBeUndefined()
  })

  it.each([
    ['another name', { name: 'evil' }, /pinned under the name of another package/],
    ['a range', { version: '>=1' }, /is not one exact version/],
    ['a version that leads out of its folder', { version: '../1' }, /is not one exact version/],
    ['a date that is a flag', { python: { excludeNewer: '--index-url=x', version: '3.13' } }, /date or the Python/],
    ['a path in place of a Python', { python: { excludeNewer: '2026-11-23T10:00:00Z', version: '/tmp/python' } }, /date or the Python/],
    ['a program outside its folder', { bin: { '../x': '../x' } }, /is not a program name/],
    ['a program that is a flag', { bin: { '-x': '-x' } }, /is not a program name/],
  ])('is refused with %s', (_, more, message) => expect(trouble(more)).toMatch(message))

  it('is refused without what pins its dependencies', () => {
    const { python: _, ...bare } = sound
    expect(lockedTrouble('pypi:mcp-server-git', bare)?.message).toMatch(/date or the Python/)
  })

  it('is refused under words that name another version', () => {
    expect(trouble({}, 'pypi:mcp-server-git@2025.1.1')).toMatch(/the manifest names 2025\.1\.1/)
  })

  it('is kept apart in the file, and comes back as it was', () => {
    const lock = { version: 1 as const, packages: { 'a@1': { name: 'a', version: '1.0.0', bin: {} }, 'pypi:mcp-server-git': sound } }
    const file = JSON.parse(new TextDecoder().decode(lockBytes(lock)))
    expect(Object.keys(file.packages)).toEqual(['a@1'])
    expect(file.python).toEqual({
      'mcp-server-git': {
        ...{ name: 'mcp-server-git', version: '2026.1.1', excludeNewer: '2026-11-23T10:00:00Z', python: '3.13' },
        bin: ['mcp-server-git'],
      },
    })
    expect(lockSchema.parse(file)).toEqual(lock)
  })

  it('changes nothing in a lock that has none', () => {
    const lock = { version: 1 as const, packages: {} }
    expect(new TextDecoder().decode(lockBytes(lock))).toBe('{\n  "version": 1,\n  "packages": {}\n}\n')
  })
})
