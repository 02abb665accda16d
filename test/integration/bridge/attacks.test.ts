import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { closedBelow } from '../../../src/bridge/policy/closed.ts'
import { confirming } from '../../../src/bridge/search/confirming.ts'
import { describeUnless } from '../../support/left-out.ts'
import { CANARY, type Desk, desk, textOf } from '../../support/desk.ts'

// What a model could try that no row of a table names: several harmless calls that are none together.
let place: Desk
beforeEach(() => {
  place = desk()
})
afterEach(() => place.close())

describe('a move that would change what the policy says of files inside', () => {
  it.each(['.cursor', '.vscode', '.claude'])('into %s, where its files would start programs', async (name) => {
    const file = name === '.claude' ? 'settings.json' : 'mcp.json'
    place.put(`p/plain/${file}`, '{}')
    expect(await place.refused('move_file', { source: 'p/plain', destination: `p/${name}` })).toMatch(/closed/)
    expect(existsSync(join(place.A, 'p', name))).toBe(false)
  })
  it.each(['.cursor', '.vscode', '.claude'])('out of %s, where they are closed', async (name) => {
    const file = name === '.claude' ? 'settings.json' : 'mcp.json'
    place.put(`p/${name}/${file}`, CANARY)
    expect(await place.refused('move_file', { source: `p/${name}`, destination: 'p/plain' })).toMatch(/closed/)
    expect(await place.refused('delete_file', { path: `p/${name}` })).toMatch(/closed/)
  })
  it('leaves closed files closed when a folder around them moves', async () => {
    place.put('p/.cursor/mcp.json', CANARY)
    await place.ok('move_file', { source: 'p', destination: 'q' })
    expect(await place.refused('read_file', { path: 'q/.cursor/mcp.json' })).toMatch(/closed/)
  })
  it('moves and deletes a folder that holds nothing closed', async () => {
    place.put('p/.cursor/rules', 'x')
    await place.ok('move_file', { source: 'p/.cursor', destination: 'p/.vscode-old' })
    place.put('p/.vscode/launch.json', '{}')
    await place.ok('delete_file', { path: 'p/.vscode' })
  })
  it('refuses to put a folder where a closed file belongs', async () => {
    const wide = desk()
    const home = desk({ roots: [wide.home], closed: wide.bridge.settings.closed })
    mkdirSync(join(wide.home, 'mine', 'gh'), { recursive: true })
    writeFileSync(join(wide.home, 'mine', 'gh', 'hosts.yml'), 'x')
    expect(await home.refused('move_file', { source: join(wide.home, 'mine'), destination: join(wide.home, '.config') })).toMatch(/closed/)
    await home.close()
    await wide.close()
  })
  it('closes parts of a Windows profile by whatever path they are reached', () => {
    for (const path of [
      '/mnt/c/Users/Ana/AppData',
      '/mnt/c/Users/Ana/.config',
      '/mnt/c/Users/Ana',
      '/mnt/c/Users',
      '/w/c/Users/Ana/AppData',
      '/Users/ana/.config',
      'C:\\Users',
      'C:\\Users\\Ana\\AppData\\Local\\Packages',
    ])
      expect(closedBelow(path)).not.toEqual([])
    for (const path of ['/mnt/c/Users/Ana/work', '/mnt/c/Users/Ana/.config/mine', '/home/ana/p', '/mnt/c/data'])
      expect(closedBelow(path)).toEqual([])
  })
  it('takes no project folder for a Windows profile because of its name', async () => {
    for (const path of ['/mnt/c/Users/Ana/p/src/users', '/mnt/c/Users/Ana/p/src/users/profile', 'C:\\work\\src\\Users', '/srv/app/users'])
      expect(closedBelow(path)).toEqual([])
    place.put('src/users/profile/a.ts', 'x')
    await place.ok('move_file', { source: 'src/users/profile', destination: 'src/users/account' })
    await place.ok('move_file', { source: 'src/users', destination: 'src/people' })
    await place.ok('move_file', { source: 'src/people', destination: 'src/Users' })
    await place.ok('delete_file', { path: 'src/Users' })
  })
})

