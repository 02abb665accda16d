import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, closeSync, mkdirSync, mkdtempSync, openSync, readSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { directStart, directWords } from '../../../src/bridge/terminal/direct.ts'
import { ProgramLookup } from '../../../src/bridge/terminal/lookup.ts'
import { type Desk, desk } from './desk.ts'

let place: Desk
beforeEach(() => {
  place = desk({ terminal: 'on' })
})
afterEach(() => place.close())

describe('a line that only starts one program', () => {
  it.each([
    ['git status', ['git', 'status']],
    ['  ls\t-la  ./src/ \n', ['ls', '-la', './src/']],
    [`git commit -m 'it''s' "two  words" ""`, ['git', 'commit', '-m', 'its', 'two  words', '']],
    ['./run --port=80 @types/node a:b,c 50%', ['./run', '--port=80', '@types/node', 'a:b,c', '50%']],
    [`node -e 'console.log(\`$a\`);\n"x"' x'y'z`, ['node', '-e', 'console.log(`$a`);\n"x"', 'xyz']],
    ['true', ['true']],
  ])('%j is cut as its shell cuts it', (line, words) => {
    expect(directWords(line)).toEqual(words)
  })
  it.each([
    'ls; ls',
    'ls\nls',
    'ls && ls',
    'ls | wc',
    'ls &',
    'ls > out',
    'ls *.ts',
    'ls ~',
    'ls a{b,c}',
    'ls [a]',
    'ls a?',
    'ls $HOME',
    'ls "$HOME"',
    'ls `pwd`',
    'ls "`pwd`"',
    'ls # all',
    'ls a\\ b',
    'ls "a\\"b"',
    "ls 'open",
    'ls "open',
    "ls $'a'",
    'A=1 ls',
    'A=1',
    '(ls)',
    '{ ls; }',
    '! ls',
    'if ls',
    'time ls',
    'cd /tmp',
    'echo hi',
    'exec ls',
    'true --help',
    '. ./x',
    ': x',
    '"ls"',
    "e'cho' hi",
    'lés',
    '',
    '  \n',
    '%1',
  ])('%j needs its shell', (line) => {
    expect(directWords(line)).toBeNull()
  })
  it('whatever it is, bash and sh find the same words in it', () => {
    const characters = (all: string) => fc.constantFrom(...all.split(''))
    const quoted = (mark: string) =>
      fc.array(characters(`ab$\`\\*"' \n#~;`), { maxLength: 4 }).map((inside) => mark + inside.join('') + mark)
    const piece = fc.oneof(
      { weight: 12, arbitrary: characters('ab=-./:,@%+  \t') },
      { weight: 4, arbitrary: fc.oneof(quoted("'"), quoted('"')) },
      { weight: 1, arbitrary: characters(`"'$\`\\*?[]{}~#!;&|<>()^é\n`) },
    )
    const tail = fc.array(piece, { maxLength: 12 }).map((pieces) => `printf ${pieces.join('')}`)
    // `printf` stands for any program; directWords leaves that one to the shell.
    const cut = (line: string) => directWords(line.replace('printf', 'program'))?.slice(1)
    const lines = fc.sample(tail, 5000).filter((line) => (cut(line)?.length ?? 0) > 0)
    expect(lines.length).toBeGreaterThan(1000)
    const script = lines.map((line) => `${line.replace('printf', `printf '%s\\0'`).trimEnd()}; printf '\\n\\0'`).join('\n')
    const file = join(place.base, 'script')
    writeFileSync(file, script)
    const wanted = lines.map((line) => `${cut(line)?.join('\0')}\0\n\0`).join('')
    for (const shell of ['bash', 'sh']) expect(execFileSync(shell, [file], { encoding: 'utf8', maxBuffer: 1 << 26 })).toBe(wanted)
  })
  it('a long one is read in no time', () => {
    const long = `ls ${'a"b" '.repeat(20_000)}`
    const started = performance.now()
    expect(directWords(long)).toHaveLength(20_001)
    expect(directWords(`${long}"`)).toBeNull()
    expect(performance.now() - started).toBeLessThan(1000)
  })
})

