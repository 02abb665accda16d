import { cpSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { atLimit } from '../support/at-limit.ts'
import { cliPath } from '../support/cli.ts'
import { insideLab, lacksLab, resetLab, windowsProfile } from '../support/lab.ts'
import { describeUnless } from '../support/left-out.ts'
import { nodePath, projectFolder } from '../support/machine.ts'
import { greeted } from '../support/mcp.ts'
import { processesWith, type Running } from '../support/processes.ts'

// The bridge on a machine with two sides, home on either of them.

const [lab = ''] = insideLab.wrapper

const open = (words: readonly string[]) => greeted({ command: lab, args: words, env: insideLab.env, cwd: '/' }, 't')

/** Processes with the text, whose command line is as asked. */
const running = (text: string, line: RegExp): Running[] => processesWith(text).filter(({ command }) => line.test(command))

const serve = [cliPath, 'serve', '--terminal', 'on']
const onLinux = () => open(['exec', nodePath, ...serve, '--client', 'claude-code'])
/** As Claude Desktop's entry starts it: a Windows program asks wsl.exe. */
const fromWindows = () => open(['win', 'wsl.exe', '-d', 'Debian', '-u', 'ana', '--exec', nodePath, ...serve, '--client', 'claude-desktop'])
const windowsHome = 'C:\\Users\\Twin User'
const app = `${windowsHome}\\bridge-app`
const onWindows = () => open(['win', 'node', `${app}\\bin\\mcp-twin.mjs`, 'serve', '--terminal', 'on', '--client', 'claude-desktop'])

describeUnless(await lacksLab(), 'the bridge with two sides', () => {
  beforeAll(async () => {
    await resetLab()
    const folder = join(windowsProfile, 'bridge-app')
    mkdirSync(folder, { recursive: true })
    for (const name of ['bin', 'dist', 'package.json']) cpSync(join(projectFolder, name), join(folder, name), { recursive: true })
  })
  afterAll(() => rmSync(join(windowsProfile, 'bridge-app'), { recursive: true, force: true }))

  describe('home in WSL', () => {
    it('what Desktop writes through wsl.exe Claude Code reads, and the reverse, in either spelling', async () => {
      const [code, desktop] = await Promise.all([onLinux(), fromWindows()])
      expect((await desktop.call('write_file', { path: 'note.txt', content: 'from Desktop\n' })).refused).toBe(false)
      expect((await code.call('read_file', { path: 'note.txt' })).text).toBe('from Desktop\n')
      const { text } = await code.call('translate_path', { path: '~/.mcp-twin/bridge/workspace/note.txt', to: 'windows' })
      expect(text).toBe('\\\\wsl.localhost\\Debian\\home\\ana\\.mcp-twin\\bridge\\workspace\\note.txt')
      await code.call('edit_file', { path: text, edits: [{ old_string: 'Desktop', new_string: 'both' }] })
      expect((await desktop.call('read_file', { path: text })).text).toBe('from both\n')
      expect((await desktop.call('bridge_status')).data).toMatchObject({
        home: 'wsl:Debian',
        client: 'claude-desktop',
        sides: ['wsl:Debian', 'windows'],
      })
      for (const server of [code, desktop]) expect((await server.end()).code).toBe(0)
    })
    it('drives are not allowed because they are there, and keep their rules', async () => {
      const code = await open(['exec', nodePath, ...serve, '--root', 'C:\\Users\\Twin User'])
      for (const path of ['C:\\Windows\\win.ini', '/mnt/c/Windows/win.ini'])
        expect((await code.call('read_file', { path })).text).toMatch(/outside/)
      for (const name of ['NUL', 'x:ads', 'a. ', 'PROGRA~1'])
        expect((await code.call('write_file', { path: `C:\\Users\\Twin User\\${name}`, content: 'x' })).text).toMatch(
          /not allowed on a Windows drive/,
        )
      expect((await code.call('write_file', { path: 'C:\\Users\\Twin User\\AppData\\Roaming\\Claude\\x', content: 'x' })).text).toMatch(
        /closed/,
      )
      expect((await code.call('write_file', { path: 'C:\\Users\\Twin User\\ok.txt', content: 'x' })).text).toMatch(/Created/)
      await code.end()
    })
    it('commands of Windows run there: quotes, variables, exit codes, input, and the tree ends at the limit', async () => {
      const code = await onLinux()
      expect(
        (await code.call('execute_command', { command: 'echo %OS% & echo "a  b" ^& c & exit 7', environment: 'windows' })).data,
      ).toMatchObject({ output: 'Windows_NT \n"a  b" & c \n', exit_code: 7 })
      const names = await code.call('execute_command', { command: 'set', shell: 'cmd' })
      expect(names.text).not.toMatch(/MCP_TWIN|TWIN_COMMANDS/)
      const stopped = await atLimit(
        async (timeout_ms) =>
          (await code.call('execute_command', { command: 'echo started & ping -n 77 127.0.0.1', shell: 'cmd', timeout_ms })).data,
        (answer) => String(answer?.output).startsWith('started'),
        4000,
      )
      expect(stopped).toMatchObject({ timed_out: true, output: expect.stringMatching(/^started/) })
      const { data } = await code.call('execute_command', {
        command: 'set /p x=name? & cmd /v:on /c echo got !x! & ping -n 78 127.0.0.1',
        shell: 'cmd',
        background: true,
      })
      await expect
        .poll(async () => (await code.call('read_output', { session: data?.session, offset: 0, timeout_ms: 500 })).text)
        .toContain('name?')
      await code.call('send_input', { session: data?.session, input: 'bob' })
      await expect
        .poll(async () => (await code.call('read_output', { session: data?.session, offset: 0, timeout_ms: 500 })).text)
        .toContain('got bob')
      await code.end()
      await expect.poll(() => running('127.0.0.1', /ping.* -n 7[78]/)).toEqual([])
    })
  })

  describe('home on Windows', () => {
    it('files by any spelling, the rules of NTFS, commands of both sides, nothing left behind', async () => {
      const desktop = await onWindows()
      expect((await desktop.call('bridge_status')).data).toMatchObject({ home: 'windows', sides: ['windows', 'wsl:Debian'] })
      expect((await desktop.call('write_file', { path: 'note.txt', content: 'one\n' })).text).toMatch(/Created C:\\/)
      expect((await desktop.call('read_file', { path: '/mnt/c/Users/Twin User/.mcp-twin/bridge/workspace/note.txt' })).text).toBe('one\n')
      expect((await desktop.call('edit_file', { path: 'NOTE.TXT', edits: [{ old_string: 'one', new_string: 'two' }] })).refused).toBe(false)
      for (const path of [
        'NUL',
        'x:ads',
        'PROGRA~1',
        'C:x',
        '\\\\?\\C:\\x',
        '\\\\host\\share\\x',
        `${windowsHome}\\.ssh\\id`,
        '..\\..\\secrets.json',
        '/etc/passwd',
      ])
        expect((await desktop.call('read_file', { path })).refused).toBe(true)
      expect((await desktop.call('execute_command', { command: 'echo %OS% & exit 3' })).data).toMatchObject({
        output: 'Windows_NT \n',
        exit_code: 3,
      })
      expect((await desktop.call('execute_command', { command: 'uname; cat note.txt', environment: 'wsl' })).data).toMatchObject({
        output: 'Linux\ntwo\n',
        exit_code: 0,
      })
      expect(
        await atLimit(
          async (timeout_ms) =>
            (await desktop.call('execute_command', { command: 'echo s; sleep 379', environment: 'wsl', timeout_ms })).data,
          (answer) => answer?.output === 's\n',
          4000,
        ),
      ).toMatchObject({ output: 's\n', timed_out: true })
      await desktop.call('execute_command', { command: 'ping -n 79 127.0.0.1', background: true })
      expect((await desktop.end()).code).toBe(0)
      await expect.poll(() => running('379', /sleep 379/)).toEqual([])
      await expect.poll(() => running('127.0.0.1', /ping.* -n 79/)).toEqual([])
    })
  })
})
