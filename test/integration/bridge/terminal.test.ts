import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { limits } from '../../../src/bridge/base/limits.ts'
import { allProcesses } from '../../../src/bridge/terminal/tree.ts'
import { type Desk, desk, textOf } from '../../support/desk.ts'
import { atLimit } from '../../support/at-limit.ts'
import { itUnless } from '../../support/left-out.ts'
import { lacks } from '../../support/machine.ts'

let place: Desk
beforeEach(() => {
  place = desk({
    terminal: 'on',
    variables: {
      PATH: process.env.PATH,
      HOME: '/tmp',
      MCP_TWIN_TOKEN: 'tok',
      OPENAI_API_KEY: 'sk-x',
      MCP_TWIN_SECRET_A: 'b',
      HTTPS_PROXY: 'http://u:p@proxy',
    },
  })
})
afterEach(() => place.close())

const run = (command: string, more: object = {}) => place.call('execute_command', { command, ...more })
const data = (result: Awaited<ReturnType<typeof run>>) =>
  result.structuredContent as { output: string; exit_code: number | null; timed_out: boolean; session?: string; cut?: boolean }
const alive = (pid: number) => allProcesses().some((each) => each.pid === pid && each.state !== 'Z')
const pidsIn = (text: string) => text.match(/\d+/g)?.map(Number) ?? []

describe('a command', () => {
  it('answers what it printed and its exit code, in words and as data', async () => {
    const result = await run('echo hi; echo err >&2; exit 3')
    expect(data(result)).toEqual({ output: expect.stringMatching(/hi\n/), exit_code: 3, timed_out: false })
    expect(data(result).output).toContain('err\n')
    expect(textOf(result)).toContain('[Exit code 3.]')
  })
  it.each(['SEGV', 'ABRT', 'BUS', 'PIPE', 'USR1', 'HUP', 'INT', 'TERM', 'KILL'])(
    'that ends by SIG%s answers 128 and its number',
    async (name) => {
      const number = Object.entries(constants.signals).find(([signal]) => signal === `SIG${name}`)?.[1]
      expect(data(await run(`kill -${name} $$`)).exit_code).toBe(128 + (number ?? Number.NaN))
    },
  )
  it('starts in the first allowed folder, or in the one named', async () => {
    expect(data(await run('pwd')).output).toBe(`${place.A}\n`)
    expect(await place.refused('execute_command', { command: 'pwd', cwd: place.O })).toMatch(/outside/)
  })
  for (const shell of ['bash', 'sh', 'zsh'])
    itUnless(lacks(shell), `runs in ${shell}`, async () => {
      expect(data(await run('echo $0', { shell })).output).toContain(shell)
    })
  it('a shell of the other side is refused where there is no other side', async () => {
    expect(await place.refused('execute_command', { command: 'dir', shell: 'cmd' })).toMatch(/No side/)
    expect(await place.refused('execute_command', { command: 'dir', environment: 'windows' })).toMatch(/No side/)
  })
  it('gets no key, no token and nothing of ours', async () => {
    const { output } = data(await run('env'))
    expect(output).not.toMatch(/MCP_TWIN|tok\b|sk-x|u:p@/)
    expect(output).toContain('PATH=')
  })
  it('reads an empty input instead of waiting for one', async () => {
    expect(data(await run('cat; echo done')).output).toBe('done\n')
  })
  it.each([{}, { on_timeout: 'keep' }])('runs no start-up file of its shell: %j', async (more) => {
    const home = desk({ terminal: 'on', variables: { PATH: process.env.PATH, HOME: place.A } })
    place.put('.bashrc', 'echo from the start-up file')
    const result = await home.call('execute_command', { command: 'echo said; :', shell: 'bash', ...more })
    await home.close()
    expect(data(result).output).toBe('said\n')
  })
  it('streams its output as progress', async () => {
    const heard: string[] = []
    await place.call(
      'execute_command',
      { command: 'echo line1; until [ -e heard ]; do sleep 0.05; done; echo line2' },
      {
        progress(text) {
          heard.push(text)
          place.put('heard', '')
        },
      },
    )
    expect(heard[0]).toBe('line1\n')
  })
  itUnless(lacks('script'), 'that needs a terminal gets one from script, which most systems have', async () => {
    expect(data(await run('script -qec "tty && stty size" /dev/null')).output).toMatch(/\/dev\/pts\/\d+/)
  })
  it('that does not exist says so', async () => {
    expect(data(await run('no-such-program')).exit_code).toBe(127)
  })
})

