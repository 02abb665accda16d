import { randomBytes } from 'node:crypto'
import { appendFileSync, chmodSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { driveC, inLinux, lacksLab, linuxHome, resetLab, windowsProfile } from '../support/lab.ts'
import { putInstalled } from '../support/installed.ts'
import { describeUnless } from '../support/left-out.ts'
import { nodePath, toolPath } from '../support/machine.ts'
import { type MiniRegistry, miniRegistry } from '../support/mini-registry.ts'
import * as broken from './support/broken.ts'
import * as lab from './support/story.ts'

// What does not work on one side is said with side, cause and remedy; the other side is done; and nothing hangs.

const { atHome, endedAs, ownFolder, plain, replaced, serversIn, shim, system32, windowsNode, withPackage, wslExe: wsl } = broken
const sync = broken.sync
type Step = broken.Step
// More than fits on the small disk below, and nothing that packing makes smaller.
const ballast = randomBytes(3_000_000).toString('base64')

/** Words that change what is mounted, for one command alone. */
const apart = (setup: string): string[] => ['unshare', '--mount', '/bin/sh', '-c', `${setup} && exec "$@"`, 'sh']

describeUnless(await lacksLab(), 'broken', () => {
  const repairs = new broken.Repairs()
  let registry: MiniRegistry
  beforeAll(async () => {
    await lab.freshLab()
    registry = await miniRegistry()
    registry.publish({ manifest: { name: 'tiny-server', version: '1.0.0', bin: 'server.js' }, files: { 'server.js': '', ballast } })
    for (const home of [linuxHome, windowsProfile]) appendFileSync(join(home, '.npmrc'), `\nregistry=${registry.url}\n`)
  })
  beforeEach(() => lab.forget())
  afterEach(async () => {
    await repairs.all()
    expect(broken.halfWritten()).toEqual([])
  })
  afterAll(async () => {
    await registry.close()
    await resetLab()
  })

  describe('interop that is switched off', () => {
    const turn = broken.turnInterop
    const reason = /programs of Windows cannot be started from here: interop is switched off/

    it('leaves Linux complete when nothing is known of Windows, and starts nothing there', async () => {
      atHome(linuxHome, { plain })
      await turn(0)
      repairs.after(() => turn(1))
      const { result, started } = await lab.watched(() => sync(lab.onLinux))
      const { code, json } = result
      expect(started.filter((line) => /\.exe\b/i.test(line))).toEqual([])
      expect(code).toBe(3)
      expect(endedAs(json, 'refused')).toEqual([
        expect.objectContaining({
          environment: 'windows',
          client: 'claude-desktop',
          reason: expect.stringMatching(reason),
          hint: expect.stringContaining('wsl --shutdown'),
        }),
      ])
      expect(serversIn(lab.claudeCodeFile)).toEqual(['plain'])
      expect(readdirSync(lab.desktopFolder)).toEqual([])
    })

    it('still writes what needs no program of Windows when its folders are remembered', async () => {
      atHome(linuxHome, { plain })
      for (const _ of [1, 2]) expect((await sync(lab.onLinux)).code).toBe(0)
      expect(existsSync(join(ownFolder(linuxHome), 'cache.json'))).toBe(true)
      atHome(linuxHome, { ...withPackage, more: plain, runs: { ...plain, launch: 'run' } })
      await turn(0)
      repairs.after(() => turn(1))
      const { result, started } = await lab.watched(() => sync(lab.onLinux))
      const { code, json } = result
      expect(started.filter((line) => /\.exe\b/i.test(line))).toEqual([])
      expect([code, endedAs(json, 'failed')]).toEqual([3, []])
      expect(endedAs(json, 'refused')).toEqual([
        expect.objectContaining({
          ...{ environment: 'windows', client: 'claude-desktop', server: 'pkg' },
          ...{ reason: expect.stringMatching(reason), hint: expect.stringContaining('wsl --shutdown') },
        }),
      ])
      expect(serversIn(lab.claudeCodeFile)).toEqual(['plain', 'pkg', 'more', 'runs'])
      expect(serversIn(lab.desktopFile)).toEqual(['plain', 'more', 'runs'])
    })

    it('is reported to people with the side, the cause and the remedy', async () => {
      atHome(linuxHome, { plain })
      await turn(0)
      repairs.after(() => turn(1))
      const { code, stdout } = await lab.onLinux(['sync'])
      expect(code).toBe(3)
      const said = stdout.replace(/\s+/g, ' ')
      for (const words of ['Windows', 'interop is switched off', 'wsl --shutdown']) expect(said).toContain(words)
    })
  })

  describe('wsl.exe', () => {
    beforeEach(() => atHome(windowsProfile, { plain }))

    it('that answers in UTF-16, as the one in Windows does, is understood', async () => {
      repairs.after(broken.brokenWsl('UTF16'))
      const { code, json } = await sync(lab.onWindows)
      expect([code, json.inSync]).toEqual([0, true])
      expect(serversIn(lab.claudeCodeFile)).toEqual(['plain'])
    })

    it.each([
      ['hangs', 'HANG', /WSL gives no answer: wsl\.exe did not answer within/, 'wsl --shutdown'],
      [
        'hangs as soon as a distribution is entered',
        'HANG_ENTER',
        /Debian cannot be entered: wsl\.exe did not answer within/,
        'wsl -d Debian',
      ],
    ] as const)('that %s leaves Windows complete', async (_title, mode, reason, remedy) => {
      repairs.after(broken.brokenWsl(mode))
      const { code, json } = await sync(lab.onWindows)
      expect(code).toBe(3)
      expect(serversIn(lab.desktopFile)).toEqual(['plain'])
      const refused = endedAs(json, 'refused')
      expect(refused.map(({ client }) => client)).toEqual(['claude-code', 'claude-code-config'])
      for (const step of refused)
        expect(step).toMatchObject({ reason: expect.stringMatching(reason), hint: expect.stringContaining(remedy) })
      expect(await lab.leftoversOf('wsl.exe')).toEqual([])
    })

    it('that is not there is no error on a Windows that never had WSL', async () => {
      repairs.after(replaced(wsl, null))
      const { code, json } = await sync(lab.onWindows)
      expect([code, json.inSync]).toEqual([0, true])
      expect(serversIn(lab.desktopFile)).toEqual(['plain'])
    })

    it('that is missing leaves Windows complete; what was in WSL is refused, not forgotten', async () => {
      for (const _ of [1, 2]) expect((await sync(lab.onWindows)).code).toBe(0)
      repairs.after(replaced(wsl, null))
      atHome(windowsProfile, { plain, more: plain })
      const { code, json } = await sync(lab.onWindows)
      expect(code).toBe(3)
      expect(serversIn(lab.desktopFile)).toEqual(['plain', 'more'])
      for (const step of endedAs(json, 'refused'))
        expect(step).toMatchObject({
          environment: 'wsl:Debian',
          reason: expect.stringContaining('no WSL on this Windows any more'),
          hint: expect.stringContaining('wsl --install'),
        })
    })
  })

  describe('the node of Windows', () => {
    const node = windowsNode
    beforeEach(() => broken.homeWithPackage(linuxHome, registry))

    it.each([
      ['is not there', null, /no node was found on Windows/],
      ['is too old', 'OLD', /its node is too old: 16\.20\.2/],
      ['hangs', 'HANG', /its node does not work: node\.exe did not answer within 5 s/],
    ] as const)('%s: Linux is complete, and on Windows all that needs no package', async (_title, mode, reason) => {
      repairs.after(replaced(node, mode === null ? null : shim(mode)))
      const { code, json } = await sync(lab.onLinux)
      expect(code).toBe(3)
      expect(endedAs(json, 'refused')).toEqual([
        expect.objectContaining({
          environment: 'windows',
          client: 'claude-desktop',
          server: 'pkg',
          reason: expect.stringMatching(reason),
          hint: expect.stringContaining('winget install'),
        }),
      ])
      expect(serversIn(lab.claudeCodeFile)).toEqual(['pkg', 'plain'])
      expect(serversIn(lab.desktopFile)).toEqual(['plain'])
      expect(await lab.leftoversOf('relay.exe')).toEqual([])
    })
  })

  it('a node of Windows that has been removed since is reported, and what needs none is still written', async () => {
    broken.homeWithPackage(linuxHome, registry)
    putInstalled(registry, ownFolder(windowsProfile), broken.tiny)
    expect((await sync(lab.onLinux)).code).toBe(0)
    repairs.after(replaced(windowsNode, null))
    atHome(linuxHome, { ...withPackage, other: { package: 'tiny-server@1.0.0', args: ['x'] }, more: plain })
    const { json } = await sync(lab.onLinux)
    expect(endedAs(json, 'failed')).toEqual([])
    expect(serversIn(lab.claudeCodeFile)).toEqual(['pkg', 'plain', 'other', 'more'])
    expect(serversIn(lab.desktopFile)).toEqual(expect.arrayContaining(['pkg', 'plain', 'more']))
    const doctor = await lab.onLinux(['doctor', '--json'])
    expect(doctor.code).toBe(3)
    expect(JSON.stringify(doctor.json.findings)).toContain('no node was found on Windows')
    expect(doctor.json.environments.find(({ id }: { id: string }) => id === 'windows').node).toEqual({ path: null, version: null })
  })

  it('a cmd.exe that hangs where there is no node either is waited for no longer than its limit', async () => {
    atHome(linuxHome, { plain })
    // Wine takes its own cmd.exe whatever lies there, but the kernel takes this one.
    const hanging = join(linuxHome, 'cmd.exe')
    lab.write(hanging, '#!/bin/sh\nexec sleep 379\n')
    chmodSync(hanging, 0o755)
    repairs.after(replaced(windowsNode, null), replaced(join(system32, 'cmd.exe'), hanging))
    const { code, json } = await sync(lab.onLinux)
    expect(code).toBe(3)
    expect(endedAs(json, 'refused')).toEqual([
      expect.objectContaining({ environment: 'windows', reason: expect.stringMatching(/cmd\.exe did not answer within 4 s/) }),
    ])
    expect(await lab.leftoversOf('sleep 379')).toEqual([])
    expect(serversIn(lab.claudeCodeFile)).toEqual(['plain'])
  })

  it('Windows’ npm first on the PATH of WSL is never used', async () => {
    atHome(linuxHome, withPackage)
    const windowsFirst = `PATH=/mnt/c/Program Files/nodejs:${toolPath}`
    const { result, started } = await lab.watched(() =>
      lab.onLinux(['init', '--yes', '--json', '--quiet', '--on', 'wsl'], { before: ['env', windowsFirst] }),
    )
    const { code, json } = result
    const used = started.filter((line) => /\/mnt\/c\/Program Files\/nodejs\/np[mx]\b/.test(line) && !line.includes('PATH='))
    expect(code).toBeOneOf([0, 3])
    expect(used).toEqual([])
    const side = json.environments.find(({ id }: { id: string }) => id === 'wsl:Debian')
    expect([side.node.path, side.npmPrefix.startsWith('/mnt/')]).toEqual([nodePath, false])
  })

  it('a drive that is mounted elsewhere is found, and so are its programs', async () => {
    atHome(linuxHome, {
      far: { command: 'C:\\Program Files\\nodejs\\node.exe', args: ['-v'], runIn: 'windows' },
      files: { ...plain, args: ['${path:C:\\x y}'] },
    })
    const moved = [
      'mkdir -p /home/win/c /home/etc; cp -r /etc/. /home/etc/ 2>/dev/null; mount --bind /home/etc /etc',
      'printf "[automount]\\nroot = /home/win\\n" > /etc/wsl.conf',
      'mount --bind /mnt/c /home/win/c && umount /mnt/c',
    ]
    repairs.after(() => inLinux(['rm', '-rf', '/home/win', '/home/etc']))
    const { code, json } = await sync(lab.onLinux, { before: apart(moved.join(' && ')), env: { TWINLAB_DRIVE: '/home/win/c' } })
    expect([code, json.inSync]).toEqual([0, true])
    expect(lab.entriesOf(lab.claudeCodeFile)).toMatchObject({
      far: { command: '/home/win/c/Program Files/nodejs/node.exe' },
      files: { args: ['/home/win/c/x y'] },
    })
    expect(lab.entriesOf(lab.desktopFile).files?.args).toEqual(['C:\\x y'])
  })

  describe('on Windows alone', () => {
    const folder = ownFolder(windowsProfile)
    const complete = (json: { steps: Step[] }) => {
      expect(endedAs(json, 'failed').every(({ environment }) => environment === 'windows')).toBe(true)
      expect(serversIn(lab.claudeCodeFile)).toEqual(['pkg', 'plain'])
      expect(serversIn(lab.desktopFile)).toEqual(['plain'])
      const left = existsSync(join(folder, 'npm')) ? readdirSync(join(folder, 'npm')) : []
      expect(left.filter((name) => name !== '')).toEqual([])
    }
    beforeEach(() => broken.homeWithPackage(linuxHome, registry))

    it('npm that reaches no registry is named with its side; the next run makes up for it', async () => {
      const npmrc = join(windowsProfile, '.npmrc')
      const before = readFileSync(npmrc)
      lab.write(npmrc, 'registry=http://127.0.0.1:9/\n')
      repairs.after(() => lab.write(npmrc, before))
      const { code, json } = await sync(lab.onLinux)
      expect(code).toBe(1)
      expect(endedAs(json, 'failed')).toEqual([
        expect.objectContaining({
          kind: 'install',
          environment: 'windows',
          reason: expect.stringMatching(/127\.0\.0\.1:9|ECONNREFUSED/),
          hint: expect.stringMatching(/\S/),
        }),
      ])
      complete(json)
      lab.write(npmrc, before)
      const again = await sync(lab.onLinux)
      expect([again.code, again.json.inSync]).toEqual([0, true])
      expect(serversIn(lab.desktopFile)).toEqual(['plain', 'pkg'])
    })

    it('a full disk is named, and leaves nothing half-written', async () => {
      const seen = folder.replace(driveC, '/mnt/c')
      const full = 'mkdir -p "$1" && mount -t tmpfs -o size=2m none "$1" && mount --bind "$1" "$2"'
      await inLinux(['sh', '-c', full, 'sh', folder, seen])
      repairs.after(() => inLinux(['sh', '-c', 'umount "$2"; umount "$1"', 'sh', folder, seen]))
      const { code, json } = await sync(lab.onLinux)
      expect(code).toBe(1)
      expect(endedAs(json, 'failed')).toEqual([
        expect.objectContaining({ kind: 'install', environment: 'windows', reason: expect.stringMatching(/disk is full/) }),
      ])
      const { text } = await inLinux(['sh', '-c', 'ls -A "$1/npm"', 'sh', seen])
      expect(text).toBe('')
      complete(json)
    })

    it('a full disk under the config leaves it as it was', async () => {
      atHome(linuxHome, { plain })
      const seen = lab.desktopFolder.replace(driveC, '/mnt/c').replace('/users/', '/Users/')
      const full =
        'mount -t tmpfs -o size=8k none "$1" && printf "%s" "$3" > "$1/claude_desktop_config.json" && head -c 3500 /dev/zero > "$1/rest"; mount --bind "$1" "$2"'
      const before = '{"mcpServers":{}}'
      await inLinux(['sh', '-c', full, 'sh', lab.desktopFolder, seen, before])
      repairs.after(() => inLinux(['sh', '-c', 'umount "$2"; umount "$1"', 'sh', lab.desktopFolder, seen]))
      const { code, json } = await sync(lab.onLinux)
      expect(code).toBe(1)
      expect(endedAs(json, 'failed')).toEqual([
        expect.objectContaining({ client: 'claude-desktop', environment: 'windows', reason: expect.stringMatching(/disk is full/) }),
      ])
      const { text } = await inLinux(['sh', '-c', 'cd "$1"; cat claude_desktop_config.json; ls -A', 'sh', seen])
      expect(text).toBe(`${before}claude_desktop_config.json\nrest`)
      expect(serversIn(lab.claudeCodeFile)).toEqual(['plain'])
    })
  })
})
