import { createHash } from 'node:crypto'
import { cpSync, lchownSync, readFileSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { cliPath } from '../../support/cli.ts'
import { describeUnless } from '../../support/left-out.ts'
import { lacksRoot, nodePath } from '../../support/machine.ts'
import { putProgram } from '../../support/own-program.ts'
import { type Planted, world } from '../../support/world.ts'
import { KEY, speaks, tool } from './place.ts'

const SITE = 'C:\\Users\\Ana\\work\\site'

/** Both sides reach the Windows drive, each by its own spelling, as they do in a real world. */
function withDrive(planted: Planted): Planted {
  const drive = { native: '/mnt/c', here: planted.side('windows').here('C:\\') }
  for (const id of ['wsl:Ubuntu', 'windows']) {
    const file = planted.env(id).MCP_TWIN_WORLD ?? ''
    const seen = JSON.parse(readFileSync(file, 'utf8'))
    for (const each of seen.environments) if (each.kind === 'wsl') each.files = [drive, ...each.files]
    writeFileSync(file, JSON.stringify(seen))
  }
  return planted
}

/** Home on the first side, and a server there that is started by name. */
function twins(first: 'wsl' | 'windows') {
  const builder = first === 'wsl' ? world().wsl().windows() : world().windows().wsl()
  const planted = withDrive(builder.build())
  for (const side of ['wsl:Ubuntu', 'windows']) putProgram(planted.side(side).here('.mcp-twin'))
  const servers = { cat: { command: 'cat', launch: 'run', env: { K: '${secret:MINE}' } } }
  planted.self.write(first === 'wsl' ? '.mcp-twin/mcp-twin.json' : '.mcp-twin\\mcp-twin.json', JSON.stringify({ version: 1, servers }))
  const other = planted.side(first === 'wsl' ? 'windows' : 'wsl:Ubuntu')
  const launches = other.id === 'windows' ? '.mcp-twin\\launches.json' : '.mcp-twin/launches.json'
  const windows = planted.side('windows')
  return {
    planted,
    windows,
    launches: () => JSON.parse(other.read(launches)),
    write: (value: object) => other.write(launches, JSON.stringify(value)),
    /** `run` as a program of the other side starts it, in a folder of the Windows drive. */
    run: (cwd: string, ...words: string[]) =>
      spawnSync(nodePath, [cliPath, 'run', ...words], { env: planted.env(other.id), cwd: windows.here(cwd), encoding: 'utf8', input: 'x' }),
    async ready() {
      await planted.cli(['secret', 'set', 'MINE'], { input: KEY })
      const synced = await planted.cli(['sync', '--json'])
      expect(synced.code, synced.output).toBe(0)
    },
  }
}

const CLONE = 'C:\\Users\\Ana\\work\\clone'
const spelled = { wsl: '/mnt/c/Users/Ana/work/site', windows: SITE } as const

describe.each(['wsl', 'windows'] as const)('a project that the other side opens, with home in %s', (first) => {
  const other = first === 'wsl' ? 'windows' : 'wsl'

  it('starts at its place as it was trusted, and nowhere else, without home', async () => {
    const { planted, windows, launches, run, ready } = twins(first)
    await ready()
    windows.write(`${SITE}\\mcp-twin.json`, JSON.stringify({ version: 1, servers: { tool } }))
    windows.write(`${SITE}\\server.js`, speaks('mine'))
    const start = (cwd: string, project = '.') => run(cwd, `--project=${project}`, 'tool')
    const before = start(SITE)
    expect([before.status, before.stdout, before.stderr]).toEqual([1, '', expect.stringContaining('has not been trusted')])
    const trusted = await planted.cli(['trust', SITE, '--json'])
    expect(trusted.code, trusted.output).toBe(0)
    expect(trusted.json.project).toBe(spelled[first])
    expect((await planted.cli(['trust', spelled.wsl, '--json'])).json).toMatchObject({ changed: false })
    expect(Object.keys(launches().projects)).toEqual([spelled[other]])
    const own = start(SITE)
    expect([own.status, own.stdout], own.stderr).toEqual([0, `mine ${KEY}\n`])
    // A second clone of the same bytes.
    cpSync(windows.here(SITE), windows.here(CLONE), { recursive: true })
    windows.write(`${CLONE}\\server.js`, speaks('stolen'))
    expect([start(CLONE).status, start(CLONE).stdout]).toEqual([1, ''])
    expect(start(CLONE, spelled[other]).stdout).toBe(`mine ${KEY}\n`)
    // A lock that came with a pull.
    windows.write(`${SITE}\\mcp-twin.lock.json`, '{"version":1,"packages":{}}')
    const pulled = start(SITE)
    expect([pulled.status, pulled.stdout, pulled.stderr]).toEqual([1, '', expect.stringContaining('lock of this project has changed')])
    expect((await planted.cli(['trust', SITE])).code).toBe(0)
    expect(start(SITE).stdout).toBe(`mine ${KEY}\n`)
    // Taken back on every side, its keys with it.
    expect((await planted.cli(['trust', '--revoke', SITE, '--json'])).json).toMatchObject({ revoked: true, notices: [] })
    expect(start(SITE).status).toBe(1)
    expect(launches().projects).toEqual({})
    // Typed on the side that is not home it is home's to record, of the same place.
    const typed = await planted.cli(['trust', '.', '--json'], { on: other === 'wsl' ? 'wsl:Ubuntu' : other, cwd: windows.here(SITE) })
    expect(typed.code, typed.output).toBe(0)
    expect(typed.json).toMatchObject({ changed: true, project: spelled[first] })
    expect(start(SITE).stdout).toBe(`mine ${KEY}\n`)
  })

  it('counts for nothing in what an older version left there, which is reported, and costs the other servers nothing', async () => {
    const { planted, windows, launches, write, run, ready } = twins(first)
    await ready()
    const text = JSON.stringify({ version: 1, servers: { tool } })
    windows.write(`${SITE}\\mcp-twin.json`, text)
    const digest = createHash('sha256').update(text).digest('hex')
    const cat = { entry: { kind: 'stdio', command: 'cat', args: [], env: {} }, keys: [], script: false }
    write({ version: 1, servers: { cat }, projects: { [digest]: { keys: { MINE: KEY } } } })
    const former = run(SITE, '--project=.', 'tool')
    expect([former.status, former.stdout, former.stderr]).toEqual([1, '', expect.stringContaining('older version of mcp-twin')])
    expect([run(SITE, 'cat').status, run(SITE, 'cat').stdout]).toEqual([0, 'x'])
    expect((await planted.cli(['sync'])).code).toBe(0)
    expect(launches().projects).toEqual({})
  })
})

describeUnless(lacksRoot, 'a project of another user on a side that is not home, which sees no owners', () => {
  it('starts there as a person has trusted it', async () => {
    const { planted, windows, run, ready } = twins('windows')
    await ready()
    windows.write(`${SITE}\\mcp-twin.json`, JSON.stringify({ version: 1, servers: { tool } }))
    windows.write(`${SITE}\\server.js`, speaks('mine'))
    lchownSync(windows.here(`${SITE}\\mcp-twin.json`), 1001, 1001)
    const before = run(SITE, '--project=.', 'tool')
    expect([before.status, before.stdout, before.stderr]).toEqual([2, '', expect.stringMatching(/uid 1001[\s\S]*mcp-twin trust/)])
    expect((await planted.cli(['trust', SITE])).code).toBe(0)
    expect(run(SITE, '--project=.', 'tool').stdout).toBe(`mine ${KEY}\n`)
    windows.write(`${SITE}\\mcp-twin.json`, JSON.stringify({ version: 1, servers: { tool, more: tool } }))
    expect(run(SITE, '--project=.', 'tool')).toMatchObject({ status: 1, stdout: '' })
  })
})