describe('at the time limit', () => {
  it('returns what was printed and leaves nothing running with “stop”', async () => {
    const result = await atLimit(
      async (timeout_ms) => data(await run('echo $$; echo started; sleep 60', { timeout_ms })),
      ({ output }) => output.includes('started'),
    )
    expect(result).toMatchObject({ timed_out: true, exit_code: null })
    expect(result.output).toContain('started')
    // All is gone within 8 s.
    expect(500 + limits.graceMs + limits.killedMs).toBeLessThan(8000)
    expect(alive(pidsIn(result.output)[0] ?? 0)).toBe(false)
  })
  it('ends the whole tree, also processes that left the group', async () => {
    const script = 'sleep 61 & echo $!; (sleep 62 & echo $!); setsid sleep 63 & echo $!; setsid sh -c "sleep 64 & echo \\$!" ; sleep 65'
    const { output } = await atLimit(
      async (timeout_ms) => data(await run(script, { timeout_ms, shell: 'bash' })),
      ({ output }) => pidsIn(output).length >= 4,
    )
    const pids = pidsIn(output)
    expect(pids.length).toBeGreaterThanOrEqual(4)
    expect(pids.filter(alive)).toEqual([])
    expect(allProcesses().filter(({ name }) => name === 'sleep' && pids.length === 0)).toEqual([])
  })
  it('kills one that ignores TERM', async () => {
    const { output } = await atLimit(
      async (timeout_ms) => data(await run("trap '' TERM; echo $$; while :; do sleep 1; done", { timeout_ms, shell: 'bash' })),
      ({ output }) => pidsIn(output).length === 1,
    )
    expect(pidsIn(output)).toHaveLength(1)
    expect(pidsIn(output).filter(alive)).toEqual([])
  })
  it('cuts endless output', async () => {
    const result = await atLimit(
      async (timeout_ms) => data(await run('yes 0123456789', { timeout_ms })),
      ({ cut }) => cut === true,
    )
    expect(result.output.length).toBeLessThan(70_000)
    expect(result).toMatchObject({ timed_out: true, cut: true })
  })
  it('leaves a command running as a session with “keep”', async () => {
    const command = 'echo one; until [ -e asked ]; do sleep 0.05; done; echo two'
    const result = await atLimit(
      async (timeout_ms) => data(await run(command, { timeout_ms, on_timeout: 'keep' })),
      ({ output }) => output !== '',
    )
    expect(result).toMatchObject({ output: 'one\n', timed_out: true, exit_code: null })
    place.put('asked', '')
    const { session } = result
    await expect
      .poll(() => place.ok('read_output', { session, offset: 0, timeout_ms: 1000 }))
      .toMatch(/^one\ntwo\n\[t\d+ is ended with exit code 0/)
  })
  it('a cancelled call ends its command', async () => {
    const controller = new AbortController()
    const marker = join(place.A, 'pid')
    const running = place.call('execute_command', { command: `echo $$ > ${marker}; sleep 60` }, { signal: controller.signal })
    await expect.poll(() => existsSync(marker) && readFileSync(marker, 'utf8').trim() !== '').toBe(true)
    controller.abort()
    await running
    expect(alive(Number(readFileSync(marker, 'utf8')))).toBe(false)
  })
})

describe('output that is large or no text', () => {
  it('gives beginning and end of 10 MB at once, and keeps the newest readable', async () => {
    const result = data(await run('yes 0123456789012345678901234567890123456789012345678901234567890 | head -c 10000000'))
    expect(result).toMatchObject({ exit_code: 0, cut: true })
    expect(result.output).toMatch(/left out/)
    const page = await place.ok('read_output', { session: result.session, offset: -100 })
    expect(page).toMatch(/of 10000000/)
  })
  it('comes as text where it is binary', async () => {
    const { output } = data(await run('head -c 5000 /dev/urandom; printf "\\0\\0end"'))
    expect(output).toContain('end')
  })
  it('keeps a character whole that comes in two pieces', async () => {
    expect(data(await run("printf '\\303'; sleep 0.2; printf '\\244\\n'")).output).toBe('ä\n')
  })
})

describe('sessions', () => {
  it('take input, give output and report their end in the background', async () => {
    const { session } = data(await run('while read -r line; do echo "got $line"; done; echo bye', { background: true }))
    await place.ok('send_input', { session, input: 'one' })
    expect(await place.ok('read_output', { session, timeout_ms: 50_000 })).toContain('got one')
    expect(await place.ok('list_sessions')).toMatch(/t1 running/)
    await place.ok('stop_session', { session })
    expect(await place.ok('list_sessions')).toMatch(/t1 ended/)
    expect(await place.refused('send_input', { session, input: 'x' })).toMatch(/has ended/)
  })
  it('end their input when the call asks for it', async () => {
    const { session } = data(await run('cat; echo bye', { background: true }))
    await place.ok('send_input', { session, input: 'one' })
    expect(await place.ok('send_input', { session, input: 'two', end: true })).toMatch(/input is closed/)
    await expect.poll(() => place.ok('read_output', { session, offset: 0 })).toMatch(/^one\ntwo\nbye\n\[t1 is ended/)
    const other = data(await run('cat; sleep 60', { background: true })).session
    await place.ok('send_input', { session: other, input: '', end: true })
    expect(await place.refused('send_input', { session: other, input: 'x' })).toMatch(/input of session t2 has ended/)
  })
  it('keep positions valid', async () => {
    const { session } = data(await run('printf 0123456789; sleep 60', { background: true }))
    expect(await place.ok('read_output', { session, timeout_ms: 50_000 })).toContain('0123456789')
    expect(await place.ok('read_output', { session, offset: 2, limit: 3, timeout_ms: 0 })).toContain('234\n')
    expect(await place.ok('read_output', { session, offset: -2, timeout_ms: 0 })).toContain('89\n')
  })
  it('refuse an unknown id', async () => {
    for (const name of ['read_output', 'stop_session']) expect(await place.refused(name, { session: 'nope' })).toMatch(/Unknown session/)
  })
  it('end with the bridge', async () => {
    const marker = join(place.A, 'pids')
    await run(`setsid sleep 71 & echo $! > ${marker}; sleep 0.1`, { shell: 'bash' })
    await run('sleep 72', { background: true })
    const left = pidsIn(readFileSync(marker, 'utf8'))
    expect(left.filter(alive)).toEqual(left)
    await place.bridge.close()
    expect(left.filter(alive)).toEqual([])
  })
})

describe('processes', () => {
  it('refuses to kill init, a group, everybody or a stranger', async () => {
    for (const pid of [1, 0, -1, process.pid, process.ppid, -process.pid])
      expect(await place.refused('kill_process', { pid })).toMatch(/not a process that a command/)
    expect(alive(process.pid)).toBe(true)
  })
  it('lists and kills its own', async () => {
    const { session } = data(await run('sleep 73', { background: true, shell: 'sh' }))
    const list = (await place.call('list_processes')).structuredContent as { processes: { pid: number; command: string }[] }
    const found = list.processes.find(({ command }) => command.includes('sleep 73'))
    expect(await place.ok('list_processes')).toMatch(new RegExp(`^${found?.pid} \\(child of ${process.pid}\\): .*sleep 73$`, 'm'))
    await place.ok('kill_process', { pid: found?.pid })
    await expect.poll(() => place.ok('read_output', { session, timeout_ms: 100 })).toMatch(/ended/)
  })
})

describe('what stops commands', () => {
  it('the family being off', async () => {
    const off = desk()
    expect(await off.refused('execute_command', { command: 'true' })).toMatch(/switched off/)
    await off.close()
  })
  it('a blocked name of a program', async () => {
    const guarded = desk({ terminal: 'on', blockedCommands: ['sudo'] })
    expect(await guarded.refused('execute_command', { command: 'echo; sudo ls' })).toMatch(/blocked commands/)
    await guarded.close()
  })
  it('an audit that cannot be written, while reads continue', async () => {
    place.put('f', 'text')
    writeFileSync(join(place.base, 'file'), '')
    const blind = desk({ terminal: 'on', folder: join(place.base, 'file', 'bridge'), roots: [place.A] })
    expect(await blind.refused('execute_command', { command: 'touch made' })).toMatch(/could not be recorded/)
    expect(existsSync(join(place.A, 'made'))).toBe(false)
    expect(await blind.ok('read_file', { path: join(place.A, 'f') })).toBe('text')
    await blind.close()
  })
})
