import { execFile, execFileSync } from 'node:child_process'
import { cpSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { nodePath } from '../../support/machine.ts'
import { ownBinaries, publishBinaries } from '../../support/own-binaries.ts'
import { world } from '../../support/world.ts'
import { ours, self, theirs, TwoSides } from './two-sides.ts'

const sides = new TwoSides()

describe("another side's copy of the program", () => {
  it("gets that side's binary and nothing else from its own npm", async () => {
    publishBinaries(sides.registry)
    expect(await sides.as(sides.whole, 'install', 'windows')).toEqual({ outcome: 'done' })
    expect(readdirSync(sides.app('windows', 'node_modules', '@vscode'))).toEqual([theirs.split('/')[1]])
    expect(readFileSync(sides.binary('windows', theirs, 'bin', 'tool'), 'utf8')).toBe('a program')
    expect(sides.registry.requests.filter((path) => !path.startsWith(theirs))).toEqual([])
    expect(sides.tarballs()).toHaveLength(1)
    expect(readdirSync(sides.own('windows', 'app')).sort()).toEqual([sides.current('windows'), 'current'].sort())
    expect(readdirSync(sides.app('windows'))).not.toContain('.lacks')
    expect(await sides.as(sides.whole, 'current', 'windows')).toBe(true)
    expect(await sides.as(sides.whole, 'install', 'windows')).toEqual({ outcome: 'present' })
    expect(sides.tarballs()).toHaveLength(1)
  })

  it('works without where the registry is not to be had, and the next run completes it beside what runs', async () => {
    const windows = sides.planted.side('windows')
    const npmrc = windows.read('.npmrc')
    windows.write('.npmrc', npmrc.replace(/registry=.*/, 'registry=http://127.0.0.1:9/'))
    const reason = `without ${theirs} ${ownBinaries[theirs]}: the package registry could not be reached (ECONNREFUSED)`
    expect(await sides.as(sides.whole, 'install', 'windows')).toMatchObject({ outcome: 'done', reason })
    const app = sides.app('windows')
    const { ino } = statSync(join(app, 'dist', 'main.mjs'))
    expect(execFileSync(nodePath, [sides.own('windows', 'bin', 'mcp-twin.mjs'), '--version'], { encoding: 'utf8' })).toMatch(/^\d/)
    expect(await sides.as(sides.whole, 'current', 'windows')).toBe(false)
    // Nothing changes, and that is what is said.
    expect(await sides.as(sides.whole, 'install', 'windows')).toMatchObject({ outcome: 'present', reason })
    publishBinaries(sides.registry, [theirs])
    windows.write('.npmrc', npmrc)
    expect(await sides.as(sides.whole, 'install', 'windows')).toEqual({ outcome: 'done' })
    expect(statSync(join(app, 'dist', 'main.mjs')).ino).toBe(ino)
    expect(existsSync(sides.binary('windows', theirs, 'bin', 'tool'))).toBe(true)
    expect(readdirSync(app)).not.toContain('.lacks')
    expect(readdirSync(sides.own('windows', 'app')).filter((name) => name.startsWith('.'))).toEqual([])
    expect(await sides.as(sides.whole, 'current', 'windows')).toBe(true)
  })

  it('takes another version for none, and puts the right one in its place', async () => {
    publishBinaries(sides.registry, [theirs])
    await sides.as(sides.whole, 'install', 'windows')
    const wrong = sides.binary('windows', theirs, 'package.json')
    writeFileSync(wrong, '{"version":"0.0.1"}')
    expect(await sides.as(sides.whole, 'current', 'windows')).toBe(false)
    expect(await sides.as(sides.whole, 'install', 'windows')).toEqual({ outcome: 'done' })
    expect(JSON.parse(readFileSync(wrong, 'utf8')).version).toBe(ownBinaries[theirs])
  })

  it('does not use the network where that is not wanted', async () => {
    publishBinaries(sides.registry, [theirs])
    const result = await sides.as(sides.whole, 'install', 'windows', self, { offline: true })
    expect(result).toMatchObject({ outcome: 'done', reason: expect.stringContaining('--offline') })
    expect(sides.registry.requests).toEqual([])
  })

  it('is put there also where that side has no npm, or cannot be run', async () => {
    sides.replant(world().wsl('Ubuntu').windows({ runnable: false }).build())
    const result = await sides.as(sides.whole, 'install', 'windows')
    expect(result).toMatchObject({ outcome: 'done', reason: expect.stringContaining('programs of Windows cannot be run from here') })
    expect(sides.current('windows')).toMatch(/^\d/)
  })

  it('asks its own npm again once it is the side that runs', async () => {
    await sides.as(sides.whole, 'install', 'windows')
    const there = sides.app('windows')
    // All sides are this machine: the Windows side's program is a Linux process, and wants the binary of that.
    publishBinaries(sides.registry, [ours])
    cpSync(join(sides.whole, 'dist', 'driver.mjs'), join(there, 'dist', 'driver.mjs'))
    expect(await sides.as(there, 'current', 'windows', 'windows')).toBe(false)
    expect(await sides.as(there, 'install', 'windows', 'windows')).toEqual({ outcome: 'done' })
    expect(existsSync(sides.binary('windows', ours, 'bin', 'tool'))).toBe(true)
    expect(await sides.as(there, 'current', 'windows', 'windows')).toBe(true)
  })

  it('stays the earlier one when its installation is cancelled', async () => {
    publishBinaries(sides.registry, [theirs])
    sides.registry.stalled.add(theirs)
    const child = execFile(nodePath, sides.told(sides.whole, 'install', 'windows'), { env: sides.planted.env() })
    const said = new Promise<string>((resolve) => {
      let text = ''
      child.stdout?.on('data', (chunk: string) => {
        text += chunk
      })
      child.on('close', () => resolve(text))
    })
    while (sides.tarballs().length === 0) await sleep(50)
    child.kill('SIGINT')
    expect(JSON.parse(await said)).toMatchObject({ outcome: 'failed', reason: 'it was cancelled' })
    expect(existsSync(sides.own('windows', 'app', 'current'))).toBe(false)
    expect(readdirSync(sides.own('windows', 'app')).filter((name) => /^\.(part|old)/.test(name))).toEqual([])
  })
})

describe('a sync whose entries need the program on the other side', () => {
  const sync = async (...args: string[]) => {
    const result = await sides.planted.cli(['sync', '--json', ...args])
    return { ...result.json, code: result.code }
  }
  const steps = (document: { steps: { kind: string; environment: string }[] }) =>
    document.steps.filter((step) => step.kind === 'install' && step.environment === 'windows')

  it('says what it does without and which command completes it, and that command does', async () => {
    // A remote server is started by the launcher in Claude Desktop.
    const servers = { web: { url: 'https://x.example/mcp' } }
    sides.planted.self.write('.mcp-twin/mcp-twin.json', JSON.stringify({ version: 1, servers, bridge: { enabled: false } }))
    sides.planted.side('windows').write(sides.planted.side('windows').clientFile('claude-desktop'), '{}')
    const without = {
      reason: expect.stringMatching(/^mcp-twin itself, without @.*there is no package .* To complete it: .*mcp-twin sync$/),
      hint: expect.stringMatching(/mcp-twin sync$/),
    }
    const first = await sync()
    expect(first).toMatchObject({ code: 0, changed: true, inSync: false })
    expect(steps(first)).toMatchObject([{ change: 'add', outcome: 'done', ...without }])
    const second = await sync()
    expect(second).toMatchObject({ code: 0, changed: false, inSync: false })
    expect(steps(second)).toMatchObject([{ change: 'none', outcome: 'done', ...without }])
    expect((await sync('--check')).code).toBe(3)

    publishBinaries(sides.registry, [theirs])
    const third = await sync()
    expect(third).toMatchObject({ code: 0, changed: true, inSync: true })
    expect(steps(third)).toMatchObject([{ outcome: 'done', reason: 'mcp-twin itself', hint: null }])
    expect(existsSync(sides.binary('windows', theirs, 'bin', 'tool'))).toBe(true)
    const asked = sides.registry.requests.length
    expect(await sync('--check')).toMatchObject({ code: 0, inSync: true })
    expect(sides.registry.requests).toHaveLength(asked)
  })
})
