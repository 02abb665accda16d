import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { claudeList, lacksClaudeCode } from '../support/claude-code.ts'
import { insideLab, lacksLab, linuxHome, resetLab, windowsProfile } from '../support/lab.ts'
import { describeUnless, itUnless } from '../support/left-out.ts'
import { nodePath } from '../support/machine.ts'
import * as lab from './support/story.ts'

// The stories that the product exists for, told with real programs on both sides: home in WSL, and its mirror image.

const lacksClaude = await lacksClaudeCode()
const windowsNode = 'C:\\Program Files\\nodejs\\node.exe'
const prefix = `${lab.windowsHome}\\.mcp-twin\\npm\\`

// What both programs had before: another server, settings of the app's own, Windows line ends.
const echo = `${lab.windowsHome}\\echo-server.mjs`
const desktopBefore = JSON.stringify({ preferences: { theme: 'dark' }, mcpServers: { echo: { command: 'node', args: [echo] } } }, null, 4)
const before = {
  [lab.desktopFile]: `${desktopBefore.replaceAll('\n', '\r\n')}\r\n`,
  [lab.claudeCodeFile]: `{\n\t"numStartups": 3,\n\t"projects": { "/p": { "history": [1, 2] } }\n}`,
}

interface Story {
  readonly home: string
  /** An npm of Windows takes half a minute for one, so the mirror image does with one. */
  readonly servers: readonly string[]
  readonly type: typeof lab.onLinux
  readonly selfFolder: string
  readonly otherFolder: string
}
const stories: Story[] = [
  { home: 'wsl:Debian', servers: ['filesystem', 'memory'], type: lab.onLinux, selfFolder: linuxHome, otherFolder: windowsProfile },
  { home: 'windows', servers: ['filesystem'], type: lab.onWindows, selfFolder: windowsProfile, otherFolder: linuxHome },
]

