import { describe, expect, it } from 'vitest'
import { pathsInside } from '../../../src/core/paths.ts'
import * as sides from './sides.ts'

const [windows, ubuntu] = [sides.windows(), sides.wsl()]

describe('a path of the other side within a text', () => {
  it.each([
    ['bash -c "node /home/ana/x.js --fast"', ['/home/ana/x.js']],
    ["cd '/home/ana/my site' && npm start", ['/home/ana/my']],
    ['file:///home/ana/notes', ['/home/ana/notes']],
    ['--root=file:///mnt/c/x', ['/mnt/c/x']],
    ['/usr/local/bin:/opt/bin/x', ['/usr/local/bin', '/opt/bin/x']],
    ['{"path":"/home/ana/a","b":"/home/ana/b"}', ['/home/ana/a', '/home/ana/b']],
    ['FOO=/home/ana/x run', ['/home/ana/x']],
  ])('is found for Windows: %s', (text, paths) => {
    expect(pathsInside(windows, text)).toEqual(paths)
    expect(pathsInside(ubuntu, text)).toEqual([])
  })

  it.each([
    ['cmd /c node C:\\Users\\Ana\\x.js', ['C:\\Users\\Ana\\x.js']],
    ['node "D:/work/x.js"', ['D:/work/x.js']],
    ['file:///C:/Users/Ana/x', ['C:/Users/Ana/x']],
    ['start \\\\wsl.localhost\\Ubuntu\\home\\ana', ['\\\\wsl.localhost\\Ubuntu\\home\\ana']],
  ])('is found for Linux: %s', (text, paths) => {
    expect(pathsInside(ubuntu, text)).toEqual(paths)
    expect(pathsInside(windows, text)).toEqual([])
  })

  it.each([
    'https://example.org/home/ana/x',
    'see https://example.org/home/ana/x',
    'redis://host/var/x',
    'postgres://u:p@h:5432/usr/x',
    'node ${path:/home/ana/x.js}',
    'file://${path:/home/ana/x}',
    '/c /home',
    'a/home/ana/x',
    'x:1 s:/',
    'python -m home.ana',
    '@scope/usr/x',
    '',
  ])('is none: %s', (text) => {
    expect([...pathsInside(windows, text), ...pathsInside(ubuntu, text)]).toEqual([])
  })
})
