import { cpSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { claudeList, lacksClaudeCode } from '../support/claude-code.ts'
import { insideLab, lacksLab, linuxHome, resetLab, windowsProfile } from '../support/lab.ts'
import { describeUnless, itUnless } from '../support/left-out.ts'
import { nodePath, projectFolder } from '../support/machine.ts'
import { type Bridge, greeted } from '../support/mcp.ts'
import * as lab from './support/story.ts'

// The bridge as every client of both sides starts it, by the entry that init and sync write for it: all over one home.

interface Client {
  readonly id: string
  readonly side: 'windows' | 'wsl:Debian'
  /** Its file as this machine opens it, and as its own side spells it. */
  readonly file: string
  readonly spelled: string
}
const onWindows = (id: string, path: string): Client => ({
  id,
  side: 'windows',
  file: join(windowsProfile, path),
  spelled: `${lab.windowsHome}\\${path.replaceAll('/', '\\')}`,
})
const inWsl = (id: string, path: string): Client => ({ id, side: 'wsl:Debian', file: join(linuxHome, path), spelled: `/home/ana/${path}` })
const desktop = onWindows('claude-desktop', 'AppData/Roaming/Claude/claude_desktop_config.json')
const code = inWsl('claude-code', '.claude.json')
const clients = [
  desktop,
  onWindows('claude-code', '.claude.json'),
  onWindows('cursor', '.cursor/mcp.json'),
  code,
  inWsl('claude-code-config', '.config/claude/claude_code_config.json'),
  inWsl('cursor', '.cursor/mcp.json'),
]

const lacksClaude = await lacksClaudeCode()
const [wrapper = ''] = insideLab.wrapper

interface BridgeOf extends Bridge {
  readonly of: Client
  readonly tools: readonly string[]
}

/** The bridge as this client has it in its file, started with the variables and in the folder of that client. */
async function open(client: Client): Promise<BridgeOf> {
  const words =
    client.side === 'windows' ? ['win', 'node', `${lab.windowsHome}\\as-client.mjs`] : ['exec', nodePath, '/home/ana/as-client.mjs']
  const server = await greeted({ command: wrapper, args: [...words, client.spelled, 'mcp-twin'], env: insideLab.env, cwd: '/' }, client.id)
  const { tools } = (await server.ask('tools/list')) as { tools: { name: string }[] }
  return { ...server, of: client, tools: tools.map(({ name }) => name) }
}

const entryOf = ({ file }: Client) => lab.entriesOf(file)['mcp-twin']
const title = ({ id, side }: Client): string => `${id} ${side}`
const manifest = { version: 1, servers: {}, clients: { 'claude-code': { windows: true } }, bridge: { terminal: 'on' } }

describeUnless(await lacksLab(), "the bridge by every client's own entry", () => {
  afterAll(() => resetLab())

  for (const [home, side, homeFolder] of [
    ['wsl:Debian', 'onLinux', linuxHome],
    ['windows', 'onWindows', windowsProfile],
  ] as const) {
    const type = lab.installed[side]
    describe(`with home in ${home}`, () => {
      beforeAll(async () => {
        await resetLab()
        lab.publishToLab()
        for (const folder of [linuxHome, windowsProfile]) {
          mkdirSync(join(folder, '.cursor'))
          cpSync(join(import.meta.dirname, 'support/as-client.mjs'), join(folder, 'as-client.mjs'))
          cpSync(join(projectFolder, 'test/windows/desktop.mjs'), join(folder, 'desktop.mjs'))
        }
        lab.write(join(homeFolder, '.mcp-twin/mcp-twin.json'), JSON.stringify(manifest))
        const init = await lab.byNpx[side](['init', '--yes', '--json', '--quiet'])
        expect(init.code, init.stdout + init.stderr).toBe(0)
        expect(init.json).toMatchObject({ inSync: true, changed: true })
      })

      it('is started by all six, and what one of them writes all others read', async () => {
        const bridges = await Promise.all(clients.map(open))
        for (const bridge of bridges) {
          expect(bridge.tools).toEqual(expect.arrayContaining(['read_file', 'search_text', 'execute_command', 'bridge_status']))
          expect((await bridge.call('bridge_status')).data).toMatchObject({ home, client: bridge.of.id })
          const path = `${title(bridge.of).replace(/\W+/g, '-')}.txt`
          expect(await bridge.call('write_file', { path, content: title(bridge.of) })).toMatchObject({ refused: false })
        }
        for (const bridge of bridges)
          for (const { of } of bridges) {
            const { text } = await bridge.call('read_file', { path: `${title(of).replace(/\W+/g, '-')}.txt` })
            expect(text).toBe(title(of))
          }
        for (const bridge of bridges) {
          expect(bridge.stray).toEqual([])
          expect((await bridge.end()).code).toBe(0)
        }
        expect(await lab.leftoversOf('serve --client')).toEqual([])
      })

      it('carries an edit of Claude Desktop to Claude Code and back, in either spelling', async () => {
        const [one, other] = await Promise.all([open(desktop), open(code)])
        await one.call('write_file', { path: 'plan.md', content: 'a\nb\n' })
        const { text: windowsPath } = await one.call('translate_path', { path: 'plan.md', to: 'windows' })
        const { text: linuxPath } = await other.call('translate_path', { path: 'plan.md', to: 'wsl' })
        expect(windowsPath).toMatch(
          home === 'windows' ? /^C:\\Users\\Twin User\\.*\\plan\.md$/ : /^\\\\wsl\.localhost\\Debian\\home\\ana\\.*\\plan\.md$/,
        )
        expect(linuxPath).toMatch(home === 'windows' ? /^\/mnt\/c\/Users\/Twin User\/.*\/plan\.md$/ : /^\/home\/ana\/.*\/plan\.md$/)
        await one.call('edit_file', { path: windowsPath, edits: [{ old_string: 'a', new_string: 'Desktop, é漢😀' }] })
        expect((await other.call('read_file', { path: linuxPath })).text).toBe('Desktop, é漢😀\nb\n')
        await other.call('edit_file', { path: linuxPath, edits: [{ old_string: 'b', new_string: 'Code' }] })
        expect((await one.call('read_file', { path: windowsPath })).text).toBe('Desktop, é漢😀\nCode\n')
        for (const bridge of [one, other]) expect((await bridge.end()).code).toBe(0)
      })

      it('is started by `doctor --deep` for each program of both sides, and all reach the one home', async () => {
        const doctor = await type(['doctor', '--deep', '--check', 'bridge-starts,bridge-link,bridge-search', '--json'])
        expect(doctor.code, doctor.stdout + doctor.stderr).toBe(0)
        const by = (check: string) => doctor.json.findings.filter((each: { check: string }) => each.check === check)
        const starts = by('bridge-starts')
        expect(starts.map(({ level, environment }: Record<string, string>) => `${level} ${environment}`).sort()).toEqual([
          ...Array(3).fill('ok windows'),
          ...Array(2).fill('ok wsl:Debian'),
        ])
        expect(by('bridge-link')).toEqual([
          expect.objectContaining({
            level: 'ok',
            message: expect.stringMatching(/(?=.*Claude Desktop \(Windows\))(?=.*Claude Code \(Debian\)).* reach .* there and back/),
          }),
        ])
        expect(by('bridge-search').every(({ level }: { level: string }) => level === 'ok')).toBe(true)
        expect(await lab.leftoversOf('serve --client')).toEqual([])
      })

      it('that works in another home is reported by `doctor --deep` with its side', async () => {
        const text = readFileSync(desktop.file, 'utf8')
        const config = JSON.parse(text)
        const flag = home === 'windows' ? '' : 'u'
        const env = { MCP_TWIN_HOME: home === 'windows' ? `${lab.windowsHome}\\other` : '/home/ana/other', WSLENV: `MCP_TWIN_HOME/${flag}` }
        config.mcpServers['mcp-twin'].env = env
        lab.write(desktop.file, JSON.stringify(config))
        const doctor = await type(['doctor', '--deep', '--check', 'bridge-link', '--json'])
        lab.write(desktop.file, text)
        expect(doctor.code).toBe(3)
        expect(doctor.json.findings.filter(({ level }: { level: string }) => level === 'error')).toEqual([
          expect.objectContaining({ check: 'bridge-link', environment: 'windows', message: expect.stringContaining('another home') }),
        ])
      })

      it('is written the same by sync, which puts it back where a program dropped it', async () => {
        const before = clients.map((client) => readFileSync(client.file, 'utf8'))
        for (const { file } of clients) lab.write(file, '{}')
        const sync = await type(['sync', '--json', '--quiet'])
        expect(sync.json).toMatchObject({ inSync: true, changed: true })
        const entries = before.map((text) => JSON.parse(text).mcpServers['mcp-twin'])
        expect(clients.map(entryOf)).toEqual(entries)
        for (const [index, { id }] of clients.entries()) {
          expect(entries[index].args.slice(-3)).toEqual(['serve', '--client', id])
          expect(entries[index].env).toBeUndefined()
        }
      })

      itUnless(lacksClaude, 'is connected in the real Claude Code', async () => {
        const { env } = insideLab
        const { servers } = await claudeList({ home: '/home/ana', env }, { wrapper: insideLab.wrapper, cwd: '/' })
        expect(servers).toEqual([expect.objectContaining({ name: 'mcp-twin', connected: true })])
      })
    })
  }
})
