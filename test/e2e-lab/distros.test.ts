import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addDistro, inLinux, labFolder, lacksLab, linuxHome, resetLab, windowsProfile } from '../support/lab.ts'
import { describeUnless } from '../support/left-out.ts'
import { nodePath } from '../support/machine.ts'
import { world } from '../support/world.ts'
import * as lab from './support/story.ts'

// A second distribution, with a user of its own, joins Windows and the first one.

const name = 'Ubuntu-24.04'
const home = join(labFolder, 'distros', name, 'home/ben')
const manifest = {
  version: 1,
  servers: {
    echo: { command: 'node', args: ['${path:~/echo-server.mjs}'] },
    far: { command: nodePath, args: ['/home/ben/echo-server.mjs'], runIn: `wsl:${name}` },
  },
  bridge: { enabled: false },
}

describeUnless(await lacksLab(), 'a second distribution', () => {
  const inUbuntu = async (args: string[]) => {
    const { code, stdout, stderr } = await inLinux([nodePath, '/home/ben/package/bin/mcp-twin.mjs', ...args], {
      distro: name,
      timeoutMs: 120_000,
    })
    return { code, stdout: stdout.toString(), stderr: stderr.toString() }
  }
  const fresh = async (folder: string) => {
    await lab.freshLab()
    cpSync(join(linuxHome, 'package'), join(home, 'package'), { recursive: true })
    for (const each of [folder, home]) cpSync(join(import.meta.dirname, 'support/echo-server.mjs'), join(each, 'echo-server.mjs'))
    cpSync(join(import.meta.dirname, 'support/tell.mjs'), join(linuxHome, 'tell.mjs'))
    lab.write(join(folder, '.mcp-twin/mcp-twin.json'), JSON.stringify(manifest))
  }
  beforeAll(() => addDistro(name, 'ben'))
  afterAll(() => resetLab())

  for (const [title, join2] of [
    ['named on Windows, where home is', () => lab.onWindows(['init', '--yes', '--distro', name.toLowerCase(), '--json', '--quiet'])],
    ['by init typed in it', () => inUbuntu(['init', '--yes', '--json', '--quiet'])],
  ] as const) {
    describe(`joins ${title}`, () => {
      beforeAll(async () => {
        await fresh(windowsProfile)
        const first = await lab.onWindows(['init', '--yes', '--json', '--quiet'])
        expect(Object.keys(lab.entriesOf(lab.claudeCodeFile))).toEqual(['echo'])
        // Nothing of it is there yet, so what would run in it waits.
        expect(first.code).toBe(3)
        expect(existsSync(join(home, '.claude.json'))).toBe(false)
      })

      it('gets the servers as its own user has them, and is in the manifest', async () => {
        const joined = await join2()
        expect([joined.code, joined.stderr.replace(/^wine: .*\r?\n/gm, '')]).toEqual([0, ''])
        expect(lab.entriesOf(join(home, '.claude.json'))).toEqual({
          echo: { command: 'node', args: ['/mnt/c/Users/Twin User/echo-server.mjs'] },
          far: { command: nodePath, args: ['/home/ben/echo-server.mjs'] },
        })
        expect(JSON.parse(readFileSync(join(windowsProfile, '.mcp-twin/mcp-twin.json'), 'utf8')).distros).toEqual(['Debian', name])
      })

      it('is reached by its name and user from everywhere', async () => {
        const sync = await lab.onWindows(['sync', '--json', '--quiet'])
        expect(sync.json).toMatchObject({ inSync: true })
        const words = ['-d', name, '-u', 'ben', '--exec', nodePath, '/home/ben/echo-server.mjs']
        expect(lab.entriesOf(lab.desktopFile).far).toEqual({ command: 'C:\\Windows\\System32\\wsl.exe', args: words })
        expect(lab.entriesOf(lab.claudeCodeFile).far).toEqual({ command: '/mnt/c/Windows/System32/wsl.exe', args: words })
      })

      it('runs its server for Claude Desktop and for Claude Code of the first one', async () => {
        const [desktop] = await lab.asDesktop(undefined, ['far'])
        expect(desktop).toMatchObject({ trouble: null, serverInfo: { name: 'echo on linux' }, code: 0 })
        const { stdout } = await inLinux([nodePath, '/home/ana/tell.mjs', '/home/ana/.claude.json', 'far'])
        expect(JSON.parse(stdout.toString())).toMatchObject({ platform: 'linux', argv: [] })
        expect(await lab.leftoversOf('/home/ben/echo-server.mjs')).toEqual([])
      })

      it('counts in every later command, wherever it is typed', async () => {
        for (const { code, stdout } of [await lab.onWindows(['sync', '--check']), await lab.onLinux(['list']), await inUbuntu(['list'])]) {
          expect(code).toBe(0)
          if (stdout.includes('version')) expect(stdout).toMatch(/Windows +Debian +Ubuntu-24\.04/)
        }
      })
    })
  }

  describe('beside a home in the first one', () => {
    beforeAll(async () => {
      await fresh(linuxHome)
      writeFileSync(
        join(linuxHome, '.mcp-twin/mcp-twin.json'),
        JSON.stringify({ ...manifest, servers: { echo: { command: 'node', args: ['a'] } } }),
      )
      expect((await lab.onLinux(['init', '--yes', '--json', '--quiet'])).code).toBeOneOf([0, 3])
    })

    it('does not make itself a second home, and says how both can share one', async () => {
      const { code, stdout, stderr } = await inUbuntu(['init', '--yes'])
      expect([code, stdout]).toEqual([1, ''])
      expect(stderr).toContain('Home is wsl:Debian')
      expect(stderr).toContain('init --home windows')
      expect(existsSync(join(home, '.mcp-twin/mcp-twin.json'))).toBe(false)
    })

    it('is refused by name, the rest is done, and nothing is written down', async () => {
      const { code, json } = await lab.onLinux(['init', '--yes', '--distro', name, '--json', '--quiet'])
      expect(code).toBe(3)
      const refused = json.steps.filter((step: { outcome: string }) => step.outcome === 'refused')
      expect(refused.length).toBeGreaterThan(0)
      for (const step of refused)
        expect(step).toMatchObject({ environment: `wsl:${name}`, hint: expect.stringContaining('--home windows') })
      expect(JSON.parse(readFileSync(join(linuxHome, '.mcp-twin/mcp-twin.json'), 'utf8')).distros).toBeUndefined()
    })
  })
})

