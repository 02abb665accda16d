import { execFile } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { cliPath } from '../../support/cli.ts'
import { nodePath } from '../../support/machine.ts'
import { type Planted, world } from '../../support/world.ts'

const KEY = 'tvly-dev-4f9Qz8LmT2sWk7Rb1XcV'
const plain = { command: 'node', args: ['x.cjs'] }
const keyed = { ...plain, env: { A_API_KEY: '${secret:A_API_KEY}' } }
const manifest = (servers: Record<string, unknown>) => JSON.stringify({ version: 1, bridge: { enabled: false }, servers })

function planted(servers: Record<string, unknown> | null, desktop: Record<string, unknown> = {}): Planted {
  const place = world()
    .quick()
    .wsl()
    .windows()
    .client('claude-desktop', JSON.stringify({ mcpServers: desktop }))
    .build()
  if (servers !== null) place.scratch.write('.mcp-twin/mcp-twin.json', manifest(servers))
  return place
}

const desktopFile = (place: Planted): string => place.side('windows').here(place.side('windows').clientFile('claude-desktop'))

/** Types a line into a shell in which `mcp-twin` is the program under test; nobody is there to answer. */
function type(place: Planted, line: string, input = ''): Promise<string> {
  const bin = join(place.scratch.root, 'bin')
  mkdirSync(bin, { recursive: true })
  writeFileSync(join(bin, 'mcp-twin'), `#!/bin/sh\nexec '${nodePath}' '${cliPath}' "$@"\n`, { mode: 0o755 })
  const env = { ...place.env(), PATH: `${bin}:${place.env().PATH}` }
  return new Promise((resolve) => {
    const child = execFile('bash', ['-c', line], { cwd: place.scratch.home, env, timeout: 120_000 }, (_, stdout, stderr) =>
      resolve(`${stdout}${stderr}`),
    )
    child.stdin?.end(input)
  })
}

/** Every command that a report of `list` or `sync` says to type, as it is printed. */
function commandsIn(text: string): string[] {
  const said = text.split('\n')
  const marked = said.flatMap((line) => /^ +((?:mcp-twin|chmod) .*)$/.exec(line)?.[1] ?? [])
  const inSum = [...text.matchAll(/\d+ (?:not in sync|unmanaged|no longer wanted): (mcp-twin sync(?: --adopt)?)/g)].map(
    (match) => match[1] ?? '',
  )
  return [...marked, ...inSum]
}

const statesOf = (
  document: { servers: { name: string; cells: { client: string; state: string; hint: string | null }[] }[] },
  name: string,
) => Object.fromEntries(document.servers.find((each) => each.name === name)?.cells.map(({ client, state }) => [client, state]) ?? [])

