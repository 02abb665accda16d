import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { driveC, inLinux, inWindows, insideLab, lacksLab, linuxHome, resetLab, windowsProfile } from '../support/lab.ts'
import { describeUnless } from '../support/left-out.ts'
import { lacks, nodePath } from '../support/machine.ts'
import { miniRegistry } from '../support/mini-registry.ts'
import { sample } from '../support/runs.ts'
import * as lab from './support/story.ts'

// Which file Claude Desktop reads on Windows, and what becomes of it when it is busy or spelled unusually.

const local = join(windowsProfile, 'AppData/Local')
const name = 'claude_desktop_config.json'
const places = {
  data: join(local, 'Claude-Data/claude_main', name),
  msix: join(local, 'Packages/Claude_pzs8sxrjxfjjc/LocalCache/Roaming/Claude', name),
  classic: lab.desktopFile,
}
const storePackage = join(local, 'Packages/AnthropicPBC.Claude_fnn82j28hfe8t/LocalCache/Roaming/Claude', name)
const old = '{"mcpServers":{}}'
const entry = { command: 'node', args: ['x.mjs'] }
const manifest = { version: 1, servers: { plain: entry }, bridge: { enabled: false } }
const asWindowsSays = (file: string): string => file.replace(driveC, 'C:').replaceAll('/', '\\').replace('C:\\users', 'C:\\Users')
const HOUR = 3_600_000
/** Claude Desktop was at work in the folder of a config so many hours ago: its `Local State` says so. */
function use(file: string, hours: number): void {
  const state = file.replace(name, 'Local State')
  lab.write(state, '{}')
  const at = (Date.now() - hours * HOUR) / 1000
  utimesSync(state, at, at)
}
const serversIn = (file: string): unknown => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).mcpServers : undefined)

function atHome(folder: string): void {
  rmSync(join(folder, '.mcp-twin'), { recursive: true, force: true })
  lab.write(join(folder, '.mcp-twin/mcp-twin.json'), JSON.stringify(manifest))
}

