import { execFileSync } from 'node:child_process'
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CANARY, type Desk, desk, textOf } from '../../support/desk.ts'

// Hostile paths of files. A is allowed, O is outside and holds a canary.
let place: Desk
beforeEach(() => {
  place = desk()
})
afterEach(() => place.close())

const denied = /outside|closed|link|device|refused|not possible|NUL|URL|must be|empty|read-only/i

describe('reading what is outside', () => {
  it('refuses a plain path outside', async () => {
    expect(await place.refused('read_file', { path: join(place.O, 's') })).toMatch(/outside the allowed folders/)
  })
  it('refuses a path that goes up and over', async () => {
    expect(await place.refused('read_file', { path: `${place.A}/../O/s` })).toMatch(/outside|out of the allowed/)
  })
  it('refuses a folder whose name begins like an allowed one', async () => {
    mkdirSync(`${place.A}-evil`)
    writeFileSync(`${place.A}-evil/s`, CANARY)
    expect(await place.refused('read_file', { path: `${place.A}-evil/s` })).toMatch(/outside|out of the allowed/)
  })
  it('refuses a link to a file outside', async () => {
    symlinkSync(join(place.O, 's'), join(place.A, 'link'))
    expect(await place.refused('read_file', { path: join(place.A, 'link') })).toMatch(/outside|out of the allowed/)
  })
  it('refuses a link to a folder outside', async () => {
    symlinkSync(place.O, join(place.A, 'dir'))
    expect(await place.refused('read_file', { path: join(place.A, 'dir', 's') })).toMatch(/outside|out of the allowed/)
  })
  it('resolves “link, then up” as the kernel does', async () => {
    mkdirSync(join(place.O, 'deep'))
    symlinkSync(join(place.O, 'deep'), join(place.A, 'dlink'))
    place.put('s', 'harmless')
    expect(await place.refused('read_file', { path: `${place.A}/dlink/../s` })).toMatch(/outside|out of the allowed/)
  })
  it('refuses /proc/self/root', async () => {
    expect(await place.refused('read_file', { path: `/proc/self/root${place.O}/s` })).toMatch(/outside|out of the allowed|closed/)
  })
  it('refuses the environment of a process', async () => {
    expect(await place.refused('read_file', { path: '/proc/self/environ' })).toMatch(/outside|out of the allowed|closed/)
  })
  it('refuses the environment of a process where the whole disk is allowed', async () => {
    const wide = desk({ roots: ['/'] })
    for (const path of ['/proc/self/environ', '/sys/kernel/notes', '/dev/zero'])
      expect(await wide.refused('read_file', { path })).toMatch(/closed/)
    await wide.close()
  })
  it('refuses two relative links that lead out together', async () => {
    symlinkSync('../O', join(place.base, 'A', 'hop'))
    symlinkSync('hop/s', join(place.A, 'two'))
    expect(await place.refused('read_file', { path: join(place.A, 'two') })).toMatch(/outside|out of the allowed/)
  })
})

describe('paths that are no paths', () => {
  it('refuses a NUL', async () => {
    expect(await place.refused('read_file', { path: `x\0/../O/s` })).toMatch(/NUL/)
  })
  it('refuses null, a list, an object and a number', async () => {
    for (const path of [null, ['a'], { a: 1 }, 5]) expect(await place.refused('read_file', { path })).toMatch(/must be a string/)
  })
  it('refuses a file URL', async () => {
    expect(await place.refused('read_file', { path: `file://${place.O}/s` })).toMatch(/URL/)
  })
  it('takes percent-encoded dots for an ordinary name', async () => {
    expect(await place.refused('read_file', { path: `${place.A}/%2e%2e/O/s` })).toMatch(/does not exist/)
    await place.ok('write_file', { path: `${place.A}/%2e%2e/O/new`, content: 'x' })
    expect(readdirSync(place.A)).toEqual(['%2e%2e'])
    expect(readdirSync(place.O)).toEqual(['s'])
  })
})