describe('an allowed folder that is replaced by something else', () => {
  it('neither moves nor deletes a folder that contains an allowed folder', async () => {
    const both = desk({ roots: [place.A, join(place.A, 'x', 'sub')] })
    mkdirSync(join(place.A, 'x', 'sub'), { recursive: true })
    expect(await both.refused('move_file', { source: join(place.A, 'x'), destination: join(place.A, 'y') })).toMatch(/allowed folder/)
    expect(await both.refused('delete_file', { path: join(place.A, 'x') })).toMatch(/allowed folder/)
    await both.close()
  })
  it('opens nothing when the missing folder appears as a link', async () => {
    const besides = join(place.base, 'besides')
    const both = desk({ roots: [place.A, join(place.A, 'later'), besides] })
    expect(await both.refused('read_file', { path: join(place.O, 's') })).toMatch(/outside/)
    symlinkSync(place.O, join(place.A, 'later'))
    // What the rules name is looked at together: where a folder that came after the link is open, the link has been seen.
    mkdirSync(besides)
    writeFileSync(join(besides, 'f'), 'text')
    await expect.poll(async () => textOf(await both.call('read_file', { path: join(besides, 'f') }))).toBe('text')
    expect(await both.refused('read_file', { path: join(place.O, 's') })).toMatch(/outside/)
    await both.close()
  })
  it('opens when the missing folder appears as a folder', async () => {
    const later = desk({ roots: [join(place.O, 'later')] })
    expect(await later.refused('read_file', { path: join(place.O, 'later', 'f') })).toMatch(/does not exist/)
    mkdirSync(join(place.O, 'later'))
    writeFileSync(join(place.O, 'later', 'f'), 'text')
    await expect.poll(async () => textOf(await later.call('read_file', { path: join(place.O, 'later', 'f') }))).toBe('text')
    await later.close()
  })
  it('does not move a link into a folder that holds something closed', async () => {
    const home = desk({ roots: [place.home], closed: place.bridge.settings.closed })
    mkdirSync(join(place.home, 'work'))
    symlinkSync(join(place.home, '.ssh'), join(place.home, 'work', 'link'))
    expect(await home.refused('move_file', { source: join(place.home, 'work', 'link'), destination: join(place.home, 'link') })).toMatch(
      /link/,
    )
    await home.close()
  })
})

// /dev/shm is another disk than the scratch folder, so things are copied to the trash and then removed.
describeUnless(existsSync('/dev/shm') ? null : 'no second disk', 'a folder on another disk is deleted', () => {
  let shm: string
  let there: Desk
  beforeEach(() => {
    shm = mkdtempSync('/dev/shm/bridge-')
    there = desk({ roots: [shm], closed: [] })
  })
  afterEach(async () => {
    await there.close()
    rmSync(shm, { recursive: true, force: true })
  })
  it('goes to the trash whole, closed files included', async () => {
    for (const path of ['d/a', 'd/e/f', 'd/.vscode/tasks.json']) {
      mkdirSync(join(shm, path, '..'), { recursive: true })
      writeFileSync(join(shm, path), path)
    }
    chmodSync(join(shm, 'd/a'), 0o640)
    symlinkSync(there.O, join(shm, 'd/link'))
    const { kept } = (await there.call('delete_file', { path: join(shm, 'd') })).structuredContent as { kept: string }
    expect(readdirSync(shm)).toEqual([])
    expect(['a', 'e/f', '.vscode/tasks.json'].map((path) => readFileSync(join(kept, path), 'utf8'))).toEqual([
      'd/a',
      'd/e/f',
      'd/.vscode/tasks.json',
    ])
    expect(statSync(join(kept, 'a')).mode & 0o777).toBe(0o640)
    expect(readlinkSync(join(kept, 'link'))).toBe(there.O)
    expect(readdirSync(there.O)).toEqual(['s'])
  })
  it('is not moved to another disk, and leaves no empty folder there', async () => {
    const both = desk({ roots: [shm, there.A], closed: [] })
    mkdirSync(join(shm, 'd'))
    expect(await both.refused('move_file', { source: join(shm, 'd'), destination: join(there.A, 'd') })).toMatch(/another disk/)
    expect([readdirSync(shm), readdirSync(there.A)]).toEqual([['d'], []])
    await both.close()
  })
  it('stays whole where it holds a pipe, without half a copy in the trash', async () => {
    mkdirSync(join(shm, 'd'))
    writeFileSync(join(shm, 'd', 'a'), 'x')
    execFileSync('mkfifo', [join(shm, 'd', 'pipe')])
    expect(await there.refused('delete_file', { path: join(shm, 'd') })).toMatch(/pipe/)
    expect(readdirSync(join(shm, 'd')).sort()).toEqual(['a', 'pipe'])
    expect(readdirSync(join(there.folder, 'trash'))).toEqual([])
  })
  it('loses nothing outside while a part of it is swapped for a link', async () => {
    for (let i = 0; i < 30; i++) writeFileSync(join(there.O, `keep${i}`), 'x')
    for (let round = 0; round < 40; round++) {
      const [real, spare] = [join(shm, 'd', 'real'), join(shm, 'd', 'spare')]
      mkdirSync(real, { recursive: true })
      for (let i = 0; i < 20; i++) writeFileSync(join(real, `f${i}`), 'x')
      let going = true
      const swap = (async () => {
        while (going) {
          try {
            renameSync(real, spare)
            symlinkSync(there.O, real)
            await new Promise((resolve) => setImmediate(resolve))
            rmSync(real)
            renameSync(spare, real)
          } catch {
            // Deleted in between.
          }
          await new Promise((resolve) => setImmediate(resolve))
        }
      })()
      await there.call('delete_file', { path: join(shm, 'd') })
      going = false
      await swap
      rmSync(join(shm, 'd'), { recursive: true, force: true })
    }
    expect(readdirSync(there.O)).toHaveLength(31)
  })
})

