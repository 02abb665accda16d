import { linkSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CANARY, type Desk, desk } from '../../support/desk.ts'

// What is closed is known by device and inode, whatever path leads to it. Mounts are in test/e2e/bridge/bind-mounts.test.ts.
let place: Desk
beforeEach(() => {
  place = desk()
  mkdirSync(join(place.home, '.ssh', 'deep'), { recursive: true })
  writeFileSync(join(place.home, '.ssh', 'deep', 'key'), `${CANARY}\n`)
  writeFileSync(join(place.home, '.npmrc'), `${CANARY}\n`)
  writeFileSync(join(place.home, '.bashrc'), 'before\n')
})
afterEach(() => place.close())

describe('a closed folder under a name that no list has', () => {
  beforeEach(async () => {
    // The bridge knows it by then.
    await place.ok('list_directory', { path: place.A })
    renameSync(join(place.home, '.ssh'), join(place.A, 'notes'))
  })
  it.each([
    ['read_file', { path: 'notes/deep/key' }],
    ['read_files', { paths: ['notes/deep/key'] }],
    ['file_info', { path: 'notes/deep/key' }],
    ['list_directory', { path: 'notes' }],
    ['list_directory', { path: 'notes/deep' }],
    ['search_text', { path: 'notes', pattern: 'canary' }],
    ['search_text', { path: 'notes/deep/key', pattern: 'canary' }],
    ['search_files', { path: 'notes/deep', glob: '*' }],
    ['write_file', { path: 'notes/deep/new', content: 'x' }],
    ['edit_file', { path: 'notes/deep/key', edits: [{ old_string: 'c', new_string: 'd' }] }],
    ['copy_file', { source: 'notes/deep/key', destination: 'copy' }],
    ['move_file', { source: 'notes/deep', destination: 'away' }],
    ['delete_file', { path: 'notes' }],
    ['create_directory', { path: 'notes/more' }],
  ])('is closed to %s', async (name, args) => {
    expect(await place.refused(name, args)).toMatch(/is closed/)
  })
  it('is left out of searches and listings of its folder', async () => {
    place.put('open.txt', 'canary of no importance\n')
    const found = await place.ok('search_text', { path: '.', pattern: 'canary' })
    expect(found).toContain('open.txt')
    expect(found).not.toContain(CANARY)
    expect(await place.ok('search_files', { path: '.', glob: 'key' })).toMatch(/Nothing found/)
    expect(await place.ok('list_directory', { path: '.', depth: 5 })).not.toContain('key')
  })
})

describe('a hard link', () => {
  it('to a closed file is closed', async () => {
    linkSync(join(place.home, '.npmrc'), join(place.A, 'settings'))
    expect(await place.refused('read_file', { path: 'settings' })).toMatch(/is closed/)
    expect(await place.ok('search_text', { path: '.', pattern: 'canary' })).toMatch(/Nothing found/)
    expect(await place.refused('search_text', { path: 'settings', pattern: 'canary' })).toMatch(/is closed/)
  })
  it('to a file that may only be read may only be read', async () => {
    linkSync(join(place.home, '.bashrc'), join(place.A, 'settings'))
    expect(await place.ok('read_file', { path: 'settings' })).toBe('before\n')
    expect(await place.refused('write_file', { path: 'settings', content: 'x', mode: 'append' })).toMatch(/bridge\.allow/)
  })
})

describe('the shared folder in our own closed one', () => {
  it('is open whatever it is called', async () => {
    const workspace = join(place.folder, 'workspace')
    writeFileSync(join(workspace, 'f'), 'text')
    const open = desk({ roots: [workspace], closed: [join(place.home, '.mcp-twin')], reopened: [workspace], homes: [place.home] })
    expect(await open.ok('read_file', { path: join(workspace, 'f') })).toBe('text')
    await open.close()
  })
})
