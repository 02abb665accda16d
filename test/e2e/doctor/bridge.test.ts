import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { describeUnless } from '../../support/left-out.ts'
import { asOrdinaryUser } from '../../support/ordinary-user.ts'
import type { MiniRegistry } from '../../support/mini-registry.ts'
import { leftovers } from '../../support/processes.ts'
import { tinyRegistry } from '../support/place.ts'
import { diagnosedAndFixed } from './fixed.ts'
import {
  type DoctorDocument,
  own,
  restoredTwins,
  sound,
  summary,
  troubles,
  type Twins,
  twins,
  twinsFromWindows,
  usualServers,
} from './place.ts'

let registry: MiniRegistry
beforeAll(async () => {
  registry = await tinyRegistry()
})

const places: Twins[] = []
afterAll(async () => {
  for (const { planted } of places) expect(await leftovers(planted.scratch.root)).toEqual([])
})

/** A planted Windows understands wsl.exe without having one. */
const twinsWithBorder = (from: MiniRegistry): Twins => twins(from, (windows) => windows.file('C:\\Windows\\System32\\wsl.exe', ''))

/** Both sides with the bridge in every program. */
async function made(make: (registry: MiniRegistry) => Twins): Promise<Twins> {
  const place = make(registry)
  places.push(place)
  return sound(place, { tiny: usualServers.tiny }, { bridge: {} })
}
const usual = restoredTwins(() => made(twinsWithBorder))

/** The same with settings of the bridge, which no sync has to write anywhere, each time as if nothing had been done with it yet. */
async function bridged(bridge: object = {}): Promise<Twins> {
  const place = await usual()
  writeBridge(place, bridge)
  return place
}

const deep = ['--deep']
const at = (place: Twins, ...names: string[]): string => join(place.home, '.mcp-twin', ...names)
const app = (place: Twins): string => at(place, 'app', readFileSync(at(place, 'app/current'), 'utf8').trim())

const bridgesSchema = z.array(
  z.strictObject({
    ...{ environment: z.string(), client: z.string(), answers: z.boolean(), reason: z.string().nullable() },
    ...{ ms: z.number(), tools: z.number().nullable(), version: z.string().nullable(), home: z.string().nullable() },
    ...{
      folder: z.string().nullable(),
      sameHome: z.boolean().nullable(),
      readsOurValue: z.boolean().nullable(),
      roundTripMs: z.number().nullable(),
    },
  }),
)
const bridgesOf = (document: DoctorDocument) => bridgesSchema.parse(document.bridges)

async function of(place: Twins, check: string, args: readonly string[] = []) {
  const { findings } = await place.doctor([...args, '--check', check])
  return findings.filter(({ level }) => level !== 'ok')
}

function writeBridge(place: Twins, bridge: object): void {
  const file = at(place, 'mcp-twin.json')
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), bridge }))
}

