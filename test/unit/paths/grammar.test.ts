import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { baseName, dirName, joinPath, looksPosixPath, looksWindowsPath } from '../../../src/core/paths.ts'
import { splitWindows } from '../../../src/core/paths/grammar.ts'
import { native } from '../../../src/model/path.ts'

const onWindows = { kind: 'windows' } as const
const onLinux = { kind: 'linux' } as const

describe('a path that is looked at', () => {
  it.each([
    ['C:\\x', true],
    ['c:/x', true],
    ['\\\\server\\share\\x', true],
    ['\\\\wsl.localhost\\Ubuntu\\home', true],
    ['//wsl$/Ubuntu/home', true],
    ['//wsl.localhost/Ubuntu', true],
    ['\\\\?\\C:\\x', true],
    ['\\\\?\\UNC\\server\\share\\x', true],
    ['C:x', false],
    ['C:', false],
    ['\\x', false],
    ['\\\\.\\pipe\\x', false],
    ['\\\\server', false],
    ['/home/ana', false],
    ['//server/share', false],
    ['x\\y', false],
    ['', false],
  ])('%s: read by Windows alone: %s', (text, expected) => {
    expect(looksWindowsPath(text)).toBe(expected)
  })

  it.each([
    ['/home/ana', true],
    ['//server/share', true],
    ['/', true],
    ['//wsl$/Ubuntu/home', false],
    ['C:/x', false],
    ['home', false],
  ])('%s: read by Linux: %s', (text, expected) => {
    expect(looksPosixPath(text)).toBe(expected)
  })
})

describe('a Windows path taken apart', () => {
  it.each([
    ['C:\\a\\.\\b\\..\\c', 'C:\\', ['a', 'c']],
    ['C:\\..\\..\\a', 'C:\\', ['a']],
    ['c:/a//b/', 'c:\\', ['a', 'b']],
    ['\\\\h\\s\\..\\..\\a', '\\\\h\\s\\', ['a']],
    ['\\\\?\\C:\\a', 'C:\\', ['a']],
    ['\\\\?\\UNC\\h\\s\\a', '\\\\h\\s\\', ['a']],
  ])('%s', (text, root, names) => {
    expect(splitWindows(text)).toEqual({ root, names })
  })

  it.each(['C:a', '\\a', 'a', '\\\\.\\C:\\a', '\\\\?\\Volume{1}\\a', ''])('%s is refused', (text) => {
    expect(splitWindows(text)).toBeNull()
  })
})

describe('joining', () => {
  it.each([
    [onWindows, ['C:\\Users\\Ana', '.cursor', 'mcp.json'], 'C:\\Users\\Ana\\.cursor\\mcp.json'],
    [onWindows, ['C:\\', 'x'], 'C:\\x'],
    [onWindows, ['C:', 'x'], 'C:\\x'],
    [onWindows, ['\\\\h\\s', 'x'], '\\\\h\\s\\x'],
    [onWindows, ['%USERPROFILE%', 'x'], '%USERPROFILE%\\x'],
    [onWindows, ['C:\\a', '../b/c'], 'C:\\b\\c'],
    [onLinux, ['/home/ana', '.claude.json'], '/home/ana/.claude.json'],
    [onLinux, ['/', 'x'], '/x'],
    [onLinux, ['/home/ana', 'a\\b'], '/home/ana/a\\b'],
    [onLinux, ['a', '..', '..', 'b'], '../b'],
    [onLinux, ['', ''], '.'],
  ])('%o', (side, parts, expected) => {
    expect(joinPath(side, ...parts)).toBe(expected)
  })

  it('never climbs above a root, whatever is joined', () => {
    const part = fc.constantFrom('..', '.', 'a', 'b c', '../..', '', 'é')
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        expect(joinPath(onLinux, '/r', ...parts)).toMatch(/^\/(?!\.\.(\/|$))/)
        expect(joinPath(onWindows, 'C:\\r', ...parts)).toMatch(/^C:\\(?!\.\.(\\|$))/)
      }),
    )
  })
})

describe('folder and name of a path', () => {
  it.each([
    [onWindows, 'C:\\a\\b', 'C:\\a', 'b'],
    [onWindows, 'C:\\a', 'C:\\', 'a'],
    [onWindows, 'C:\\', 'C:\\', ''],
    [onWindows, '\\\\h\\s\\a', '\\\\h\\s\\', 'a'],
    [onLinux, '/a/b', '/a', 'b'],
    [onLinux, '/a', '/', 'a'],
    [onLinux, '/', '/', ''],
    [onLinux, 'a/b', 'a', 'b'],
  ])('%o %s', (side, path, folder, name) => {
    expect([dirName(side, native(path)), baseName(side, native(path))]).toEqual([folder, name])
  })
})
