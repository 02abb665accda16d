import { execFile, execFileSync } from 'node:child_process'
import { cpSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { nodePath } from '../../support/machine.ts'
import { publishBinaries, sqliteFor } from '../../support/own-binaries.ts'
import { world } from '../../support/world.ts'
import { ours, self, theirs, TwoSides } from './two-sides.ts'

const sides = new TwoSides()

describe("another side's copy of the program", () => {
  it("gets that side's binaries and nothing else from its own npm", async () => {
    publishBinaries(sides.registry)
    expect(await sides.as(sides.whole, 'install', 'windows')).toEqual({ outcome: 'done' })
    expect(readdirSync(sides.app('windows', 'node_modules', '@vscode'))).toEqual([theirs.split('/')[1]])
    expect(readFileSync(sides.binary('windows', theirs, 'bin', 'tool'), 'utf8')).toBe('a program')
    const wanted = [theirs, sqliteFor('win32')]
    expect(sides.registry.requests.filter((path) => !wanted.some((name) => path.startsWith(name)))).toEqual([])
    expect(sides.tarballs()).toHaveLength(2)
    expect(readdirSync(sides.own('windows', 'app')).sort()).toEqual([sides.current('windows'), 'current'].sort())
    expect(readdirSync(sides.app('windows'))).not.toContain('.lacks')
    expect(await sides.as(sides.whole, 'current', 'windows')).toBe(true)
    expect(await sides.as(sides.whole, 'install', 'windows')).toEqual({ outcome: 'present' })
    expect(sides.tarballs()).toHaveLength(2)
  })

  it('works without where the registry is not to be had', async () => {
    const windows = sides.planted.side('windows')
    const npmrc = windows.read('.npmrc')
    windows.write('.npmrc', npmrc.replace(/registry=.*/, 'registry=http://127.0.0.1:9/'))
    const reason = expect.stringMatching(/^without @.*: the package registry could not be reached \(ECONNREFUSED\)$/)
    expect(await sides.as(sides.whole, 'install', 'windows')).toMatchObject({ outcome: 'done', reason })
    const app = sides.app('windows')
    const { ino } = statSync(join(app, 'dist', 'main.mjs'))
    expect(execFileSync(nodePath, [sides.own('windows', 'bin', 'mcp-twin.mjs'), '--version'], { encoding: 'utf8' })).toMatch(/^\d/)
    expect(statSync(join(app, 'dist', 'main.mjs')).ino).toBe(ino)
    expect(await sides.as(sides.whole, 'current', 'windows')).toBe(true)
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
    publishBinaries(sides.registry, [ours, sqliteFor('linux')])
    cpSync(join(sides.whole, 'dist', 'driver.mjs'), join(there, 'dist', 'driver.mjs'))
    expect(await sides.as(there, 'current', 'windows', 'windows')).toBe(false)
    expect(await sides.as(there, 'install', 'windows', 'windows')).toEqual({ outcome: 'done' })
    expect(existsSync(sides.binary('windows', ours, 'bin', 'tool'))).toBe(true)
    expect(await sides.as(there, 'current', 'windows', 'windows')).toBe(true)
  })

  it('stays the earlier one when its installation is cancelled', async () => {
    publishBinaries(sides.registry)
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
    expect(JSON.parse(await said)).toMatchObject({ outcome: 'failed', reason: 'cancelled' })
    expect(existsSync(sides.own('windows', 'app', 'current'))).toBe(false)
    expect(readdirSync(sides.own('windows', 'app')).filter((name) => /^\.(part|old)/.test(name))).toEqual([])
  })
})

describe('a sync whose entries need the program on the other side', () => {
  it('brings no binaries there, since only the bridge at home uses them, and asks no registry for any', async () => {
    // A remote server is started by the launcher in Claude Desktop.
    const servers = { web: { url: 'https://x.example/mcp' } }
    sides.planted.self.write('.mcp-twin/mcp-twin.json', JSON.stringify({ version: 1, servers, bridge: { enabled: false } }))
    sides.planted.side('windows').write(sides.planted.side('windows').clientFile('claude-desktop'), '{}')
    const { json, code } = await sides.planted.cli(['sync', '--json'])
    expect({ ...json, code }).toMatchObject({ code: 0, changed: true, inSync: true })
    expect(existsSync(sides.app('windows', 'dist', 'main.mjs'))).toBe(true)
    expect(existsSync(sides.app('windows', 'node_modules'))).toBe(false)
    expect(sides.registry.requests).toEqual([])
  })
})
