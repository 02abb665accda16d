import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { nodePath } from '../../support/machine.ts'
import { session } from '../../support/mcp.ts'
import { publishBinaries } from '../../support/own-binaries.ts'
import { ours, self, TwoSides } from './two-sides.ts'

const sides = new TwoSides()

describe("the own side's copy of the program", () => {
  it('has the binary that the program was installed with, without npm or network', async () => {
    expect(await sides.as(sides.whole, 'install', self)).toEqual({ outcome: 'done' })
    const source = join(sides.whole, '..', ...ours.split('/'), 'bin', 'rg')
    expect(readFileSync(sides.binary(self, ours, 'bin', 'rg')).equals(readFileSync(source))).toBe(true)
    expect(statSync(sides.binary(self, ours, 'bin', 'rg')).mode & 0o777).toBe(statSync(source).mode & 0o777)
    expect(execFileSync(sides.binary(self, ours, 'bin', 'rg'), ['--version'], { encoding: 'utf8' })).toContain('ripgrep')
    expect(readdirSync(sides.own(self, 'app')).sort()).toEqual([sides.current(self), 'current'].sort())
    expect(await sides.as(sides.whole, 'current', self)).toBe(true)
    expect(sides.registry.requests).toEqual([])
  })

  it('gets it back when it went away, while all else stays as it is', async () => {
    await sides.as(sides.whole, 'install', self)
    const main = sides.app(self, 'dist', 'main.mjs')
    const { ino } = statSync(main)
    rmSync(sides.app(self, 'node_modules'), { recursive: true })
    expect(await sides.as(sides.whole, 'current', self)).toBe(false)
    expect(await sides.as(sides.whole, 'install', self)).toEqual({ outcome: 'done' })
    expect(existsSync(sides.binary(self, ours, 'bin', 'rg'))).toBe(true)
    expect(statSync(main).ino).toBe(ino)
    // What is installed installs itself elsewhere, with what it has.
    cpSync(sides.app(self), join(sides.planted.scratch.root, 'copy'), { recursive: true })
    rmSync(sides.own(self), { recursive: true })
    expect(await sides.as(join(sides.planted.scratch.root, 'copy'), 'install', self)).toEqual({ outcome: 'done' })
    expect(existsSync(sides.binary(self, ours, 'bin', 'rg'))).toBe(true)
  })

  it('does without where the program was installed without, says so once, and asks no registry', async () => {
    publishBinaries(sides.registry, [ours])
    const reason = expect.stringMatching(/^without @.* which this copy of mcp-twin lacks too$/)
    expect(await sides.as(sides.without, 'install', self)).toMatchObject({
      outcome: 'done',
      reason,
      hint: expect.stringContaining('optional'),
    })
    expect(await sides.as(sides.without, 'current', self)).toBe(true)
    expect(await sides.as(sides.without, 'install', self)).toEqual({ outcome: 'present' })
    expect(sides.registry.requests).toEqual([])
    // The same program with its binary completes what is there.
    expect(await sides.as(sides.whole, 'install', self)).toEqual({ outcome: 'done' })
    expect(existsSync(sides.binary(self, ours))).toBe(true)
  })

  it('searches, started by the launcher', async () => {
    await sides.as(sides.whole, 'install', self)
    sides.planted.self.write('.mcp-twin/bridge/workspace/note.txt', 'one\nthe needle\n')
    // No rg on PATH: what is found is found by the copy's own.
    const env = { ...sides.planted.env(), PATH: '/nowhere' }
    const server = session({
      command: nodePath,
      args: [sides.own(self, 'bin', 'mcp-twin.mjs'), 'serve'],
      env,
      cwd: sides.planted.self.here('.'),
    })
    try {
      await server.ask('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 't', version: '1' } })
      server.notify('notifications/initialized')
      const path = sides.planted.self.here('.mcp-twin/bridge/workspace')
      const answer = await server.ask('tools/call', { name: 'search_text', arguments: { path, pattern: 'needle' } })
      expect(JSON.stringify(answer)).toContain('2: the needle')
    } finally {
      await server.end()
    }
  })
})
