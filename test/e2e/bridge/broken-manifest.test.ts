import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, symlinkSync, unlinkSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { cli, cliPath } from '../../support/cli.ts'
import { nodePath } from '../../support/machine.ts'
import { session } from '../../support/mcp.ts'
import { pluginText, putPlugin } from '../../support/plugins.ts'
import { type Scratch, scratch } from '../../support/scratch.ts'
import { sdkClient } from './sdk-client.ts'
import { transports } from './transports.ts'

const own = '.mcp-twin/mcp-twin.json'
const hello = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 't', version: '1' } }

async function open(place: Scratch, args: readonly string[] = []) {
  const start = { command: nodePath, args: [cliPath, 'serve', '--client', 'tester', ...args], env: place.env, cwd: place.root }
  const server = session(start)
  const { instructions } = (await server.ask('initialize', hello)) as { instructions: string }
  server.notify('notifications/initialized')
  const { tools } = (await server.ask('tools/list', {})) as { tools: { name: string }[] }
  return {
    ...server,
    ...{ instructions, names: tools.map(({ name }) => name) },
    async text(name: string, params: object = {}) {
      const result = (await server.ask('tools/call', { name, arguments: params })) as { content: { text: string }[]; isError?: boolean }
      return (result.isError ? 'REFUSED ' : '') + result.content.map(({ text }) => text).join('\n')
    },
  }
}

const shut = '"readOnly": true, "deny": ["~/.mcp-twin/bridge/workspace/shut"], "families": ["files", "bridge", "memory"]'
const inside = (bridge: string, rest = '') => `{"version": 1${rest}, "bridge": {${bridge}}}`

