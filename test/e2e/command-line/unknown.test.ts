import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { specs } from '../../../src/cli/specs/index.ts'
import { namesOf } from '../../../src/model/command-line.ts'
import { cli, cliPath } from '../../support/cli.ts'
import { nodePath } from '../../support/machine.ts'
import { program } from '../../support/program.ts'
import { type Scratch, scratch } from '../../support/scratch.ts'

/** What there is, by what it is called in the rows below. */
interface There {
  readonly handoff: string
  readonly question: string
  readonly action: string
  readonly session: string
  readonly run: string
  readonly trusted: string
  readonly root: string
}

/** An id with another last letter, as a slip of a finger makes it. */
const slip = (word: string): string => `${word.slice(0, -1)}${word.endsWith('0') ? '1' : '0'}`

type Row = readonly [what: string, words: (there: There) => readonly string[], near: (there: There) => string]

/** Every command that takes the name of something, with a name that nothing has, and the one that is near. */
const rows: readonly Row[] = [
  ['remove', () => ['remove', 'tavilyx'], () => 'tavily'],
  ['login', () => ['login', 'tavilyx'], () => 'tavily'],
  ['logout', () => ['logout', 'tavilyx'], () => 'tavily'],
  ['enable', () => ['enable', 'tavilyx'], () => 'tavily'],
  ['enable --on', () => ['enable', 'tavily', '--on', 'linuxx'], () => 'linux'],
  ['enable --client', () => ['enable', 'tavily', '--client', 'claude-cod'], () => 'claude-code'],
  ['disable', () => ['disable', 'tavilyx'], () => 'tavily'],
  ['rename', () => ['rename', 'tavilyx', 'other'], () => 'tavily'],
  ['update', () => ['update', 'tavilyx'], () => 'tavily'],
  ['diff', () => ['diff', 'tavilyx'], () => 'tavily'],
  ['try', () => ['try', 'tavilyx'], () => 'tavily'],
  ['tools', () => ['tools', 'tavilyx'], () => 'tavily'],
  ['logs', () => ['logs', 'tavilyx'], () => 'tavily'],
  ['tools', () => ['tools', 'tavilyx'], () => 'tavily'],
  ['logs --follow', () => ['logs', 'tavilyx', '--follow'], () => 'tavily'],
  ['run', () => ['run', 'tavilyx'], () => 'tavily'],
  ['add', () => ['add', 'tavilyy'], () => 'tavily'],
  ['init --server', () => ['init', '--server', 'tavilyx', '--yes', '--dry-run'], () => 'tavily'],
  ['init --from', () => ['init', '--from', 'cursorr', '--yes', '--dry-run'], () => 'cursor'],
  ['init --home', () => ['init', '--home', 'linuxx', '--yes', '--dry-run'], () => 'linux'],
  ['init --client', () => ['init', '--client', 'cursorr', '--yes', '--dry-run'], () => 'cursor'],
  ['sync', () => ['sync', '--client', 'cursorr'], () => 'cursor'],
  ['list', () => ['list', '--client', 'cursorr'], () => 'cursor'],
  ['list --manifest', () => ['list', '--manifest', 'gone.json'], () => 'init --manifest gone.json'],
  ['doctor --manifest', () => ['doctor', '--manifest', 'gone.json'], () => 'init --manifest gone.json'],
  ['outdated', () => ['outdated', '--on', 'linuxx'], () => 'linux'],
  ['doctor', () => ['doctor', '--check', 'in-syncc'], () => 'in-sync'],
  ['export', () => ['export', 'out', '--client', 'cursorr'], () => 'cursor'],
  ['secret remove', () => ['secret', 'remove', 'TAVILY_API_KEYS'], () => 'TAVILY_API_KEY'],
  ['secret merge', () => ['secret', 'merge', 'TAVILY_API_KEYS', 'TAVILY_API_KEY'], () => 'TAVILY_API_KEY'],
  ['session', ({ session }) => ['session', 'revoke', slip(session)], ({ session }) => session],
  ['undo', ({ run }) => ['undo', slip(run)], ({ run }) => run],
  ['uninstall', () => ['uninstall', '--client', 'cursorr', '--yes'], () => 'cursor'],
  ['inbox', () => ['inbox', '--client', 'claude-cod'], () => 'claude-code'],
  ['handoff', ({ handoff }) => ['handoff', 'show', slip(handoff)], ({ handoff }) => handoff],
  ['handoff answer', ({ question }) => ['handoff', 'answer', slip(question), 'yes'], ({ question }) => question],
  ['handoff new --to', () => ['handoff', 'new', 'T', '--goal', 'G', '--to', 'claude-cod'], () => 'claude-code'],
  ['handoff list --to', () => ['handoff', 'list', '--to', 'claude-cod'], () => 'claude-code'],
  ['handoff list --status', () => ['handoff', 'list', '--status', 'opened'], () => 'open'],
  ['actions show', ({ action }) => ['actions', 'show', slip(action)], ({ action }) => action],
  ['actions run', ({ action }) => ['actions', 'run', slip(action), '--yes'], ({ action }) => action],
  ['actions cancel', ({ action }) => ['actions', 'cancel', slip(action)], ({ action }) => action],
  ['actions list --status', () => ['actions', 'list', '--status', 'don'], () => 'done'],
  ['actions drop', () => ['actions', 'drop', 'analyse_file'], () => 'analyze_file'],
  ['memory get', () => ['memory', 'get', 'plann'], () => 'plan'],
  ['memory history', () => ['memory', 'history', 'plann'], () => 'plan'],
  ['memory delete', () => ['memory', 'delete', 'plann'], () => 'plan'],
  ['memory get --namespace', () => ['memory', 'get', 'plan', '--namespace', 'shred'], () => 'shared'],
  ['memory history --namespace', () => ['memory', 'history', 'plan', '--namespace', 'shred'], () => 'shared'],
  ['memory delete --namespace', () => ['memory', 'delete', 'plan', '--namespace', 'shred'], () => 'shared'],
  ['memory list --namespace', () => ['memory', 'list', '--namespace', 'shred'], () => 'shared'],
  ['memory search --namespace', () => ['memory', 'search', 'plan', '--namespace', 'shred'], () => 'shared'],
  ['memory export --namespace', () => ['memory', 'export', 'out.jsonl', '--namespace', 'shred'], () => 'shared'],
  ['plugin allow', () => ['plugin', 'allow', 'echoo.js'], () => 'echo.js'],
  ['plugin revoke', () => ['plugin', 'revoke', 'echoo.js'], () => 'echo.js'],
  ['trust --revoke', ({ trusted }) => ['trust', '--revoke', slip(trusted)], ({ trusted }) => trusted],
  ['roots', ({ root }) => ['roots', 'remove', slip(root)], () => '~/shared'],
  ['store move', () => ['store', 'move', 'embeded'], () => 'embedded'],
  ['serve', () => ['serve', '--tools', 'memoryy'], () => 'did you mean "memory"'],
  ['completion', () => ['completion', 'bashh'], () => 'did you mean "bash"'],
]

