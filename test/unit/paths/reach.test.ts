import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromHere, reachOf, toHere } from '../../../src/core/paths.ts'
import { native, reachable } from '../../../src/model/path.ts'
import { linux, windows, wsl } from './sides.ts'

const name = fc.stringMatching(/^[A-Za-zé0-9_ -]{0,8}[A-Za-z0-9]$/)
const names = fc.array(name, { maxLength: 5 })

describe('Windows seen from WSL', () => {
  const side = windows({
    files: [
      { native: 'C:\\', here: '/w/c/' },
      { native: 'C:\\Users', here: '/u' },
      { native: 'D:', here: '/w/d' },
      { native: '\\\\wsl.localhost\\Ubuntu\\', here: '/' },
    ],
  })

  it.each([
    ['C:\\Program Files\\nodejs', '/w/c/Program Files/nodejs'],
    ['c:/program files', '/w/c/program files'],
    ['C:\\users\\Ana\\x', '/u/Ana/x'],
    ['C:\\Users2\\x', '/w/c/Users2/x'],
    ['C:\\', '/w/c'],
    ['D:\\x', '/w/d/x'],
    ['\\\\WSL$\\ubuntu\\home\\ana', '/home/ana'],
    ['E:\\x', null],
    ['\\\\server\\share\\x', null],
    ['relative', null],
    ['C:relative', null],
  ])('%s', (path, expected) => {
    expect(toHere(side, native(path))).toBe(expected)
  })

  it.each([
    ['/w/c/Program Files', 'C:\\Program Files'],
    ['/u/Ana', 'C:\\Users\\Ana'],
    ['/w/d/x', 'D:\\x'],
    ['/home/ana/x', '\\\\wsl.localhost\\Ubuntu\\home\\ana\\x'],
    ['/home/a:b', null],
    ['/home/ends.', null],
  ])('and back: %s', (path, expected) => {
    expect(fromHere(side, reachable(path))).toBe(expected)
  })

  it('is the identity there and back', () => {
    fc.assert(
      fc.property(fc.constantFrom('C:\\', 'C:\\Users\\', 'D:\\', '\\\\wsl.localhost\\Ubuntu\\'), names, (root, parts) => {
        const path = native(root + ['first', ...parts].join('\\'))
        const here = toHere(side, path)
        expect(here).not.toBeNull()
        expect(here && fromHere(side, here)).toBe(path)
      }),
    )
  })
})

describe('a distribution seen from Windows', () => {
  const side = wsl('Ubuntu', {
    files: [
      { native: '/', here: '\\\\wsl.localhost\\Ubuntu\\' },
      { native: '/mnt/c/', here: 'C:\\' },
    ],
  })

  it.each([
    ['/home/ana/x', '\\\\wsl.localhost\\Ubuntu\\home\\ana\\x'],
    ['/mnt/c/Users', 'C:\\Users'],
    ['/mnt/cd', '\\\\wsl.localhost\\Ubuntu\\mnt\\cd'],
    ['/home/ana/a:b', null],
    ['/home/ana/a\\b', null],
    ['home', null],
  ])('%s', (path, expected) => {
    expect(toHere(side, native(path))).toBe(expected)
  })

  it('tells case apart only on the Windows side of a prefix', () => {
    expect(toHere(side, native('/MNT/c/x'))).toBe('\\\\wsl.localhost\\Ubuntu\\MNT\\c\\x')
    expect(fromHere(side, reachable('\\\\WSL$\\UBUNTU\\home\\Ana'))).toBe('/home/Ana')
    expect(fromHere(side, reachable('c:\\Users'))).toBe('/mnt/c/Users')
  })
})

describe('the own side', () => {
  it('is itself without a mapping, in any spelling', () => {
    expect(toHere(windows({ self: true }), native('C:\\x'))).toBe('C:\\x')
    expect(fromHere(linux({ self: true }), reachable('/x'))).toBe('/x')
  })

  it('uses the mapping that a test planted, and stands for itself outside of it', () => {
    const planted = wsl('Ubuntu', { self: true, files: [{ native: '/home', here: '/tmp/t/home' }] })
    expect(toHere(planted, native('/home/ana'))).toBe('/tmp/t/home/ana')
    expect(toHere(planted, native('/usr/bin/node'))).toBe('/usr/bin/node')
    expect(fromHere(planted, reachable('/tmp/t/home/ana'))).toBe('/home/ana')
  })

  it('reaches nothing outside the mapping of a planted Windows', () => {
    const planted = windows({ self: true, files: [{ native: 'C:\\', here: '/tmp/t/c' }] })
    expect(toHere(planted, native('D:\\x'))).toBeNull()
    expect(fromHere(planted, reachable('/etc/passwd'))).toBeNull()
  })
})

describe('how a side is reached', () => {
  it.each([
    [{ self: true }, 'native'],
    [{ exec: [] }, 'across'],
    [{ files: [{ native: 'C:\\', here: '/c' }] }, 'across'],
    [{}, 'none'],
  ])('%o', (more, expected) => {
    expect(reachOf(windows(more))).toBe(expected)
  })
})
