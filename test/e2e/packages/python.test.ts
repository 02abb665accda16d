import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startAsDesktopOn } from '../../support/desktop.ts'
import { leftovers } from '../../support/processes.ts'
import { type PyPi, putUv, pythonServer, release, uvCalls, uvHangs, withoutUv } from '../../support/uv.ts'
import { type Planted, world } from '../../support/world.ts'

const OLD = '2026-01-01T00:00:00Z'
const git = release('mcp-server-git', '2026.1.1', OLD)
const anyio = release('anyio', '4.1.0', OLD, { programs: {} })
const words = 'mcp-server-git@2026.1.1'
const sides = ['wsl:Ubuntu', 'windows']
const folder = '.mcp-twin/pypi/mcp-server-git@2026.1.1'

let planted: Planted
let pypi: PyPi
beforeEach(() => {
  pypi = { 'mcp-server-git': git, anyio }
})
afterEach(async () => {
  expect(await leftovers(planted.scratch.root)).toEqual([])
  planted.scratch.remove()
})

const manifest = (servers: object) => JSON.stringify({ version: 1, servers, bridge: { enabled: false } })
/** Two sides with a manifest; those named have uv. */
function twins(servers: object, withUv = sides): void {
  planted = world().wsl('Ubuntu').file('.mcp-twin/mcp-twin.json', manifest(servers)).windows().build()
  for (const side of sides.map((each) => planted.side(each)))
    if (withUv.includes(side.id)) putUv(side, pypi)
    else withoutUv(side)
}
const at = (side: string, path: string): string => (side === 'windows' ? planted.side(side).native(...path.split('/')) : path)
const has = (side: string, path: string): boolean => planted.side(side).has(at(side, path))
const lock = () => JSON.parse(planted.self.read('.mcp-twin/mcp-twin.lock.json'))
const entry = (side: string, name = 'git') => {
  const client = side === 'windows' ? 'claude-desktop' : 'claude-code'
  return (planted.side(side).config(client)?.mcpServers as Record<string, { command: string; args?: string[] }> | undefined)?.[name]
}
const folders = (side: string): string[] =>
  has(side, '.mcp-twin/pypi') ? readdirSync(planted.side(side).here(at(side, '.mcp-twin/pypi'))).sort() : []
const servers = () => JSON.parse(planted.self.read('.mcp-twin/mcp-twin.json')).servers
const toolsOf = async (side: string): Promise<string[]> => {
  const { tools } = await startAsDesktopOn(planted, side, entry(side) ?? { command: '' })
  return tools.map(({ name }) => name)
}
const run = async (args: readonly string[], code = 0, env: Readonly<Record<string, string>> = {}) => {
  const answer = await planted.cli(args, { env })
  expect(answer.code, answer.output).toBe(code)
  return answer
}

