import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CANARY, type Desk, desk } from '../../support/desk.ts'

// Hostile names of Windows drives, by every tool: a WSL whose drive C is a scratch folder.
let outer: Desk
let place: Desk
let work: string
beforeEach(() => {
  outer = desk()
  work = join(outer.base, 'mnt', 'c', 'work')
  mkdirSync(work, { recursive: true })
  const self = { ...outer.bridge.settings.self, id: 'wsl:Ubuntu', kind: 'wsl' as const, distro: 'Ubuntu', mountRoot: `${outer.base}/mnt/` }
  place = desk({ roots: [work], self, sides: () => Promise.resolve({ self, others: [] }) })
  writeFileSync(join(work, 'x.txt'), 'text')
})
afterEach(async () => {
  await place.close()
  await outer.close()
})

const denied = /network or device|stream|device|dots and blanks|short alias|current folder of a drive|outside|invisible|forbids/
const tools = (path: string) =>
  [
    ['read_file', { path }],
    ['write_file', { path, content: 'x' }],
    ['write_file', { path, content: 'x', mode: 'append' }],
    ['edit_file', { path, edits: [{ old_string: 'text', new_string: 'x' }] }],
    ['create_directory', { path }],
    ['list_directory', { path }],
    ['copy_file', { source: 'C:\\work\\x.txt', destination: path }],
    ['move_file', { source: 'C:\\work\\x.txt', destination: path }],
    ['move_file', { source: path, destination: 'C:\\work\\y.txt' }],
    ['delete_file', { path }],
    ['file_info', { path }],
    ['search_text', { path, pattern: 'text' }],
    ['search_files', { path, glob: '*' }],
  ] as const

describe('names that Windows reads as something else, by every tool', () => {
  it.each([
    ['a device path', '\\\\?\\C:\\work\\x.txt'],
    ['a device', '\\\\.\\C:\\work\\x.txt'],
    ['a share', '\\\\host\\share\\x.txt'],
    ['an alternate stream', 'C:\\work\\x.txt:ads'],
    ['the data stream', 'C:\\work\\x.txt::$DATA'],
    ['a device name', 'C:\\work\\NUL'],
    ['a device name with an ending', 'C:\\work\\con.txt'],
    ['a blank or dot at the end of a name', 'C:\\work\\A. \\..\\x.txt'],
    ['the short alias of a long name', 'C:\\work\\LONGNA~1.TXT'],
    ['relative to a drive', 'C:x.txt'],
    ['a part of the drive that is not allowed', 'C:\\Users\\Ana\\x.txt'],
  ])('%s: %s is refused', async (_row, path) => {
    for (const [name, args] of tools(path)) expect(await place.refused(name, args), name).toMatch(denied)
    expect(readdirSync(work)).toEqual(['x.txt'])
  })
  it('allows the same folder in capital letters', async () => {
    // The scratch folder is no Windows drive: what policy lets pass is then simply not there.
    expect(await place.refused('read_file', { path: 'C:\\WORK\\X.TXT' })).toMatch(/does not exist/)
    expect(await place.ok('read_file', { path: 'c:\\work\\x.txt' })).toBe('text')
  })
  it('refuses a junction that leads out, which WSL shows as a link', async () => {
    mkdirSync(join(outer.base, 'mnt', 'c', 'other'))
    writeFileSync(join(outer.base, 'mnt', 'c', 'other', 's'), CANARY)
    symlinkSync(join(outer.base, 'mnt', 'c', 'other'), join(work, 'junction'))
    for (const [name, args] of tools('C:\\work\\junction\\s')) expect(await place.refused(name, args), name).toMatch(/outside/)
    expect(await place.ok('search_text', { path: 'C:\\work', pattern: 'canary' })).toMatch(/Nothing found/)
    expect(existsSync(join(outer.base, 'mnt', 'c', 'other', 's'))).toBe(true)
  })
  it('takes Windows paths for no file names where there is no Windows', async () => {
    expect(await outer.refused('write_file', { path: 'C:\\x.txt', content: 'x' })).toMatch(/no Windows drives/)
    expect(readdirSync(outer.A)).toEqual([])
  })
})
