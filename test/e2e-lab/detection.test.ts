import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundle } from '../support/detection/bundle.ts'
import { addDistro, inLinux, inWindows, lacksLab, linuxHome, resetLab, windowsProfile } from '../support/lab.ts'
import { describeUnless } from '../support/left-out.ts'
import { nodePath } from '../support/machine.ts'

// Detection, programs of the other side and handing a command over, between a Linux that believes to be WSL 2 and real
// Windows programs. What a real Windows adds to it stands in test/lab/README.md.

const windowsHome = 'C:\\Users\\Twin User'

/** Stands for the installed program of a home: it tells what reached it. */
const witness = `
const { MCP_TWIN_SECRET_A, MCP_TWIN_CWD, OTHER, NO_COLOR } = process.env
let input = ''
for await (const chunk of process.stdin) input += chunk
console.log(JSON.stringify({ platform: process.platform, argv: process.argv.slice(2), input, MCP_TWIN_SECRET_A, MCP_TWIN_CWD, OTHER, NO_COLOR }))
process.exit(7)
`

describeUnless(await lacksLab(), 'in the lab', () => {
  const bundles: Awaited<ReturnType<typeof bundle>>[] = []

  beforeAll(async () => {
    await resetLab()
    bundles.push(await bundle('look'), await bundle('hand-over'))
    for (const { file } of bundles) {
      const name = file.split('/').at(-1) ?? ''
      for (const folder of [windowsProfile, linuxHome]) writeFileSync(join(folder, name), readFileSync(file))
    }
  })
  afterAll(async () => {
    for (const each of bundles) each.remove()
    await resetLab()
  })

  const fromLinux = async (name: string, args: string[] = [], options: { env?: Record<string, string>; input?: string } = {}) => {
    const { code, stdout, stderr } = await inLinux([nodePath, `/home/ana/${name}.mjs`, ...args], options)
    return { code, text: stdout.toString(), trouble: stderr.toString() }
  }
  const fromWindows = async (name: string, args: string[] = [], options: { env?: Record<string, string>; input?: string } = {}) => {
    const { code, stdout, stderr } = await inWindows(['node', `${windowsHome}\\${name}.mjs`, ...args], options)
    return { code, text: stdout.toString(), trouble: stderr.toString() }
  }

  const debian = {
    id: 'wsl:Debian',
    kind: 'wsl',
    distro: 'Debian',
    user: 'ana',
    home: '/home/ana',
    mountRoot: '/mnt/',
    wslVersion: 2,
    node: nodePath,
  }
  const windows = {
    id: 'windows',
    kind: 'windows',
    user: 'Twin User',
    home: windowsHome,
    appData: `${windowsHome}\\AppData\\Roaming`,
    localAppData: `${windowsHome}\\AppData\\Local`,
    node: 'C:\\Program Files\\nodejs\\node.exe',
    npm: 'C:\\Program Files\\nodejs\\node_modules\\npm\\bin\\npm-cli.js',
    prefix: `${windowsHome}\\AppData\\Roaming\\npm`,
  }

  describe('WSL', () => {
    it('sees itself and its Windows by one Windows program, and runs that side with its variables', async () => {
      const { text, trouble } = await fromLinux('look')
      expect(trouble).toBe('')
      const { world, detection, programs, running, home } = JSON.parse(text)
      expect(world.environments).toMatchObject([
        { ...debian, self: true },
        { ...windows, self: false, exec: [] },
      ])
      expect(world.environments.some((each: { trouble?: unknown }) => each.trouble)).toBe(false)
      expect(detection).toEqual(['/mnt/c/Program Files/nodejs/node.exe'])
      const cwd = expect.stringMatching(/^C:\\Users\\Twin User$/i)
      expect(programs).toEqual({ 'wsl:Debian': ['linux', 'Ä é', 'a b"c', '/home/ana'], windows: ['win32', 'Ä é', 'a b"c', cwd] })
      expect(running.windows).toContain('services.exe')
      expect(home).toEqual({ id: 'wsl:Debian', folder: '/home/ana/.mcp-twin' })
    })

    it('remembers what Windows said', async () => {
      mkdirSync(join(linuxHome, '.mcp-twin'), { recursive: true })
      const [asked, remembered] = [JSON.parse((await fromLinux('look')).text), JSON.parse((await fromLinux('look')).text)]
      expect([asked.detection.length, remembered.detection.length]).toEqual([1, 0])
      expect(remembered.world).toEqual(asked.world)
    })

    it('knows Windows by cmd where there is no node', async () => {
      const hide = `mount -t tmpfs none "/mnt/c/Program Files/nodejs" && exec ${nodePath} /home/ana/look.mjs`
      // In a mount namespace of its own, so that the folder is there again for everybody else.
      const { stdout } = await inLinux(['unshare', '--mount', '/bin/sh', '-c', hide])
      const { world, detection } = JSON.parse(stdout.toString())
      const { node: _, npm: __, prefix: ___, ...known } = windows
      expect(world.environments[1]).toMatchObject({ ...known, exec: [], trouble: { reason: 'no node was found on Windows' } })
      expect(detection.map((program: string) => program.split('/').at(-1))).toEqual(['cmd.exe'])
    })
  })

  describe('Windows', () => {
    it('sees itself and its distribution by two questions to wsl.exe, and runs that side with its variables', async () => {
      const { world, detection, programs, running, home } = JSON.parse((await fromWindows('look')).text)
      expect(world.environments).toMatchObject([
        { ...windows, self: true },
        {
          ...debian,
          self: false,
          files: [
            { native: '/', here: '\\\\wsl.localhost\\Debian\\' },
            { native: '/mnt/c/', here: 'C:\\' },
          ],
        },
      ])
      expect(world.environments[1].exec.slice(1)).toEqual(['-d', 'Debian', '-u', 'ana', '--exec'])
      expect(detection.map((program: string) => program.toLowerCase())).toEqual(Array(2).fill('c:\\windows\\system32\\wsl.exe'))
      // Wine cannot start a program in a folder of a share, as Windows can: only the folder may be another one here.
      expect(programs['wsl:Debian'].slice(0, 3)).toEqual(['linux', 'Ä é', 'a b"c'])
      expect(programs.windows).toEqual(['win32', 'Ä é', 'a b"c', windowsHome])
      expect(running['wsl:Debian']).toContain('node')
      expect(home).toEqual({ id: 'windows', folder: `${windowsHome}\\.mcp-twin` })
    })

    it('sees several distributions with users of their own', async () => {
      await addDistro('Ubuntu-24.04', 'ben')
      const { world, programs } = JSON.parse((await fromWindows('look', ['Debian,ubuntu-24.04'])).text)
      expect(world.environments.slice(1)).toMatchObject([
        debian,
        { id: 'wsl:Ubuntu-24.04', user: 'ben', home: '/home/ben', node: nodePath },
      ])
      expect(programs['wsl:Ubuntu-24.04'].slice(0, 3)).toEqual(['linux', 'Ä é', 'a b"c'])
    })

    it('says that a distribution is not there', async () => {
      const { world } = JSON.parse((await fromWindows('look', ['Nowhere'])).text)
      expect(world.environments[1]).toMatchObject({ id: 'wsl:Nowhere', trouble: { reason: expect.stringContaining('no distribution') } })
    })
  })

  describe('a command', () => {
    const place = (folder: string) => {
      for (const [name, text] of [
        ['.mcp-twin/mcp-twin.json', '{}'],
        ['.mcp-twin/bin/mcp-twin.mjs', witness],
      ] as const) {
        mkdirSync(dirname(join(folder, name)), { recursive: true })
        writeFileSync(join(folder, name), text)
      }
    }
    const words = ['sync', 'a b', '$HOME "x" %PATH% ^&|']

    it('typed in WSL runs at home on Windows', async () => {
      await resetLab()
      for (const { file } of bundles) writeFileSync(join(linuxHome, file.split('/').at(-1) ?? ''), readFileSync(file))
      place(windowsProfile)
      const { code, text, trouble } = await fromLinux('hand-over', words, {
        input: 'typed',
        env: { MCP_TWIN_SECRET_A: 'Ä$é', OTHER: 'no', NO_COLOR: '1' },
      })
      expect([code, trouble]).toEqual([7, ''])
      expect(JSON.parse(text)).toEqual({
        platform: 'win32',
        argv: words,
        input: 'typed',
        MCP_TWIN_SECRET_A: 'Ä$é',
        MCP_TWIN_CWD: '\\\\wsl.localhost\\Debian\\',
        NO_COLOR: '1',
      })
    })

    it('typed on Windows runs at home in WSL', async () => {
      await resetLab()
      for (const { file } of bundles) writeFileSync(join(windowsProfile, file.split('/').at(-1) ?? ''), readFileSync(file))
      place(linuxHome)
      const env = { MCP_TWIN_SECRET_A: 'Ä$é', OTHER: 'no', WSLENV: 'MCP_TWIN_SECRET_A:OTHER/w' }
      const { code, text } = await fromWindows('hand-over', words, { input: 'typed', env })
      expect(code).toBe(7)
      expect(JSON.parse(text)).toMatchObject({
        platform: 'linux',
        argv: words,
        input: 'typed',
        MCP_TWIN_SECRET_A: 'Ä$é',
        MCP_TWIN_CWD: expect.stringMatching(/^\/mnt\/c/i),
      })
      expect(JSON.parse(text).OTHER).toBeUndefined()
    })
  })
})
