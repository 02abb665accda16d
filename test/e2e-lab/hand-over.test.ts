import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lacksLab, linuxHome, resetLab, windowsProfile } from '../support/lab.ts'
import { describeUnless } from '../support/left-out.ts'
import { lacksTerminal, terminal } from '../support/terminal.ts'
import { filesWith, watchProcesses } from '../support/processes.ts'
import { world } from '../support/world.ts'
import * as lab from './support/story.ts'

// A command typed on the side that is not home is done by home's program, as if it had been typed there.

interface Direction {
  readonly home: string
  readonly atHome: typeof lab.onLinux
  readonly away: typeof lab.onLinux
  readonly folder: string
  readonly awayFolder: string
  /** A folder of the other side: as the lab's command line gets it, and as this machine opens it. */
  readonly work: readonly [cwd: string, here: string]
}
const directions: Direction[] = [
  {
    home: 'wsl:Debian',
    atHome: lab.onLinux,
    away: lab.onWindows,
    folder: linuxHome,
    awayFolder: windowsProfile,
    work: [join(windowsProfile, 'a project'), join(windowsProfile, 'a project')],
  },
  {
    home: 'windows',
    atHome: lab.onWindows,
    away: lab.onLinux,
    folder: windowsProfile,
    awayFolder: linuxHome,
    work: ['/tmp/mcp-twin lab é', '/tmp/mcp-twin lab é'],
  },
]
const key = 'tw-51c9$é%"^&x'
const manifest = { version: 1, servers: { plain: { command: 'node', args: ['x.mjs'] } }, bridge: { enabled: false } }

describeUnless(await lacksLab(), 'typed on the other side', () => {
  afterAll(async () => {
    for (const { work } of directions) rmSync(work[1], { recursive: true, force: true })
    await resetLab()
  })

  for (const { home, atHome, away, folder, awayFolder, work } of directions) {
    describe(`of a home in ${home}`, () => {
      beforeAll(async () => {
        await lab.freshLab()
        lab.write(join(folder, '.mcp-twin/mcp-twin.json'), JSON.stringify(manifest))
        expect((await atHome(['init', '--yes', '--no-import', '--json', '--quiet'])).code).toBeOneOf([0, 3])
      })

      it('a look answers the same, to people and to programs', async () => {
        // A slow machine shows progress on stderr, unless `--quiet` is given.
        for (const words of [['list', '--quiet'], ['list', '--json'], ['sync', '--check', '--quiet'], ['--version']])
          expect(await away(words)).toMatchObject({ code: 0, stdout: (await atHome(words)).stdout, stderr: '' })
      })

      it('drift and wrong words end with home’s exit code and home’s sentences', async () => {
        const text = readFileSync(lab.claudeCodeFile, 'utf8')
        lab.write(lab.claudeCodeFile, text.replace('x.mjs', 'y.mjs'))
        const [here, there] = [await atHome(['sync', '--check', '--json']), await away(['sync', '--check', '--json'])]
        lab.write(lab.claudeCodeFile, text)
        expect([there.code, there.json]).toEqual([3, here.json])
        const [wrong, same] = [await away(['remove', 'plane']), await atHome(['remove', 'plane'])]
        expect(wrong.code).toBe(2)
        expect([wrong.stdout, wrong.stderr]).toEqual([same.stdout, same.stderr])
      })

      it('standard input reaches home, and a key on it is written at home alone', async () => {
        const { code } = await away(['secret', 'set', 'TYPED_KEY'], { input: key })
        expect(code).toBe(0)
        expect((await atHome(['secret', 'list'])).stdout).toContain('TYPED_KEY')
        expect(filesWith(key, [linuxHome, windowsProfile])).toEqual([join(folder, '.mcp-twin/secrets.json')])
      })

      it('keys in the environment cross, in no command line', async () => {
        const add = ['add', 'keyed', '--command', 'node', '--env', 'K={secret:CROSSED_KEY}', '--json', '--', 'z.mjs']
        const [command = '', ...words] = add
        const crossing = `${key}-2`
        const watch = await watchProcesses(crossing)
        const env = { MCP_TWIN_SECRET_CROSSED_KEY: crossing, ...(home === 'wsl:Debian' && { WSLENV: 'MCP_TWIN_SECRET_CROSSED_KEY/w' }) }
        const added = await away([command, ...words], { env })
        const { sightings } = await watch.stop()
        expect(added.json).toMatchObject({ inSync: true, changed: true })
        expect(added.code).toBe(0)
        expect(lab.entriesOf(lab.desktopFile).keyed?.env).toEqual({ K: crossing })
        expect(lab.entriesOf(lab.claudeCodeFile).keyed?.env).toEqual({ K: crossing })
        expect(sightings.some(({ where }) => where === 'environ')).toBe(true)
        expect(sightings.filter(({ where }) => where === 'cmdline')).toEqual([])
      })

      it('a relative path means the folder it was typed in', async () => {
        const [cwd, here] = work
        mkdirSync(here, { recursive: true })
        const { code, stderr } = await away(['export', 'out', '--json', '--quiet'], { cwd })
        expect([code, stderr]).toEqual([0, ''])
        expect(existsSync(join(here, 'out/mcp-twin.json'))).toBe(true)
      })

      it('a path may be in either side’s spelling', async () => {
        for (const out of [`${lab.windowsHome}\\one`, '/mnt/c/Users/Twin User/two']) {
          expect((await away(['export', out, '--json', '--quiet'])).code).toBe(0)
        }
        for (const name of ['one', 'two']) expect(existsSync(join(windowsProfile, name, 'mcp-twin.json'))).toBe(true)
      })

      it('undo and everything else that changes is home’s too', async () => {
        const undone = await away(['undo', '--json', '--quiet'])
        expect([undone.code, undone.stderr]).toEqual([0, ''])
        expect(lab.entriesOf(lab.desktopFile)).not.toHaveProperty('keyed')
        expect(existsSync(join(awayFolder, '.mcp-twin/backups'))).toBe(false)
        expect(existsSync(join(awayFolder, '.mcp-twin/state.json'))).toBe(false)
      })
    })
  }
})

