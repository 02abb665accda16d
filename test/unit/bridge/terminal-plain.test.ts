import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { plainWords } from '../../../src/bridge/terminal/plain.ts'
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
    expect(plainWords(line)).toEqual(words)
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
    expect(plainWords(line)).toBeNull()
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
    // `printf` stands for any program; plainWords leaves that one to the shell.
    const cut = (line: string) => plainWords(line.replace('printf', 'program'))?.slice(1)
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
    expect(plainWords(long)).toHaveLength(20_001)
    expect(plainWords(`${long}"`)).toBeNull()
    expect(performance.now() - started).toBeLessThan(1000)
  })
})

describe.runIf(process.platform === 'linux')('a program started without its shell', () => {
  const run = async (command: string, more: object = {}) => {
    const { structuredContent } = await place.call('execute_command', { command, ...more })
    return structuredContent as { output: string; exit_code: number }
  }
  const script = (name: string, text: string) => chmodSync(place.put(name, text), 0o755)

  it('has no shell around it', async () => {
    script('parent', '#!/bin/sh\ntr "\\0" " " < /proc/$PPID/cmdline\n')
    expect((await run('./parent')).output).not.toMatch(/bash|sh -c/)
    expect((await run('./parent; :')).output).toMatch(/bash -c/)
  })
  it.each(['bash', 'sh'])('sees the variables that %s would give it', async (shell) => {
    const variables = async (command: string) =>
      (await run(command, { shell })).output.split('\n').filter((line) => !/^(_|TWIN_COMMANDS_OF)=/.test(line))
    expect((await variables('env')).sort()).toEqual((await variables('exec env;')).sort())
  })
  it('is called what was written', async () => {
    script('told', '#!/bin/sh\necho "$0|$1|$2|$#"\n')
    for (const line of [`./told 'a b' ""`, `${place.A}/told 'a b' ""`])
      expect((await run(line)).output).toBe((await run(`${line};`)).output)
    expect((await run('cat /proc/self/cmdline')).output).toBe('cat\0/proc/self/cmdline\0')
  })
  it('is the first of that name in PATH that can be run', async () => {
    const own = desk({ terminal: 'on', variables: { PATH: `${place.A}/none:${place.A}/one:${place.A}/two:/usr/bin:/bin`, HOME: place.A } })
    place.put('one/pick', '#!/bin/sh\necho one\n', 0o644)
    script('two/pick', '#!/bin/sh\necho two\n')
    expect(await own.ok('execute_command', { command: 'pick' })).toBe('two\n[Exit code 0.]')
    await own.close()
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
  it('in the sandbox everything runs in its wall', async () => {
    if (!existsSync('/usr/bin/bwrap')) return
    const own = desk({ terminal: 'sandbox' })
    const outside = join(own.base, 'outside')
    writeFileSync(outside, 'text')
    expect(await own.ok('execute_command', { command: `cat ${outside}` })).toContain('No such file')
    await own.close()
  })
})
