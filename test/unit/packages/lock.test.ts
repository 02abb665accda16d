import fc from 'fast-check'
import { posix, win32 } from 'node:path'
import { describe, expect, it } from 'vitest'
import { binTrouble, isIntegrity, lockedTrouble } from '../../../src/core/packages/lock-rules.ts'
import { checkedLock, lockBreaches, lockedFor } from '../../../src/core/manifest/locked.ts'
import { isExact } from '../../../src/core/packages/words.ts'
import type { LockedPackage } from '../../../src/model/lock.ts'
import { runs } from '../../support/runs.ts'

const sha512 = `sha512-${'A'.repeat(86)}==`
const sound: LockedPackage = { name: 'thing', version: '1.2.3', integrity: sha512, bin: { thing: 'dist/index.js' } }
const trouble = (more: Partial<LockedPackage>, words = 'thing@^1') => lockedTrouble(words, { ...sound, ...more })?.message

describe('a package in a lock', () => {
  it.each(['thing', 'thing@^1', 'thing@latest', 'thing@1.2.3', 'thing@1.2.3+build.7'])('is fine under the words %s', (words) =>
    expect(trouble({}, words)).toBeUndefined(),
  )

  it.each([
    ...['file:../x', 'file:x.tgz', 'https://x.example/x.tgz', 'git+ssh://git@x/y.git', 'github:a/b', 'a/b', 'npm:other@1.0.0', 'latest'],
    ...['^1.0.0', '~1.0.0', '1', '1.2', '1.x', '*', '', ' 1.0.0', '1.0.0 ', '1.0.0 || 2.0.0', 'v1.0.0', '=1.0.0', '1.0.0/../../x'],
    ...[
      '1.0.0-x.tgz',
      '1.0.0-x.tar.gz',
      '1.0.0+x.tar',
      '../1.0.0',
      '1.0.0-..',
      '1.0.0-a..b',
      '01.0.0',
      '1.0.0-01',
      '1.0.0\n',
      '1.0.0\u0000',
    ],
    ...['workspace:*', 'link:../x', '--registry=http://x', '1.0.0 --registry=x', `1.0.0-${'a'.repeat(300)}`, '１.0.0'],
  ])('is refused with the version %j', (version) => expect(trouble({ version })).toMatch(/is not one exact version/))

  it('is refused under words that name another package or another exact version', () => {
    expect(trouble({ name: 'evil' })).toMatch(/"evil" is pinned under the name of another package, thing/)
    expect(trouble({ name: 'Thing' })).toBeDefined()
    expect(trouble({}, '@a/thing@^1')).toBeDefined()
    expect(trouble({ version: '1.2.4' }, 'thing@1.2.3')).toMatch(/the manifest names 1\.2\.3/)
    for (const words of ['file:../x', '../x', 'thing@file:../x', 'thing@npm:evil@1.0.0', 'git+https://x/y', '', '__proto__'])
      expect([words, trouble({}, words)]).toEqual([words, expect.any(String)])
  })

  it.each([
    ...[
      '../x.js',
      'a/../../x.js',
      '..',
      'a/..',
      '/etc/x.js',
      '//host/x.js',
      'C:/x.js',
      'C:x.js',
      '\\x.js',
      'a\\..\\x.js',
      '\\\\host\\x.js',
    ],
    ...['', '.', './', 'a/', 'a//b.js', 'a/./b.js', '././../x', '.. /x.js', '..../x.js', 'a /x.js', 'a./x.js', 'a\u0000.js', 'a\n.js'],
    ...['x.js:stream', 'file:x.js', 'a?.js', '~/../x'],
  ])('is refused with the program path %j', (path) => expect(trouble({ bin: { thing: path } })).toMatch(/^the path of program "thing"/))

  it.each(['x.js', './x.js', 'dist/index.js', 'bin/a.b-c_d', 'bin/@x/y', '.bin/x', '...x/y.js'])(
    'is fine with the program path %j',
    (path) => expect(trouble({ bin: { thing: path } })).toBeUndefined(),
  )

  it.each(['', '-y', '--call=x', 'a/b', 'a\\b', 'a\u001b[2J'])('is refused with a program called %j', (program) =>
    expect(trouble({ bin: { [program]: 'x.js' } })).toMatch(/not a program name/),
  )

  it('is judged again where it is used, and the rest of a lock is not used at all', () => {
    const lock = { version: 1 as const, packages: { 'thing@^1': { ...sound, version: 'file:..' }, other: { ...sound, name: 'other' } } }
    expect(lockedFor(lock, 'thing@^1')).toEqual({ refuse: expect.stringContaining('not one exact version') })
    expect(lockedFor(lock, 'constructor')).toBeUndefined()
    expect(Object.keys(checkedLock(lock, { servers: { a: { package: 'other' } } }).packages)).toEqual(['other'])
    expect(lockBreaches(lock)).toEqual([{ path: ['packages', 'thing@^1', 'version'], message: expect.any(String) }])
  })
})

describe('integrity', () => {
  it.each([
    sha512,
    `sha1-${'b'.repeat(27)}=`,
    `sha256-${'+'.repeat(43)}=`,
    `sha384-${'/'.repeat(64)}`,
    `${sha512}?foo`,
    `${sha512} ${sha512}`,
  ])('%s is well-formed', (text) => expect(isIntegrity(text)).toBe(true))
  it.each([
    '',
    ' ',
    'sha512-',
    'sha512-abc',
    'md5-1B2M2Y8AsgTpgAmY7PhCfg==',
    `SHA512-${'A'.repeat(86)}==`,
    `${sha512},${sha512}`,
    `${sha512} x`,
  ])('%j is not', (text) => {
    expect(isIntegrity(text)).toBe(false)
    expect(trouble({ integrity: text })).toMatch(/integrity/)
  })
})

describe('whatever is in a lock', () => {
  const odd = fc.stringMatching(/^[./\\:a-c ~%-]{0,12}$/)

  it('a program that passes lies inside its package on every side', () => {
    fc.assert(
      fc.property(odd, (path) => {
        if (binTrouble(path) !== null) return
        expect(posix.resolve('/p', path).startsWith('/p/')).toBe(true)
        // Windows drops dots and blanks at the end of each name.
        const onWindows = path.split('/').map((part) => (part === '.' ? part : part.replace(/[. ]+$/, '')))
        expect(win32.resolve('C:\\p', onWindows.join('\\')).startsWith('C:\\p\\')).toBe(true)
      }),
      { numRuns: runs(200) },
    )
  })

  it('accepts only versions that npm reads as versions and that are one folder name', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9a-z.+:/^~*@ -]{0,16}$/), (version) => {
        if (isExact(version)) expect(version).toMatch(/^\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?$/)
      }),
      { numRuns: runs(200) },
    )
  })
})