describeUnless(await lacksLab(), 'from nothing to two programs with the same servers', () => {
  afterAll(() => resetLab())

  for (const { home, servers, type, selfFolder, otherFolder } of stories) {
    const wanted = ['init', '--yes', ...servers.flatMap((server) => ['--server', server]), '--json', '--quiet']
    const ours = [...servers, 'mcp-twin'].sort()
    describe(`with home in ${home}`, () => {
      let init: lab.Told
      let programs: string[] = []

      beforeAll(async () => {
        await lab.freshLab()
        cpSync(join(import.meta.dirname, 'support/echo-server.mjs'), join(windowsProfile, 'echo-server.mjs'))
        for (const [file, text] of Object.entries(before)) lab.write(file, text)
        const { result, started } = await lab.watched(() => type(wanted))
        init = result
        programs = started
      })

      it('detects, installs, writes and checks both sides', () => {
        expect(init.stderr).toBe('')
        expect(init.json).toMatchObject({ command: 'init', inSync: true, changed: true })
        expect(init.code).toBe(0)
        const { environments, steps, checks } = init.json
        expect(environments.map((each: { id: string }) => each.id).sort()).toEqual(['windows', 'wsl:Debian'])
        expect(environments.find((each: { home?: boolean }) => each.home)?.id).toBe(home)
        expect(new Set(steps.map((step: { outcome: string }) => step.outcome))).toEqual(new Set(['done']))
        const answered = checks.map(({ server, environment, ok }: Record<string, unknown>) => `${server} ${environment} ${ok}`)
        for (const server of servers) for (const side of ['windows', 'wsl:Debian']) expect(answered).toContain(`${server} ${side} true`)
      })

      it('installs with each side’s own npm, called by its node', () => {
        const windowsNpm = programs.filter((line) => /node\.exe"? .*npm-cli\.js"? install/.test(line))
        expect(windowsNpm.length).toBeGreaterThan(0)
        expect(programs.some((line) => line.startsWith(nodePath) && /npm-cli\.js install/.test(line))).toBe(true)
        expect(programs.filter((line) => /npm\.cmd|npx\.cmd|powershell|cmd(\.exe)? .*\/c/i.test(line))).toEqual([])
        for (const folder of [selfFolder, otherFolder]) {
          const app = join(folder, '.mcp-twin/app')
          expect(existsSync(join(app, readFileSync(join(app, 'current'), 'utf8').trim(), 'dist/main.mjs'))).toBe(true)
        }
      })

      it('enters WSL as its user by name, but for the one question who that is', () => {
        const entering = programs.filter((line) => /wsl\.exe"? .*(--exec|-e) /.test(line))
        const nameless = entering.filter((line) => !/ -d Debian -u ana --exec /.test(line))
        expect(nameless.filter((line) => !/ -d Debian --exec \/bin\/sh$/.test(line))).toEqual([])
        if (home === 'windows') expect(entering.length).toBeGreaterThan(nameless.length)
        const lines = [lab.desktopFile, lab.claudeCodeFile].flatMap((file) => Object.values(lab.entriesOf(file)))
        for (const { command, args } of lines)
          if (/wsl\.exe$/i.test(command)) expect(args?.slice(0, 5)).toEqual(['-d', 'Debian', '-u', 'ana', '--exec'])
      })

      it('writes what each side can start by itself, and nothing else', () => {
        const desktop = lab.entriesOf(lab.desktopFile)
        expect(Object.keys(desktop).sort()).toEqual(['echo', ...ours])
        // Claude Code gets what Desktop had, but for what only Windows can run.
        expect(Object.keys(lab.entriesOf(lab.claudeCodeFile)).sort()).toEqual(ours)
        const entries = ({ 'mcp-twin': bridge, ...rest }: ReturnType<typeof lab.entriesOf>) => ({ ...rest, bridge: bridge?.command })
        expect(entries(lab.entriesOf(join(linuxHome, '.config/claude/claude_code_config.json')))).toEqual(
          entries(lab.entriesOf(lab.claudeCodeFile)),
        )
        for (const name of servers) {
          expect(desktop[name]?.command).toBe(windowsNode)
          expect(desktop[name]?.args?.[0]?.startsWith(prefix)).toBe(true)
          expect(lab.entriesOf(lab.claudeCodeFile)[name]?.command).toBe(nodePath)
        }
        const text = readFileSync(lab.desktopFile, 'utf8')
        expect(text.startsWith('{\r\n    "preferences": {\r\n        "theme": "dark"\r\n    },')).toBe(true)
        expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
        expect(readFileSync(lab.claudeCodeFile, 'utf8')).toContain('"projects": { "/p": { "history": [1, 2] } }')
        for (const client of [lab.desktopFile, lab.claudeCodeFile]) expect(readFileSync(client, 'utf8')).not.toContain('MCP_TWIN_HOME')
      })

      it('has entries that Claude Desktop starts, every one', async () => {
        // What it starts them with: sixteen variables, two that libuv adds to every program, Wine's own; and a folder of Windows.
        const look = 'console.error(JSON.stringify([process.cwd(), Object.keys(process.env)]))'
        lab.write(join(windowsProfile, 'look.json'), JSON.stringify({ mcpServers: { look: { command: 'node', args: ['-e', look] } } }))
        const [seen] = await lab.asDesktop(`${lab.windowsHome}\\look.json`)
        const [folder, names]: [string, string[]] = JSON.parse(seen?.stderr ?? '')
        expect(folder.toLowerCase()).toBe('c:\\windows\\system32')
        expect(names.filter((name) => !/^WINE[A-Z]|^LOGONSERVER$|^USERDOMAIN$/.test(name)).length).toBe(16)
        const answers = await lab.asDesktop()
        expect(answers.map(({ name }) => name).sort()).toEqual(['echo', ...ours])
        for (const { name, trouble, tools, stray, code } of answers) {
          expect({ name, trouble, stray, code }).toEqual({ name, trouble: null, stray: [], code: 0 })
          expect(tools.length).toBeGreaterThan(0)
        }
      })

      itUnless(lacksClaude, 'has entries that the real Claude Code starts, every one', async () => {
        const { wrapper, env } = insideLab
        const written = readFileSync(lab.claudeCodeFile)
        const listed = await claudeList({ home: '/home/ana', env }, { wrapper, cwd: '/' })
        // It keeps its own numbers in the file, which are not what the last test is about.
        writeFileSync(lab.claudeCodeFile, written)
        const names = Object.keys(lab.entriesOf(lab.claudeCodeFile)).sort()
        expect(listed.servers.map(({ name }) => name).sort()).toEqual(names)
        expect(listed.servers.filter(({ connected }) => !connected)).toEqual([])
      })

      it('changes nothing when it is run again', async () => {
        const files = lab.bytesOf([linuxHome, windowsProfile], /\.use|cache\.json|npm-cache|_logs|\.claude\/|claude-cli|\.mcp-memory/)
        const again = await type(wanted)
        expect(again.json).toMatchObject({ inSync: true, changed: false, run: null })
        expect([again.code, again.stderr]).toEqual([0, ''])
        expect(lab.bytesOf([linuxHome, windowsProfile], /\.use|cache\.json|npm-cache|_logs|\.claude\/|claude-cli|\.mcp-memory/)).toEqual(
          files,
        )
      })

      it('is undone byte for byte on both sides', async () => {
        const undo = await type(['undo', '--json', '--quiet'])
        expect(undo.code).toBe(0)
        for (const [file, text] of Object.entries(before)) expect(readFileSync(file, 'utf8')).toBe(text)
        expect(existsSync(join(linuxHome, '.config/claude/claude_code_config.json'))).toBe(false)
      })

      it('leaves no process', async () => {
        expect(await lab.leftoversOf('.mcp-twin')).toEqual([])
      })
    })
  }
})