describe('what is no file', () => {
  it('does not wait for a pipe', async () => {
    execFileSync('mkfifo', [join(place.A, 'pipe')])
    expect(await place.refused('read_file', { path: join(place.A, 'pipe') })).toMatch(/pipe/)
    expect(await place.refused('write_file', { path: join(place.A, 'pipe'), content: 'x' })).toMatch(/pipe/)
    expect(await place.refused('edit_file', { path: join(place.A, 'pipe'), edits: [{ old_string: 'a', new_string: 'b' }] })).toMatch(/pipe/)
  })
  it('refuses a link to /dev/zero', async () => {
    symlinkSync('/dev/zero', join(place.A, 'zero'))
    expect(await place.refused('read_file', { path: join(place.A, 'zero') })).toMatch(/outside|out of the allowed|closed/)
  })
  it('refuses links in a circle', async () => {
    symlinkSync('b', join(place.A, 'a'))
    symlinkSync('a', join(place.A, 'b'))
    expect(await place.refused('read_file', { path: join(place.A, 'a') })).toMatch(/circle/)
  })
})

describe('writing outside', () => {
  it('is refused through a link whose target does not exist yet', async () => {
    symlinkSync(join(place.O, 'new'), join(place.A, 'dangling'))
    expect(await place.refused('write_file', { path: join(place.A, 'dangling'), content: 'x' })).toMatch(/leads nowhere/)
    expect(await place.refused('write_file', { path: join(place.A, 'dangling'), content: 'x', mode: 'append' })).toMatch(/leads nowhere/)
    expect(existsSync(join(place.O, 'new'))).toBe(false)
  })
  it('is refused for a new file below a linked folder', async () => {
    symlinkSync(place.O, join(place.A, 'dir'))
    expect(await place.refused('write_file', { path: join(place.A, 'dir', 'new'), content: 'x' })).toMatch(/outside|out of the allowed/)
    expect(readdirSync(place.O)).toEqual(['s'])
  })
  it('is refused for missing folders below a linked folder', async () => {
    symlinkSync(place.O, join(place.A, 'dir'))
    expect(await place.refused('create_directory', { path: join(place.A, 'dir', 'a', 'b') })).toMatch(/outside|out of the allowed/)
    expect(await place.refused('write_file', { path: join(place.A, 'dir', 'a', 'b', 'c'), content: 'x' })).toMatch(
      /outside|out of the allowed/,
    )
    expect(readdirSync(place.O)).toEqual(['s'])
  })
})

describe('edits', () => {
  it('through a link', async () => {
    symlinkSync(join(place.O, 's'), join(place.A, 'link'))
    await place.refused('edit_file', { path: join(place.A, 'link'), edits: [{ old_string: CANARY, new_string: 'x' }] })
    expect(readFileSync(join(place.O, 's'), 'utf8')).toBe(CANARY)
  })
  it('take replacement patterns such as $& for text', async () => {
    const file = place.put('f', 'a X b')
    await place.ok('edit_file', { path: file, edits: [{ old_string: 'X', new_string: "$& $1 $$ $` $'" }] })
    expect(readFileSync(file, 'utf8')).toBe("a $& $1 $$ $` $' b")
  })
  it('keep bytes that are not UTF-8', async () => {
    const file = place.put('f', Buffer.from([0x61, 0xff, 0xfe, 0x62, 0x0a, 0x58]))
    await place.ok('edit_file', { path: file, edits: [{ old_string: 'X', new_string: 'Y' }] })
    expect([...readFileSync(file)]).toEqual([0x61, 0xff, 0xfe, 0x62, 0x0a, 0x59])
  })
  it('keep the mode', async () => {
    const file = place.put('f', 'X', 0o600)
    const program = place.put('p', 'X', 0o751)
    for (const path of [file, program]) await place.ok('edit_file', { path, edits: [{ old_string: 'X', new_string: 'Y' }] })
    await place.ok('write_file', { path: file, content: 'new' })
    expect([file, program].map((path) => statSync(path).mode & 0o7777)).toEqual([0o600, 0o751])
  })
  it('refuse a read-only file', async () => {
    const file = place.put('f', 'X', 0o444)
    expect(await place.refused('edit_file', { path: file, edits: [{ old_string: 'X', new_string: 'Y' }] })).toMatch(/read-only/)
    expect(await place.refused('write_file', { path: file, content: 'Y' })).toMatch(/read-only/)
    expect(readFileSync(file, 'utf8')).toBe('X')
  })
  it('change nothing outside through a hard link', async () => {
    linkSync(join(place.O, 's'), join(place.A, 'hard'))
    await place.ok('write_file', { path: join(place.A, 'hard'), content: 'changed' })
    expect(readFileSync(join(place.O, 's'), 'utf8')).toBe(CANARY)
  })
})