describe('a Python package', () => {
  it('is installed on both sides, pinned with its dependencies, and started by its absolute console script', async () => {
    twins({ git: { pypi: words, args: ['--quiet'] } })
    await run(['sync'])
    expect(lock().python).toEqual({
      [words]: {
        ...{
          name: 'mcp-server-git',
          version: '2026.1.1',
          excludeNewer: expect.stringMatching(/^20\d\d-\d\d-\d\dT[\d:]{8}Z$/),
          python: '3.13',
        },
        bin: ['mcp-server-git'],
      },
    })
    expect(entry('wsl:Ubuntu')).toMatchObject({
      command: planted.self.native(`${folder}/tools/mcp-server-git/bin/mcp-server-git`),
      args: ['--quiet'],
    })
    expect(entry('windows')).toEqual({
      command: 'C:\\Users\\Ana\\.mcp-twin\\pypi\\mcp-server-git@2026.1.1\\bin\\mcp-server-git.exe',
      args: ['--quiet'],
    })
    for (const side of sides) {
      expect(has(side, `${folder}/done`)).toBe(true)
      expect(await toolsOf(side)).toEqual(['version_2026_1_1'])
    }
    await run(['sync', '--check'])
    await run(['sync'])
    expect(uvCalls(planted.self)).toHaveLength(2)
  })

  it('is installed on both sides with home on Windows', async () => {
    planted = world()
      .windows()
      .file('.mcp-twin\\mcp-twin.json', manifest({ git: { pypi: words } }))
      .wsl('Ubuntu')
      .build()
    for (const side of sides) putUv(planted.side(side), pypi)
    await run(['sync'])
    for (const side of sides) expect(await toolsOf(side)).toEqual(['version_2026_1_1'])
    await run(['sync', '--check'])
    await run(['doctor'])
  })

  it('is asked of uv in these words alone, without a key in its environment, and the first installation is thrown away', async () => {
    twins({ git: { pypi: 'mcp-server-git' } })
    await run(['sync'], 0, {
      GITHUB_TOKEN: 'x',
      MCP_TWIN_SECRET_A: 'x',
      UV_INDEX_URL: 'http://x.invalid',
      PYTHONPATH: '/x',
      UV_CACHE_DIR: '/nowhere',
    })
    const [found, ours] = uvCalls(planted.self)
    const { excludeNewer } = lock().python['mcp-server-git']
    const always = ['tool', 'install', '--no-config', '--no-progress', '--color=never', '--no-build', '--exclude-newer', excludeNewer]
    expect(found?.words).toEqual([...always, 'mcp-server-git'])
    expect(ours?.words).toEqual([...always, '--python', '3.13', 'mcp-server-git==2026.1.1'])
    expect(uvCalls(planted.side('windows')).map((call) => call.words)).toEqual([ours?.words])
    expect(existsSync(found?.tools ?? '')).toBe(false)
    for (const each of [found, ours]) {
      expect(each?.variables).toEqual(expect.arrayContaining(['HOME', 'PATH', 'UV_CACHE_DIR', 'UV_TOOL_DIR', 'UV_TOOL_BIN_DIR']))
      expect(each?.variables.filter((name) => /TOKEN|MCP_TWIN|INDEX|PYTHON/.test(name))).toEqual([])
    }
  })

  it('has the same dependencies on a side that gets it later, and until then that side is refused with the line that installs uv', async () => {
    twins({ git: { pypi: words } }, ['wsl:Ubuntu'])
    const { output } = await run(['sync'], 3)
    expect(output).toMatch(/there is no uv on Windows/)
    expect(output).toMatch(/irm https:\/\/astral\.sh\/uv\/install\.ps1/)
    expect(entry('wsl:Ubuntu')).toBeDefined()
    expect(entry('windows')).toBeUndefined()
    const later = release('anyio', '5.0.0', '2999-01-01T00:00:00Z', { programs: {} })
    putUv(planted.side('windows'), { ...pypi, anyio: { ...anyio, ...later } })
    await run(['sync'])
    expect(has('windows', `${folder}/tools/mcp-server-git/Lib/site-packages/anyio-4.1.0.dist-info`)).toBe(true)
    expect(await toolsOf('windows')).toEqual(['version_2026_1_1'])
  })

  it('is refused with the line that installs uv where no side has it', async () => {
    twins({ git: { pypi: words } }, [])
    const { output } = await run(['sync'], 3)
    expect(output).toMatch(/curl -LsSf https:\/\/astral\.sh\/uv\/install\.sh/)
    expect(folders('wsl:Ubuntu')).toEqual([])
  })

  it('is installed again where it was broken off, and comes back as it was where that fails', async () => {
    twins({ git: { pypi: words } })
    await run(['sync'])
    rmSync(planted.self.here(`${folder}/done`))
    planted.self.write(`${folder}/left`, '')
    putUv(planted.self, {})
    await run(['sync'], 1)
    expect(has('wsl:Ubuntu', `${folder}/left`)).toBe(true)
    putUv(planted.self, pypi)
    await run(['sync'])
    expect(has('wsl:Ubuntu', `${folder}/left`)).toBe(false)
    expect(folders('wsl:Ubuntu')).toEqual(['mcp-server-git@2026.1.1'])
    expect(await toolsOf('wsl:Ubuntu')).toEqual(['version_2026_1_1'])
  })

  it.each(['sync', 'outdated'])('that %s asks for leaves nothing behind after Ctrl-C', async (command) => {
    pypi = { 'mcp-server-git': release('mcp-server-git', '2026.1.1', OLD, { hangs: true }) }
    twins({ git: { pypi: 'mcp-server-git' } })
    const { code } = await planted.cli([command], {
      started: (child) => {
        const timer = setInterval(() => {
          if (!uvHangs(planted.self)) return
          clearInterval(timer)
          child.kill('SIGINT')
        }, 20)
        child.once('exit', () => clearInterval(timer))
      },
    })
    expect(code).toBe(130)
    expect([uvCalls(planted.self).length, folders('wsl:Ubuntu')]).toEqual([1, []])
  })

  it('is not taken for another one because both are started by their names', async () => {
    pypi = { 'mcp-server-git': git, 'mcp-server-time': release('mcp-server-time', '1.0', OLD) }
    twins({ git: { pypi: words, launch: 'run' }, time: { pypi: 'mcp-server-time@1.0', launch: 'run' } })
    await run(['sync'])
    const { json } = await planted.cli(['doctor', '--check', 'name-clashes', '--json'])
    expect(json.findings.filter(({ level }: { level: string }) => level !== 'ok')).toEqual([])
  })

  it('is built from source only where that is allowed', async () => {
    pypi = { old: release('old', '1.0', OLD, { sdist: true }) }
    twins({ old: { pypi: 'old' } })
    const { output } = await run(['sync'], 1)
    expect(output).toMatch(/would have to be built from source/)
    expect(output).toMatch(/allowScripts/)
    planted.self.write('.mcp-twin/mcp-twin.json', manifest({ old: { pypi: 'old', allowScripts: true } }))
    await run(['sync'])
    expect(uvCalls(planted.self).at(-1)?.words).not.toContain('--no-build')
  })

  it('is checked by doctor, which reports once that it is missing', async () => {
    twins({ git: { pypi: words } })
    await run(['sync'])
    await run(['doctor'])
    rmSync(planted.side('windows').here(at('windows', folder)), { recursive: true })
    const { json } = await run(['doctor', '--json'], 3)
    const found = (json as { findings: { check: string; level: string; message: string }[] }).findings.filter(
      ({ level }) => level === 'error',
    )
    expect(found.map(({ check }) => check)).toEqual(['server-installed'])
    await run(['sync'])
    expect(await toolsOf('windows')).toEqual(['version_2026_1_1'])
  })

  it('is installed while its program waits where run starts it and it is missing', async () => {
    twins({ git: { pypi: words, launch: 'run' } })
    await run(['sync'])
    expect(entry('wsl:Ubuntu')?.args).toEqual(expect.arrayContaining(['run', 'git']))
    rmSync(planted.self.here(folder), { recursive: true })
    expect(await toolsOf('wsl:Ubuntu')).toEqual(['version_2026_1_1'])
    expect(has('wsl:Ubuntu', `${folder}/done`)).toBe(true)
    expect(await toolsOf('windows')).toEqual(['version_2026_1_1'])
  })

  it('goes with an uninstall, and its folder with the server', async () => {
    twins({ git: { pypi: words } })
    await run(['sync'])
    await run(['remove', 'git'])
    expect([folders('wsl:Ubuntu'), folders('windows')]).toEqual([['mcp-server-git@2026.1.1'], ['mcp-server-git@2026.1.1']])
    planted.self.write('.mcp-twin/mcp-twin.json', manifest({ other: { command: 'true' } }))
    await run(['sync', '--no-try'])
    expect([folders('wsl:Ubuntu'), folders('windows')]).toEqual([[], []])
    await run(['uninstall', '--yes'])
    expect(sides.map((side) => has(side, '.mcp-twin/pypi'))).toEqual([false, false])
  })
})

