import { posix } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { onDrive, readPath, translate } from '../../../src/core/paths.ts'
import { native } from '../../../src/model/path.ts'
import { linux, windows, worldOf, wsl } from './sides.ts'

const ubuntu = wsl('Ubuntu', { self: true })
const debian = wsl('Debian', { mountRoot: '/' })
const win = windows()
const world = worldOf(ubuntu, debian, win)

describe('a path for the other side', () => {
  it.each([
    ['/home/ana/x', ubuntu, win, '\\\\wsl.localhost\\Ubuntu\\home\\ana\\x'],
    ['/', ubuntu, win, '\\\\wsl.localhost\\Ubuntu\\'],
    ['/mnt/c/Users/Ana', ubuntu, win, 'C:\\Users\\Ana'],
    ['/mnt/c', ubuntu, win, 'C:\\'],
    ['/mnt/cd/x', ubuntu, win, '\\\\wsl.localhost\\Ubuntu\\mnt\\cd\\x'],
    ['/home/ana/../../mnt/d/x', ubuntu, win, 'D:\\x'],
    ['/d/x', debian, win, 'D:\\x'],
    ['/mnt/c/x', debian, win, '\\\\wsl.localhost\\Debian\\mnt\\c\\x'],
    ['/home/ana/a:b', ubuntu, win, null],
    ['C:\\x', win, ubuntu, '/mnt/c/x'],
    ['c:/x/y z', win, ubuntu, '/mnt/c/x/y z'],
    ['C:\\x', win, debian, '/c/x'],
    ['\\\\wsl.localhost\\Ubuntu\\home\\ana', win, ubuntu, '/home/ana'],
    ['\\\\wsl$\\UBUNTU\\home\\ana', win, ubuntu, '/home/ana'],
    ['//wsl$/Ubuntu/home/ana', win, ubuntu, '/home/ana'],
    ['\\\\wsl.localhost\\Debian\\home\\ana', win, ubuntu, null],
    ['\\\\wsl.localhost\\Debian\\c\\x', win, ubuntu, '/mnt/c/x'],
    ['\\\\server\\share\\x', win, ubuntu, null],
    ['C:x', win, ubuntu, null],
    ['\\x', win, ubuntu, null],
    ['/home/ana/x', ubuntu, debian, null],
    ['/mnt/e/x', ubuntu, debian, '/e/x'],
    ['C:\\x', ubuntu, win, null],
    ['relative', ubuntu, win, null],
  ])('%s', (path, from, to, expected) => {
    expect(translate(world, native(path), from, to)).toBe(expected)
  })

  it('has none on a drive where drives are not mounted', () => {
    const unmounted = wsl('Ubuntu', { mountRoot: '' })
    expect(translate(world, native('C:\\x'), win, unmounted)).toBeNull()
    expect(onDrive(unmounted, '/mnt/c/x')).toBeNull()
  })

  it('goes by the mapping where Windows has no rule of its own', () => {
    const own = linux({ self: true })
    const mapped = windows({ files: [{ native: 'C:\\', here: '/w/c' }] })
    expect(translate(worldOf(own, mapped), native('/w/c/x'), own, mapped)).toBe('C:\\x')
    expect(translate(worldOf(own, mapped), native('C:\\x'), mapped, own)).toBe('/w/c/x')
    expect(translate(worldOf(own, mapped), native('/home/x'), own, mapped)).toBeNull()
  })

  const name = fc.stringMatching(/^[A-Za-zé0-9_ .-]{0,8}[A-Za-z0-9]$/).filter((text) => !/^\.+$/.test(text))
  const names = fc.array(name, { maxLength: 5 })
  const root = fc.constantFrom('/mnt/', '/mnt', '/', '/win/drives/')

  it('comes back as it was: files of a distribution', () => {
    fc.assert(
      fc.property(names, root, (parts, mountRoot) => {
        const side = wsl('Ubuntu', { mountRoot })
        const path = native(`/${['home', ...parts].join('/')}`)
        const there = translate(world, path, side, win)
        expect(there && translate(world, there, win, side)).toBe(path)
      }),
    )
  })

  it('comes back as it was: files of a drive', () => {
    fc.assert(
      fc.property(fc.constantFrom('C', 'D', 'Z'), names, root, (letter, parts, mountRoot) => {
        const side = wsl('Ubuntu', { mountRoot })
        const path = native(`${letter}:\\${parts.join('\\')}`)
        const there = translate(world, path, win, side)
        expect(there?.startsWith('/')).toBe(true)
        expect(there && translate(world, there, side, win)).toBe(path)
      }),
    )
  })

  it('never names another file: what has no spelling has no path', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 4 }), (parts) => {
        const path = native(`/home/${parts.join('/')}`)
        const there = translate(world, path, ubuntu, win)
        const back = there && translate(world, there, win, ubuntu)
        if (back) expect(back).toBe(posix.normalize(path).replace(/(.)\/$/, '$1'))
      }),
    )
  })
})

describe('the P of ${path:P}', () => {
  it.each([
    ['~/shared', ubuntu, 'wsl:Ubuntu', '/home/ana/shared'],
    ['~\\shared\\x', ubuntu, 'wsl:Ubuntu', '/home/ana/shared/x'],
    ['~', ubuntu, 'wsl:Ubuntu', '/home/ana'],
    ['shared/x', ubuntu, 'wsl:Ubuntu', '/home/ana/shared/x'],
    ['./x', ubuntu, 'wsl:Ubuntu', '/home/ana/x'],
    ['a\\b', ubuntu, 'wsl:Ubuntu', '/home/ana/a\\b'],
    ['/opt/x', ubuntu, 'wsl:Ubuntu', '/opt/x'],
    ['C:\\x', ubuntu, 'windows', 'C:\\x'],
    ['c:/x', ubuntu, 'windows', 'c:\\x'],
    ['\\\\wsl.localhost\\ubuntu\\opt\\x', ubuntu, 'wsl:Ubuntu', '/opt/x'],
    ['//wsl$/Debian/opt/x', ubuntu, 'wsl:Debian', '/opt/x'],
    ['\\\\server\\share\\x', ubuntu, 'windows', '\\\\server\\share\\x'],
    ['~/shared', win, 'windows', 'C:\\Users\\Ana\\shared'],
    ['a\\b/c', win, 'windows', 'C:\\Users\\Ana\\a\\b\\c'],
    ['/opt/x', win, 'wsl:Ubuntu', '/opt/x'],
  ])('%s', (text, home, id, path) => {
    const read = readPath(text, world, home)
    expect([read?.environment.id, read?.path]).toEqual([id, path])
  })

  it.each(['C:x', 'C:', '\\x', '', '~other/x', '\\\\.\\pipe\\x'])('"%s" names no one file', (text) => {
    expect(readPath(text, world, ubuntu)).toBeNull()
  })

  it('names nothing in the spelling of a side that is not there', () => {
    expect(readPath('C:\\x', worldOf(linux()), linux())).toBeNull()
    expect(readPath('/x', worldOf(win), win)).toBeNull()
  })
})
