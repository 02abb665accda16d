import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { nodePath } from '../../support/machine.ts'
import { putProgram } from '../../support/own-program.ts'
import { filesWith, leftovers } from '../../support/processes.ts'
import { describeUnless } from '../../support/left-out.ts'
import { restored } from '../../support/restored.ts'
import { lacksTerminal, terminal } from '../../support/terminal.ts'
import { type Planted, world } from '../../support/world.ts'
import { until, watching } from '../../support/watching.ts'

let planted: Planted
afterEach(async () => {
  expect(await leftovers(planted.scratch.root)).toEqual([])
  planted.scratch.remove()
})

const manifest = (servers: object, more: object = {}) =>
  `${JSON.stringify({ version: 1, servers, bridge: { enabled: false }, ...more }, null, 2)}\n`
const marker = 'zz-marker-server'
const servers = {
  [marker]: { command: 'node', args: [`${marker}.js`], env: { MARK: 'zz-marker-value' } },
  relay: { url: 'https://127.0.0.1:9/mcp' },
}
const desktopText =
  '{\r\n\t"preferences": {"menuBarEnabled": true, "n": 1e3},\r\n\t"mcpServers": {\r\n\t\t"theirs": { "command": "uvx", "args": ["x"] }\r\n\t}\r\n}\r\n'
const codeText = '{"numStartups": 7, "projects": {"/p": {"history": ["a\\u00e9"]}}}'
const cursorText = '// mine\n{\n  "mcpServers": {\n    "theirs": { "command": "x", }, // ours\n  },\n}\n'

const files = () => ({
  desktop: planted.side('windows').here(planted.side('windows').clientFile('claude-desktop')),
  code: planted.self.here('.claude.json'),
  old: planted.self.here('.config/claude/claude_code_config.json'),
  cursor: planted.self.here('.cursor/mcp.json'),
})
const read = (file: string) => readFileSync(file, 'utf8')
const own = (...parts: string[]) => planted.self.here(['.mcp-twin', ...parts].join('/'))
const far = () => planted.side('windows').here('.mcp-twin')

/** Both sides with files of all kinds that nobody has touched yet. */
function plant(more: object = {}): void {
  planted = world()
    .quick()
    .wsl('Ubuntu')
    .file('.mcp-twin/mcp-twin.json', manifest(servers, more))
    .client('claude-code', codeText)
    .client('cursor', cursorText)
    .windows()
    .client('claude-desktop', desktopText)
    .build()
  chmodSync(files().code, 0o640)
}
const sync = async () => {
  if (!existsSync(own('app'))) putProgram(own(), far())
  const { code, output } = await planted.cli(['sync'])
  expect(code, output).toBe(0)
  for (const file of Object.values(files())) expect(read(file)).toContain(marker)
}
/** `plant` and `sync`, done once. */
const synced = restored(
  async () => {
    plant()
    await sync()
    return planted
  },
  ({ scratch }) => scratch.root,
)
const key = `tvly-dev-${'Ab3'.repeat(8)}`
/** The same with a server that has a key. */
const keyed = restored(
  async () => {
    plant({ servers: { [marker]: { command: 'node', env: { KEY: '${secret:KEY}' } } } })
    expect((await planted.cli(['secret', 'set', 'KEY'], { input: key })).code).toBe(0)
    await sync()
    return planted
  },
  ({ scratch }) => scratch.root,
)
/** Everything of the scratch but our own folder in home, which keeps the user's own. */
const traces = (text: string) =>
  filesWith(text, [planted.scratch.root]).filter((file: string) => !file.includes('/world/') && !file.startsWith(own()))

