import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { cli, cliPath } from '../../support/cli.ts'
import { nodePath } from '../../support/machine.ts'
import { session, type Session } from '../../support/mcp.ts'
import { type Scratch, scratch } from '../../support/scratch.ts'
import { world } from '../../support/world.ts'

const patience = { timeout: 60_000, interval: 50 }
const stops: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

const bridge = (place: Scratch, name = '') => join(place.home, '.mcp-twin', 'bridge', name)

/** A home with a manifest, Claude Code's files, and an opener of links that only records. */
function home(): Scratch {
  const place = scratch()
  mkdirSync(join(place.home, '.mcp-twin'), { recursive: true, mode: 0o700 })
  mkdirSync(join(place.home, '.claude'))
  mkdirSync(join(place.home, 'bin'))
  writeFileSync(join(place.home, '.mcp-twin', 'mcp-twin.json'), '{ "version": 1, "servers": {}, "bridge": { "enabled": false } }\n')
  writeFileSync(join(place.home, '.claude.json'), '{ "numStartups": 3 }\n')
  writeFileSync(join(place.home, 'bin', 'xdg-open'), `#!/bin/sh\nprintf '%s\\n' "$#" "$@" >> "$HOME/opened"\nenv >> "$HOME/opened-env"\n`)
  chmodSync(join(place.home, 'bin', 'xdg-open'), 0o755)
  place.env.PATH = `${join(place.home, 'bin')}:${place.env.PATH}`
  return place
}

/** `serve --runner`, until the test ends. */
async function runner(place: Scratch): Promise<void> {
  const child = spawn(nodePath, [cliPath, 'serve', '--runner'], { env: place.env, cwd: place.root, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk))
  const ended = new Promise((resolve) => child.once('exit', resolve))
  stops.push(async () => {
    child.kill('SIGTERM')
    expect([await ended, said]).toEqual([0, ''])
  })
  await vi.waitFor(() => expect(existsSync(bridge(place, 'session_state.json'))).toBe(true), patience)
}

async function client(
  place: Scratch,
  name: string,
): Promise<Session & { data(tool: string, args?: object): Promise<Record<string, unknown>> }> {
  const server = session({ command: nodePath, args: [cliPath, 'serve', '--client', name], env: place.env, cwd: place.root })
  stops.push(() => server.end())
  await server.ask('initialize', {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: `${name} of a test`, version: '1' },
  })
  server.notify('notifications/initialized')
  return {
    ...server,
    async data(tool, args = {}) {
      const result = (await server.ask('tools/call', { name: tool, arguments: args })) as {
        structuredContent?: object
        isError?: boolean
        content: unknown
      }
      if (result.isError === true) throw new Error(JSON.stringify(result.content))
      return result.structuredContent as Record<string, unknown>
    },
  }
}