describe('a remedy that list or sync prints, typed as it is printed', () => {
  const situations: [what: string, make: () => Promise<Planted>, states: readonly string[]][] = [
    ['a server that was never written', async () => planted({ a: plain }), ['missing']],
    ['a server that waits for a key', async () => planted({ a: keyed }), ['needs key']],
    [
      'a read-only file',
      async () => {
        const place = planted({ a: plain })
        chmodSync(desktopFile(place), 0o444)
        return place
      },
      ['file is read-only'],
    ],
    ['an entry that no manifest has', async () => planted({}, { mine: plain }), []],
    [
      'an entry edited by hand',
      async () => {
        const place = planted({ a: plain })
        await place.cli(['sync'])
        writeFileSync(desktopFile(place), JSON.stringify({ mcpServers: { a: { command: 'node', args: ['y.cjs'] } } }))
        return place
      },
      ['differs'],
    ],
    ['an entry in the way', async () => planted({ a: plain }, { a: { command: 'other' } }), ['differs']],
  ]
  it.each(situations)('fixes %s', async (_what, make, states) => {
    const place = await make()
    const look = async (at: Planted) => (await at.cli(['list', '--json'])).json
    const before = await look(place)
    for (const state of states) expect(Object.values(statesOf(before, 'a'))).toContain(state)
    const firsts = new Set<string>()
    for (const [report, ask] of [
      ['list', ['list']],
      ['sync --check', ['sync', '--check']],
    ] as const) {
      const said = (await place.cli(ask)).stdout
      // sync --check is itself what `mcp-twin sync` would do.
      const [first] = [...commandsIn(said), ...(report === 'list' ? [] : ['mcp-twin sync'])]
      expect(first, said).toBeDefined()
      firsts.add(first ?? '')
    }
    // Where both reports say the same it is typed once, else the second in a place of its own.
    for (const [at, first] of [...firsts].entries()) {
      const here = at === 0 ? place : await make()
      const was = at === 0 ? before : await look(here)
      const answer = await type(here, first, KEY)
      const is = await look(here)
      expect([is.servers, is.unmanaged], `$ ${first}\n${answer}`).not.toEqual([was.servers, was.unmanaged])
    }
  })

  it('leads to a state where nothing is left to do', async () => {
    const place = planted({ a: keyed, b: plain }, { mine: plain })
    chmodSync(desktopFile(place), 0o444)
    const typed: string[] = []
    for (let round = 0; round < 8; round++) {
      const { stdout } = await place.cli(['list'])
      const [next] = commandsIn(stdout).filter((line) => !line.startsWith('or '))
      if (next === undefined) break
      typed.push(next)
      await type(place, next, KEY)
    }
    expect((await place.cli(['sync', '--check'])).code, typed.join('\n')).toBe(0)
    expect(typed).toContain('mcp-twin secret set A_API_KEY')
  })
})

describe('what init leaves for a person to do, typed as it is printed', () => {
  /** Commands as they are shown, with or without an arrow before them. */
  const shown = (text: string): string[] => [
    ...new Set([...text.matchAll(/mcp-twin (?:enable|secret merge|secret set|init --client) [^\n;,)→]*/g)].map(([line]) => line.trim())),
  ]

  it('changes something', async () => {
    const code = { both: { ...plain, env: { B_API_KEY: `${KEY}2` } }, ask: { ...plain, env: { ASK_API_KEY: 'YOUR_API_KEY' } } }
    const desktop = { both: { ...plain, env: { B_API_KEY: KEY } }, here: plain }
    const place = world()
      .quick()
      .wsl()
      .client('claude-code', JSON.stringify({ mcpServers: code }))
      .windows()
      .client('claude-desktop', JSON.stringify({ mcpServers: desktop }))
      .build()
    place.scratch.write('.codex/config.toml', '')
    const { output } = await place.cli(['init', '--yes', '--no-bridge', '--no-install'], { env: { COLUMNS: '300' } })
    const kinds = ['enable', 'secret merge', 'secret set', 'init --client']
    const printed = kinds.map((kind) => shown(output).find((line) => line.startsWith(`mcp-twin ${kind}`)))
    const look = async () => [(await place.cli(['list', '--json'])).json.servers, (await place.cli(['secret', 'list', '--json'])).json.keys]
    for (const [at, line] of printed.entries()) {
      expect(line, `${kinds[at]} in\n${output}`).toBeDefined()
      const before = await look()
      const answer = await type(place, `${line}${line?.includes('secret set') ? '' : ' --yes'}`, KEY)
      expect(await look(), `$ ${line}\n${answer}`).not.toEqual(before)
    }
  })
})

describe('an entry that is switched off in its program', () => {
  const place = () => planted({ a: plain }, { off: { ...plain, disabled: true } })

  it('is left alone with the reason, without a command that would not help', async () => {
    const here = place()
    for (const args of [['sync'], ['sync', '--adopt'], ['sync', '--adopt'], ['list']]) {
      const { stdout, code } = await here.cli(args)
      expect(code).toBe(0)
      expect(stdout.replace(/\s+/g, ' ')).toContain('off: not managed by mcp-twin, since it is switched off in Claude Desktop')
      expect(stdout).not.toContain('--adopt')
    }
    expect((await here.cli(['sync', '--json'])).json.unmanaged).toEqual([
      { environment: 'windows', client: 'claude-desktop', server: 'off', reason: 'it is switched off in Claude Desktop' },
    ])
    expect((await here.cli(['doctor', '--verbose'])).stdout).not.toContain('sync --adopt')
  })
})