const here = (cwd: string, path: string, command: string, shell = place.put('shell', '')) => {
  const start = { argv: [shell, '-c', command], cwd, env: {}, verbatim: false, input: false, windows: false, order: null }
  return directStart(command, start, new ProgramLookup(cwd, { PATH: path, HOME: cwd }))?.argv ?? null
}

/** The beginning of a program of this machine, which is all that is looked at. */
function beginning(changed: (bytes: Buffer) => void = () => undefined): Buffer {
  const bytes = Buffer.alloc(4096)
  const fd = openSync('/bin/sh', 'r')
  readSync(fd, bytes, 0, bytes.length, 0)
  closeSync(fd)
  changed(bytes)
  return bytes
}

describe.runIf(process.platform === 'linux')('what is started without its shell', () => {
  const usual = '/usr/bin:/bin'
  const put = (name: string, content: string | Buffer, mode = 0o755) => place.put(name, content, mode)

  it('is a program of this machine', () => {
    put('own', beginning())
    expect(here(place.A, usual, './own x')).toEqual([`${place.A}/./own`, 'x'])
    expect(here(place.A, usual, 'cat x', '/bin/sh')?.[0]).toMatch(/^(\/usr)?\/bin\/cat$/)
  })
  it.each([
    ['a script', '#!/bin/sh\n', 0o755],
    ['a script without a first line of its own', 'echo a\n', 0o755],
    ['an empty file', '', 0o755],
    ['a program of another machine', beginning((bytes) => bytes.writeUInt16LE(0x15, 18)), 0o755],
    ['a piece of a program', beginning((bytes) => bytes.writeUInt16LE(1, 16)), 0o755],
    ['a program of no segments', beginning((bytes) => bytes.writeUInt16LE(0, 56)), 0o755],
    ['a program with segments of another size', beginning((bytes) => bytes.writeUInt16LE(32, 54)), 0o755],
    ['the header of a program', beginning().subarray(0, 64), 0o755],
    ['less than that', beginning().subarray(0, 20), 0o755],
    ['what may not be run', beginning(), 0o644],
  ])('is not %s', (_what, content, mode) => {
    put('other', content, mode)
    expect(here(place.A, usual, './other')).toBeNull()
  })
  it('lies on the file system of the shell, since starting it waits for its own', () => {
    const elsewhere = mkdtempSync('/dev/shm/direct-')
    writeFileSync(join(elsewhere, 'own'), beginning(), { mode: 0o755 })
    symlinkSync(join(elsewhere, 'own'), join(place.A, 'link'))
    for (const name of ['own', `${elsewhere}/own`, './link']) expect(here(place.A, `${elsewhere}:${usual}`, name)).toBeNull()
    rmSync(elsewhere, { recursive: true })
  })
  it('is no true but that of the system, where bash has its own', () => {
    put('true', beginning())
    expect(here(place.A, `${place.A}:${usual}`, 'true')).toBeNull()
    expect(here(place.A, usual, 'true', '/bin/sh')?.[0]).toMatch(/\/bin\/true$/)
  })
  it('is no program that is another one for whoever asks', () => {
    expect(here(place.A, usual, '/proc/self/exe --version')).toBeNull()
    expect(here(place.A, usual, '//dev/fd/3')).toBeNull()
  })
  it('is what the kernel finds by that path, not what the path looks like', () => {
    mkdirSync(join(place.A, 'other', 'sub'), { recursive: true })
    symlinkSync(join(place.A, 'other', 'sub'), join(place.A, 'link'))
    put('bin/pick', beginning())
    put('other/bin/pick', beginning())
    const [found = ''] = here(place.A, `${place.A}/link/../bin`, 'pick') ?? []
    expect(realpathSync.native(found)).toBe(join(place.A, 'other', 'bin', 'pick'))
  })
  it('is the first of that name in PATH that can be run, in a folder without a name the one it starts in', () => {
    put('one/pick', beginning(), 0o644)
    mkdirSync(join(place.A, 'two', 'pick'), { recursive: true })
    put('three/pick', beginning())
    put('pick', beginning())
    expect(here(place.A, `${place.A}/none:${place.A}/one:${place.A}/two:${place.A}/three:${usual}`, 'pick')).toEqual([
      `${place.A}/three/pick`,
    ])
    expect(here(place.A, `:${usual}`, 'pick')?.map((path) => realpathSync.native(path))).toEqual([join(place.A, 'pick')])
    expect(here(place.A, usual, 'pick')).toBeNull()
    // bash finds it there, and dash does not.
    expect(here(place.A, `~/three:${usual}`, 'pick')).toBeNull()
    expect(here(place.A, '', 'pick')).toBeNull()
  })
})

