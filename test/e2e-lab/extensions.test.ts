import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bundle, install, lacksPacker, tick } from '../support/bundles.ts'
import { driveC, insideLab, lacksLab, linuxHome, resetLab, windowsProfile } from '../support/lab.ts'
import { describeUnless } from '../support/left-out.ts'
import { nodePath, projectFolder } from '../support/machine.ts'
import { greeted } from '../support/mcp.ts'
import { Side } from '../support/side.ts'
import * as lab from './support/story.ts'

// Extensions of Claude Desktop on Windows, started by the entries of other programs on both sides.

const windows = new Side({ id: 'windows', kind: 'windows', user: 'Twin User', home: lab.windowsHome, running: [], runnable: true }, [
  { native: 'C:\\Users', here: join(driveC, 'users') },
  { native: 'C:\\', here: driveC },
])
const documents = `${lab.windowsHome}\\Documents`
const work = 'C:\\Work 2'

/** JavaScript that says where it runs, with which words and variables. */
const bundle = (name: string, files: Bundle['files'] = {}): Bundle => ({
  name,
  server: {
    type: 'node',
    entry_point: 'server/index.mjs',
    mcp_config: {
      command: 'node',
      args: ['${__dirname}/server/index.mjs', '--tell=NOTES_MAX', '${user_config.folders}'],
      env: { NOTES_MAX: '${user_config.max}' },
    },
  },
  user_config: {
    folders: { type: 'directory', title: 'Folders', description: 'where', multiple: true, required: true },
    max: { type: 'number', title: 'Most', description: 'how many', default: 7 },
  },
  files: { 'server/index.mjs': readFileSync(join(import.meta.dirname, 'support/echo-server.mjs')), ...files },
})

const [wrapper = ''] = insideLab.wrapper
const programs = {
  windows: ['win', 'node', `${lab.windowsHome}\\as-client.mjs`, `${lab.windowsHome}\\.cursor\\mcp.json`],
  wsl: ['exec', nodePath, '/home/ana/as-client.mjs', '/home/ana/.claude.json'],
}

/** What a server says of its start by the entry of Cursor on Windows, or of Claude Code in WSL. */
async function tells(program: keyof typeof programs, name: string): Promise<unknown> {
  const server = await greeted({ command: wrapper, args: [...programs[program], name], env: insideLab.env, cwd: '/' }, program)
  try {
    const { platform, argv, env } = JSON.parse((await server.call('tell')).text)
    return { platform, folders: argv.slice(1), env }
  } finally {
    await server.end()
  }
}

describeUnless((await lacksLab()) ?? (await lacksPacker()), 'extensions of Claude Desktop', () => {
  afterAll(() => resetLab())

  for (const [home, type, homeFolder] of [
    ['wsl:Debian', lab.onLinux, linuxHome],
    ['windows', lab.onWindows, windowsProfile],
  ] as const) {
    describe(`with home in ${home}`, () => {
      beforeAll(async () => {
        await lab.freshLab()
        for (const folder of [linuxHome, windowsProfile])
          for (const file of [join(import.meta.dirname, 'support/as-client.mjs'), join(projectFolder, 'test/windows/desktop.mjs')])
            cpSync(file, join(folder, file.slice(file.lastIndexOf('/') + 1)))
        lab.write(join(windowsProfile, '.cursor/mcp.json'), '{}')
        lab.write(lab.claudeCodeFile, '{}')
        lab.write(lab.desktopFile, '{}')
        lab.write(join(homeFolder, '.mcp-twin/mcp-twin.json'), JSON.stringify({ version: 1, servers: {}, bridge: { enabled: false } }))
        for (const each of [bundle('notes'), bundle('fast', { 'node_modules/fast/fast.node': 'MZ' })])
          expect((await type(['add', `extension:${install(windows, each, { userConfig: { folders: [documents] } })}`, '--yes'])).code).toBe(
            0,
          )
      })

      it('run on either side as JavaScript, and by Windows alone with modules of machine code', async () => {
        const there = { platform: 'win32', folders: [documents], env: { NOTES_MAX: '7' } }
        expect(await tells('windows', 'notes')).toEqual(there)
        expect(await tells('wsl', 'notes')).toEqual({ ...there, platform: 'linux', folders: ['/mnt/c/Users/Twin User/Documents'] })
        expect(await tells('windows', 'fast')).toEqual(there)
        expect(await tells('wsl', 'fast')).toEqual(there)
        expect(Object.keys(lab.entriesOf(lab.desktopFile) ?? {})).toEqual([])
      })

      it('follow what is ticked in Claude Desktop, and leave its files as they are', async () => {
        tick(windows, 'notes', { userConfig: { folders: [documents, work], max: 9 } })
        const before = lab.bytesOf([lab.desktopFolder], /claude_desktop_config\.json/)
        expect((await type(['sync'])).code).toBe(0)
        expect(await tells('wsl', 'notes')).toEqual({
          platform: 'linux',
          folders: ['/mnt/c/Users/Twin User/Documents', '/mnt/c/Work 2'],
          env: { NOTES_MAX: '9' },
        })
        // It ends with 3 where Windows' processes cannot be listed: the lab has no PowerShell.
        expect([0, 3]).toContain((await type(['uninstall', '--yes'])).code)
        expect(lab.bytesOf([lab.desktopFolder], /claude_desktop_config\.json/)).toEqual(before)
        expect(lab.entriesOf(lab.claudeCodeFile) ?? {}).toEqual({})
      })
    })
  }
})