describe('uninstall', () => {
  it('leaves every file as it was, byte for byte, and nothing of ours on either side but what is the user’s', async () => {
    planted = await synced()
    const { code, json } = await planted.cli(['uninstall', '--yes', '--json'])
    expect(code, JSON.stringify(json)).toBe(0)
    expect(json).toMatchObject({ command: 'uninstall', changed: true, run: expect.any(String) })
    expect(read(files().desktop)).toBe(desktopText)
    expect(read(files().code)).toBe(codeText)
    expect(read(files().cursor)).toBe(cursorText)
    expect(statSync(files().code).mode & 0o777).toBe(0o640)
    // A file that we made goes, with the folders that we made for it.
    expect(existsSync(planted.self.here('.config'))).toBe(false)
    expect(existsSync(far())).toBe(false)
    expect(readdirSync(own()).sort()).toEqual(
      ['backups', 'mcp-twin.json', 'mcp-twin.lock.json'].filter((name) => existsSync(own(name))).sort(),
    )
    expect(traces(marker)).toEqual([])
    expect(traces('.mcp-twin')).toEqual([])
    // Asked once more, it has nothing to do.
    expect((await planted.cli(['uninstall', '--yes'])).code).toBe(0)
    expect(read(files().desktop)).toBe(desktopText)
  })

  it('says which packages stay in a prefix that is not ours', async () => {
    plant({ prefix: { wsl: 'global' } })
    await sync()
    const locked = { 'tiny-mcp': { name: 'tiny-mcp', version: '1.0.0', bin: {} } }
    writeFileSync(own('mcp-twin.lock.json'), JSON.stringify({ version: 1, packages: locked }))
    const folder = planted.self.here('.npm-global/lib/node_modules/tiny-mcp')
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'package.json'), '{"version": "1.0.0"}')
    const { code, json } = await planted.cli(['uninstall', '--yes', '--json'])
    expect(code).toBe(0)
    expect(existsSync(folder)).toBe(true)
    expect(json.notices).toContainEqual(expect.stringMatching(/keeps tiny-mcp, .*npm uninstall -g --prefix .*\.npm-global tiny-mcp$/))
  })

  it('does not promise to restore entries where there are none', async () => {
    plant()
    mkdirSync(own(), { recursive: true })
    for (const name of readdirSync(own())) rmSync(own(name), { recursive: true })
    writeFileSync(own('cache.json'), '{}')
    const { code, stdout } = await planted.cli(['uninstall', '--yes'])
    expect([code, stdout]).toEqual([0, expect.stringContaining('mcp-twin is uninstalled.\n')])
    expect(existsSync(own())).toBe(false)
  })

  it('can be reversed by a sync, since the manifest stays', async () => {
    planted = await synced()
    const before = read(files().desktop)
    await planted.cli(['uninstall', '--yes'])
    await sync()
    expect(read(files().desktop)).toBe(before)
  })

  it('undoes only what was done since the last uninstall', async () => {
    planted = await synced()
    await planted.cli(['uninstall', '--yes'])
    const later = '{"mcpServers": {"memory": {"command": "node", "args": ["m.js"]}}, "numStartups": 9}'
    writeFileSync(files().code, later)
    expect((await planted.cli(['sync', '--adopt'])).code).toBe(0)
    expect(Object.keys(JSON.parse(read(files().code)).mcpServers)).toContain(marker)
    expect((await planted.cli(['uninstall', '--yes'])).code).toBe(0)
    expect(read(files().code)).toBe(later)
    expect(read(files().desktop)).toBe(desktopText)
  })

  it.each(['nobody else', 'its program', 'a person who took our entries out'])(
    'gives a file that got a key its mode back, also after %s wrote it',
    async (writer) => {
      planted = await keyed()
      expect(statSync(files().code).mode & 0o777).toBe(0o600)
      const { mcpServers, ...rest } = JSON.parse(read(files().code))
      if (writer === 'its program') writeFileSync(files().code, JSON.stringify({ ...rest, mcpServers, numStartups: 8 }))
      if (writer.startsWith('a person')) writeFileSync(files().code, codeText)
      const { code, stdout } = await planted.cli(['uninstall', '--yes'])
      expect(code).toBe(0)
      expect(statSync(files().code).mode & 0o777).toBe(0o640)
      expect(JSON.parse(read(files().code))).toEqual({ ...JSON.parse(codeText), numStartups: writer === 'its program' ? 8 : 7 })
      // Keys and backups are still there, which is said with the way to be rid of them.
      expect(stdout).toContain('npx mcp-twin uninstall --purge')
      expect((await planted.cli(['uninstall', '--purge', '--yes'])).code).toBe(0)
      expect(existsSync(own())).toBe(false)
    },
  )

  it('without a terminal asks for --yes and changes nothing; --purge leaves not even a folder', async () => {
    planted = await synced()
    const asked = await planted.cli(['uninstall'])
    expect(asked.code).toBe(2)
    expect(asked.stderr).toContain('--yes')
    expect(read(files().code)).toContain(marker)
    const { code, json } = await planted.cli(['uninstall', '--yes', '--purge', '--json'])
    expect(code).toBe(0)
    expect(json.run).toBe(null)
    expect(existsSync(own())).toBe(false)
    expect(filesWith(marker, [planted.scratch.root])).toEqual([])
  })

  it('after other programs wrote their files takes out our entries alone', async () => {
    planted = await synced()
    const desktop = JSON.parse(read(files().desktop))
    desktop.preferences.menuBarEnabled = false
    desktop.mcpServers.later = { command: 'later' }
    writeFileSync(files().desktop, JSON.stringify(desktop, null, 2))
    writeFileSync(files().code, JSON.stringify({ ...JSON.parse(read(files().code)), numStartups: 8 }))
    writeFileSync(files().old, JSON.stringify({ ...JSON.parse(read(files().old)), theirs: true }))
    expect((await planted.cli(['uninstall', '--yes'])).code).toBe(0)
    expect(JSON.parse(read(files().desktop))).toEqual({
      preferences: { menuBarEnabled: false, n: 1000 },
      mcpServers: { theirs: { command: 'uvx', args: ['x'] }, later: { command: 'later' } },
    })
    // An object that was not there before us is not there after us.
    expect(JSON.parse(read(files().code))).toEqual({ numStartups: 8, projects: { '/p': { history: ['aé'] } } })
    expect(JSON.parse(read(files().old))).toEqual({ theirs: true })
    expect(read(files().cursor)).toBe(cursorText)
  })

  it('gives back what init took over, with the key where it was', async () => {
    const theirs = `{\n  "mcpServers": {\n    "tavily": {"command": "node", "args": ["t.js"], "env": {"TAVILY_API_KEY": "${key}"}, "timeout": 5}\n  }\n}\n`
    planted = world().quick().wsl('Ubuntu').client('claude-code', codeText).windows().client('claude-desktop', theirs).build()
    expect((await planted.cli(['init', '--yes', '--no-bridge'])).code).toBe(0)
    expect((await planted.cli(['add', marker, '--command', 'node', '--', `${marker}.js`])).code).toBe(0)
    expect(read(files().code)).toContain(marker)
    const { code, output } = await planted.cli(['uninstall', '--yes'])
    expect(code, output).toBe(0)
    expect(output).not.toContain(key)
    expect(read(files().desktop)).toBe(theirs)
    expect(read(files().code)).toBe(codeText)
    expect(traces(marker)).toEqual([])
  })

  it('does not bring back what its user removed with us', async () => {
    const theirs = '{"mcpServers": {"tavily": {"command": "node", "args": ["t.js"]}, "kept": {"command": "node", "args": ["k.js"]}}}'
    planted = world().quick().wsl('Ubuntu').client('claude-code', theirs).build()
    // No such scripts are there, so neither answers.
    expect((await planted.cli(['init', '--yes', '--no-bridge'])).code).toBe(3)
    expect((await planted.cli(['remove', 'tavily'])).code).toBe(0)
    expect((await planted.cli(['uninstall', '--yes'])).code).toBe(0)
    expect(Object.keys(JSON.parse(read(planted.self.here('.claude.json'))).mcpServers)).toEqual(['kept'])
  })

  it('stops where a file cannot be fixed, and leaves what that file still names', async () => {
    planted = await synced()
    writeFileSync(files().desktop, `${read(files().desktop).trimEnd().slice(0, -1)}`)
    const { code, json } = await planted.cli(['uninstall', '--yes', '--json'])
    expect(code).toBe(3)
    expect(json.steps.find((step: { outcome: string }) => step.outcome === 'refused')).toMatchObject({
      client: 'claude-desktop',
      hint: expect.stringContaining('mcp-twin uninstall'),
    })
    expect(existsSync(own('bin', 'mcp-twin.mjs'))).toBe(true)
    expect(existsSync(far())).toBe(true)
    expect(read(files().code)).toBe(codeText)
    writeFileSync(files().desktop, `${read(files().desktop)}}`)
    expect((await planted.cli(['uninstall', '--yes'])).code).toBe(0)
    expect(traces(marker)).toEqual([])
    expect(existsSync(far())).toBe(false)
  })

  it('works with a broken manifest, and through links', async () => {
    plant()
    mkdirSync(planted.self.here('dotfiles'))
    cpSync(files().code, planted.self.here('dotfiles/claude.json'))
    rmSync(files().code)
    symlinkSync(planted.self.here('dotfiles/claude.json'), files().code)
    await sync()
    writeFileSync(own('mcp-twin.json'), '{ broken')
    expect((await planted.cli(['uninstall', '--yes'])).code).toBe(0)
    expect(read(planted.self.here('dotfiles/claude.json'))).toBe(codeText)
    expect(statSync(files().code).isFile()).toBe(true)
  })

  it('can be undone, as far as files go', async () => {
    planted = await synced()
    const before = Object.values(files()).map(read)
    await planted.cli(['uninstall', '--yes'])
    expect((await planted.cli(['undo'])).code).not.toBe(2)
    expect(Object.values(files()).map(read)).toEqual(before)
    expect(
      (await planted.cli(['sync', '--check', '--json'])).json.steps.filter(({ kind }: { kind: string }) => kind !== 'install'),
    ).toEqual([])
  })

  it('says so when there is nothing to remove', async () => {
    planted = world().quick().wsl('Ubuntu').build()
    const { code, json } = await planted.cli(['uninstall', '--yes', '--json'])
    expect(code).toBe(0)
    expect(json).toMatchObject({ changed: false, removed: [] })
  })

  it('typed on the other side takes off both', async () => {
    planted = await synced()
    const { code, output } = await planted.cli(['uninstall', '--yes'], { on: 'windows' })
    expect(code, output).toBe(0)
    expect(existsSync(far())).toBe(false)
    expect(read(files().desktop)).toBe(desktopText)
  })
})