describe('a program that runs as its owner', () => {
  it('loses the right to run as its owner once a call wrote or copied it', async () => {
    const file = place.put('p', 'X')
    for (const [name, args] of [
      ['write_file', { path: file, content: 'Y' }],
      ['write_file', { path: file, content: 'Y', mode: 'append' }],
      ['edit_file', { path: file, edits: [{ old_string: 'X', new_string: 'Y' }] }],
    ] as const) {
      writeFileSync(file, 'X')
      chmodSync(file, 0o6755)
      await place.ok(name, args)
      expect(statSync(file).mode & 0o7777).toBe(0o755)
    }
    chmodSync(file, 0o6755)
    await place.ok('copy_file', { source: file, destination: 'copy' })
    expect(statSync(join(place.A, 'copy')).mode & 0o7777).toBe(0o755)
  })
})

describe('a failed edit of very many lines', () => {
  it('is answered without a comparison', async () => {
    place.put('f', Array.from({ length: 100_000 }, (_, i) => `line ${i}`).join('\n'))
    const old_string = [...Array.from({ length: 50_000 }, (_, i) => `line ${i + 1}`), 'x'.repeat(60)].join('\n')
    expect(await place.refused('edit_file', { path: 'f', edits: [{ old_string, new_string: '' }] })).toMatch(/Read the file and copy/)
  })
})

describe('names on a Windows drive, reached through a link', () => {
  it('follow the rules of Windows in every tool', async () => {
    const drive = join(place.base, 'mnt', 'c')
    mkdirSync(join(drive, 'work'), { recursive: true })
    writeFileSync(join(drive, 'work', 'x:ads'), 'x')
    symlinkSync(join(drive, 'work'), join(place.A, 'link'))
    const self = { ...place.bridge.settings.self, kind: 'wsl' as const, mountRoot: `${place.base}/mnt/` }
    const wsl = desk({ roots: [place.A, join(drive, 'work')], self, sides: () => Promise.resolve({ self, others: [] }) })
    for (const [name, args] of [
      ['read_file', { path: join(place.A, 'link', 'x:ads') }],
      ['delete_file', { path: join(place.A, 'link', 'x:ads') }],
      ['move_file', { source: join(place.A, 'link', 'x:ads'), destination: join(place.A, 'y') }],
    ] as const)
      expect(await wsl.refused(name, args)).toMatch(/Windows drive/)
    await wsl.close()
  })
})