// Where a first distribution can open a second one's files, which only a planted world has.
describe('a second distribution whose files are in reach of the first', () => {
  it('joins by name, gets the servers and is in the manifest', async () => {
    const planted = world().wsl('Ubuntu').windows().wsl('Debian', { user: 'ben' }).build()
    planted.self.write('.mcp-twin/mcp-twin.json', JSON.stringify({ ...manifest, servers: { echo: { command: 'node', args: ['a'] } } }))
    expect((await planted.cli(['init', '--yes', '--json'])).code).toBeOneOf([0, 3])
    expect(planted.side('wsl:Debian').config('claude-code')).toBeNull()
    const joined = await planted.cli(['init', '--yes', '--distro', 'debian', '--json'])
    expect(joined.json).toMatchObject({ inSync: true, changed: true })
    expect(planted.side('wsl:Debian').config('claude-code')).toEqual({ mcpServers: { echo: { command: 'node', args: ['a'] } } })
    expect(JSON.parse(planted.self.read('.mcp-twin/mcp-twin.json')).distros).toEqual(['Ubuntu', 'Debian'])
    expect((await planted.cli(['sync', '--check', '--json'])).code).toBe(0)
  })

  it('joins by init typed in it', async () => {
    const planted = world().wsl('Ubuntu').windows().wsl('Debian', { user: 'ben' }).build()
    planted.self.write('.mcp-twin/mcp-twin.json', JSON.stringify({ ...manifest, servers: { echo: { command: 'node', args: ['a'] } } }))
    expect((await planted.cli(['init', '--yes', '--json'])).code).toBeOneOf([0, 3])
    const joined = await planted.cli(['init', '--yes', '--json'], { on: 'wsl:Debian' })
    expect(joined.json).toMatchObject({ inSync: true, changed: true })
    expect(planted.side('wsl:Debian').config('claude-code')).toEqual({ mcpServers: { echo: { command: 'node', args: ['a'] } } })
    expect(planted.side('wsl:Debian').has('.mcp-twin/mcp-twin.json')).toBe(false)
  })
})
