import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { spawn } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeUnless, itUnless } from '../../support/left-out.ts'
import { becomeOrdinaryUser } from '../../support/ordinary-user.ts'
import { allProcesses, commandLine, markOfBridge, orphans } from '../../../src/bridge/terminal/tree.ts'
import { CANARY, type Desk, desk, textOf } from '../../support/desk.ts'
import { lacksPython, lacksSandbox } from '../../support/machine.ts'
import { tools } from '../../../src/bridge/tools/index.ts'
import { pathTroubles, trial } from '../../support/path-trial.ts'

becomeOrdinaryUser()
const lacking = lacksSandbox()

// What only the sandbox keeps out of reach. The list of blocked commands is no part of it.
describeUnless(lacking, 'terminal: sandbox', () => {
  let place: Desk
  beforeAll(() => {
    place = desk({ terminal: 'sandbox' })
  })
  afterAll(() => place.close())
  const run = async (command: string, more: object = {}) => {
    const result = await place.call('execute_command', { command, ...more })
    expect(JSON.stringify(result)).not.toContain(CANARY)
    return (result.structuredContent ?? {}) as { output: string; exit_code: number }
  }

  it('holds, says its probe, and runs ordinary commands in the allowed folder', async () => {
    expect(await (await place.bridge.terminal()).usable()).toBe(true)
    expect((await run('echo hi > made; cat made; pwd')).output).toBe(`hi\n${place.A}\n`)
    expect(existsSync(join(place.A, 'made'))).toBe(true)
    expect((await run('node -e "console.log(6*7)"')).output).toBe('42\n')
  })
  it('lists processes by their own command line', async () => {
    const { session } = ((await place.call('execute_command', { command: 'sleep 96; echo ü', background: true })).structuredContent ??
      {}) as {
      session: string
    }
    await expect.poll(() => place.ok('list_processes')).toMatch(/: bwrap … \/bin\/bash -c sleep 96; echo ü$/m)
    await expect.poll(() => place.ok('list_processes')).toMatch(/: sleep 96$/m)
    await place.ok('stop_session', { session })
  })
  it.each([
    ['through a shell', (at: string) => `sh -c 'cat ${at}'`],
    ['through eval of base64', (at: string) => `eval "$(echo ${Buffer.from(`cat ${at}`).toString('base64')} | base64 -d)"`],
    [
      'through an interpreter',
      (at: string) => `python3 -c "print(open('${at}').read())"; node -e "console.log(require('fs').readFileSync('${at}','utf8'))"`,
    ],
    ['through find', (at: string) => `find ${at} -exec cat {} \\;`],
    ['through a link made first', (at: string) => `ln -s ${at} l && cat l; rm -f l`],
    ['through git', (at: string) => `git -c core.pager='cat ${at}' -p log`],
    ['plainly', (at: string) => `cat ${at}`],
    ['through /proc', (at: string) => `cat /proc/1/root${at} /proc/self/root${at}`],
  ])('reads nothing outside %s', async (_row, line) => {
    await run(line(join(place.O, 's')))
  })
  it('is what protects: the same line reads the file without it', async () => {
    const open = desk({ terminal: 'on' })
    expect(JSON.stringify(await open.call('execute_command', { command: `cat ${join(open.O, 's')}` }))).toContain(CANARY)
    await open.close()
  })
  it('writes nothing outside', async () => {
    for (const at of [join(place.O, 'x'), join(place.folder, 'x'), '/usr/x', '/etc/x', join(place.home, 'x')]) await run(`echo x > ${at}`)
    expect([join(place.O, 'x'), join(place.folder, 'x'), '/usr/x', '/etc/x', join(place.home, 'x')].filter(existsSync)).toEqual([])
  })
  it('reaches no program that listens on this machine', async () => {
    let reached = 0
    const server = createServer(() => reached++)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    await run(`exec 3<>/dev/tcp/127.0.0.1/${port} && echo in`, { shell: 'bash' })
    server.close()
    expect(reached).toBe(0)
  })
  itUnless(lacksPython, 'reaches neither the host name nor the keyring of the user', async () => {
    const attempt = (what: string) => `python3 -c "
import ctypes, os, socket
libc = ctypes.CDLL(None, use_errno=True)
${what}"`
    const vsock = await run(attempt("try: socket.socket(40, 1); print('open')\nexcept OSError as e: print(e.errno)"))
    expect(vsock.output.trim()).toBe('1')
    expect((await run(attempt('print(libc.syscall(425, 1, 0), ctypes.get_errno())'))).output.trim()).toBe('-1 1')
    const keyctl = process.arch === 'arm64' ? 219 : 250
    expect((await run(attempt(`print(libc.syscall(${keyctl}, 0, -4, 0), ctypes.get_errno())`))).output.trim()).toBe('-1 1')
    expect((await run(attempt("socket.socketpair(); socket.socket(socket.AF_INET); print('fine')"))).output.trim()).toBe('fine')
  })
  it('hides the environment of the bridge', async () => {
    expect((await run('cat /proc/*/environ | tr "\\0" "\\n" | grep -c VITEST')).output.trim()).toBe('0')
    expect((await run('ps ax 2>/dev/null | wc -l || ls /proc | grep -c "^[0-9]"')).exit_code).toBe(0)
  })
  it('neither shows nor signals other programs', async () => {
    expect((await run(`kill -0 ${process.pid} && echo seen`)).output).not.toContain('seen')
  })
  it('hides closed files in an allowed folder', async () => {
    const wide = desk({ terminal: 'sandbox', roots: [place.home], closed: [join(place.home, '.ssh'), join(place.home, '.netrc')] })
    mkdirSync(join(place.home, '.ssh'), { recursive: true })
    writeFileSync(join(place.home, '.ssh', 'id'), CANARY)
    writeFileSync(join(place.home, '.netrc'), CANARY)
    const result = await wide.call('execute_command', { command: 'cat .ssh/id .netrc; ls -A .ssh' })
    expect(JSON.stringify(result)).not.toContain(CANARY)
    await wide.close()
  })
  describe('where the whole user folder is allowed', () => {
    let wide: Desk
    const inHome = (command: string) => wide.call('execute_command', { command })
    beforeAll(() => {
      const { home, bridge } = place
      wide = desk({
        terminal: 'sandbox',
        roots: [home],
        homes: [home],
        self: bridge.settings.self,
        closed: bridge.settings.closed,
        reopened: bridge.settings.reopened,
      })
      for (const folder of ['work/p/.claude', '.config/gh', '.config/mine', '.mcp-twin/bridge/workspace'])
        mkdirSync(join(home, folder), { recursive: true })
      writeFileSync(join(home, '.config', 'gh', 'hosts.yml'), CANARY)
      writeFileSync(join(home, '.mcp-twin', 'secrets.json'), CANARY)
      writeFileSync(join(home, '.gitconfig'), '[user]\n')
    })
    afterAll(() => wide.close())
    it('works in its folders and in the workspace', async () => {
      expect(
        textOf(
          await inHome(
            'cd ~ 2>/dev/null; echo 1 > work/made && echo 1 > .config/mine/made && echo 1 > .mcp-twin/bridge/workspace/made && cat .gitconfig',
          ),
        ),
      ).toContain('[user]')
      for (const path of ['work/made', '.config/mine/made', '.mcp-twin/bridge/workspace/made'])
        expect(existsSync(join(place.home, path))).toBe(true)
    })
    it('shows no closed file, and moves nothing to its place', async () => {
      await inHome('mv .config c2; mv .mcp-twin t2; mv .config/gh .config/hg; ls -lR . | head')
      expect(existsSync(join(place.home, '.config', 'gh', 'hosts.yml'))).toBe(true)
      const result = await inHome('cat .config/gh/* .mcp-twin/secrets.json c2/gh/*; grep -r canary . 2>/dev/null')
      expect(JSON.stringify(result)).not.toContain(CANARY)
    })
    it('creates no file that programs would read as settings', async () => {
      await inHome(
        'mkdir .ssh; echo x > .ssh/authorized_keys; echo x > .claude.json; echo x >> .bashrc; echo x > .npmrc; echo x >> .gitconfig; mkdir .config/op',
      )
      for (const path of ['.claude.json', '.bashrc', '.npmrc', '.config/op', '.ssh/authorized_keys'])
        expect(existsSync(join(place.home, path)), path).toBe(false)
      expect(readFileSync(join(place.home, '.gitconfig'), 'utf8')).toBe('[user]\n')
    })
  })
  it('does not swap an allowed folder in another one for a link', async () => {
    const sub = join(place.A, 'x', 'y', 'sub')
    mkdirSync(sub, { recursive: true })
    const both = desk({ terminal: 'sandbox', roots: [place.A, sub] })
    await both.call('execute_command', { command: `mv x z; mv x/y x/w; mv x/y/sub x/y/s; mkdir -p x/y; ln -s ${place.O} x/y/sub` })
    const result = await both.call('execute_command', { command: `cat ${sub}/s` })
    expect(JSON.stringify(result)).not.toContain(CANARY)
    expect(lstatSync(sub).isDirectory()).toBe(true)
    await both.close()
  })
  it('leaves closed files below an allowed folder in place', async () => {
    const deep = join(place.A, 'in', 'the', 'deep')
    mkdirSync(deep, { recursive: true })
    writeFileSync(join(deep, 'key'), CANARY)
    const with_ = desk({ terminal: 'sandbox', roots: [place.A], closed: [deep] })
    await with_.call('execute_command', { command: 'mv in on; mv in/the in/a; rm -rf in' })
    expect(existsSync(join(deep, 'key'))).toBe(true)
    expect(JSON.stringify(await with_.call('execute_command', { command: 'grep -r canary .; cat */*/*/key' }))).not.toContain(CANARY)
    expect((await with_.call('execute_command', { command: 'echo 1 > in/the/new; cat in/the/new' })).structuredContent).toMatchObject({
      output: '1\n',
    })
    await with_.close()
  })
  it('neither shows nor changes settings of a project that start programs', async () => {
    for (const path of ['.mcp.json', '.claude/settings.json', '.kiro/hooks/one']) place.put(path, CANARY)
    await run(
      'cat .mcp.json .claude/settings.json .kiro/hooks/one; echo x > .mcp.json; echo x > .claude/settings.json; rm -f .mcp.json; mv .claude c; echo x > .kiro/hooks/one; echo x > .kiro/hooks/two',
    )
    for (const path of ['.mcp.json', '.claude/settings.json', '.kiro/hooks/one'])
      expect(readFileSync(join(place.A, path), 'utf8')).toBe(CANARY)
    expect(readdirSync(join(place.A, '.kiro', 'hooks'))).toEqual(['one'])
    expect(JSON.stringify(await place.call('execute_command', { command: 'echo x > .claude/settings.local.json' }))).toContain(
      'settings.local.json',
    )
  })
  it('protects private parts of a Windows profile, in any case of letters', async () => {
    const profile = join(place.base, 'mnt', 'c', 'Users', 'Ana')
    for (const path of ['.ssh/id', 'AppData/Local/Packages/Claude_x/f', 'AppData/Roaming/Claude/f', 'AppData/Roaming/Mine/f', 'work/f']) {
      mkdirSync(join(profile, path, '..'), { recursive: true })
      writeFileSync(join(profile, path), /Mine|work/.test(path) ? 'fine\n' : CANARY)
    }
    const self = { ...place.bridge.settings.self, kind: 'wsl' as const, mountRoot: `${place.base}/mnt/` }
    for (const root of [profile, join(place.base, 'mnt'), join(place.base, 'mnt', 'c'), join(place.base, 'mnt', 'c', 'Users')]) {
      const drive = desk({ terminal: 'sandbox', roots: [root], self, sides: () => Promise.resolve({ self, others: [] }) })
      const text = textOf(await drive.call('execute_command', { command: `grep -rh . ${profile}; echo 1 > ${profile}/work/made` }))
      expect(text).not.toContain(CANARY)
      expect(text.match(/fine/g)).toHaveLength(2)
      await drive.close()
    }
    expect(existsSync(join(profile, 'work', 'made'))).toBe(true)
  })
  it('ends all processes at the time limit', async () => {
    const [first, second] = [81, 82].map((seconds) => `sleep ${seconds}.${process.pid}`)
    await run(`setsid ${first} & ${second}`, { timeout_ms: 500 })
    const lines = () => allProcesses().map(commandLine)
    await expect.poll(() => lines().filter((line) => line === first || line === second)).toEqual([])
  })
  it('spares what a bridge on Windows started', () => {
    const windows = markOfBridge({ platform: 'win32', pid: 999_999, random: () => 'ab' })
    const child = spawn('sleep', ['97'], { env: { PATH: process.env.PATH, TWIN_COMMANDS_OF: `${windows}1.1.` } })
    expect(orphans().map(({ pid }) => pid)).not.toContain(child.pid)
    expect(child.kill('SIGKILL')).toBe(true)
  })
  it('spares what runs in another container, and ends what was left behind here', async () => {
    const here = markOfBridge({ platform: 'linux', pid: 999_999, random: () => 'ab' })
    const env = { PATH: process.env.PATH, TWIN_COMMANDS_OF: `${here}1.1.` }
    const seen = (pid: number) => allProcesses().some((each) => each.pid === pid && each.state !== 'Z')
    // No other run on this machine has a process of this name.
    const ours = `95.${process.pid}`
    const inContainer = () => allProcesses().find((facts) => commandLine(facts) === `sleep ${ours}`)?.pid
    // A bridge of another test may end what it takes for left behind at any moment; then it is tried again.
    for (let tries = 0; tries < 20; tries++) {
      const inside = spawn('bwrap', ['--dev-bind', '/', '/', '--unshare-pid', '--die-with-parent', 'sleep', ours], { env })
      const besides = spawn('sleep', ['96'], { env })
      for (let i = 0; i < 3000 && inContainer() === undefined && inside.exitCode === null; i++) await sleep(10)
      const [pid, left] = [inContainer(), orphans()]
      const whole = pid !== undefined && seen(pid) && besides.pid !== undefined && seen(besides.pid)
      inside.kill('SIGKILL')
      besides.kill('SIGKILL')
      if (!whole) continue
      expect([left.some((each) => each.pid === besides.pid), left.some((each) => each.pid === pid)]).toEqual([true, false])
      return
    }
    throw new Error('it was ended every time')
  })
  it('switches the terminal off with a message when it does not isolate', async () => {
    const broken = desk({ terminal: 'sandbox', platform: 'darwin' })
    expect(await broken.refused('execute_command', { command: 'echo x > made-without-a-wall' })).toMatch(/sandbox does not hold/)
    expect(existsSync(join(broken.A, 'made-without-a-wall'))).toBe(false)
    expect(broken.bridge.problems().join()).toMatch(/sandbox does not hold/)
    await broken.close()
  })
})

describe('the sandbox where bubblewrap fails', () => {
  it('is off, never on without it', async () => {
    const place = desk({ terminal: 'sandbox', roots: ['/no/such/folder'] })
    expect(await (await place.bridge.terminal()).usable()).toBe(false)
    await place.close()
  })
})

describeUnless(lacking, 'every tool of the terminal, with commands in the sandbox', () => {
  it.each(tools.filter(({ family }) => family === 'terminal').map((tool) => [tool.name, tool] as const))(
    '%s asks the policy about each of its paths',
    async (_name, tool) => {
      const current = trial('sandbox')
      try {
        expect(await (await current.place.bridge.terminal()).usable()).toBe(true)
        expect(await pathTroubles(tool, current)).toEqual([])
      } finally {
        await current.close()
      }
    },
  )
})
