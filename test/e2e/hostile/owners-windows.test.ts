import { chmodSync, lchownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { describeUnless } from '../../support/left-out.ts'
import { lacksRoot } from '../../support/machine.ts'
import { type Planted, world } from '../../support/world.ts'

const stranger = 1001
const manifest = JSON.stringify({ version: 1, servers: { a: { command: 'node' } }, bridge: { enabled: false } })

describeUnless(lacksRoot, 'a Windows side, whose files show made-up owners and modes', () => {
  /** A project on Windows, everything in it as a share of another system would show it. */
  const plant = (): { planted: Planted; project: string } => {
    const planted = world().windows().wsl().build()
    const own = planted.self
    own.write('.mcp-twin\\mcp-twin.json', manifest)
    own.write('C:\\work\\mcp-twin.json', manifest)
    mkdirSync(own.here('C:\\work\\.git'))
    for (const path of [
      'C:\\work',
      'C:\\work\\mcp-twin.json',
      `${own.facts.home}\\.mcp-twin`,
      `${own.facts.home}\\.mcp-twin\\mcp-twin.json`,
    ]) {
      lchownSync(own.here(path), stranger, stranger)
      chmodSync(own.here(path), 0o777)
    }
    for (const folder of [planted.scratch.root, planted.scratch.home]) chmodSync(folder, 0o755)
    return { planted, project: own.here('C:\\work') }
  }

  it('is used, its project too, and doctor says that nobody looked', async () => {
    const { planted, project } = plant()
    for (const args of [['list'], ['sync', '--client', 'cursor'], ['sync', '--check', '--client', 'cursor']])
      for (const cwd of [project, planted.scratch.home])
        expect((await planted.cli(args, { cwd })).output).not.toMatch(/belongs to|can be written/)
    expect(planted.self.has('C:\\work\\.cursor\\mcp.json')).toBe(true)
    const { json } = await planted.cli(['doctor', '--json', '--check', 'file-owners'], { cwd: project })
    expect(json.findings).toEqual([expect.objectContaining({ level: 'ok', message: expect.stringContaining('access lists') })])
  })

  it('keeps its project’s files in the project all the same', async () => {
    const { planted, project } = plant()
    mkdirSync(planted.self.here('C:\\outside'))
    writeFileSync(planted.self.here('C:\\outside\\mcp.json'), '{}')
    symlinkSync('../outside', `${project}/.cursor`)
    const { code, stdout } = await planted.cli(['sync', '--json', '--client', 'cursor'], { cwd: project })
    expect([code, stdout]).toEqual([3, expect.stringContaining('outside the project')])
    expect(planted.self.read('C:\\outside\\mcp.json')).toBe('{}')
  })
})