describe('a signed action', () => {
  it('is dropped with a token from the environment or standard input, and carried out by serve --runner', async () => {
    const place = home()
    const { json: made } = await cli(place, ['session', 'new', '--json'])
    expect(statSync(bridge(place, 'trigger-keys.json')).mode & 0o777).toBe(0o600)
    expect(readFileSync(bridge(place, 'trigger-keys.json'), 'utf8')).not.toContain(made.token)
    await runner(place)
    const dropped = await cli(
      place,
      ['actions', 'drop', 'save_conversation', '--param', 'title=Plan', '--params', '{"content":"text"}', '--id', 'mine', '--json'],
      {
        env: { MCP_TWIN_TOKEN: made.token },
      },
    )
    expect([dropped.code, dropped.json]).toEqual([0, expect.objectContaining({ command: 'actions', id: 'mine' })])
    await vi.waitFor(async () => {
      const { json } = await cli(place, ['actions', 'show', 'mine', '--json'])
      expect(json).toMatchObject({ id: 'mine', from: `session ${made.id}`, status: 'done' })
      expect(readFileSync(json.result.path, 'utf8')).toBe('# Plan\n\ntext\n')
    }, patience)
    const signed = await cli(place, ['actions', 'sign', 'open_conversation', '--param', 'prompt=secret words', '--to', 'claude-code'], {
      input: `${made.token}\n`,
    })
    expect(signed.code).toBe(0)
    expect(signed.output).not.toContain(made.token)
    writeFileSync(bridge(place, 'triggers/by-hand.json'), signed.stdout, { mode: 0o600 })
    await vi.waitFor(async () => {
      const { json } = await cli(place, ['actions', 'list', '--status', 'needs_user', '--json'])
      expect(json.actions).toMatchObject([{ type: 'open_conversation', to: 'claude-code' }])
    }, patience)
    const [count, link] = readFileSync(join(place.home, 'opened'), 'utf8').trim().split('\n')
    expect([count, link]).toEqual([
      '1',
      expect.stringMatching(/^claude-cli:\/\/open\?q=claim%20action%20a-[0-9a-f]+%20through%20mcp-twin$/),
    ])
    expect(readFileSync(join(place.home, 'opened-env'), 'utf8')).not.toContain(made.token)
  })
  it('is refused with a bad token, a wrong type, or a token on the command line', async () => {
    const place = home()
    const none = await cli(place, ['actions', 'drop', 'analyze_file', '--param', 'file_path=x'], { input: 'hello\n' })
    expect([none.code, none.stderr]).toEqual([2, expect.stringMatching(/no token of a session[\s\S]*session new/)])
    const ended = await cli(place, ['actions', 'sign', 'analyze_file'], { env: { MCP_TWIN_TOKEN: `mtw_${'a'.repeat(43)}` } })
    expect([ended.code, ended.stderr]).toEqual([1, expect.stringMatching(/has ended, or was revoked/)])
    const typo = await cli(place, ['actions', 'drop', 'analyse_file'])
    expect([typo.code, typo.stderr]).toEqual([2, expect.stringMatching(/did you mean "analyze_file"/)])
    expect(existsSync(bridge(place, 'triggers'))).toBe(false)
  })
})