describe('doctor where the bridge is sound', () => {
  it.each([
    ['WSL', usual, own, 'Ubuntu'],
    ['Windows', () => made(twinsFromWindows), 'windows', 'Windows'],
  ] as const)('says that both sides reach the one home, in %s', async (_, make, home, label) => {
    const place = await make()
    expect(summary(await place.doctor())).toEqual([])
    const document = await place.doctor(deep)
    expect(summary(document), document.result.stdout).toEqual([])
    const bridges = bridgesOf(document)
    expect(bridges.map(({ environment, client }) => `${client} ${environment}`).toSorted()).toEqual([
      'claude-code wsl:Ubuntu',
      'claude-desktop windows',
    ])
    for (const each of bridges) expect(each).toMatchObject({ answers: true, reason: null, sameHome: true, readsOurValue: true })
    // Claude Desktop's own environment hides the planted world from what it starts on its own side.
    expect(bridges.map((each) => each.home)).toContain(home)
    expect(new Set(bridges.map(({ folder }) => folder)).size).toBe(1)
    const said = (check: string) => document.findings.filter((each) => each.check === check)
    expect(said('bridge-starts').map(({ level }) => level)).toEqual(['ok', 'ok'])
    expect(said('bridge-link')).toMatchObject([{ level: 'ok', message: expect.stringMatching(new RegExp(`reach .* on ${label}, `)) }])
    expect(said('server-starts').map(({ subject }) => subject)).not.toContain('mcp-twin')
    const { stdout } = await place.run(['doctor', ...deep])
    expect(stdout).toMatch(/✓ bridge +Claude Desktop \(Windows\): /)
    expect(stdout.replace(/\s+/g, ' ')).toContain('there and back')
  })

  it('starts no bridge without --deep, and checks all that needs no start', async () => {
    // For root there is no sandbox, which needs no bridge to be seen.
    const place = await bridged({ terminal: process.getuid?.() === 0 ? 'on' : 'sandbox', roots: ['~'] })
    rmSync(at(place, 'bridge'), { recursive: true, force: true })
    const document = await place.doctor()
    expect(summary(document)).toEqual([])
    expect(document.bridges).toBeUndefined()
    expect(existsSync(at(place, 'bridge'))).toBe(false)
    const skipped = document.findings.filter(({ level, check }) => level === 'skipped' && check.startsWith('bridge'))
    expect(skipped.map(({ check }) => check)).toEqual(['bridge-starts', 'bridge-link', 'bridge-port'])
  })

  it('checks it once for each side in init, however many programs have it', async () => {
    const place = twinsWithBorder(registry)
    places.push(place)
    const { stdout, code } = await place.run(['init', '--yes'])
    expect(code, stdout).toBe(0)
    const checked = stdout.slice(stdout.indexOf('Checked')).split('\n')
    expect(checked.filter((line) => /✓ mcp-twin /.test(line)).map((line) => line.split(/ {2,}/)[2])).toEqual(
      expect.arrayContaining(['Ubuntu', 'Windows']),
    )
    expect(checked.filter((line) => /✓ mcp-twin /.test(line))).toHaveLength(2)
  })

  it('checks no bridge that is switched off', async () => {
    const place = await sound(await usual(), { tiny: usualServers.tiny }, { bridge: { enabled: false } })
    const document = await place.doctor(deep)
    expect(summary(document)).toEqual([])
    expect(bridgesOf(document)).toEqual([])
    expect((await place.run(['doctor'])).stdout).not.toMatch(/^Bridge/m)
  })
})