describeUnless(await lacksLab(), "Claude Desktop's file", () => {
  beforeAll(() => lab.freshLab())
  beforeEach(() => {
    lab.forget()
    rmSync(lab.desktopFolder, { recursive: true, force: true })
    mkdirSync(lab.desktopFolder)
    for (const folder of ['Claude-Data', 'Packages']) rmSync(join(local, folder), { recursive: true, force: true })
    atHome(linuxHome)
  })
  afterAll(() => resetLab())

  describe.each([
    ['wsl:Debian', lab.onLinux, linuxHome],
    ['windows', lab.onWindows, windowsProfile],
  ] as const)('with home in %s', (_home, type, folder) => {
    beforeEach(() => {
      lab.forget()
      atHome(folder)
    })

    it('is the one in Claude-Data where all three are there; the others are named and left', async () => {
      for (const file of Object.values(places)) lab.write(file, old)
      const { code, json } = await type(['sync', '--json', '--quiet'])
      expect(code).toBe(0)
      expect(serversIn(places.data)).toEqual({ plain: entry })
      for (const file of [places.msix, places.classic]) {
        expect(readFileSync(file, 'utf8')).toBe(old)
        expect(json.notices.join('\n')).toContain(asWindowsSays(file))
      }
      const doctor = await type(['doctor', '--check', 'config-found', '--json', '--quiet'])
      const stale = JSON.stringify(doctor.json.findings.filter(({ level }: { level: string }) => level !== 'ok'))
      for (const file of [places.msix, places.classic]) expect(stale).toContain(JSON.stringify(asWindowsSays(file)).slice(1, -1))
    })
  })

  // All of the choice is in test/e2e/configs/desktop-file.test.ts; here Windows finds the folders.
  const choices: [string, string[], string][] = [
    ['the package’s, which hides the classic one', [places.classic, places.msix], places.msix],
    ['classic, where it is alone', [places.classic], places.classic],
    ['the package’s, where it is alone', [places.msix], places.msix],
    ['the one in Claude-Data, where it is alone', [places.data], places.data],
    ['the one in Claude-Data, before the classic one', [places.classic, places.data], places.data],
  ]
  it.each(sample(choices, 2))('is %s', async (_title, there, live) => {
    if (!there.includes(places.classic)) rmSync(lab.desktopFolder, { recursive: true })
    for (const file of there) lab.write(file, old)
    const { code, json } = await lab.onLinux(['sync', '--json', '--quiet'])
    expect(code).toBe(0)
    expect(serversIn(live)).toEqual({ plain: entry })
    const stale = there.filter((file) => file !== live)
    for (const file of stale) expect(readFileSync(file, 'utf8')).toBe(old)
    expect(json.notices).toEqual(stale.map((file) => expect.stringContaining(`${asWindowsSays(file)} is a stale copy`)))
    expect(
      Object.values(places)
        .filter((file) => existsSync(file))
        .sort(),
    ).toEqual([...there].sort())
  })

  it.each(['Claude_pzs8sxrjxfjjc', 'AnthropicPBC.Claude_fnn82j28hfe8t'])(
    'is made in the package %s where nothing else is there',
    async (family) => {
      rmSync(lab.desktopFolder, { recursive: true })
      mkdirSync(join(local, 'Packages', family), { recursive: true })
      expect((await lab.onLinux(['sync', '--json', '--quiet'])).code).toBe(0)
      expect(serversIn(join(local, 'Packages', family, 'LocalCache/Roaming/Claude', name))).toEqual({ plain: entry })
    },
  )

  it.each([
    ['wsl:Debian', lab.onLinux, linuxHome],
    ['windows', lab.onWindows, windowsProfile],
  ] as const)('is the one that was used last, with home in %s, and follows the program after a day', async (_home, type, folder) => {
    lab.forget()
    atHome(folder)
    for (const file of [places.data, places.classic]) lab.write(file, old)
    use(places.data, 60)
    use(places.classic, 40)
    expect((await type(['sync', '--json', '--quiet'])).code).toBe(0)
    expect(serversIn(places.classic)).toEqual({ plain: entry })
    use(storePackage, 2)
    const { code, json } = await type(['sync', '--json', '--quiet'])
    expect(code).toBe(0)
    expect(serversIn(storePackage)).toEqual({ plain: entry })
    expect(json.notices.join('\n')).toContain(`${asWindowsSays(places.classic)} is a stale copy`)
    expect(readFileSync(places.data, 'utf8')).toBe(old)
  })

  it('is the newest of several in Claude-Data', async () => {
    const older = join(local, 'Claude-Data/claude_old', name)
    for (const file of [places.data, older]) lab.write(file, old)
    utimesSync(older, 1, 1)
    const { json } = await lab.onLinux(['sync', '--json', '--quiet'])
    expect(serversIn(places.data)).toEqual({ plain: entry })
    expect(json.notices.join('\n')).toContain('claude_old')
  })

  it('is asked for where two were used within a day, with different servers: both listed, Claude Code’s is written all the same', async () => {
    const theirs = (server: string) => JSON.stringify({ mcpServers: { [server]: { command: server } } })
    const texts = new Map([
      [places.msix, theirs('a')],
      [storePackage, theirs('b')],
    ])
    for (const [file, text] of texts) {
      lab.write(file, text)
      use(file, 3)
    }
    const { code, json } = await lab.onLinux(['sync', '--json', '--quiet'])
    expect(code).toBe(3)
    const refused = json.steps.find((step: { outcome: string }) => step.outcome === 'refused')
    expect(refused).toMatchObject({ client: 'claude-desktop', hint: expect.stringContaining('--desktop-config') })
    for (const [file, text] of texts) {
      expect(refused.reason).toContain(asWindowsSays(file))
      expect(readFileSync(file, 'utf8')).toBe(text)
    }
    expect(serversIn(lab.claudeCodeFile)).toEqual({ plain: entry })
    const path = storePackage.replace(driveC, '/mnt/c').replace('/users/', '/Users/')
    expect((await lab.onLinux(['sync', '--desktop-config', path, '--json', '--quiet'])).code).toBe(0)
    expect(serversIn(storePackage)).toMatchObject({ plain: entry })
    expect(readFileSync(join(linuxHome, '.mcp-twin/mcp-twin.json'), 'utf8')).toContain(JSON.stringify(asWindowsSays(storePackage)))
    expect((await lab.onLinux(['sync', '--check', '--json', '--quiet'])).code).toBe(0)
  })

  describe('as Windows’ registry says', () => {
    const registry = (...words: string[]) => inWindows(['reg', ...words])
    const policies = 'HKCU\\SOFTWARE\\Policies\\Claude'
    afterEach(async () => {
      await registry('delete', 'HKCU\\Environment', '/v', 'CLAUDE_USER_DATA_DIR', '/f')
      await registry('delete', policies, '/f')
      rmSync(join(driveC, 'moved é'), { recursive: true, force: true })
    })

    it.each([
      ['wsl:Debian', lab.onLinux, linuxHome],
      ['windows', lab.onWindows, windowsProfile],
    ] as const)(
      'is in the folder that CLAUDE_USER_DATA_DIR names, set since both sides were last asked, with home in %s',
      async (_home, type, folder) => {
        lab.forget()
        atHome(folder)
        lab.write(places.classic, old)
        expect((await type(['sync', '--json', '--quiet'])).code).toBe(0)
        const moved = join(driveC, 'moved é', name)
        lab.write(moved, old)
        use(moved, 1)
        expect((await registry('add', 'HKCU\\Environment', '/v', 'CLAUDE_USER_DATA_DIR', '/d', 'C:\\moved é', '/f')).code).toBe(0)
        expect((await type(['sync', '--json', '--quiet'])).code).toBe(0)
        expect(serversIn(moved)).toEqual({ plain: entry })
      },
    )

    it.each([
      ['wsl:Debian', lab.onLinux, linuxHome],
      ['windows', lab.onWindows, windowsProfile],
    ] as const)('may not be loaded at all: a policy is found with home in %s', async (_home, type, folder) => {
      lab.forget()
      atHome(folder)
      lab.write(places.classic, old)
      await type(['sync', '--quiet'])
      const look = async () => {
        const { json } = await type(['doctor', '--deep', '--check', 'desktop-policy', '--json', '--quiet'])
        return json.findings
      }
      expect(await look()).toMatchObject([{ level: 'ok' }])
      expect((await registry('add', policies, '/v', 'isLocalDevMcpEnabled', '/t', 'REG_DWORD', '/d', '0', '/f')).code).toBe(0)
      expect(await look()).toMatchObject([
        { level: 'error', message: expect.stringContaining('plain'), detail: [expect.stringContaining('HKCU')] },
      ])
    })
  })

  it('keeps its Windows line ends, and gets no byte order mark', async () => {
    const text = '{\r\n  "preferences": { "a": 1 },\r\n  "mcpServers": {\r\n  }\r\n}\r\n'
    lab.write(places.classic, text)
    await lab.onLinux(['sync', '--quiet'])
    const written = readFileSync(places.classic, 'utf8')
    expect(written).toMatch(/^\{\r\n {2}"preferences": \{ "a": 1 \},\r\n/)
    expect(written.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
    expect((await lab.onLinux(['undo', '--quiet'])).code).toBe(0)
    expect(readFileSync(places.classic, 'utf8')).toBe(text)
  })

  it('is left alone with its Windows line ends in the manifest and in Claude Code’s file too', async () => {
    const crlf = (text: string): string => text.replaceAll('\n', '\r\n')
    const own = join(windowsProfile, '.mcp-twin/mcp-twin.json')
    lab.forget()
    lab.write(
      own,
      crlf(
        '{\n  // mine\n  "version": 1,\n  "servers": {\n    "plain": { "command": "node", "args": ["x.mjs"] }\n  },\n  "bridge": { "enabled": false }\n}\n',
      ),
    )
    lab.write(lab.claudeCodeFile, crlf('{\n\t"numStartups": 3\n}\n'))
    expect((await lab.onWindows(['add', 'more', '--command', 'node', '--quiet', '--', 'y.mjs'])).code).toBe(0)
    for (const file of [own, lab.claudeCodeFile]) {
      const text = readFileSync(file, 'utf8')
      expect(text).toContain('more')
      expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
    }
    expect(readFileSync(own, 'utf8')).toContain('// mine\r\n')
  })

  describe('held open by another program', () => {
    /** A Windows program that has the file open until it is told to let go. */
    const hold = async (file: string): Promise<() => Promise<unknown>> => {
      const code = "require('fs').openSync(process.argv[1],'r'); console.log('held'); process.stdin.on('end',()=>process.exit()).resume()"
      const [command = '', ...words] = [insideLab.wrapper[0], 'win', 'node', '-e', code, asWindowsSays(file)]
      const child = spawn(command, words, { env: insideLab.env, stdio: ['pipe', 'pipe', 'inherit'] })
      const released = once(child, 'close')
      await once(child.stdout, 'data')
      return () => {
        child.stdin.end()
        return released
      }
    }
    beforeEach(() => {
      lab.forget()
      atHome(windowsProfile)
      lab.write(places.classic, old)
    })

    it('is written as soon as that one lets go', async () => {
      const letGo = await hold(places.classic)
      let isOver = false
      const running = lab.onWindows(['sync', '--json', '--quiet']).finally(() => {
        isOver = true
      })
      // The new content lies beside the old one as long as it is tried to put it in its place.
      await expect.poll(() => isOver || readdirSync(lab.desktopFolder).some((each) => each.endsWith('.tmp')), { interval: 20 }).toBe(true)
      await letGo()
      expect((await running).code).toBe(0)
      expect(serversIn(places.classic)).toEqual({ plain: entry })
    })

    it('is refused with the program’s name when it does not, whole as it was, the rest done', async () => {
      const letGo = await hold(places.classic)
      const { code, json } = await lab.onWindows(['sync', '--json', '--quiet'])
      expect(code).toBe(3)
      expect(json.steps.find((step: { outcome: string }) => step.outcome === 'refused')).toMatchObject({
        client: 'claude-desktop',
        reason: expect.stringMatching(/most likely Claude Desktop \(EPERM\)/),
        hint: expect.stringContaining('quit Claude Desktop'),
      })
      expect(readFileSync(places.classic, 'utf8')).toBe(old)
      expect(serversIn(lab.claudeCodeFile)).toEqual({ plain: entry })
      const { text } = await inWindows(['cmd', '/d', '/c', 'dir', '/b', asWindowsSays(lab.desktopFolder)])
      expect(text).toBe(name)
      await letGo()
    })
  })

  describeUnless(lacks('strace'), 'that cannot be replaced from WSL for a while', () => {
    const folder = '/mnt/c/Users/Twin User/AppData/Roaming/Claude'
    const calls = '/home/ana/calls'
    const attempts = () => readFileSync(join(linuxHome, 'calls'), 'utf8').match(/V9FS_MAGIC/g)?.length ?? 0
    /**
     * The kernel says EBUSY to a rename over a file that is a mount point, in a mount namespace of its own. That the drive is
     * WSL's file server (9P), where such a thing passes, is told by strace: the lab's drive is an ordinary disk. The question is
     * asked after each attempt that failed, so that attempts are counted; after so many the file is free again, without a number never.
     */
    const busy = (attemptsMax?: number) => [
      ...['unshare', '--mount', '/bin/sh', '-c'],
      attemptsMax === undefined
        ? 'mount --bind "$1" "$1"; shift 2; exec "$@"'
        : 'mount --bind "$1" "$1"; (i=0; until [ "$(grep -c V9FS_MAGIC "$2")" -ge $0 ] || [ $i -ge 600 ]; do i=$((i+1)); sleep 0.1; done; umount -l "$1") >/dev/null 2>&1 & shift 2; exec "$@"',
      ...[String(attemptsMax), `${folder}/${name}`, calls, 'strace', '-f', '-qq', '-o', calls, '-P', folder.replace('Users', 'users')],
      ...['-e', 'trace=statfs', '-e', 'inject=statfs:poke_exit=@arg2=9719020100000000'],
    ]
    const changed = { ...entry, args: ['y.mjs'] }
    let before: string
    beforeEach(async () => {
      lab.write(places.classic, old)
      use(places.classic, 1)
      // Both sides are known from here on: under strace no program of Windows would answer in time.
      expect((await lab.onLinux(['sync', '--json', '--quiet'])).code).toBe(0)
      before = readFileSync(places.classic, 'utf8')
      lab.write(join(linuxHome, '.mcp-twin/mcp-twin.json'), JSON.stringify({ ...manifest, servers: { plain: changed } }))
      writeFileSync(join(linuxHome, 'calls'), '')
    })

    it('is tried again and written', async () => {
      const { code, json } = await lab.onLinux(['sync', '--json', '--quiet'], { before: busy(3) })
      expect([code, json.inSync]).toEqual([0, true])
      expect(attempts()).toBeGreaterThanOrEqual(3)
      expect(serversIn(places.classic)).toEqual({ plain: changed })
    })

    it('is refused at last with the name of its program, the rest done', async () => {
      const { code, json } = await lab.onLinux(['sync', '--json', '--quiet'], { before: busy() })
      expect(code).toBe(3)
      expect(attempts()).toBe(25)
      expect(json.steps.find((step: { outcome: string }) => step.outcome === 'refused')).toMatchObject({
        reason: expect.stringContaining('most likely Claude Desktop (EBUSY)'),
        hint: expect.stringContaining('quit Claude Desktop'),
      })
      expect(readFileSync(places.classic, 'utf8')).toBe(before)
      expect(serversIn(lab.claudeCodeFile)).toEqual({ plain: changed })
    })
  })

  it('that cannot be replaced from WSL is refused in the same words', async () => {
    lab.write(places.classic, old)
    // The kernel says EBUSY to a rename over a file that is a mount point, in a mount namespace of its own.
    const seen = `/mnt/c/Users/Twin User/AppData/Roaming/Claude/${name}`
    const before = ['unshare', '--mount', '/bin/sh', '-c', 'mount --bind "$0" "$0" && exec "$@"', seen]
    const { code, json } = await lab.onLinux(['sync', '--json', '--quiet'], { before })
    expect(code).toBe(3)
    expect(json.steps.find((step: { outcome: string }) => step.outcome === 'refused')).toMatchObject({
      reason: expect.stringContaining('most likely Claude Desktop (EBUSY)'),
    })
    expect(readFileSync(places.classic, 'utf8')).toBe(old)
    expect(serversIn(lab.claudeCodeFile)).toEqual({ plain: entry })
  })

  describe('of a user with another name', () => {
    const file = join(driveC, 'ProgramData/twinlab/env')
    const before = existsSync(file) ? readFileSync(file, 'utf8') : ''
    const profile = join(driveC, 'users/Zoé Ünal 漢')
    afterEach(() => {
      writeFileSync(file, before)
      rmSync(profile, { recursive: true, force: true })
    })

    it.each([
      ['wsl:Debian', lab.onLinux, () => linuxHome],
      ['windows', lab.onWindows, () => profile],
    ] as const)('is found and written with home in %s, roaming folders elsewhere too', async (_home, type, folder) => {
      const moved = 'C:\\users\\Zoé Ünal 漢\\Umgeleitet é'
      mkdirSync(join(profile, 'Umgeleitet é'), { recursive: true })
      mkdirSync(join(profile, 'AppData/Local/Temp'), { recursive: true })
      writeFileSync(file, before.replaceAll('Twin User', 'Zoé Ünal 漢').replace(/^APPDATA=.*$/m, `APPDATA=${moved}`))
      lab.forget()
      atHome(folder())
      const { code, json } = await type(['sync', '--json', '--quiet'])
      expect(code, JSON.stringify(json)).toBe(0)
      expect(serversIn(join(profile, 'Umgeleitet é/Claude', name))).toEqual({ plain: entry })
      expect(json.steps.find((step: { client: string }) => step.client === 'claude-desktop').file).toBe(`${moved}\\Claude\\${name}`)
      expect(serversIn(lab.claudeCodeFile)).toEqual({ plain: entry })
    })

    it('starts everything from that profile: a package, a server by `run`, the bridge', async () => {
      mkdirSync(join(profile, 'AppData/Local/Temp'), { recursive: true })
      mkdirSync(join(profile, 'AppData/Roaming/Claude'), { recursive: true })
      writeFileSync(file, before.replaceAll('Twin User', 'Zoé Ünal 漢'))
      const registry = await miniRegistry()
      try {
        const server = readFileSync(join(import.meta.dirname, 'support/echo-server.mjs'), 'utf8')
        const tiny = { name: 'tiny-server', version: '1.0.0', type: 'module', bin: 'server.js' }
        registry.publish({ manifest: tiny, files: { 'server.js': server } })
        for (const home of [linuxHome, profile]) writeFileSync(join(home, '.npmrc'), `registry=${registry.url}\n`)
        cpSync(join(import.meta.dirname, 'support/echo-server.mjs'), join(profile, 'echo-server.mjs'))
        const relayed = { command: 'node', args: ['${path:~/echo-server.mjs}'], launch: 'run' }
        lab.forget()
        lab.write(
          join(profile, '.mcp-twin/mcp-twin.json'),
          JSON.stringify({ version: 1, servers: { pkg: { package: 'tiny-server@1.0.0' }, relayed } }),
        )
        const { code, stdout } = await lab.onWindows(['sync', '--json', '--quiet'])
        expect(code, stdout).toBe(0)
        const answers = await lab.asDesktop('C:\\users\\Zoé Ünal 漢\\AppData\\Roaming\\Claude\\claude_desktop_config.json')
        expect(answers.map(({ name: each, trouble }) => [each, trouble]).sort()).toEqual([
          ['mcp-twin', null],
          ['pkg', null],
          ['relayed', null],
        ])
      } finally {
        await registry.close()
      }
    })
  })

  describe('with a folder of ours that is not where it usually is', () => {
    const spelled = { onLinux: '/home/ana/my own é', onWindows: `${lab.windowsHome}\\my own é` }

    it.each([
      ['wsl:Debian', 'onLinux', linuxHome, 'onWindows'],
      ['windows', 'onWindows', windowsProfile, 'onLinux'],
    ] as const)(
      'in %s, what was written starts without MCP_TWIN_HOME, and the other side finds home',
      async (_home, side, folder, other) => {
        lab.forget()
        for (const each of [linuxHome, windowsProfile])
          for (const file of ['echo-server.mjs', 'tell.mjs']) cpSync(join(import.meta.dirname, 'support', file), join(each, file))
        const echo = { command: 'node', args: ['${path:~/echo-server.mjs}'], launch: 'run' }
        lab.write(join(folder, 'my own é/mcp-twin.json'), JSON.stringify({ version: 1, servers: { echo } }))
        const env = { MCP_TWIN_HOME: spelled[side], ...(side === 'onWindows' && { WSLENV: 'MCP_TWIN_HOME/w' }) }
        const type = { onLinux: lab.onLinux, onWindows: lab.onWindows }
        const { code, stdout } = await type[side](['sync', '--json', '--quiet'], { env })
        expect(code, stdout).toBe(0)
        expect(existsSync(join(folder, '.mcp-twin'))).toBe(false)
        const answers = await lab.asDesktop()
        expect(answers.map(({ name: each, trouble }) => [each, trouble]).sort()).toEqual([
          ['echo', null],
          ['mcp-twin', null],
        ])
        const told = await inLinux([nodePath, '/home/ana/tell.mjs', '/home/ana/.claude.json', 'echo'])
        expect(JSON.parse(told.stdout.toString())).toMatchObject({ platform: 'linux' })
        const check = await type[other](['sync', '--check', '--json'])
        expect([check.code, check.json.inSync]).toEqual([0, true])
        rmSync(join(folder, 'my own é'), { recursive: true })
      },
    )
  })
})