describe('what waits for a person', () => {
  it('update_mcp_config is shown whole, carried out by actions run alone, and undone like any run', async () => {
    const place = home()
    const desktop = await client(place, 'claude-desktop')
    const { id, status } = await desktop.data('queue_action', {
      type: 'update_mcp_config',
      params: { name: 'files', command: 'node', args: ['/opt/server.mjs', '--deep'], env: { LEVEL: '2' } },
    })
    expect(status).toBe('needs_user')
    const before = readFileSync(join(place.home, '.claude.json'), 'utf8')
    const refused = await cli(place, ['actions', 'run', String(id)])
    expect([refused.code, refused.stderr]).toEqual([
      2,
      expect.stringMatching(/\n {4}node \/opt\/server\.mjs --deep\n[\s\S]* {4}LEVEL=2\n[\s\S]*--yes/),
    ])
    expect(readFileSync(join(place.home, '.claude.json'), 'utf8')).toBe(before)
    const ran = await cli(place, ['actions', 'run', String(id), '--yes', '--json'])
    expect([ran.code, ran.json]).toEqual([0, expect.objectContaining({ id, status: 'done' })])
    expect(JSON.parse(readFileSync(join(place.home, '.claude.json'), 'utf8'))).toMatchObject({
      numStartups: 3,
      mcpServers: { files: { command: 'node', args: ['/opt/server.mjs', '--deep'], env: { LEVEL: '2' } } },
    })
    expect(await desktop.data('inbox')).toMatchObject({ finished_actions: [{ id, status: 'done' }] })
    expect(readFileSync(bridge(place, 'audit.jsonl'), 'utf8')).toMatch(
      /"client":"terminal","tool":"update_mcp_config".*"approved without a terminal"/,
    )
    const again = await cli(place, ['actions', 'run', String(id), '--yes'])
    expect([again.code, again.stderr]).toEqual([1, expect.stringMatching(/is done already/)])
    expect((await cli(place, ['undo', ran.json.result.run])).code).toBe(0)
    expect(readFileSync(join(place.home, '.claude.json'), 'utf8')).toBe(before)
  })
  it('update_mcp_config removes a server, and reports a missing one', async () => {
    const place = home()
    await cli(place, ['add', 'files', '--command', 'node', '--', '/opt/server.mjs'])
    const desktop = await client(place, 'claude-desktop')
    const queue = async () =>
      String((await desktop.data('queue_action', { type: 'update_mcp_config', params: { name: 'files', remove: true } })).id)
    const first = await cli(place, ['actions', 'run', await queue(), '--yes', '--json'])
    expect(first.json).toMatchObject({ status: 'done' })
    expect(JSON.parse(readFileSync(join(place.home, '.claude.json'), 'utf8')).mcpServers ?? {}).toEqual({})
    const second = await cli(place, ['actions', 'run', await queue(), '--yes', '--json'])
    expect([second.code, second.json]).toEqual([
      1,
      expect.objectContaining({ status: 'failed', result: { error: expect.stringMatching(/has no server "files"/) } }),
    ])
  })
  describe('update_mcp_config under a name that is in use', () => {
    const standing = {
      ...{ package: 'tiny-server@1.0.0', args: ['/opt/a'], env: { TINY_KEY: '${secret:TINY_KEY}' } },
      ...{ allowScripts: true, share: true, runIn: 'each', on: { linux: { env: { MORE: '${secret:MORE}' } } } },
    }
    const write = (place: Scratch, servers: object): string =>
      place.write('.mcp-twin/mcp-twin.json', JSON.stringify({ version: 1, servers, bridge: { enabled: false } }))
    const serverOf = (place: Scratch) => JSON.parse(place.read('.mcp-twin/mcp-twin.json')).servers.files
    const wish = async (place: Scratch, params: object) => {
      const desktop = await client(place, 'claude-desktop')
      return desktop.data('queue_action', { type: 'update_mcp_config', params: { name: 'files', ...params } })
    }

    it('shows the whole result, and gives the new server neither rights nor keys of the old one', async () => {
      const place = home()
      write(place, { files: standing })
      const { id, result } = await wish(place, { command: 'node', args: ['/opt/other.mjs'] })
      const { message } = result as { message: string }
      expect(message.split('\n')).toEqual(
        expect.arrayContaining([
          ...['  command: "node"', '  args: ["/opt/other.mjs"]', '  in every program that takes part'],
          ...['  allowScripts: true → nothing', '  share: true → nothing', '  env: {"TINY_KEY":"${secret:TINY_KEY}"} → nothing'],
        ]),
      )
      const shown = (await cli(place, ['actions', 'show', String(id)])).stdout
      expect(shown).toContain('Claude Desktop asks to set up the server files in every program that takes part.\n')
      expect(shown).toContain('It starts this program:\n    node /opt/other.mjs\n')
      expect(shown).toContain('    key TINY_KEY\n')
      expect(shown).toMatch(/These files change:\n {4}~\/\.mcp-twin\/mcp-twin\.json, your manifest\n/)
      expect(shown.split('\n').slice(-3)).toEqual(['To decide about it:', `  mcp-twin actions run ${id}`, ''])
      expect(shown).not.toContain('{"')
      expect((await cli(place, ['actions', 'show', String(id), '--json'])).json).toMatchObject({
        id,
        status: 'needs_user',
        result: { message },
      })
      const ran = await cli(place, ['actions', 'run', String(id), '--yes'])
      expect([ran.code, ran.stdout]).toEqual([0, expect.stringContaining('Done: files is set up in Claude Code.\n')])
      for (const gone of ['npm package tiny-server@1.0.0 /opt/a', 'right to reach every program through the bridge', 'key TINY_KEY'])
        expect(ran.stderr).toContain(`    ${gone}\n`)
      expect(ran.stderr).not.toContain('actions run')
      expect(serverOf(place)).toEqual({ command: 'node', args: ['/opt/other.mjs'] })
    })

    it('shows the plan again when the manifest has changed, and does nothing before', async () => {
      const place = home()
      write(place, { files: { command: '/opt/serve' } })
      const { id } = await wish(place, { command: '/opt/serve', args: ['--fast'] })
      write(place, { files: { command: '/opt/serve', share: true } })
      const early = await cli(place, ['actions', 'run', String(id), '--yes', '--json'])
      expect([early.code, early.json]).toEqual([
        3,
        expect.objectContaining({
          status: 'needs_user',
          result: expect.objectContaining({ message: expect.stringMatching(/has changed since this was shown[\s\S]*share: true \(/) }),
        }),
      ])
      expect(serverOf(place)).toEqual({ command: '/opt/serve', share: true })
      const seen = await cli(place, ['actions', 'run', String(id), '--yes', '--json'])
      expect([seen.code, seen.json.status]).toEqual([0, 'done'])
      expect(serverOf(place)).toEqual({ command: '/opt/serve', args: ['--fast'], share: true })
    })

    it('changes the own manifest and no project, wherever it is typed', async () => {
      const place = home()
      place.write('work/mcp-twin.json', '{ "version": 1, "servers": {} }')
      mkdirSync(join(place.home, 'work', '.git'))
      const { id } = await wish(place, { command: 'node', args: ['/opt/server.mjs'] })
      const cwd = join(place.home, 'work')
      const elsewhere = await cli(place, ['actions', 'run', String(id), '--yes', '--manifest', 'mcp-twin.json'], { cwd })
      expect([elsewhere.code, elsewhere.stderr]).toEqual([2, expect.stringContaining(`mcp-twin actions run ${id}`)])
      const ran = await cli(place, ['actions', 'run', String(id), '--yes', '--json'], { cwd })
      expect([ran.code, ran.json.status]).toEqual([0, 'done'])
      expect(serverOf(place)).toEqual({ command: 'node', args: ['/opt/server.mjs'] })
      expect([place.read('work/mcp-twin.json'), existsSync(join(cwd, '.mcp.json'))]).toEqual(['{ "version": 1, "servers": {} }', false])
      expect(JSON.parse(place.read('.claude.json')).mcpServers).toHaveProperty('files')
    })
  })
  it('switch_model sets one value in the settings, which undo takes back', async () => {
    const place = home()
    const file = join(place.home, '.claude', 'settings.json')
    writeFileSync(file, '{\n    "theme": "dark",\n    "model": "sonnet",\n    "n": 1.0\n}\n')
    const desktop = await client(place, 'claude-desktop')
    const queue = async (model: string) =>
      String((await desktop.data('queue_action', { type: 'switch_model', params: { model }, to: 'claude-code' })).id)
    const ran = await cli(place, ['actions', 'run', await queue('opus'), '--yes', '--json'])
    expect(ran.json).toMatchObject({ status: 'done', result: { message: expect.stringMatching(/Claude Code uses opus/) } })
    expect(readFileSync(file, 'utf8')).toBe('{\n    "theme": "dark",\n    "model": "opus",\n    "n": 1.0\n}\n')
    writeFileSync(file, '{\n    "theme": "light",\n    "model": "opus",\n    "n": 1.0\n}\n')
    expect((await cli(place, ['undo', ran.json.result.run])).code).toBe(0)
    expect(readFileSync(file, 'utf8')).toBe('{\n    "theme": "light",\n    "model": "sonnet",\n    "n": 1.0\n}\n')
    writeFileSync(file, '{ // mine\n}\n')
    const broken = await cli(place, ['actions', 'run', await queue('opus'), '--yes', '--json'])
    expect([broken.code, broken.json.status]).toEqual([1, 'failed'])
    expect(readFileSync(file, 'utf8')).toBe('{ // mine\n}\n')
    const byHand = String(
      (await desktop.data('queue_action', { type: 'switch_model', params: { model: 'opus' }, to: 'claude-desktop' })).id,
    )
    const told = await cli(place, ['actions', 'run', byHand, '--yes'])
    expect([told.code, told.stdout]).toEqual([3, expect.stringMatching(/^Claude Desktop has no documented way/)])
  })
})

describe('a window of the other side', () => {
  it('is opened on Windows by a bridge in WSL: one argument of one program, with one line', async () => {
    const opener = 'C:\\Windows\\System32\\rundll32.exe'
    const planted = world().wsl('Ubuntu').windows().file(opener, `#!/bin/sh\nprintf '%s\\n' "$#" "$@" >> "$0.opened"\n`).build()
    const program = planted.side('windows').here(opener)
    chmodSync(program, 0o755)
    const code = await client({ ...planted.scratch, env: planted.env() }, 'claude-code')
    const { id } = await code.data('queue_action', { type: 'open_conversation', params: { prompt: 'secret & words' } })
    const action = await code.data('get_action', { id, timeout_ms: 50_000 })
    expect(action).toMatchObject({ status: 'needs_user', to: 'claude-desktop', result: { message: expect.stringMatching(/^Press Enter/) } })
    expect(readFileSync(`${program}.opened`, 'utf8').trim().split('\n')).toEqual([
      '2',
      'url.dll,FileProtocolHandler',
      `claude://claude.ai/new?q=claim%20action%20${id}%20through%20mcp-twin`,
    ])
  })
})

describe('mcp-twin actions', () => {
  it('shows what is stored of one that waits, where the manifest cannot be read', async () => {
    const place = home()
    const desktop = await client(place, 'claude-desktop')
    const { id } = await desktop.data('queue_action', { type: 'update_mcp_config', params: { name: 'files', command: 'node' } })
    place.write('.mcp-twin/mcp-twin.json', '{')
    const shown = await cli(place, ['actions', 'show', String(id)])
    expect([shown.code, shown.stdout]).toEqual([0, expect.stringContaining(`${id}  update_mcp_config`)])
  })

  it('lists, shows and cancels', async () => {
    const place = home()
    const desktop = await client(place, 'claude-desktop')
    const { id } = await desktop.data('queue_action', { type: 'execute_from_code', params: { prompt: 'run the tests' } })
    expect((await cli(place, ['actions', 'list'])).stdout).toMatch(
      new RegExp(`^${id}  execute_from_code  pending, from claude-desktop to any.*\\n    asks to do "run the tests"\\n`),
    )
    const { id: second } = await desktop.data('queue_action', { type: 'execute_from_code', params: { prompt: `write\n${id}  a story` } })
    const both = (await cli(place, ['actions', 'list'])).stdout.split('\n')
    for (const [each, asked] of [
      [id, 'asks to do "run the tests"'],
      [second, 'asks to do "write'],
    ])
      expect(both[both.findIndex((line) => line.startsWith(`${each}  execute`)) + 1]).toContain(asked)
    expect(both.filter((line) => line.includes('asks to'))).toHaveLength(2)
    // What was asked stands there in words, not in the JSON that programs exchange.
    expect(both.join('\n')).not.toMatch(/[{}]/)
    expect(both.slice(-3)).toEqual(['To see one whole:', '  mcp-twin actions show ID', ''])
    expect((await cli(place, ['actions', 'list', '--verbose'])).stdout).toContain('{"prompt":"run the tests"}')
    expect((await cli(place, ['actions', 'cancel', String(second)])).code).toBe(0)
    const shown = (await cli(place, ['actions', 'show', String(second)])).stdout
    expect(shown).toContain('Result:\n> Cancelled by terminal.')
    expect(shown).not.toContain('Result, by')
    expect((await cli(place, ['actions', 'show', String(id)])).stdout).toContain('run the tests')
    expect((await cli(place, ['actions', 'cancel', String(id), '--json'])).json).toMatchObject({
      command: 'actions',
      id,
      status: 'cancelled',
    })
    expect((await cli(place, ['actions', 'list', '--status', 'pending'])).stdout).toBe('No actions.\n')
    expect((await cli(place, ['inbox', '--client', 'claude-desktop', '--json'])).json).toMatchObject({
      finished_actions: expect.arrayContaining([expect.objectContaining({ id, status: 'cancelled' })]),
    })
    for (const [args, words] of [
      [['actions'], /actions/],
      [['actions', 'eat'], /actions takes list, show, run, cancel, drop or sign/],
      [['actions', 'show'], /needs the id of an action/],
      [['actions', 'list', 'x'], /too many arguments for 'actions list'/],
    ] as const) {
      const wrong = await cli(place, args)
      expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringMatching(words)])
    }
    const unknown = await cli(place, ['actions', 'show', '../../x'])
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringMatching(/There is no action "[^\n]*\n +mcp-twin actions list\n/)])
    expect(readdirSync(bridge(place)).filter((name) => name.endsWith('.new'))).toEqual([])
  })
})