// Windows programs have no console in the lab, so that what a person is asked across the border is shown by programs of a
// planted world. On a real Windows `npm run test:windows` asks the same.
describeUnless(lacksTerminal, 'a question that home asks', () => {
  for (const [title, build, home] of [
    ['typed on Windows', () => world().windows().wsl(), 'wsl:Ubuntu'],
    ['typed in WSL', () => world().wsl().windows(), 'windows'],
  ] as const) {
    it(`is asked on the terminal it was ${title}, hidden where it is a key`, async () => {
      const planted = build().build()
      const side = planted.side(home)
      side.write(side.native('.mcp-twin', 'mcp-twin.json'), JSON.stringify(manifest))
      expect((await planted.cli(['init', '--yes', '--json'], { on: home })).code).toBeOneOf([0, 3])
      const screen = await terminal({ root: planted.scratch.root, home: planted.scratch.home, env: planted.env() }, [
        'secret',
        'set',
        'ASKED',
      ])
      await screen.waitFor('ASKED')
      await screen.type('tw-asked-5')
      await screen.keys('Enter')
      expect(await screen.exit()).toBe(0)
      expect(await screen.history()).not.toContain('tw-asked')
      expect(JSON.stringify(JSON.parse(side.read(side.native('.mcp-twin', 'secrets.json'))))).toContain('tw-asked-5')
    })

    it(`${title} can be answered with Ctrl-C: cancelled, exit code 130`, async () => {
      const planted = build().build()
      const side = planted.side(home)
      side.write(side.native('.mcp-twin', 'mcp-twin.json'), JSON.stringify(manifest))
      expect((await planted.cli(['init', '--yes', '--json'], { on: home })).code).toBeOneOf([0, 3])
      const screen = await terminal({ root: planted.scratch.root, home: planted.scratch.home, env: planted.env() }, [
        'secret',
        'set',
        'ASKED',
      ])
      await screen.waitFor('ASKED')
      await screen.keys('C-c')
      expect(await screen.exit()).toBe(130)
    })
  }
})