describe('a broken bridge, diagnosed in one run and fixed by its own words', () => {
  it('a copy of the program that is not whole', async () => {
    const place = await bridged()
    rmSync(join(app(place), 'dist/serve.cjs'))
    expect(summary(await place.doctor())).toEqual([])
    const { document } = await diagnosedAndFixed(place, 'bridge-starts error', [], deep)
    const bridges = bridgesOf(document)
    expect(bridges).toHaveLength(2)
    for (const each of bridges)
      expect(each).toMatchObject({ answers: false, sameHome: null, reason: expect.stringContaining('exit code 1') })
  })

  it('an entry that leads to another home', async () => {
    const place = await bridged()
    const servers = place.servers(own, 'claude-code')
    const elsewhere = join(place.home, 'elsewhere')
    place.setServers(own, 'claude-code', { ...servers, 'mcp-twin': { ...servers['mcp-twin'], env: { MCP_TWIN_HOME: elsewhere } } })
    const { document } = await diagnosedAndFixed(place, 'bridge-link error', [], deep)
    expect(
      bridgesOf(document)
        .map(({ client, sameHome }) => `${client} ${sameHome}`)
        .toSorted(),
    ).toEqual(['claude-code false', 'claude-desktop true'])
    const [found] = troubles(document).filter(({ check }) => check === 'bridge-link')
    expect(found).toMatchObject({
      environment: own,
      detail: [expect.stringContaining(elsewhere), expect.stringContaining('.mcp-twin/bridge')],
    })
  })

  it('an entry whose program is not there on the other side', async () => {
    const place = await bridged()
    const servers = place.servers('windows', 'claude-desktop')
    place.setServers('windows', 'claude-desktop', { ...servers, 'mcp-twin': { ...servers['mcp-twin'], command: 'C:\\gone\\other.exe' } })
    const document = await place.doctor(deep)
    const [far] = bridgesOf(document).filter(({ environment }) => environment === 'windows')
    expect(far).toMatchObject({ answers: false, sameHome: null })
    expect(troubles(document).find(({ check }) => check === 'bridge-starts')).toMatchObject({
      level: 'error',
      environment: 'windows',
      fix: 'mcp-twin sync --force',
    })
  })

  it('a root that is not there', async () => {
    const place = await bridged({ roots: ['~/work'] })
    await diagnosedAndFixed(place, 'bridge-roots warning')
    expect(existsSync(join(place.home, 'work'))).toBe(true)
  })

  it('a file where the workspace should be', async () => {
    const place = await bridged()
    rmSync(at(place, 'bridge/workspace'), { recursive: true, force: true })
    mkdirSync(at(place, 'bridge'), { recursive: true, mode: 0o700 })
    writeFileSync(at(place, 'bridge/workspace'), 'x')
    await diagnosedAndFixed(place, 'bridge-roots error')
  })

  it('an audit that cannot be written', async () => {
    const place = await bridged()
    mkdirSync(at(place, 'bridge/audit.jsonl'), { recursive: true })
    await diagnosedAndFixed(place, 'bridge-audit error')
  })

  it('tools that programs are shown and that cost too many tokens', async () => {
    const place = await bridged()
    const tool = (name: string) => ({ name, description: 'x'.repeat(2000), inputSchema: { type: 'object' }, annotations: {} })
    const plugin = (more: object) => ({ digest: 'd', tools: Array.from({ length: 40 }, (_, at) => tool(`plugin_${at}`)), ...more })
    const heavy = async (more: object = {}) => {
      writeFileSync(at(place, 'bridge/tools.json'), JSON.stringify({ shared: {}, plugins: { 'p.js': plugin(more) } }))
      return (await of(place, 'tool-count')).filter(({ level }) => level === 'info')
    }
    mkdirSync(at(place, 'bridge'), { recursive: true, mode: 0o700 })
    const message = expect.stringMatching(/cost about 2\d \d{3} tokens .*the heaviest: mcp-twin/)
    expect((await heavy())[0]).toMatchObject({ message, fix: 'mcp-twin tools mcp-twin' })
    expect(await heavy({ off: 'it broke' })).toEqual([])
    writeBridge(place, { families: ['files', 'search'] })
    expect(await heavy()).toEqual([])
  })

  it('settings that cannot be used', async () => {
    const place = await bridged()
    mkdirSync(at(place, 'bridge'), { recursive: true, mode: 0o700 })
    writeFileSync(at(place, 'bridge/config.json'), '{"log_level": "loud"}')
    await diagnosedAndFixed(place, 'bridge-rules warning', [], deep)
  })

  it('sessions that cannot be read', async () => {
    const place = await bridged()
    await place.run(['session', 'new'])
    writeFileSync(at(place, 'bridge/sessions.json'), '{')
    await diagnosedAndFixed(place, 'tokens error')
  })

  it('sessions that others can write', async () => {
    const place = await bridged()
    await place.run(['session', 'new'])
    expect(await of(place, 'tokens')).toEqual([])
    chmodSync(at(place, 'bridge/sessions.json'), 0o666)
    await diagnosedAndFixed(place, 'tokens error')
    chmodSync(at(place, 'bridge/sessions.json'), 0o640)
    expect(await place.doctor(['--fix'])).toMatchObject({ ok: true })
    expect(await of(place, 'tokens')).toEqual([])
  })

  it('trigger keys that others can read, and their folder', async () => {
    const place = await bridged()
    await place.run(['session', 'new'])
    mkdirSync(at(place, 'bridge/triggers'), { recursive: true, mode: 0o700 })
    expect(await of(place, 'triggers-mode')).toEqual([])
    chmodSync(at(place, 'bridge/trigger-keys.json'), 0o644)
    chmodSync(at(place, 'bridge/triggers'), 0o755)
    await diagnosedAndFixed(place, 'triggers-mode error')
  })

  it('no ripgrep', async () => {
    const place = await bridged()
    rmSync(join(app(place), 'node_modules'), { recursive: true })
    // That this program could complete its copy is an error of its own.
    // Without the engine of the store nothing can be remembered either.
    expect(summary(await place.doctor(deep))).toEqual(['in-sync error', 'bridge-starts warning', 'bridge-search warning'])
    await diagnosedAndFixed(place, 'in-sync error', [], [...deep, '--check', 'in-sync'])
    expect(summary(await place.doctor(deep))).toEqual([])
    expect(readdirSync(join(app(place), 'node_modules/@vscode'))).toHaveLength(1)
  })

  it('what the manifest opens and closes in vain', async () => {
    const place = await bridged()
    writeBridge(place, {
      roots: ['work', '~/.ssh', '~'],
      deny: ['secret'],
      allow: ['Makefile', '~/.ssh'],
      families: ['files', 'memories', 'bridge'],
    })
    mkdirSync(join(place.home, '.ssh'))
    const [document, started] = [await place.doctor(), await place.doctor(deep)]
    expect(summary(document).toSorted()).toEqual(
      [
        ...['bridge-roots error', 'bridge-roots error', 'bridge-rules error'],
        ...['bridge-rules warning', 'bridge-rules warning', 'bridge-rules warning'],
      ].toSorted(),
    )
    // The bridges say the same of themselves, and that is not said again.
    expect(
      summary(started)
        .filter((each) => each.startsWith('bridge'))
        .toSorted(),
    ).toEqual(summary(document).toSorted())
    writeBridge(place, { roots: ['~'], deny: ['~/secret'], allow: ['~/.bashrc', '.git/hooks'], families: ['files', 'bridge'] })
    expect(summary(await place.doctor(deep))).toEqual([])
  })
})