describe.runIf(process.platform === 'linux')('a program started without its shell', () => {
  const run = async (command: string, more: object = {}) => {
    const { structuredContent } = await place.call('execute_command', { command, ...more })
    return structuredContent as { output: string; exit_code: number }
  }
  const script = (name: string, text: string) => chmodSync(place.put(name, text), 0o755)

  it('sees the variables that bash would give it', async () => {
    const variables = async (command: string) =>
      (await run(command)).output.split('\n').filter((line) => !line.startsWith('TWIN_COMMANDS_OF='))
    expect((await variables('env')).sort()).toEqual((await variables('"env"')).sort())
  })
  it('is called what was written', async () => {
    script('told', '#!/bin/sh\necho "$0|$1|$2|$#"\n')
    for (const line of [`./told 'a b' ""`, `${place.A}/told 'a b' ""`])
      expect((await run(line)).output).toBe((await run(`${line};`)).output)
    expect((await run('cat /proc/self/cmdline')).output).toBe('cat\0/proc/self/cmdline\0')
  })
  it.each([
    ['a script without a first line of its own', 'script', 'echo "$BASH_VERSION" | wc -l\n'],
    ['a script whose interpreter is missing', 'script', '#!/no/such/interpreter\n'],
    ['a script with Windows line ends', 'script', '#!/bin/sh\r\necho a\r\n'],
    ['a program of another machine', 'script', '\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\x15\0'],
    ['an empty file', 'script', ''],
  ])('%s goes the way of its shell', async (_what, name, text) => {
    script(name, text)
    const [plain, shelled] = [await run(`./${name}`), await run(`./${name};`)]
    expect(plain).toEqual(shelled)
  })
  it('what is no program is told by the shell', async () => {
    place.put('file', 'text', 0o644)
    for (const name of ['./file', './none', 'no-such-program', '.', './', place.A]) {
      const plain = await run(name)
      expect(plain).toEqual(await run(`${name};`))
      expect(plain.exit_code).toBeGreaterThan(0)
    }
  })
  it('says its exit code and its signal', async () => {
    expect((await run('false')).exit_code).toBe(1)
    expect((await run(`node -e 'process.kill(process.pid, "SIGSEGV")'`)).exit_code).toBe(139)
  })
  it('reads input as a session, and is ended with its tree', async () => {
    const { session } = (await place.call('execute_command', { command: 'cat -', background: true })).structuredContent as {
      session: string
    }
    await place.ok('send_input', { session, input: 'said', end: true })
    expect(await place.ok('read_output', { session, timeout_ms: 5000 })).toContain('said')
    expect(await place.ok('execute_command', { command: 'sleep 60', timeout_ms: 100 })).toContain('Time limit')
    expect(await place.ok('list_processes')).not.toContain('sleep')
  })
  it('a blocked one is refused all the same', async () => {
    const own = desk({ terminal: 'on', blockedCommands: ['node', 'git push'] })
    for (const command of ['node -v', `${process.execPath} -v`, `git 'push' origin`])
      expect(await own.refused('execute_command', { command })).toContain('blocked')
    await own.close()
  })
  it.skipIf(spawnSync('bwrap', ['--ro-bind', '/', '/', '--unshare-all', 'true']).status !== 0)(
    'in the sandbox it runs in its wall',
    async () => {
      const own = desk({ terminal: 'sandbox' })
      const outside = join(own.base, 'outside')
      writeFileSync(outside, 'text')
      expect(await own.ok('execute_command', { command: `cat ${outside}` })).toContain('No such file')
      await own.close()
    },
  )
})