describe('doctor', () => {
  it('reports what is missing in a read-only file, with a command that helps', async () => {
    const place = planted({ a: plain })
    await place.cli(['sync', '--client', 'claude-code,claude-code-config'])
    chmodSync(desktopFile(place), 0o444)
    const look = async () =>
      (await place.cli(['doctor', '--check', 'in-sync', '--json'])).json.findings.filter(
        (each: { level: string }) => each.level === 'error',
      )
    const [finding, ...more] = await look()
    expect([finding, more]).toMatchObject([{ subject: 'Claude Desktop (Windows)', message: expect.stringContaining('is read-only') }, []])
    await type(place, finding.fix)
    expect(statSync(desktopFile(place)).mode & 0o200).toBe(0o200)
    expect(await look()).toEqual([])
  })
})

describe('exit codes', () => {
  it('are about the server that the command names', async () => {
    const place = planted({ a: keyed, b: plain, c: plain })
    expect((await place.cli(['sync'])).code).toBe(3)
    for (const args of [
      ['disable', 'b'],
      ['disable', 'b'],
      ['enable', 'b'],
      ['enable', 'b'],
      ['rename', 'b', 'd'],
      ['remove', 'd', 'c'],
    ]) {
      const done = await place.cli(args)
      expect([done.code, done.stdout], args.join(' ')).toEqual([0, expect.stringContaining('as before, not in order: a')])
    }
    expect((await place.cli(['disable', 'a'])).code).toBe(0)
    expect((await place.cli(['enable', 'a'])).code).toBe(3)
  })
})

describe('list', () => {
  it('shows before there is a manifest what the programs have', async () => {
    const place = planted(null, { mine: plain })
    const { code, stdout } = await place.cli(['list'])
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(
        /mine +\? unmanaged[\s\S]*No manifest yet at ~.*mcp-twin\.json\. To make one and take this server into it:\n +mcp-twin init\n/,
      ),
    ])
    expect((await place.cli(['list', '--json'])).json).toMatchObject({ command: 'list', servers: [], unmanaged: [{ server: 'mine' }] })
    expect(existsSync(join(place.scratch.home, '.mcp-twin'))).toBe(false)
  })

  it('of one client shows it where it takes part, and sync makes no other file', async () => {
    const place = planted({ a: plain })
    const sides = async () => (await place.cli(['list', '--client', 'claude-code', '--json'])).json.servers[0].cells
    expect(await sides()).toMatchObject([{ environment: 'wsl:Ubuntu', client: 'claude-code' }])
    await place.cli(['sync', '--client', 'claude-code'])
    expect(place.side('windows').config('claude-code')).toBeNull()
    expect((await place.cli(['list', '--client', 'codex'])).stdout).toContain('To add it:\n  mcp-twin init --client codex\n')
  })
})

describe('a command with nothing to do', () => {
  it('says so: undo and uninstall', async () => {
    const place = planted({ a: plain })
    const undone = await place.cli(['undo'])
    expect([undone.code, undone.stdout]).toEqual([0, expect.stringContaining('Nothing to undo')])
    await place.cli(['sync'])
    expect((await place.cli(['uninstall', '--yes'])).code).toBe(0)
    const again = await place.cli(['uninstall', '--yes'])
    expect([again.code, again.stdout]).toEqual([0, expect.stringMatching(/^Nothing to uninstall[\s\S]*--purge/)])
    expect((await place.cli(['uninstall', '--yes', '--json'])).json).toMatchObject({ command: 'uninstall', changed: false })
  })
})