describe('the port of a listener', () => {
  it('is reported as taken by another program, or by a bridge', async () => {
    const place = await bridged()
    const other = createServer((_request, response) => response.end('hello'))
    const port = await new Promise<number>((resolve) =>
      other.listen(0, '127.0.0.1', () => {
        const address = other.address()
        resolve(typeof address === 'object' && address !== null ? address.port : 0)
      }),
    )
    const servers = place.servers(own, 'claude-code')
    const args = [...(servers['mcp-twin']?.args ?? []), '--http', String(port)]
    place.setServers(own, 'claude-code', { ...servers, 'mcp-twin': { ...servers['mcp-twin'], args } })
    try {
      const found = await of(place, 'bridge-port,bridge-starts', deep)
      expect(found.filter(({ check }) => check === 'bridge-port')).toMatchObject([{ level: 'warning', subject: `port ${port}` }])
      expect(found.filter(({ check }) => check === 'bridge-starts')).toMatchObject([
        { level: 'error', detail: expect.arrayContaining([expect.stringContaining('cannot be used')]) },
      ])
    } finally {
      await new Promise((resolve) => other.close(resolve))
    }
    expect((await place.doctor([...deep, '--check', 'bridge-port'])).findings).toMatchObject([{ level: 'ok', message: 'it is free' }])
  })
})

function lacksMounts(): string | null {
  try {
    execFileSync('unshare', ['--mount', 'sh', '-c', 'mount -t tmpfs tmpfs /mnt'], { stdio: 'ignore' })
    return existsSync('/usr/bin/bwrap') ? null : 'bubblewrap is not installed'
  } catch {
    return 'unshare --mount with a mount is not allowed here'
  }
}