/** Manifests that are there and cannot be read, and what a refusal says of them. `kept`: what they close can still be read. */
const broken: readonly { what: string; text: string; said: RegExp; kept: boolean }[] = [
  { what: 'an unknown key beside it', text: inside(`${shut}, "redonly": 1`), said: /mcp-twin\.json:1:\d+: .*redonly/, kept: true },
  { what: 'an unknown key above', text: inside(shut, ', "brigde": {}'), said: /:1:\d+: .*brigde/, kept: true },
  { what: 'a text for a flag', text: inside(shut.replace('true', '"yes"')), said: /:1:\d+: .*true or false/, kept: true },
  { what: 'a text for the list of what is closed', text: inside(shut.replace(/\[("~.*?)\]/, '$1')), said: /a list/, kept: true },
  { what: 'a brace that is missing', text: inside(shut).slice(0, -2), said: /:1:\d+/, kept: true },
  { what: 'a comma that is missing', text: inside(shut.replace(', "families"', ' "families"')), said: /:1:\d+/, kept: true },
  { what: 'another bridge after it', text: inside(shut).slice(0, -1).concat(', "bridge": {"x": 1}}'), said: /:1:\d+/, kept: true },
  { what: 'a flag that stands twice', text: inside(`${shut}, "readOnly": false`), said: /:1:\d+: .*"readOnly" appears twice/, kept: true },
  { what: 'a list that stands twice', text: inside(`${shut}, "deny": []`), said: /"deny" appears twice/, kept: true },
  { what: 'a byte that is no text', text: inside(shut).concat('\u0000'), said: /mcp-twin\.json/, kept: true },
  { what: 'a wrong version', text: inside(shut).replace('1', '2'), said: /version/, kept: true },
  { what: 'a bridge that is a list', text: '{"version": 1, "bridge": ["readOnly"]}', said: /bridge/, kept: false },
  { what: 'no object at all', text: 'readOnly: true', said: /:1:\d+/, kept: false },
  { what: 'nothing in it', text: '', said: /empty/, kept: false },
  { what: 'braces ten thousand deep', text: '['.repeat(10_000), said: /mcp-twin\.json/, kept: false },
]

const wide = ['--root', '/', '--terminal', 'on', '--tools', 'files,terminal,shared,plugins,bridge']

describe('serve with a manifest that cannot be read', () => {
  it.each(broken)('only reads, in its workspace alone, and says so: $what', async ({ text, said, kept }) => {
    for (const args of [[], wide]) {
      const place = scratch()
      place.write(own, text)
      place.write('elsewhere/x', 'text')
      place.write('.mcp-twin/bridge/workspace/shut/x', 'text')
      place.write('.mcp-twin/bridge/workspace/open', 'text')
      const server = await open(place, args)
      expect(server.instructions).toMatch(said)
      expect(server.instructions).toMatch(/only reads.*mcp-twin doctor --user/)
      expect(server.names).toContain('read_file')
      expect(server.names).not.toContain('write_file')
      expect(server.names.includes('search_files')).toBe(!kept && args.length === 0)
      for (const [tool, params] of [
        ['write_file', { path: 'x', content: '1' }],
        ['execute_command', { command: 'date' }],
        ['read_file', { path: place.path('elsewhere/x') }],
      ] as const) {
        const answer = await server.text(tool, params)
        expect(answer).toMatch(/^REFUSED/)
        expect(answer).toMatch(said)
        expect(answer).toContain('mcp-twin doctor --user')
      }
      expect(await server.text('read_file', { path: 'open' })).toMatch(/text/)
      expect(await server.text('read_file', { path: 'shut/x' })).toMatch(kept ? /REFUSED .*closed/ : /text/)
      expect(await server.text('bridge_status')).toMatch(said)
      await server.end()
      expect((await cli(place, ['doctor', '--user'])).code).not.toBe(0)
    }
  })

  it.each([
    ['a directory', (place: Scratch) => mkdirSync(place.path(own), { recursive: true })],
    ['a link that leads nowhere', (place: Scratch) => symlinkSync('nowhere', place.path(own))],
  ])('the same for %s', async (_what, make) => {
    const place = scratch()
    mkdirSync(place.path('.mcp-twin'), { recursive: true })
    make(place)
    const server = await open(place, wide)
    expect(server.instructions).toMatch(/mcp-twin\.json.*only reads/)
    expect(await server.text('write_file', { path: 'x', content: '1' })).toMatch(/REFUSED .*mcp-twin\.json/)
    expect(await server.text('read_file', { path: '/etc/hostname' })).toMatch(/REFUSED .*mcp-twin\.json/)
    await server.end()
  })

  it('only reads, in its workspace alone, when the named manifest is missing', async () => {
    const place = scratch()
    place.write(own, inside('"readOnly": false'))
    for (const gone of [place.path('a disk/gone.json'), '']) {
      const server = await open(place, ['--manifest', gone, ...wide])
      expect(await server.text('write_file', { path: 'x', content: '1' })).toMatch(/REFUSED .*no manifest at .*, which was named/i)
      expect(await server.text('read_file', { path: '/etc/hostname' })).toMatch(/REFUSED/)
      await server.end()
    }
  })

  it('obeys the manifest again once it is repaired and serve is restarted', async () => {
    const place = scratch()
    place.write(own, inside('"readOnly": true, "x": 1'))
    const first = await open(place)
    place.write(own, inside('"families": ["files", "bridge"]'))
    expect(await first.text('write_file', { path: 'x', content: '1' })).toMatch(/REFUSED/)
    await first.end()
    const next = await open(place)
    expect(next.instructions).not.toMatch(/only reads/)
    expect(await next.text('write_file', { path: 'x', content: '1' })).toMatch(/Created/)
    await next.end()
  })
})

const stops: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

const whole = (place: Scratch, more = '') => inside(`"roots": ["${place.path('elsewhere')}"], "terminal": "on"${more}`)
const cut = (place: Scratch) => whole(place, ', "readonly": true, "deny": ["~/.mcp-twin/bridge/workspace/shut"]')

/** What breaks a manifest; the first lets nothing be read, the second what it closes. */
const breaking: readonly (readonly [string, (place: Scratch) => void])[] = [
  ['is emptied', (place) => place.write(own, '')],
  ['gets an unknown key', (place) => place.write(own, cut(place))],
  [
    'becomes a link that leads nowhere',
    (place) => {
      unlinkSync(place.path(own))
      symlinkSync('nowhere', place.path(own))
    },
  ],
]

function home(): Scratch {
  const place = scratch()
  place.write('elsewhere/x', 'text')
  place.write('.mcp-twin/bridge/workspace/shut/x', 'text')
  place.write(own, whole(place))
  return place
}

const repair = (place: Scratch) => {
  unlinkSync(place.path(own))
  place.write(own, whole(place))
}

describe('a manifest that breaks while a bridge runs', () => {
  const ways = Object.entries(transports).flatMap(([by, connect]) => breaking.map(([what, spoil]) => ({ by, connect, what, spoil })))
  it.each(ways)('and $what closes it over $by from the next call on, until it is repaired', async ({ connect, what, spoil }) => {
    const place = home()
    putPlugin(place, 'hi.js', pluginText('greet'))
    expect((await cli(place, ['plugin', 'allow', 'hi.js'])).code).toBe(0)
    const { ask, stop } = await connect(place)
    stops.push(stop)
    const text = async (name: string, args: object = {}) => {
      const { content, isError } = (await ask('tools/call', { name, arguments: args })) as {
        content: { text: string }[]
        isError?: boolean
      }
      return (isError === true ? 'REFUSED ' : '') + content.map((each) => each.text).join('\n')
    }
    const namesIn = async (of: 'tools' | 'prompts') =>
      ((await ask(`${of}/list`)) as Record<string, { name: string }[]>)[of]?.map(({ name }) => name)
    const calls = [
      ['write_file', { path: 'y', content: '1' }],
      ['read_file', { path: place.path('elsewhere/x') }],
      ['execute_command', { command: 'date' }],
      ['queue_action', { type: 'save_conversation', params: { title: 'a', content: 'b' } }],
      ['greet', {}],
    ] as const
    const answers = async () => Promise.all(calls.map(([name, args]) => text(name, args)))
    const offered = ['write_file', 'execute_command', 'queue_action', 'greet']
    for (let round = 0; round < 2; round++) {
      for (const answer of await answers()) expect(answer).not.toMatch(/REFUSED/)
      expect(await namesIn('tools')).toEqual(expect.arrayContaining(offered))
      expect(await namesIn('prompts')).toContain('hand_off')
      expect(await text('read_file', { path: 'shut/x' })).toContain('text')
      spoil(place)
      for (const answer of await answers()) {
        expect(answer).toMatch(/REFUSED .*mcp-twin\.json/)
        expect(answer).toMatch(/mcp-twin doctor --user and once it is fixed this bridge opens again\.$/m)
      }
      expect((await namesIn('tools'))?.filter((name) => offered.includes(name))).toEqual([])
      expect(await namesIn('prompts')).not.toContain('hand_off')
      expect(await text('read_file', { path: 'shut/x' })).toMatch(what === 'gets an unknown key' ? /REFUSED .*closed/ : /text/)
      expect(await text('bridge_status')).toContain('opens again')
      repair(place)
      place.write('.mcp-twin/bridge/workspace/y', '1')
    }
  })

  it('is announced, and so is its repair, though nobody calls', async () => {
    const place = home()
    const { client } = await sdkClient(place, 'tester', 'legacy')
    stops.push(() => client.close())
    const names = async () => (await client.listTools()).tools.map(({ name }) => name)
    expect(await names()).toContain('write_file')
    for (const [change, has] of [
      [() => place.write(own, ''), false],
      [() => repair(place), true],
    ] as const) {
      const told = new Promise<void>((resolve) => client.setNotificationHandler('notifications/tools/list_changed', () => resolve()))
      change()
      await told
      expect((await names()).includes('write_file')).toBe(has)
    }
  })

  it('stops the runner, which leaves actions waiting and continues after the repair', async () => {
    const place = home()
    const { token } = (await cli(place, ['session', 'new', '--json'])).json
    const runner = spawn(nodePath, [cliPath, 'serve', '--runner'], { env: place.env, cwd: place.root, stdio: ['ignore', 'ignore', 'pipe'] })
    const ended = new Promise((resolve) => runner.once('exit', resolve))
    stops.push(async () => {
      runner.kill('SIGTERM')
      await ended
    })
    let said = ''
    runner.stderr.on('data', (chunk: Buffer) => (said += chunk))
    await expect.poll(() => existsSync(place.path('.mcp-twin/bridge/session_state.json'))).toBe(true)
    place.write(own, cut(place))
    await expect.poll(() => said).toMatch(/No action is carried out\. .*readonly/s)
    const drop = ['actions', 'drop', 'save_conversation', '--param', 'title=Plan', '--param', 'content=text', '--id', 'mine']
    expect((await cli(place, drop, { env: { MCP_TWIN_TOKEN: token } })).code).toBe(0)
    const log = () => place.read('.mcp-twin/bridge/logs/bridge.log')
    await expect.poll(log).toContain('no trigger is taken up')
    expect(readdirSync(place.path('.mcp-twin/bridge/triggers')).filter((name) => name.endsWith('.json'))).toHaveLength(1)
    repair(place)
    const status = async () => (await cli(place, ['actions', 'show', 'mine', '--json'])).json?.status
    await expect.poll(status, { timeout: 60_000, interval: 500 }).toBe('done')
  })

  it('stops actions run until it is repaired', async () => {
    const place = home()
    const first = await open(place)
    const asked = await first.text('queue_action', { type: 'switch_model', params: { model: 'opus' }, to: 'claude-code' })
    const [id = ''] = /a-[0-9a-z]{8,}/.exec(asked) ?? []
    await first.end()
    place.write(own, cut(place))
    const refused = await cli(place, ['actions', 'run', id, '--yes'])
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(/Nothing was done\. .*readonly/s)])
    repair(place)
    expect((await cli(place, ['actions', 'show', id, '--json'])).json).toMatchObject({ status: 'needs_user' })
    expect((await cli(place, ['actions', 'run', id, '--yes'])).output).not.toContain('readonly')
  })
})