describe('add', () => {
  it('takes pypi:NAME and pypi:NAME@VERSION', async () => {
    twins({})
    await run(['add', 'pypi:mcp-server-git', '--yes'])
    await run(['add', 'pypi:MCP_Server_Git@2026.1.1', '--name', 'exact', '--', '--quiet'])
    expect(servers()).toEqual({
      'mcp-server-git': { pypi: 'mcp-server-git' },
      exact: { pypi: 'MCP_Server_Git@2026.1.1', args: ['--quiet'] },
    })
    expect(entry('windows', 'exact')?.args).toEqual(['--quiet'])
  })

  it('refuses anything but a plain name before uv is called', async () => {
    twins({})
    for (const each of ['git+https://x.example/a', './a', '--index-url=http://x', 'a[b]', 'a>=1', 'a@^1', ''])
      expect((await planted.cli(['add', `pypi:${each}`])).code, each).toBe(2)
    planted.self.write('.mcp-twin/mcp-twin.json', manifest({ a: { pypi: '../a' } }))
    const { code, output } = await planted.cli(['sync'])
    expect(code, output).toBe(2)
    expect(output).toMatch(/is not a package of PyPI/)
    expect(uvCalls(planted.self)).toEqual([])
  })

  it('leaves the manifest alone for a package that does not exist, and for one of several programs', async () => {
    pypi = { two: { '1.0': { at: OLD, programs: { one: pythonServer('1.0'), other: pythonServer('1.0') } } } }
    twins({})
    expect((await run(['add', 'pypi:nothing'], 1)).output).toMatch(/there is no package nothing on PyPI/)
    expect((await run(['add', 'pypi:two'], 2)).output).toMatch(/two has several programs: one, other/)
    expect(servers()).toEqual({})
    await run(['add', 'uvx --from two other', '--name', 'two'])
    expect(servers()).toEqual({ two: { pypi: 'two', bin: 'other' } })
    expect(entry('windows', 'two')?.command).toMatch(/\\two@1\.0\\bin\\other\.exe$/)
  })

  it('makes a plain uvx line a package where every side has uv, and leaves what is more than that as typed', async () => {
    twins({})
    await run(['add', 'uvx mcp-server-git@2026.1.1 --repository /r'])
    await run(['add', 'uvx --with x mcp-server-git', '--name', 'more', '--no-sync'])
    await run(['add', 'uvx --from git+https://x.example/a a', '--no-sync'])
    expect(servers()).toEqual({
      'mcp-server-git': { pypi: words, args: ['--repository', '/r'] },
      more: { command: 'uvx', args: ['--with', 'x', 'mcp-server-git'] },
      a: { command: 'uvx', args: ['--from', 'git+https://x.example/a', 'a'] },
    })
  })

  it('leaves a uvx line as typed where a side has no uv', async () => {
    twins({}, ['wsl:Ubuntu'])
    await run(['add', 'uvx mcp-server-git', '--no-sync'])
    await run(['add', 'uvx mcp-server-git', '--name', 'here', '--on', 'wsl', '--no-sync'])
    expect(servers()).toEqual({
      'mcp-server-git': { command: 'uvx', args: ['mcp-server-git'] },
      here: { pypi: 'mcp-server-git', only: ['wsl'] },
    })
  })

  it('shows in a dry run what would be done, and leaves nothing', async () => {
    twins({})
    const { output } = await run(['add', 'pypi:mcp-server-git', '--dry-run'])
    expect(output).toMatch(/mcp-server-git 2026\.1\.1/)
    expect([has('wsl:Ubuntu', '.mcp-twin/pypi'), has('windows', '.mcp-twin'), servers()]).toEqual([false, false, {}])
  })
})

