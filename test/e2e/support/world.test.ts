import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { scratch } from '../../support/scratch.ts'
import { world } from '../../support/world.ts'

type Planted = ReturnType<ReturnType<typeof world>['build']>

/** Runs a program on a side and answers what it printed. */
const run = (planted: Planted, id: string, command: string, args: string[], env: Record<string, string> = {}) => {
  const [file = '', ...words] = planted.argv(id, command, args)
  return execFileSync(file, words, { encoding: 'utf8', env: { ...planted.env(id), ...env } }).trim()
}

describe('a planted world with WSL and Windows', () => {
  const planted = world().wsl('Ubuntu').windows().client('claude-desktop', '{"a": 1}').build()
  const windows = planted.side('windows')
  const node = windows.facts.node ?? ''

  it('runs the Windows node, which opens Windows paths', () => {
    windows.write('C:\\Users\\Ana\\a b.js', 'console.log("here", JSON.stringify(process.argv.slice(2)))')
    expect(run(planted, 'windows', node, ['C:\\Users\\Ana\\a b.js', 'x y', '"'])).toBe('here ["x y","\\""]')
  })

  it('reaches Windows from WSL by the mounted path, with only what WSLENV names', () => {
    const code = 'console.log(process.env.KEY, process.env.OTHER, process.env.USERPROFILE)'
    const printed = run(planted, 'wsl:Ubuntu', '/mnt/c/Program Files/nodejs/node.exe', ['-e', code], {
      KEY: 'k',
      OTHER: 'o',
      WSLENV: 'KEY/w',
    })
    expect(printed).toBe(`k undefined ${windows.here(windows.facts.home)}`)
  })

  it('reaches WSL from Windows by wsl.exe', () => {
    const words = ['-d', 'Ubuntu', '-u', 'ana', '--exec', planted.self.facts.node ?? '', '-p', 'process.env.HOME + process.env.KEY']
    expect(run(planted, 'windows', 'C:\\Windows\\System32\\wsl.exe', words, { KEY: 'k', WSLENV: 'KEY/u' })).toBe(`${planted.scratch.home}k`)
  })

  it('has npm on the Windows side', () => {
    expect(run(planted, 'windows', node, [windows.facts.npm ?? '', '--version'])).toMatch(/^\d+\./)
  })

  it('has the files of its clients', () => {
    expect(windows.config('claude-desktop')).toEqual({ a: 1 })
    expect(windows.here('C:\\Users\\Ana\\AppData\\Roaming\\Claude\\claude_desktop_config.json')).toContain(planted.scratch.root)
  })

  it('passes exit codes on', () => {
    expect(() => run(planted, 'windows', node, ['-e', 'process.exit(7)'])).toThrow(expect.objectContaining({ status: 7 }))
  })
})

describe('a scratch home', () => {
  it('has nothing of the machine in its environment', () => {
    const place = scratch()
    expect(Object.keys(place.env).sort()).toEqual(['HOME', 'LANG', 'MCP_TWIN_TYPED', 'NO_COLOR', 'PATH', 'TMPDIR'])
    expect(place.env.HOME?.startsWith(place.root)).toBe(true)
  })
})
