import { chmodSync, cpSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inLinux, inWindows, lacksLab, linuxHome, resetLab, windowsProfile } from '../support/lab.ts'
import { describeUnless } from '../support/left-out.ts'
import { nodePath } from '../support/machine.ts'
import { filesWith, watchProcesses } from '../support/processes.ts'
import * as lab from './support/story.ts'

// `launch: run`: no key in any config, and what starts on a side needs nothing of the other one.

const keys = { RUN_KEY: 'tw-run-63b1', OTHER_KEY: 'tw-other-7d2c' }
const manifest = {
  version: 1,
  launch: 'run',
  servers: {
    echo: { command: 'node', args: ['${path:~/echo-server.mjs}', '--tell=RUN_KEY,OTHER_KEY'], env: { RUN_KEY: '${secret:RUN_KEY}' } },
    far: {
      command: 'C:\\Program Files\\nodejs\\node.exe',
      args: [`${lab.windowsHome}\\echo-server.mjs`, '--tell=RUN_KEY,OTHER_KEY'],
      env: { RUN_KEY: '${secret:RUN_KEY}' },
      runIn: 'windows',
    },
    open: {
      command: 'node',
      args: ['${path:~/echo-server.mjs}'],
      env: { OTHER_KEY: '${secret:OTHER_KEY}' },
      launch: 'direct',
      only: ['claude-desktop'],
    },
  },
  bridge: { enabled: false },
}

const modeOf = (file: string): string => (statSync(file).mode & 0o777).toString(8)

/** Starts the entry `echo` of a config as its program does, and answers what its server said of itself. */
async function tell(program: 'desktop' | 'code', name = 'echo') {
  const words =
    program === 'desktop'
      ? [`${lab.windowsHome}\\tell.mjs`, `${lab.windowsHome}\\AppData\\Roaming\\Claude\\claude_desktop_config.json`]
      : ['/home/ana/tell.mjs', '/home/ana/.claude.json']
  const { stdout, stderr } = program === 'desktop' ? await inWindows(['node', ...words, name]) : await inLinux([nodePath, ...words, name])
  if (stdout.length === 0) throw new Error(stderr.toString())
  return JSON.parse(stdout.toString())
}

describeUnless(await lacksLab(), 'servers started by `run`', () => {
  afterAll(() => resetLab())

  for (const [home, type, folder, away] of [
    ['wsl:Debian', lab.onLinux, linuxHome, windowsProfile],
    ['windows', lab.onWindows, windowsProfile, linuxHome],
  ] as const) {
    describe(`with home in ${home}`, () => {
      let sync: lab.Told
      beforeAll(async () => {
        await lab.freshLab()
        for (const each of [linuxHome, windowsProfile])
          for (const name of ['echo-server.mjs', 'tell.mjs']) cpSync(join(import.meta.dirname, 'support', name), join(each, name))
        mkdirSync(join(folder, '.mcp-twin'), { mode: 0o700 })
        lab.write(join(folder, '.mcp-twin/mcp-twin.json'), JSON.stringify(manifest))
        lab.write(lab.claudeCodeFile, '{}')
        chmodSync(lab.claudeCodeFile, 0o640)
        for (const [name, value] of Object.entries(keys)) await type(['secret', 'set', name], { input: value })
        sync = await type(['sync', '--json', '--quiet'])
      })

      it('are written', () => {
        expect(sync.json).toMatchObject({ inSync: true })
        expect([sync.code, sync.stderr]).toEqual([0, ''])
      })

      it('start without a variable of ours, get their own key and no other', async () => {
        for (const program of ['desktop', 'code'] as const) {
          const seen = await tell(program)
          expect(seen.env).toEqual({ RUN_KEY: keys.RUN_KEY })
          expect(seen.platform).toBe(program === 'desktop' ? 'win32' : 'linux')
        }
      })

      it('start across the border with their key, in no command line of either side', async () => {
        const watch = await watchProcesses(keys.RUN_KEY)
        const seen = await tell('code', 'far')
        const { sightings } = await watch.stop()
        expect([seen.platform, seen.env]).toEqual(['win32', { RUN_KEY: keys.RUN_KEY }])
        expect(sightings.filter(({ where }) => where === 'cmdline')).toEqual([])
        expect(filesWith(keys.RUN_KEY, [lab.claudeCodeFile, lab.desktopFolder])).toEqual([])
      })

      it('start on each side without a program of the other', async () => {
        for (const [program, crossing] of [
          ['code', 'relay.exe'],
          ['desktop', 'wsl-agent'],
        ] as const) {
          const { started } = await lab.watched(() => tell(program))
          expect(started.some((line) => line.includes('echo-server.mjs'))).toBe(true)
          const seen = started.filter((line) => line.includes(crossing) && !line.includes('tell.mjs'))
          expect(seen).toEqual([])
        }
      })

      it('have their key at home and in what `run` needs on the other side, for the owner alone', () => {
        const found = filesWith(keys.RUN_KEY, [linuxHome, windowsProfile])
        expect(found.sort()).toEqual([join(away, '.mcp-twin/launches.json'), join(folder, '.mcp-twin/secrets.json')].sort())
        expect(filesWith(keys.OTHER_KEY, [away])).toEqual(away === windowsProfile ? [lab.desktopFile] : [])
        for (const [file, mode] of [
          [join(linuxHome, '.mcp-twin'), '700'],
          [join(linuxHome, '.mcp-twin', away === linuxHome ? 'launches.json' : 'secrets.json'), '600'],
        ] as const)
          expect(modeOf(file)).toBe(mode)
      })

      it('leave the mode of a config that gets no key', () => {
        expect(modeOf(lab.claudeCodeFile)).toBe('640')
      })

      it('take a config away from others as soon as it holds a key, and undo gives it back', async () => {
        const direct = { ...manifest, launch: 'direct' }
        lab.write(join(folder, '.mcp-twin/mcp-twin.json'), JSON.stringify(direct))
        expect((await type(['sync', '--quiet', '--json'])).code).toBe(0)
        expect(filesWith(keys.RUN_KEY, [linuxHome])).toContain(lab.claudeCodeFile)
        for (const file of ['.claude.json', '.config/claude/claude_code_config.json']) expect(modeOf(join(linuxHome, file))).toBe('600')
        expect((await type(['undo', '--quiet', '--json'])).code).toBe(0)
        expect(filesWith(keys.RUN_KEY, [linuxHome])).not.toContain(lab.claudeCodeFile)
      })
    })
  }
})