describe('entries that say uvx', () => {
  it('become packages of both sides when init imports them', async () => {
    const text = JSON.stringify({ mcpServers: { git: { command: 'uvx', args: ['mcp-server-git', '--quiet'] } } })
    planted = world().wsl('Ubuntu').client('claude-code', text).windows().client('claude-desktop', text).build()
    for (const side of sides) putUv(planted.side(side), pypi)
    await run(['init', '--yes', '--no-bridge', '--no-command'])
    expect(servers()).toEqual({ git: { pypi: 'mcp-server-git', args: ['--quiet'] } })
    expect(await toolsOf('windows')).toEqual(['version_2026_1_1'])
    await run(['sync', '--check'])
  })

  it('stay as they are where PyPI has no such package', async () => {
    const text = JSON.stringify({ mcpServers: { mine: { command: 'uvx', args: ['of-my-own'] } } })
    planted = world().wsl('Ubuntu').client('claude-code', text).windows().build()
    for (const side of sides) putUv(planted.side(side), pypi)
    await planted.cli(['init', '--yes', '--no-bridge', '--no-command'])
    expect(entry('wsl:Ubuntu', 'mine')).toEqual({ command: 'uvx', args: ['of-my-own'] })
  })
})

describe('a Python package of a project', () => {
  it('is written as uvx with the pinned version, or as run where it has a key', async () => {
    twins({})
    const key = '${secret:MINE}'
    const project = { git: { pypi: 'mcp-server-git' }, keyed: { pypi: words, env: { K: key } } }
    planted.self.write('work/site/mcp-twin.json', JSON.stringify({ version: 1, servers: project }))
    mkdirSync(planted.self.here('work/site/.git'), { recursive: true })
    const cwd = planted.self.here('work/site')
    const inProject = async (...args: string[]) => {
      const answer = await planted.cli(args, { cwd })
      expect(answer.code, answer.output).toBe(0)
    }
    await planted.cli(['secret', 'set', 'MINE'], { input: 'a-key-of-mine-0123' })
    await inProject('sync')
    const written = JSON.parse(planted.self.read('work/site/.mcp.json')).mcpServers
    expect(written.git).toMatchObject({ command: 'uvx', args: ['mcp-server-git@2026.1.1'] })
    expect(written.keyed.args).toEqual(expect.arrayContaining(['run', 'keyed']))
    await inProject('trust', '.', '--yes')
    expect(has('wsl:Ubuntu', `${folder}/done`)).toBe(true)
    const asked = uvCalls(planted.self).length
    await inProject('sync')
    expect(uvCalls(planted.self)).toHaveLength(asked)
    await run(['sync', '--no-try'])
    expect(has('wsl:Ubuntu', `${folder}/done`)).toBe(true)
  })
})

