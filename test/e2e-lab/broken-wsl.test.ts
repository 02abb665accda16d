import { randomBytes } from 'node:crypto'
import { appendFileSync, chmodSync, cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { inLinux, inWindows, labFolder, lacksLab, linuxHome, resetLab, windowsProfile } from '../support/lab.ts'
import { putInstalled } from '../support/installed.ts'
import { describeUnless } from '../support/left-out.ts'
import { nodePath } from '../support/machine.ts'
import { type MiniRegistry, miniRegistry } from '../support/mini-registry.ts'
import { sample } from '../support/runs.ts'
import * as broken from './support/broken.ts'
import * as lab from './support/story.ts'

// The mirror image of broken.test.ts: home on Windows, and the distribution does not work; and home in one place while the
// other one is where people type.

const { atHome, endedAs, ownFolder, serversIn, sync } = broken
const ballast = randomBytes(3_000_000).toString('base64')
const echo = { command: 'node', args: ['${path:~/echo-server.mjs}'], launch: 'run' }

describeUnless(await lacksLab(), 'broken in WSL', () => {
  const repairs = new broken.Repairs()
  let registry: MiniRegistry
  beforeAll(async () => {
    await lab.freshLab()
    registry = await miniRegistry()
    registry.publish({ manifest: { name: 'tiny-server', version: '1.0.0', bin: 'server.js' }, files: { 'server.js': '', ballast } })
    for (const home of [linuxHome, windowsProfile]) {
      appendFileSync(join(home, '.npmrc'), `\nregistry=${registry.url}\n`)
      for (const name of ['echo-server.mjs', 'tell.mjs']) cpSync(join(import.meta.dirname, 'support', name), join(home, name))
    }
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

  describe('its node', () => {
    const users = join(labFolder, 'distros/Debian/etc/passwd')
    /** Gives the user a shell that finds this and nothing else under the name `node`, however it is started. */
    const shellFinds = (script: string | null) => {
      const before = readFileSync(users)
      repairs.after(() => {
        writeFileSync(users, before)
        rmSync(join(linuxHome, 'broken'), { recursive: true, force: true })
      })
      const programs = { shell: 'PATH=/home/ana/broken exec /bin/bash --norc --noprofile "$@"', node: script }
      for (const [name, lines] of Object.entries(programs)) {
        if (lines === null) continue
        lab.write(join(linuxHome, 'broken', name), `#!/bin/sh\n${lines}\n`)
        chmodSync(join(linuxHome, 'broken', name), 0o755)
      }
      // In place: the file is mounted.
      writeFileSync(users, before.toString().replace('/home/ana:/bin/bash', '/home/ana:/home/ana/broken/shell'))
    }
    const old = `@mcp-twin:node {"node":"/usr/bin/node","version":"16.20.2","platform":"linux","user":"ana","home":"/home/ana","variables":{}}`
    beforeEach(() => broken.homeWithPackage(windowsProfile, registry))

    const faults = [
      ['is not there', null, /no node was found in Debian/],
      ['is too old', `echo '${old}'`, /its node is too old: 16\.20\.2/],
      ['hangs', 'exec /bin/sleep 379', /node in Debian, or the login shell that finds it, did not answer in time/],
      ['crashes', 'echo "Illegal instruction" >&2; exit 132', /its node does not work: \/home\/ana\/broken\/node/],
      [
        'is the one of Windows',
        `PATH=/usr/bin:/bin exec "/mnt/c/Program Files/nodejs/node.exe" "$@"`,
        /the only node in Debian is the one of Windows/,
      ],
    ] as const

    it.each(sample(faults, 2))('%s: Windows is complete, and in WSL all that needs no package', async (_title, script, reason) => {
      shellFinds(script)
      const { code, json } = await sync(lab.onWindows)
      expect(code).toBe(3)
      const refused = endedAs(json, 'refused')
      expect(refused.map(({ client, server }) => `${client} ${server}`)).toEqual(['claude-code pkg', 'claude-code-config pkg'])
      for (const step of refused)
        expect(step).toMatchObject({
          environment: 'wsl:Debian',
          reason: expect.stringMatching(reason),
          hint: expect.stringMatching(/Node\.js 20|node -v/),
        })
      expect(serversIn(lab.desktopFile)).toEqual(['pkg', 'plain'])
      expect(serversIn(lab.claudeCodeFile)).toEqual(['plain'])
      expect(await lab.leftoversOf('sleep 379')).toEqual([])
    })

    it('that has been removed since leaves what is there as it is', async () => {
      putInstalled(registry, ownFolder(linuxHome), broken.tiny)
      expect((await sync(lab.onWindows)).code).toBe(0)
      expect(serversIn(lab.claudeCodeFile)).toEqual(['pkg', 'plain'])
      atHome(windowsProfile, { ...broken.withPackage, more: broken.plain })
      shellFinds(null)
      const { code, json } = await sync(lab.onWindows)
      expect([code, endedAs(json, 'failed')]).toEqual([0, []])
      expect(serversIn(lab.claudeCodeFile)).toEqual(['pkg', 'plain', 'more'])
      expect(serversIn(lab.desktopFile)).toEqual(['pkg', 'plain', 'more'])
    })
  })

  describe('in WSL alone', () => {
    const folder = ownFolder(linuxHome)
    const complete = (json: { steps: broken.Step[] }) => {
      expect(endedAs(json, 'failed').every(({ environment }) => environment === 'wsl:Debian')).toBe(true)
      expect(serversIn(lab.desktopFile)).toEqual(['pkg', 'plain'])
      expect(serversIn(lab.claudeCodeFile)).toEqual(['plain'])
    }
    beforeEach(() => broken.homeWithPackage(windowsProfile, registry))

    it('npm that reaches no registry is named with its side; the next run makes up for it', async () => {
      const npmrc = join(linuxHome, '.npmrc')
      const before = readFileSync(npmrc)
      lab.write(npmrc, 'registry=http://127.0.0.1:9/\n')
      repairs.after(() => lab.write(npmrc, before))
      const { code, json } = await sync(lab.onWindows)
      expect(code).toBe(1)
      expect(endedAs(json, 'failed')).toEqual([
        expect.objectContaining({
          kind: 'install',
          environment: 'wsl:Debian',
          reason: expect.stringMatching(/127\.0\.0\.1:9|ECONNREFUSED/),
          hint: expect.stringMatching(/\S/),
        }),
      ])
      complete(json)
      expect(existsSync(join(folder, 'npm')) ? readdirSync(join(folder, 'npm')) : []).toEqual([])
      lab.write(npmrc, before)
      const again = await sync(lab.onWindows)
      expect([again.code, again.json.inSync]).toEqual([0, true])
      expect(serversIn(lab.claudeCodeFile)).toEqual(['plain', 'pkg'])
    })

    it('a full disk is named, and leaves nothing half-written', async () => {
      const full = 'mkdir -p "$1" && mount -t tmpfs -o size=2m none "$1" && mount --bind "$1" "$2"'
      await inLinux(['sh', '-c', full, 'sh', folder, '/home/ana/.mcp-twin'])
      repairs.after(() => inLinux(['sh', '-c', 'umount "$2"; umount "$1"', 'sh', folder, '/home/ana/.mcp-twin']))
      const { code, json } = await sync(lab.onWindows)
      expect(code).toBe(1)
      expect(endedAs(json, 'failed')).toEqual([
        expect.objectContaining({ kind: 'install', environment: 'wsl:Debian', reason: expect.stringMatching(/disk is full/) }),
      ])
      expect((await inLinux(['sh', '-c', 'ls -A /home/ana/.mcp-twin/npm'])).text).toBe('')
      complete(json)
    })
  })

  describe('interop that is switched off', () => {
    beforeEach(async () => {
      atHome(windowsProfile, { echo })
      expect((await sync(lab.onWindows)).code).toBe(0)
      await broken.turnInterop(0)
      repairs.after(() => broken.turnInterop(1))
    })

    it('a command typed in WSL cannot reach its home on Windows, and says so', async () => {
      for (const cache of ['cold', 'warm']) {
        if (cache === 'cold') rmSync(join(ownFolder(linuxHome), 'cache.json'), { force: true })
        const { code, json } = await lab.onLinux(['list', '--json', '--quiet'])
        expect([cache, code]).toEqual([cache, 1])
        expect(json.error).toMatchObject({
          code: 'home-unreachable',
          message: expect.stringMatching(/^Home is windows, .*interop is switched off/),
          hint: expect.stringContaining('wsl --shutdown'),
        })
      }
    })

    it('a server that is started by `run` there starts all the same', async () => {
      const { stdout, stderr } = await inLinux([nodePath, '/home/ana/tell.mjs', '/home/ana/.claude.json', 'echo'])
      expect(stderr.toString()).toBe('')
      expect(JSON.parse(stdout.toString()).platform).toBe('linux')
    })
  })

  describe('a wsl.exe that hangs while home is in WSL', () => {
    beforeEach(async () => {
      atHome(linuxHome, { echo })
      expect((await sync(lab.onLinux)).code).toBe(0)
    })

    const hangs = [
      ['HANG', /WSL gives no answer|cannot be entered/],
      ['HANG_ENTER', /Debian cannot be entered: wsl\.exe did not answer within/],
    ] as const

    it.each(sample(hangs, 1))('%s: a command typed on Windows says so and ends', async (mode, reason) => {
      repairs.after(broken.brokenWsl(mode))
      const { code, json } = await lab.onWindows(['list', '--json', '--quiet'])
      expect(code).toBe(1)
      expect(json.error).toMatchObject({
        code: 'home-unreachable',
        message: expect.stringMatching(reason),
        hint: expect.stringMatching(/wsl/),
      })
      expect(await lab.leftoversOf('wsl.exe')).toEqual([])
    })

    it('a server that is started by `run` on Windows does not wait for it', async () => {
      repairs.after(broken.brokenWsl('HANG'))
      const config = `${lab.windowsHome}\\AppData\\Roaming\\Claude\\claude_desktop_config.json`
      const { stdout, stderr } = await inWindows(['node', `${lab.windowsHome}\\tell.mjs`, config, 'echo'])
      expect(stderr.toString()).toBe('')
      expect(JSON.parse(stdout.toString()).platform).toBe('win32')
    })
  })

  it('what wsl.exe says in UTF-16 of a distribution that is not there can be read', async () => {
    atHome(windowsProfile, { plain: broken.plain })
    repairs.after(broken.brokenWsl('UTF16'))
    const { code, json } = await lab.onWindows(['init', '--yes', '--distro', 'Nowhere', '--json', '--quiet'])
    expect(code).toBe(3)
    const refused = endedAs(json, 'refused')
    expect(refused.length).toBeGreaterThan(0)
    for (const { environment, reason } of refused) {
      expect(environment).toBe('wsl:Nowhere')
      expect(reason).toMatch(/Nowhere cannot be entered: wsl\.exe .*no distribution/)
      expect(reason).not.toMatch(/\0|\ufffd/)
    }
    expect(serversIn(lab.desktopFile)).toEqual(['plain'])
  })
})