describe('lists and searches', () => {
  it('name links, a circular one too, and do not follow them', async () => {
    symlinkSync(place.O, join(place.A, 'out'))
    symlinkSync('.', join(place.A, 'self'))
    expect((await place.ok('list_directory', { path: place.A, depth: 5 })).split('\n')).toEqual(['out@', 'self@'])
  })
  it('do not follow links in a search either', async () => {
    symlinkSync(place.O, join(place.A, 'out'))
    symlinkSync(join(place.O, 's'), join(place.A, 'file'))
    expect(await place.ok('search_text', { path: place.A, pattern: CANARY, literal: true })).toMatch(/Nothing found/)
    expect(await place.ok('search_files', { path: place.A, glob: 's' })).toMatch(/Nothing found/)
    expect(await place.refused('search_text', { path: join(place.A, 'out'), pattern: 'x' })).toMatch(/outside|out of the allowed/)
  })
  it('take a pattern that looks like an option for a pattern', async () => {
    place.put('f', 'say --pre=touch owned\n')
    expect(await place.ok('search_text', { path: place.A, pattern: '--pre=touch owned' })).toContain('1: say')
    expect(await place.ok('search_text', { path: place.A, pattern: '--pre=touch owned', literal: true, glob: '--pre=x' })).toMatch(
      /Nothing found/,
    )
    expect(readdirSync(place.A)).toEqual(['f'])
  })
  it('read no patterns from a file by -f', async () => {
    place.put('f', `-f${place.O}/s\n${CANARY}\n`)
    const found = await place.ok('search_text', { path: place.A, pattern: `-f${place.O}/s`, literal: true })
    expect(found).toContain('1: -f')
    expect(found).not.toContain('2:')
  })
  it('answer a regular expression that explodes in other engines', async () => {
    place.put('f', `${'a'.repeat(50_000)}b\n`)
    for (const pattern of ['(a+)+$', '(a|a|a)*(a|a)*(a|a)*b{1,1000}$'])
      expect(await place.ok('search_text', { path: place.A, pattern })).not.toMatch(/so far|was stopped/)
  })
  it('refuse a glob that leads out', async () => {
    for (const glob of ['../O/*', '/etc/*', '!../x', 'a/../../O/*', 'C:\\x'])
      expect(await place.refused('search_files', { path: place.A, glob })).toMatch(/leads out|glob/)
  })
})