describe('newer versions', () => {
  const newer = release('mcp-server-git', '2026.10.1', '2026-02-01T00:00:00Z')

  it('are shown, tried on both sides and taken, and the old folder goes at the next sync', async () => {
    twins({ git: { pypi: 'mcp-server-git' } })
    await run(['sync'])
    for (const side of sides) putUv(planted.side(side), { ...pypi, 'mcp-server-git': { ...git, ...newer } })
    expect((await run(['outdated'])).output).toMatch(/mcp-server-git\s+2026\.1\.1\s+2026\.10\.1/)
    await run(['update'])
    for (const side of sides) expect(await toolsOf(side)).toEqual(['version_2026_10_1'])
    expect(lock().python['mcp-server-git'].version).toBe('2026.10.1')
    await run(['sync', '--check'])
  })

  it('are not taken past an exact version, unless by --latest', async () => {
    twins({ git: { pypi: words } })
    await run(['sync'])
    for (const side of sides) putUv(planted.side(side), { ...pypi, 'mcp-server-git': { ...git, ...newer } })
    await run(['update'])
    expect(lock().python[words].version).toBe('2026.1.1')
    await run(['update', '--latest'])
    expect(servers()).toEqual({ git: { pypi: 'mcp-server-git@2026.10.1' } })
    expect(Object.keys(lock().python)).toEqual(['mcp-server-git@2026.10.1'])
  })

  it('are not taken where one does not answer', async () => {
    twins({ git: { pypi: 'mcp-server-git' } })
    await run(['sync'])
    const silent = release('mcp-server-git', '2026.10.1', '2026-02-01T00:00:00Z', { programs: { 'mcp-server-git': 'process.exit(1)\n' } })
    for (const side of sides) putUv(planted.side(side), { ...pypi, 'mcp-server-git': { ...git, ...silent } })
    await run(['update'], 1)
    for (const side of sides) expect(await toolsOf(side)).toEqual(['version_2026_1_1'])
  })
})
