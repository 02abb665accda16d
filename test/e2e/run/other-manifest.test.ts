import { describe, expect, it } from 'vitest'
import { startAsDesktop } from '../../support/desktop.ts'
import { tinyServer } from '../support/place.ts'
import { nodePath } from '../../support/machine.ts'
import { scratch } from '../../support/scratch.ts'
import { cli } from '../../support/cli.ts'
import { world } from '../../support/world.ts'

const key = 'other-key-0d4f6b8a2c1e3957'

/** One side, and a manifest that lies somewhere else. */
function place() {
  const home = scratch()
  const server = home.write('tiny.cjs', tinyServer)
  const write = (more: object = {}) => {
    const o2 = { command: nodePath, args: [server], launch: 'run', env: { K: '${secret:K}' }, ...more }
    return home.write('work/m.json', JSON.stringify({ version: 1, servers: { o2 }, bridge: { enabled: false } }))
  }
  const run = (...args: string[]) => cli(home, args, { env: { MCP_TWIN_SECRET_K: key } })
  const entry = () => JSON.parse(home.read('.claude.json')).mcpServers.o2
  return { home, write, run, entry }
}

describe('a manifest that lies somewhere else', () => {
  it('is named by the entries of its servers, which start', async () => {
    const { home, write, run, entry } = place()
    const m = write()
    const first = await run('init', '--yes', '--manifest', m)
    expect(first.code, first.output).toBe(0)
    expect(entry().args).toEqual([home.path('.mcp-twin/bin/mcp-twin.mjs'), 'run', `--manifest=${m}`, 'o2'])
    expect(home.read('.claude.json')).not.toContain(key)
    expect(await startAsDesktop(home, entry())).toMatchObject({ serverInfo: { name: 'tiny' }, code: 0 })
    expect(await run('sync', '--check', '--manifest', m)).toMatchObject({ code: 0 })
    // A line that somebody added since is not the user's own yet.
    write({ args: [home.path('tiny.cjs'), 'more'] })
    expect((await run('run', '--manifest', m, 'o2')).stderr).toMatch(/changed since the last sync[\s\S]*mcp-twin sync --manifest/)
    expect((await run('sync', '--manifest', m)).code).toBe(0)
    expect(await startAsDesktop(home, entry())).toMatchObject({ serverInfo: { name: 'tiny' }, code: 0 })
    // From another folder by a relative path it is the same one.
    expect((await cli(home, ['run', '--manifest', 'm.json', 'o3'], { cwd: home.path('work') })).stderr).toContain('o3')
    write({ launch: 'direct' })
    expect((await run('sync', '--manifest', m)).code).toBe(0)
    expect(entry()).toMatchObject({ command: nodePath, env: { K: key } })
  })

  it('starts nothing that no sync has taken for the own one', async () => {
    const { home, write } = place()
    const m = write()
    const { code, stdout, stderr } = await cli(home, ['run', '--manifest', m, 'o2'], { env: { MCP_TWIN_SECRET_K: key } })
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain(`mcp-twin sync --manifest ${m}`)
    expect((await cli(home, ['run', '--manifest', home.path('none.json'), 'o2'])).code).toBe(2)
  })

  it('stays away from entries of the other side, which has its own copy', async () => {
    const planted = world().wsl().windows().build()
    planted.self.write(
      'm.json',
      JSON.stringify({ version: 1, servers: { o2: { command: 'true', launch: 'run' } }, bridge: { enabled: false } }),
    )
    const synced = await planted.cli(['sync', '--manifest', planted.self.here('m.json'), '--json'])
    expect(synced.code, synced.output).toBe(0)
    const windows = planted.side('windows')
    const { o2 } = JSON.parse(windows.read(windows.clientFile('claude-desktop'))).mcpServers
    expect(o2.args.slice(1)).toEqual(['run', 'o2'])
    expect(Object.keys(JSON.parse(windows.read('.mcp-twin\\launches.json')).servers)).toEqual(['o2'])
    expect((await planted.cli(['sync', '--manifest', planted.self.here('m.json'), '--check'])).code).toBe(0)
  })
})