describe('moving, copying, deleting', () => {
  it('is refused out, in, and onto an existing file', async () => {
    const file = place.put('f', 'F')
    const other = place.put('g', 'G')
    for (const tool of ['move_file', 'copy_file']) {
      expect(await place.refused(tool, { source: file, destination: join(place.O, 'x') })).toMatch(/outside|out of the allowed/)
      expect(await place.refused(tool, { source: join(place.O, 's'), destination: join(place.A, 'x') })).toMatch(
        /outside|out of the allowed/,
      )
      expect(await place.refused(tool, { source: file, destination: other })).toMatch(/already exists/)
    }
    expect(readFileSync(other, 'utf8')).toBe('G')
    expect(readdirSync(place.O)).toEqual(['s'])
  })
  it('moves or deletes a link itself, and leaves its target', async () => {
    symlinkSync(join(place.O, 's'), join(place.A, 'link'))
    await place.ok('move_file', { source: join(place.A, 'link'), destination: join(place.A, 'moved') })
    await place.ok('delete_file', { path: join(place.A, 'moved') })
    expect(readFileSync(join(place.O, 's'), 'utf8')).toBe(CANARY)
    expect(readdirSync(place.A)).toEqual([])
  })
  it('spares allowed folders, and folders that hold something closed', async () => {
    expect(await place.refused('delete_file', { path: place.A })).toMatch(/allowed folders itself/)
    const wide = desk()
    const all = desk({ roots: [wide.home], closed: [join(wide.home, 'x', '.ssh')] })
    mkdirSync(join(wide.home, 'x', '.ssh'), { recursive: true })
    expect(await all.refused('delete_file', { path: join(wide.home, 'x') })).toMatch(/something closed/)
    expect(await all.refused('move_file', { source: join(wide.home, 'x'), destination: join(wide.home, 'y') })).toMatch(/something closed/)
    await all.close()
    await wide.close()
  })
})

describe('what is closed inside an allowed folder', () => {
  it('covers keys, configs of clients and our own folder but the workspace', async () => {
    const inside = desk()
    const { home } = inside
    const all = desk({ roots: [home], closed: inside.bridge.settings.closed, reopened: inside.bridge.settings.reopened })
    for (const path of [
      '.ssh/id',
      '.claude.json',
      '.claude/settings.json',
      '.mcp-twin/secrets.json',
      'code/.mcp.json',
      'code/.cursor/mcp.json',
    ]) {
      mkdirSync(join(home, path, '..'), { recursive: true })
      writeFileSync(join(home, path), CANARY)
      expect(await all.refused('read_file', { path: join(home, path) })).toMatch(/closed/)
      expect(await all.refused('write_file', { path: join(home, path), content: 'x' })).toMatch(/closed/)
    }
    expect(await all.ok('search_text', { path: home, pattern: CANARY })).toMatch(/Nothing found/)
    expect(await all.ok('list_directory', { path: home, depth: 3 })).not.toMatch(/ssh|claude|secrets|mcp\.json/)
    await all.ok('write_file', { path: join(home, '.mcp-twin/bridge/workspace/note'), content: 'fine' })
    expect(await all.ok('read_file', { path: join(home, '.mcp-twin/bridge/workspace/note') })).toBe('fine')
    await all.close()
    await inside.close()
  })
})

describe('widening what is allowed', () => {
  it('is possible by no setting that a conversation may change', async () => {
    for (const key of ['roots', 'allowedDirectories', 'terminal', 'blockedCommands', 'read_only', '__proto__', 'constructor']) {
      expect(await place.refused('set_config', { key, value: '/' })).toMatch(/Unknown setting/)
    }
  })
  it('does not come from no folder, an empty or a blank one', async () => {
    for (const roots of [[], [''], ['  ']]) {
      const closed = desk({ roots })
      expect(await closed.refused('read_file', { path: join(closed.A, 'x') })).toMatch(denied)
      expect(await closed.refused('read_file', { path: 'x' })).toMatch(denied)
      await closed.close()
    }
  })
  it('does not come with read-only, which allows no change', async () => {
    const still = desk({ readOnly: true, terminal: 'on' })
    still.put('f', 'X')
    for (const [name, args] of [
      ['write_file', { path: 'f', content: 'Y' }],
      ['edit_file', { path: 'f', edits: [{ old_string: 'X', new_string: 'Y' }] }],
      ['create_directory', { path: 'd' }],
      ['move_file', { source: 'f', destination: 'g' }],
      ['copy_file', { source: 'f', destination: 'g' }],
      ['delete_file', { path: 'f' }],
      ['execute_command', { command: 'true' }],
      ['set_config', { key: 'max_results', value: 5 }],
    ] as const) {
      expect(await still.refused(name, args)).toMatch(/read-only/)
    }
    expect(textOf(await still.call('read_file', { path: 'f' }))).toBe('X')
    await still.close()
  })
})
