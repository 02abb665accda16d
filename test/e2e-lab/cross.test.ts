import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { claudeList, lacksClaudeCode } from '../support/claude-code.ts'
import { inLinux, inWindows, insideLab, lacksLab, linuxHome, resetLab, windowsProfile } from '../support/lab.ts'
import { describeUnless, itUnless } from '../support/left-out.ts'
import { nodePath } from '../support/machine.ts'
import { watchProcesses } from '../support/processes.ts'
import { runs } from '../support/runs.ts'
import odd from '../windows/odd-words.json' with { type: 'json' }
import * as lab from './support/story.ts'

// Servers that live on one side and are used from the other: `runIn`. What crosses must arrive as it was.

const lacksClaude = await lacksClaudeCode()
const key = 'tw-7f3a$é%"9^&x'
const windowsNode = 'C:\\Program Files\\nodejs\\node.exe'
const env = { CROSS_KEY: '${secret:CROSS_KEY}', CROSS_PLAIN: 'ä b' }
const args = (script: string) => [script, '--tell=CROSS_KEY,CROSS_PLAIN,MCP_TWIN_HOME', ...odd]

const manifest = {
  version: 1,
  servers: {
    'only-linux': { command: nodePath, args: args('/home/ana/mirror.mjs'), env, runIn: 'wsl' },
    'echo-linux': { command: nodePath, args: ['/home/ana/echo-server.mjs'], runIn: 'wsl' },
    'echo-windows': { command: windowsNode, args: [`${lab.windowsHome}\\echo-server.mjs`], runIn: 'windows' },
    'only-windows': { command: windowsNode, args: args(`${lab.windowsHome}\\mirror.mjs`), env, runIn: 'windows' },
  },
  bridge: { enabled: false },
}

interface Direction {
  readonly title: string
  readonly entry: string
  readonly client: (...words: string[]) => ReturnType<typeof inLinux>
  readonly far: string
}
const directions: Direction[] = [
  {
    title: 'a Linux server that Claude Desktop starts by wsl.exe',
    entry: 'only-linux',
    client: (...words) =>
      inWindows(
        [
          'node',
          `${lab.windowsHome}\\raw-client.mjs`,
          `${lab.windowsHome}\\AppData\\Roaming\\Claude\\claude_desktop_config.json`,
          ...words,
        ],
        { timeoutMs: 120_000 },
      ),
    far: 'linux',
  },
  {
    title: 'a Windows server that Claude Code starts by its mounted path',
    entry: 'only-windows',
    client: (...words) => inLinux([nodePath, '/home/ana/raw-client.mjs', '/home/ana/.claude.json', ...words], { timeoutMs: 120_000 }),
    far: 'win32',
  },
]

describeUnless(await lacksLab(), 'across the border', () => {
  let sync: lab.Told

  beforeAll(async () => {
    await lab.freshLab()
    for (const name of ['mirror.mjs', 'raw-client.mjs'])
      for (const folder of [linuxHome, windowsProfile]) cpSync(join(import.meta.dirname, '../windows', name), join(folder, name))
    for (const folder of [linuxHome, windowsProfile])
      cpSync(join(import.meta.dirname, 'support/echo-server.mjs'), join(folder, 'echo-server.mjs'))
    lab.write(join(linuxHome, '.mcp-twin/mcp-twin.json'), JSON.stringify(manifest))
    await lab.onLinux(['secret', 'set', 'CROSS_KEY'], { input: key })
    sync = await lab.onLinux(['sync', '--json', '--quiet'])
  })
  afterAll(() => resetLab())

  it('is written as wsl.exe with distribution and user, and as node.exe by its mounted path, with WSLENV', () => {
    expect(sync.json).toMatchObject({ inSync: true, changed: true })
    const desktop = lab.entriesOf(lab.desktopFile)
    expect(desktop['only-linux']).toMatchObject({
      command: 'C:\\Windows\\System32\\wsl.exe',
      args: ['-d', 'Debian', '-u', 'ana', '--exec', nodePath, ...manifest.servers['only-linux'].args],
      env: { CROSS_KEY: key, CROSS_PLAIN: 'ä b', WSLENV: 'CROSS_KEY/u:CROSS_PLAIN/u' },
    })
    expect(desktop['only-windows']?.command).toBe(windowsNode)
    expect(desktop['only-windows']?.env).not.toHaveProperty('WSLENV')
    const code = lab.entriesOf(lab.claudeCodeFile)
    expect(code['only-windows']).toMatchObject({
      command: '/mnt/c/Program Files/nodejs/node.exe',
      args: manifest.servers['only-windows'].args,
      env: { WSLENV: 'CROSS_KEY/w:CROSS_PLAIN/w' },
    })
    expect(code['only-linux']?.command).toBe(nodePath)
  })

  it('answers Claude Desktop from Linux as from Windows', async () => {
    const answers = await lab.asDesktop(undefined, ['echo-linux', 'echo-windows'])
    expect(answers.map(({ name, serverInfo, trouble, stray }) => ({ name, on: serverInfo?.name, trouble, stray }))).toEqual([
      { name: 'echo-linux', on: 'echo on linux', trouble: null, stray: [] },
      { name: 'echo-windows', on: 'echo on win32', trouble: null, stray: [] },
    ])
  })

  itUnless(lacksClaude, 'answers the real Claude Code from Windows as from Linux', async () => {
    const written = readFileSync(lab.claudeCodeFile)
    const { servers } = await claudeList({ home: '/home/ana', env: insideLab.env }, { wrapper: insideLab.wrapper, cwd: '/' })
    writeFileSync(lab.claudeCodeFile, written)
    const connected = servers.filter((each) => each.connected).map(({ name }) => name)
    expect(connected.sort()).toEqual(['echo-linux', 'echo-windows'])
  })

  for (const { title, entry, client, far } of directions) {
    describe(title, () => {
      it('gets its words and variables exactly, the key in no command line, and 3 MB of noise there and back unharmed', async () => {
        const watch = await watchProcesses(key)
        const { stdout, stderr } = await client(entry, 'noise', '3000000')
        const { sightings } = await watch.stop()
        expect(stderr.toString()).toBe('')
        const { said, sent, got } = JSON.parse(stdout.toString())
        const words = args('').slice(1)
        expect(said).toEqual({ platform: far, argv: words, env: { CROSS_KEY: key, CROSS_PLAIN: 'ä b' } })
        expect(got).toBe(sent)
        expect(sightings.some(({ where }) => where === 'environ')).toBe(true)
        expect(sightings.filter(({ where }) => where === 'cmdline')).toEqual([])
      })

      it('ends at the end of its input', async () => {
        const { said, code } = JSON.parse((await client(entry, 'end')).stdout.toString())
        expect(said.platform).toBe(far)
        expect(code).toBe(0)
        expect(await lab.leftoversOf('mirror.mjs')).toEqual([])
      })

      it('leaves no process on either side after many starts and kills', async () => {
        const starts = runs(6)
        const { stdout } = await client(entry, 'kill', String(starts))
        expect(JSON.parse(stdout.toString())).toEqual({ started: starts })
        expect(await lab.leftoversOf('mirror.mjs')).toEqual([])
        expect(await lab.leftoversOf('raw-client.mjs')).toEqual([])
      })
    })
  }

  it('works the same when the files of the servers are gone on the other side', async () => {
    rmSync(join(windowsProfile, '.mcp-twin'), { recursive: true, force: true })
    const { said } = JSON.parse((await directions[0]?.client('only-linux', 'end'))?.stdout.toString() ?? '{}')
    expect(said?.platform).toBe('linux')
  })
})