describe('a search that would take much memory or time', () => {
  it('answers patterns that explode, and refuses those that need much memory', async () => {
    place.put('f', `${'ab'.repeat(20_000)}\n`)
    expect(await place.refused('search_text', { path: place.A, pattern: '((\\w{100}){100}){100}' })).toMatch(/size limit/)
    for (const pattern of ['(?:a{1,300}b?){1,300}', '(?:ab)*c', `(${'a|'.repeat(1900)}b)*c`])
      await place.call('search_text', { path: place.A, pattern })
    for (const glob of ['{a,b}'.repeat(800), `${'*a'.repeat(1500)}b`, `${'**/'.repeat(1000)}x`, '[!a]'.repeat(1000)])
      await place.call('search_files', { path: place.A, glob })
    expect(
      execFileSync('sh', ['-c', `ps --ppid ${process.pid} -o args= | grep -c '[/]rg ' || true`])
        .toString()
        .trim(),
    ).toBe('0')
  })
  it('gives up at an endless line, with a message, unless the file is named', async () => {
    const file = place.put('log', 'needle\n')
    const much = Buffer.alloc(64 * 1024 * 1024, 'x')
    for (let i = 0; i < 12; i++) appendFileSync(file, much)
    expect(await place.ok('search_text', { path: place.A, pattern: 'yyy' })).toMatch(/too much memory/)
    expect(await place.ok('search_text', { path: file, pattern: 'needle' })).toContain('log\n  1: needle')
  })
  it('keeps searches of one client from others', async () => {
    place.put('f', 'hit\n'.repeat(50))
    const text = await place.ok('search_text', { path: place.A, pattern: 'hit', max_results: 1 })
    const search = /search "(s\d+)"/.exec(text)?.[1]
    const other = { client: 'session other' }
    for (const name of ['more_results', 'stop_search']) expect(textOf(await place.call(name, { search }, other))).toMatch(/Unknown search/)
    expect(await place.ok('more_results', { search })).toContain('hit')
  })
})

describe('what ripgrep found by a path that may have been swapped', () => {
  const found = (path: string, text: string, offset = 0) => ({
    path,
    text: `1: ${text}`,
    part: null,
    hit: true,
    offset,
    raw: Buffer.from(text),
  })
  const look = (names: boolean) => confirming(place.A, names, (real) => real.startsWith(`${place.A}/`))
  it('is shown when it is there, in a file that is allowed', () => {
    place.put('d/f', 'one\ntwo\n')
    place.put('u', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('ein\nzwei\n', 'utf16le')]))
    place.put('b', '\ufeffone\ntwo\n')
    const confirm = look(false)
    expect(confirm.shows(found('d/f', 'two', 4))).toBe(true)
    expect(confirm.shows(found('u', 'zwei', 4))).toBe(true)
    expect(confirm.shows(found('b', 'two', 4))).toBe(true)
    expect(confirm.shows(found('d/f', CANARY, 4))).toBe(false)
    confirm.close()
  })
  it('is not shown when the path leads out now, or nothing is there', () => {
    symlinkSync(place.O, join(place.A, 'out'))
    symlinkSync(join(place.O, 's'), join(place.A, 'file'))
    for (const names of [false, true]) {
      const confirm = look(names)
      // A link is never found by its name as anything but itself.
      for (const path of ['out/s', 'nope', ...(names ? [] : ['file'])]) expect(confirm.shows(found(path, CANARY)), path).toBe(false)
      confirm.close()
    }
  })
  it('is confirmed in files of any encoding and line end', async () => {
    place.put('crlf', 'needle one\r\nneedle two\r\n')
    place.put('latin', Buffer.from([...Buffer.from('needle '), 0xe9, 0x0a]))
    place.put('bom', '\ufeffx\nneedle\n')
    place.put('u16', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('x\nneedle ä\n', 'utf16le')]))
    place.put('long', `${'x'.repeat(900)}needle\n`)
    const all = await place.ok('search_text', { path: place.A, pattern: 'needle', context: 1 })
    expect(all).toMatch(/^6 found/)
    expect(all).not.toMatch(/left out/)
  })
})

describe('what another client started', () => {
  const other = { client: 'session other' }
  it('hides its commands and their processes from others', async () => {
    const shell = desk({ terminal: 'on' })
    const { session } = (await shell.call('execute_command', { command: 'sleep 91 & cat', background: true })).structuredContent as {
      session: string
    }
    await expect.poll(() => shell.ok('list_processes')).toContain('sleep 91')
    for (const [name, args] of [
      ['read_output', { session }],
      ['send_input', { session, input: 'x' }],
      ['stop_session', { session }],
    ] as const)
      expect(textOf(await shell.call(name, args, other))).toMatch(/Unknown session/)
    expect(textOf(await shell.call('list_sessions', {}, other))).toBe('No sessions.')
    expect(textOf(await shell.call('list_processes', {}, other))).toBe('None.')
    const pid = Number(/^(\d+) .*sleep 91/m.exec(await shell.ok('list_processes'))?.[1])
    expect(textOf(await shell.call('kill_process', { pid }, other))).toMatch(/not a process/)
    await shell.ok('send_input', { session, input: 'still here' })
    expect(await shell.ok('read_output', { session, timeout_ms: 50_000 })).toContain('still here')
    await shell.close()
  })
})