/** Of every verb: its name with a letter too many, a flag that another verb of its command has, and a word too many. */
const slips = specs.flatMap(({ name, verbs = [] }) =>
  verbs.flatMap((verb) => {
    const words = (verb.arguments ?? []).map(() => 'x')
    const line = [name, verb.name, ...words].join(' ')
    const names = (verb.options ?? []).flatMap(namesOf)
    const foreign = verbs.flatMap(({ options = [] }) => options.flatMap(namesOf)).find((flag) => !names.includes(flag))
    const isEndless = verb.arguments?.some((word) => word.name.includes('...'))
    return [
      [`${name} ${verb.name}x`, `"${verb.name}"`] as const,
      ...(foreign === undefined ? [] : [[`${line} ${foreign}`, `belongs to ${name}`] as const]),
      ...(isEndless ? [] : [[`${line} word-too-many`, verb.excess?.message ?? 'too many'] as const]),
    ]
  }),
)

describe('a name that nothing has', () => {
  let place: Scratch
  let there: There

  beforeAll(async () => {
    place = scratch()
    mkdirSync(join(place.home, '.mcp-twin'), { mode: 0o700 })
    const url = 'https://mcp.example.com/mcp'
    const servers = { tavily: { url, headers: { 'x-api-key': '${secret:TAVILY_API_KEY}' } } }
    place.write('.mcp-twin/mcp-twin.json', JSON.stringify({ version: 1, servers, bridge: { enabled: false } }))
    place.write('.claude.json', '{}')
    place.write('project/mcp-twin.json', JSON.stringify({ version: 1, servers: {} }))
    mkdirSync(join(place.home, 'project', '.git'))
    const typed = async (args: readonly string[], input?: string) => {
      const done = await cli(place, [...args, '--json'], input === undefined ? {} : { input })
      expect([args, done.code, done.stderr]).toEqual([args, 0, expect.anything()])
      return done.json
    }
    await typed(['secret', 'set', 'TAVILY_API_KEY'], 'value-of-a-key')
    const { run } = await typed(['sync', '--offline', '--no-try'])
    const { id: session } = await typed(['session', 'new'])
    await typed(['memory', 'set', 'plan', 'text', '--namespace', 'shared'])
    const { id: handoff } = await typed(['handoff', 'new', 'Title', '--goal', 'Goal'])
    const trusted = join(place.home, 'project')
    await typed(['trust', trusted])
    await typed(['plugin', 'new', 'echo'])
    await typed(['plugin', 'allow', 'echo.js'])
    const bridge = { command: nodePath, args: [cliPath, 'serve', '--client', 'claude-desktop'], env: place.env, cwd: place.root }
    const code = await program('claude-desktop', 'legacy', bridge)
    const { id: action } = await code.data('queue_action', { type: 'execute_from_code', params: { prompt: 'run the tests' } })
    const { id: question } = await code.data('ask_twin', { question: 'Which colour?' })
    await code.client.close()
    const root = join(place.home, 'shared')
    mkdirSync(root)
    await typed(['roots', 'add', root])
    there = { handoff, question: String(question), action: String(action), session, run, trusted, root }
  })

  it.each(rows)('is wrong usage and names the near one: %s', async (_what, words, near) => {
    const wrong = await cli(place, words(there))
    // The whole name: what was typed is repeated, and may begin with it.
    const whole = new RegExp(`(?<![\\w-])${near(there).replaceAll('.', '\\.')}(?![\\w-])`)
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringMatching(whole)])
    expect(wrong.stderr).not.toMatch(/\b(?:list_actions|handoff_list|memory_list|get_action)\b/)
  })

  it.each([
    ['a folder without a project', ['trust', 'nowhere']],
    ['a folder without a set-up', ['import', 'nowhere', '--yes']],
    ['a sample that we do not have', ['plugin', 'new', 'mine', '--sample', 'nope']],
    ['a file that is not there', ['memory', 'import', 'nowhere.jsonl']],
  ])('is wrong usage too where it is %s', async (_what, words) => {
    expect(await cli(place, words)).toMatchObject({ code: 2, stderr: expect.stringMatching(/nowhere|nope/) })
  })

  it.each<[string, (there: There) => readonly string[], (there: There) => string]>([
    ['actions drop of an action', ({ action }) => ['actions', 'drop', action], ({ action }) => `mcp-twin actions cancel ${action}`],
    ['actions sign of an action', ({ action }) => ['actions', 'sign', action], ({ action }) => `mcp-twin actions cancel ${action}`],
    ['actions drop of none', () => ['actions', 'drop', 'a-0123456789ab'], () => 'a-0123456789ab is an action'],
    ['actions show of a handoff', ({ handoff }) => ['actions', 'show', handoff], ({ handoff }) => `mcp-twin handoff show ${handoff}`],
    ['handoff show of an action', ({ action }) => ['handoff', 'show', action], ({ action }) => `mcp-twin actions show ${action}`],
    ['actions show of a question', ({ question }) => ['actions', 'show', question], ({ question }) => `handoff answer ${question}`],
  ])('is named as the id of something else: %s', async (_what, words, way) => {
    const wrong = await cli(place, words(there))
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining(way(there))])
    expect(wrong.stderr).not.toMatch(/update_mcp_config|open_conversation/)
  })

  it.each([
    ['a folder', '.', /that is a folder/],
    ['a folder of ours', '.mcp-twin', /that is a folder/],
    ['nothing', 'gone.json', /There is no manifest/],
    ['no manifest', '.claude.json', /unknown key|version/],
  ])('uninstalls nothing where --manifest names %s', async (_what, named, why) => {
    const wrong = await cli(place, ['uninstall', '--manifest', join(place.home, named), '--yes', '--all'])
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringMatching(why)])
    expect([place.has('.mcp-twin/bin'), place.has('.mcp-twin/state.json')]).toEqual([false, true])
  })

  it.each([
    ['no key', ['memory', 'set', '', 'x']],
    ['a key that is too long', ['memory', 'get', 'k'.repeat(600)]],
    ['no namespace', ['memory', 'list', '--namespace', '']],
    ['a search for nothing', ['memory', 'search', '']],
    ['no title', ['handoff', 'new', '', '--goal', 'G']],
    ['a title that is too long', ['handoff', 'new', 't'.repeat(400), '--goal', 'G']],
  ])('is wrong usage too where it is %s', async (_what, words) => {
    expect((await cli(place, words)).code).toBe(2)
  })

  it.each(slips)('is wrong usage before anything is opened: %s', async (line, near) => {
    const wrong = await cli(place, line.split(' '))
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining(near)])
  })

  it('has a row for every command', () => {
    const covered = new Set(rows.map(([what]) => what.split(' ')[0]))
    const without = specs.map(({ name }) => name).filter((name) => !covered.has(name))
    // These take no name of anything, or that of a folder; ignore, the name of a server that only a program has.
    expect(without.sort()).toEqual(['events', 'ignore', 'import', 'schema', 'search', 'ui'])
  })
})

it.each(['drop', 'sign'])('actions %s refuses a program that nobody has, as handoff new does, and leaves no file', async (verb) => {
  const place = scratch()
  const { token } = (await cli(place, ['session', 'new', '--json'])).json
  const args = ['actions', verb, 'execute_from_code', '--param', 'prompt=x', '--to', 'claude-cod']
  const refused = await cli(place, args, { env: { MCP_TWIN_TOKEN: token } })
  expect(refused).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('No program is called "claude-cod"; there are ') })
  expect((await cli(place, ['handoff', 'new', 'a', '--goal', 'b', '--to', 'claude-cod'])).stderr).toContain(
    'No program is called "claude-cod"',
  )
  expect(place.has('.mcp-twin/bridge/triggers') ? readdirSync(place.path('.mcp-twin/bridge/triggers')) : []).toEqual([])
})