describeUnless(lacksMounts(), 'a machine that lacks something', () => {
  /** Doctor on a machine where something was mounted before. */
  async function apart(place: Twins, mounts: string, args: readonly string[], as: readonly string[] = []) {
    const printed = await place.type(`unshare --mount sh -c '${mounts} && ${as.join(' ')} mcp-twin doctor --json ${args.join(' ')}'`)
    const findings = z.looseObject({
      check: z.string(),
      level: z.string(),
      subject: z.string(),
      message: z.string(),
      fix: z.string().nullable(),
    })
    const text = printed.slice(printed.indexOf('{'), printed.lastIndexOf('}') + 1)
    return z
      .looseObject({ findings: z.array(findings) })
      .parse(JSON.parse(text))
      .findings.filter(({ level }) => level === 'error' || level === 'warning')
  }

  it('has no bubblewrap, which is reported', async () => {
    const place = await bridged({ terminal: 'sandbox' })
    expect(await apart(place, 'mount --bind /dev/null /usr/bin/bwrap', [])).toMatchObject([
      { check: 'bridge-terminal', level: 'error', fix: 'sudo apt install bubblewrap' },
    ])
  })

  it('has a bubblewrap that may not work, as the canary shows', async () => {
    const place = await bridged({ terminal: 'sandbox' })
    const fake = join(place.home, 'bwrap')
    writeFileSync(fake, '#!/bin/sh\necho "bwrap: setting up uid map: Permission denied" >&2\nexit 1\n', { mode: 0o755 })
    const user = asOrdinaryUser(place.planted.scratch)
    expect(await apart(place, 'true', deep, user)).toEqual([])
    const found = await apart(place, `mount --bind "${fake}" /usr/bin/bwrap`, deep, user)
    expect(found).toMatchObject([
      { check: 'bridge-terminal', level: 'error', message: expect.stringContaining('uid map: Permission denied') },
    ])
  })

  it('reports a sandbox that does not isolate', async () => {
    const place = await bridged({ terminal: 'sandbox' })
    const fake = join(place.home, 'bwrap')
    // Everything up to the shell is options of the wall.
    const program = 'at=0\nfor word; do [ "$word" = /bin/sh ] && break; at=$((at + 1)); done\nshift "$at"\nexec "$@"\n'
    writeFileSync(fake, `#!/bin/sh\n${program}`, { mode: 0o755 })
    const found = await apart(place, `mount --bind "${fake}" /usr/bin/bwrap`, deep, asOrdinaryUser(place.planted.scratch))
    expect(found).toMatchObject([{ check: 'bridge-terminal', message: expect.stringMatching(/could be (?:read|reached|written)/) }])
  })

  it('has a disk that is nearly full, which is reported', async () => {
    const place = await bridged()
    expect(await apart(place, 'true', ['--check', 'disk-space'])).toEqual([])
    const folder = at(place)
    const kept = `${folder}.kept`
    renameSync(folder, kept)
    mkdirSync(folder, { mode: 0o700 })
    const copied = (size: string) => `mount -t tmpfs -o mode=700,size=${size} tmpfs ${folder} && cp -a ${kept}/. ${folder}/`
    expect(await apart(place, copied('300m'), ['--check', 'disk-space'])).toMatchObject([{ level: 'warning', subject: 'disk' }])
    expect(await apart(place, copied('30m'), ['--check', 'disk-space'])).toMatchObject([{ level: 'error', subject: 'disk' }])
  })

  it('has a disk that is mounted read-only, which is reported', async () => {
    const place = await bridged()
    const folder = at(place, 'bridge')
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const found = await apart(place, `mount --bind ${folder} ${folder} && mount -o remount,bind,ro ${folder}`, ['--check', 'bridge-audit'])
    expect(found[0]).toMatchObject({ level: 'error', subject: 'audit', message: expect.stringContaining('read-only') })
  })
})