describe('processes of ours', () => {
  const launcher = () => own('bin', 'mcp-twin.mjs')
  const begin = (args: string[]): ChildProcess =>
    spawn(nodePath, args, { cwd: planted.scratch.home, env: planted.env(), stdio: ['pipe', 'pipe', 'pipe'] })

  it('are ended, each by its id; others that know our folder are left alone', async () => {
    plant({ launch: 'run', bridge: { enabled: true } })
    planted.self.write(`${marker}.js`, 'require("node:fs").writeFileSync(`${__dirname}/runs`, ""); setInterval(() => {}, 1000)')
    await sync()
    // A server, a bridge, a relay, a watcher from our launcher and one from elsewhere; and somebody who only reads.
    const server = begin([launcher(), 'run', marker])
    const relay = begin([launcher(), 'run', 'relay'])
    const bridge = begin([launcher(), 'serve', '--client', 'claude-code'])
    const reader = begin(['-e', 'setInterval(() => {}, 1000)', own('mcp-twin.json')])
    const watcher = watching(planted)
    await watcher.next('its first sync', () => true)
    await until('the server and the bridge run', () => existsSync(planted.self.here('runs')) && existsSync(own('bridge')))
    const ends = [server, relay, bridge].map((child) =>
      child.exitCode === null && child.signalCode === null ? once(child, 'exit') : Promise.resolve([]),
    )
    try {
      const { code, json } = await planted.cli(['uninstall', '--yes', '--json'], { program: launcher() })
      expect(code, JSON.stringify(json)).toBe(0)
      const pids = json.ended.map(({ pid }: { pid: number }) => pid)
      expect(pids).toContain(watcher.child.pid)
      expect(pids).toContain(relay.pid)
      expect(pids).toContain(server.pid)
      expect(pids).toContain(bridge.pid)
      expect(existsSync(own('bridge'))).toBe(true)
      await Promise.all(ends)
      await until('the watcher is gone', () => watcher.child.exitCode !== null || watcher.child.signalCode !== null)
      expect(watcher.child.exitCode).toBe(0)
      expect(reader.exitCode).toBe(null)
      expect(pids).not.toContain(reader.pid)
      // Not even the program that removed itself has left anything.
      expect(readdirSync(own()).sort()).not.toContain('app')
      expect(readdirSync(own()).sort()).not.toContain('bin')
      expect(readdirSync(own()).sort()).not.toContain('locks')
    } finally {
      for (const child of [server, relay, bridge, reader]) child.kill('SIGKILL')
    }
  })
})

describeUnless(lacksTerminal, 'uninstall on a terminal', () => {
  it('asks, and takes no for an answer', async () => {
    planted = await synced()
    const place = { root: planted.scratch.root, home: planted.scratch.home, env: planted.env() }
    const asked = await terminal(place, ['uninstall'])
    await asked.waitFor('Uninstall mcp-twin?')
    await asked.keys('Enter')
    expect(await asked.exit()).toBe(130)
    expect(read(files().code)).toContain(marker)
    const again = await terminal(place, ['uninstall'], { width: 80 })
    await again.waitFor('Uninstall mcp-twin?')
    await again.type('y')
    await again.keys('Enter')
    expect(await again.exit()).toBe(0)
    expect(await again.screen()).toContain('mcp-twin is uninstalled')
    expect(join(read(files().code))).toBe(codeText)
    await asked.close()
    await again.close()
  })
})
