import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cliPath } from '../../support/cli.ts'
import { nodePath } from '../../support/machine.ts'
import { withPrefix } from '../../support/made-keys.ts'
import { type Bridge, greeted } from '../../support/mcp.ts'
import { leftovers } from '../../support/processes.ts'
import { type Planted, world } from '../../support/world.ts'

// Two models, each with a bridge of its own in a planted world with a Windows side, make the calls that a model makes first. What is
// refused must be right at the second try. The second try takes ids, paths, names and tools from the words of the refusal, never from
// its data, which Claude Code does not get; a row with `refusal` demands the words by which a model knows what to send instead.
type Who = 'code' | 'desktop'
type Call = readonly [tool: string, args: object]

interface Stumble {
  readonly title: string
  readonly who?: Who
  readonly first: () => Call
  /** The call that the words lead to; absent: the first one must be good. */
  readonly next?: (words: string) => Call
  /** What the refusal must say. */
  readonly refusal?: RegExp
  /** What the last answer must say. */
  readonly says?: RegExp
}

let planted: Planted
let site = ''
const bridges = {} as Record<Who, Bridge>
const ids: Record<string, string> = {}

const idIn = (words: string): string => /\b(?:[hq]-[0-9a-f]{8}|a-[0-9a-f]{12})\b/.exec(words)?.[0] ?? ''
/** The n-th text in quotation marks, from the end where `at` is negative. */
const quoted = (words: string, at: number): string =>
  JSON.parse([...words.matchAll(/"(?:[^"\\]|\\.)*"/g)].map(([text]) => text).at(at) ?? '""')
const after = (words: string, front: string): string => words.slice(words.indexOf(front) + front.length)

const ask = async (who: Who, [tool, args]: Call) => bridges[who].call(tool, args)
const good = async (who: Who, call: Call): Promise<string> => {
  const { text, refused } = await ask(who, call)
  expect(refused, `${JSON.stringify(call)} answered ${text}`).toBe(false)
  return text
}

beforeAll(async () => {
  planted = world()
    .wsl('Ubuntu')
    .file('site/src/login.ts', 'export const login = 1\n')
    .file('site/README.md', 'one\ntwo\nthree\n')
    .windows()
    .file('C:\\Users\\Ana\\notes\\plan.md', '# Plan\n')
    .client('claude-desktop', '{}')
    .build()
  const { home, root } = planted.scratch
  site = planted.self.here('site')
  planted.self.write(
    '.mcp-twin/mcp-twin.json',
    JSON.stringify({ version: 1, servers: {}, bridge: { roots: ['~/site', 'C:\\Users\\Ana\\notes'] } }),
  )
  const start = (client: string, as: string): Promise<Bridge> =>
    greeted(
      { command: nodePath, args: [cliPath, 'serve', '--client', client], env: { ...planted.env(), HOME: home }, cwd: root },
      client,
      as,
    )
  bridges.desktop = await start('claude-desktop', 'claude-ai')
  bridges.code = await start('claude-code', 'claude-code')
  const handoff = { title: 'Login form', goal: 'Users log in', sections: [{ heading: 'API', body: 'POST /login' }] }
  ids.handoff = idIn(await good('desktop', ['handoff_create', { ...handoff, to: 'claude-code' }]))
  ids.question = idIn(await good('desktop', ['ask_twin', { question: 'Which font?', to: 'claude-code' }]))
  ids.action = idIn(await good('desktop', ['queue_action', { type: 'execute_from_code', params: { prompt: 'Count.' }, to: 'claude-code' }]))
  await good('desktop', ['memory_set', { key: 'auth-approach', value: 'JWT', namespace: 'site' }])
  await good('desktop', ['memory_set', { key: 'auth-approach', value: 'Sessions', namespace: 'site' }])
})

afterAll(async () => {
  for (const each of Object.values(bridges)) await each.end()
  expect(await leftovers(planted.scratch.root)).toEqual([])
  planted.scratch.remove()
})

const handoff = { title: 'T', goal: 'G', sections: [{ heading: 'H', body: 'B' }] }
/** The program that a refusal of a recipient names and that is not the one that asks. */
const other = (words: string, who: Who): string =>
  /Did you mean "([^"]+)"/.exec(words)?.[1] ?? (who === 'code' ? /claude-desktop/ : /claude-code/).exec(words)?.[0] ?? ''

const recipients: readonly Stumble[] = [
  { title: 'work for "desktop"', first: () => ['handoff_create', { ...handoff, to: 'desktop' }], says: /claude-desktop/ },
  { title: 'work for "Claude Desktop"', first: () => ['handoff_create', { ...handoff, to: 'Claude Desktop' }], says: /claude-desktop/ },
  { title: 'work for "code"', who: 'desktop', first: () => ['handoff_create', { ...handoff, to: 'code' }], says: /claude-code/ },
  {
    title: 'a question to "Claude Code"',
    who: 'desktop',
    first: () => ['ask_twin', { question: 'Q?', to: 'Claude Code' }],
    says: /claude-code/,
  },
  {
    title: 'work for "claude"',
    first: () => ['handoff_create', { ...handoff, to: 'claude' }],
    next: (words) => ['handoff_create', { ...handoff, to: other(words, 'code') }],
  },
  {
    title: 'a question to "gpt"',
    first: () => ['ask_twin', { question: 'Q?', to: 'gpt' }],
    next: (words) => ['ask_twin', { question: 'Q?', to: other(words, 'code') }],
  },
  {
    title: 'an action for "claude-cod"',
    who: 'desktop',
    first: () => ['queue_action', { type: 'execute_from_code', params: { prompt: 'P' }, to: 'claude-cod' }],
    next: (words) => ['queue_action', { type: 'execute_from_code', params: { prompt: 'P' }, to: other(words, 'desktop') }],
  },
  {
    title: 'a question to itself',
    first: () => ['ask_twin', { question: 'Q?', to: 'claude-code' }],
    refusal: /leave "to" out/,
    next: () => ['ask_twin', { question: 'Q?' }],
  },
  {
    title: 'a list for "the other"',
    first: () => ['handoff_list', { to: 'the other' }],
    next: (words) => ['handoff_list', { to: /any/.exec(words)?.[0] }],
  },
]

/** The path that a refusal names in place of the one that was given. */
const path = (words: string): string => quoted(after(words, /Perhaps|give a path:/.exec(words)?.[0] ?? ''), 0)

const paths: readonly Stumble[] = [
  { title: 'a Windows path on the WSL side', first: () => ['read_file', { path: 'C:\\Users\\Ana\\notes\\plan.md' }], says: /# Plan/ },
  { title: 'a Windows path with slashes', first: () => ['read_file', { path: 'c:/Users/Ana/notes/plan.md' }], says: /# Plan/ },
  {
    title: 'a path of WSL as Windows spells it',
    who: 'desktop',
    first: () => ['read_file', { path: `\\\\wsl.localhost\\Ubuntu${site.replaceAll('/', '\\')}\\README.md` }],
    says: /one/,
  },
  { title: 'a path of WSL on Windows', who: 'desktop', first: () => ['read_file', { path: `${site}/README.md` }], says: /one/ },
  { title: '~ for home', first: () => ['read_file', { path: '~/site/README.md' }], says: /one/ },
  { title: '~ alone', first: () => ['list_directory', { path: '~' }], next: (words) => ['list_directory', { path: folderIn(words) }] },
  {
    title: 'a file URL',
    first: () => ['read_file', { path: `file://${site}/README.md` }],
    next: (words) => ['read_file', { path: path(words) }],
    says: /one/,
  },
  {
    title: 'a file URL of Windows',
    first: () => ['read_file', { path: 'file:///C:/Users/Ana/notes/plan%2Emd' }],
    next: (words) => ['read_file', { path: path(words) }],
    says: /# Plan/,
  },
  {
    title: 'a path that is relative to the project',
    first: () => ['read_file', { path: 'src/login.ts' }],
    next: (words) => ['read_file', { path: path(words) }],
    says: /login = 1/,
  },
  {
    title: 'a name without its folder',
    first: () => ['read_file', { path: `${site}/login.ts` }],
    next: (words) => ['read_file', { path: path(words) }],
    says: /login = 1/,
  },
  {
    title: 'a mistyped name',
    first: () => ['read_file', { path: `${site}/READNE.md` }],
    next: (words) => ['read_file', { path: path(words) }],
    says: /one/,
  },
  {
    title: 'a mistyped folder',
    first: () => ['read_file', { path: `${site}/scr/login.ts` }],
    next: (words) => ['read_file', { path: path(words) }],
    says: /login = 1/,
  },
  {
    title: 'one of several files with a mistyped name',
    first: () => ['read_files', { paths: [`${site}/READNE.md`] }],
    next: (words) => ['read_files', { paths: [path(words)] }],
    says: /one/,
  },
  {
    title: 'a change of a file with a mistyped name',
    first: () => ['edit_file', { path: `${site}/READNE.md`, edits: [{ old_string: 'three', new_string: 'four' }] }],
    next: (words) => ['edit_file', { path: path(words), edits: [{ old_string: 'three', new_string: 'four' }] }],
  },
  {
    title: 'a search in a mistyped folder',
    first: () => ['search_text', { path: `${site}/scr`, pattern: 'login' }],
    next: (words) => ['search_text', { path: path(words), pattern: 'login' }],
    says: /login = 1/,
  },
  {
    title: 'a copy of a file with a mistyped name',
    first: () => ['copy_file', { source: `${site}/READNE.md`, destination: `${site}/COPY.md` }],
    next: (words) => ['copy_file', { source: path(words), destination: `${site}/COPY.md` }],
  },
  {
    title: 'facts of a file with a mistyped name',
    first: () => ['file_info', { path: `${site}/READNE.md` }],
    next: (words) => ['file_info', { path: path(words) }],
    says: /size/,
  },
  {
    title: 'a folder as a file',
    first: () => ['read_file', { path: `${site}/src` }],
    next: (words) => [/list_directory/.exec(words)?.[0] ?? '', { path: quoted(words, 0) }],
    says: /login\.ts/,
  },
  {
    title: 'a file as a folder',
    first: () => ['list_directory', { path: `${site}/README.md` }],
    next: (words) => [/read_file/.exec(words)?.[0] ?? '', { path: quoted(words, 0) }],
    says: /one/,
  },
  { title: 'an empty path', first: () => ['list_directory', { path: '' }], next: (words) => ['list_directory', { path: folderIn(words) }] },
  {
    title: 'an empty path of a file',
    first: () => ['read_file', { path: '' }],
    next: (words) => [/list_directory/.exec(words)?.[0] ?? '', { path: folderIn(words) }],
  },
  { title: 'a file in folders that are missing', first: () => ['write_file', { path: `${site}/a/b/c.ts`, content: 'x' }], says: /Created/ },
  {
    title: 'a copy into a folder that is missing',
    first: () => ['copy_file', { source: `${site}/README.md`, destination: `${site}/new/copy.md` }],
    next: (words) => [/create_directory/.exec(words)?.[0] ?? '', { path: quoted(words, -1) }],
  },
  {
    title: 'a folder that is not open',
    first: () => ['read_file', { path: '/etc/hosts' }],
    next: (words) => ['list_directory', { path: folderIn(words) }],
  },
  {
    title: 'a drive without its folder',
    first: () => ['read_file', { path: 'C:plan.md' }],
    refusal: /full path/,
    next: () => ['read_file', { path: 'C:\\Users\\Ana\\notes\\plan.md' }],
  },
  { title: 'a side by its kind', first: () => ['translate_path', { path: `${site}/README.md`, to: 'Windows' }], says: /^\\\\wsl/ },
  {
    title: 'a side that there is not',
    first: () => ['translate_path', { path: `${site}/README.md`, to: 'win' }],
    next: (words) => ['translate_path', { path: `${site}/README.md`, to: /windows/.exec(after(words, 'there are'))?.[0] }],
    says: /^\\\\wsl/,
  },
]

/** The first open folder that a refusal names. */
const folderIn = (words: string): string => /(?:allowed folders \(|begins in )([^,;)]+)/.exec(words)?.[1] ?? ''

/** The name in `[name]` or `name` of the arguments that a refusal lists. */
const takes = (words: string, name: RegExp): string => name.exec(after(words, 'takes '))?.[0] ?? ''

const args: readonly Stumble[] = [
  {
    title: 'file_path for path',
    first: () => ['read_file', { file_path: `${site}/README.md` }],
    next: (words) => ['read_file', { [takes(words, /path/)]: `${site}/README.md` }],
    says: /one/,
  },
  {
    title: 'filename for path',
    first: () => ['write_file', { filename: `${site}/x`, text: 'x' }],
    next: (words) => ['write_file', { [takes(words, /path/)]: `${site}/x`, [takes(words, /content/)]: 'x' }],
  },
  {
    title: 'old_text for old_string',
    first: () => ['edit_file', { path: `${site}/x`, old_text: 'x', new_text: 'y' }],
    next: (words) => ['edit_file', { path: `${site}/x`, [takes(words, /edits/)]: [{ old_string: 'x', new_string: 'y' }] }],
  },
  {
    title: 'a number as a text',
    first: () => ['read_file', { path: `${site}/README.md`, limit: '1' }],
    next: (words) => ['read_file', { path: `${site}/README.md`, limit: Number(/give (\d+) without/.exec(words)?.[1]) }],
    says: /^one/,
  },
  {
    title: 'yes as a text',
    first: () => ['search_text', { path: site, pattern: 'LOGIN', case_sensitive: 'false' }],
    next: (words) => [
      'search_text',
      { path: site, pattern: 'LOGIN', case_sensitive: /give (true|false) without/.exec(words)?.[1] === 'true' },
    ],
    says: /login\.ts/,
  },
  {
    title: 'one path for a list',
    first: () => ['read_files', { paths: `${site}/README.md` }],
    next: (words) => ['read_files', { paths: JSON.parse(after(words, 'give ').replace(/\.$/, '')) }],
    says: /one/,
  },
  {
    title: 'a title that is empty',
    first: () => ['handoff_create', { ...handoff, title: '' }],
    next: (words) => ['handoff_create', { ...handoff, [quoted(words, 0)]: 'T' }],
  },
  {
    title: 'a query that is empty',
    first: () => ['memory_search', { query: '' }],
    next: (words) => ['memory_search', { [quoted(words, 0)]: 'JWT' }],
  },
  {
    title: 'arguments that are left out',
    first: () => ['ask_twin', {}],
    next: (words) => ['ask_twin', { [/question/.exec(words)?.[0] ?? '']: 'Q?' }],
  },
  {
    title: 'a status that there is not',
    first: () => ['handoff_list', { status: 'pending' }],
    next: (words) => ['handoff_list', { status: /open/.exec(after(words, 'one of'))?.[0] }],
  },
  {
    title: 'a status of an action that there is not',
    first: () => ['list_actions', { status: 'open' }],
    next: (words) => ['list_actions', { status: /pending/.exec(after(words, 'one of'))?.[0] }],
  },
  {
    title: 'arguments for a tool without any',
    first: () => ['bridge_status', { verbose: true }],
    refusal: /takes no arguments/,
    next: () => ['bridge_status', {}],
  },
  {
    title: 'sections as a text',
    first: () => ['handoff_create', { title: 'T', goal: 'G', sections: 'all of it' }],
    refusal: /must be a list/,
    next: () => ['handoff_create', handoff],
  },
  {
    title: 'a section without its body',
    first: () => ['handoff_create', { ...handoff, sections: [{ title: 'H', text: 'B' }] }],
    next: (words) => ['handoff_create', { ...handoff, sections: [{ [takes(words, /heading/)]: 'H', [takes(words, /body/)]: 'B' }] }],
  },
  {
    title: 'a wait that is too long',
    first: () => ['inbox', { timeout_ms: 600_000 }],
    next: (words) => ['inbox', { timeout_ms: Math.min(1, Number(/and (\d+)/.exec(words)?.[1])) }],
  },
]

const madeUp = withPrefix('gh', 'p_')

const names: readonly Stumble[] = [
  {
    title: 'a key spelled in another way',
    first: () => ['memory_get', { key: 'auth_approach' }],
    next: (words) => ['memory_get', { key: /Near ones: ([^,.\s]+)/.exec(words)?.[1] }],
    says: /Sessions/,
  },
  {
    title: 'a key by half of its name',
    first: () => ['memory_get', { key: 'auth' }],
    next: (words) => ['memory_get', { key: /Near ones: ([^,.\s]+)/.exec(words)?.[1] }],
    says: /Sessions/,
  },
  {
    title: 'a version that never was',
    first: () => ['memory_get', { key: 'auth-approach', version: 9 }],
    next: (words) => ['memory_get', { key: 'auth-approach', version: Number(/present version is (\d+)/.exec(words)?.[1]) }],
    says: /Sessions/,
  },
  {
    title: 'a change of an old version',
    first: () => ['memory_set', { key: 'auth-approach', namespace: 'site', value: 'OAuth', if_version: 1 }],
    next: (words) => [
      'memory_set',
      { key: 'auth-approach', namespace: 'site', value: 'OAuth', if_version: Number(/version (\d+)/.exec(words)?.[1]) },
    ],
    says: /version 3/,
  },
  { title: 'a namespace with a typo', first: () => ['memory_set', { key: 'k', value: 1, namespace: 'sites' }], says: /Near ones: site/ },
  {
    title: 'a handoff by its title',
    first: () => ['handoff_read', { id: 'Login form' }],
    next: (words) => ['handoff_read', { id: idIn(words) }],
    says: /POST \/login/,
  },
  {
    title: 'a handoff by the end of its id',
    first: () => ['handoff_claim', { id: ids.handoff?.slice(2) }],
    next: (words) => ['handoff_claim', { id: idIn(words) }],
    says: /Yours now/,
  },
  {
    title: 'a handoff that never was',
    first: () => ['handoff_read', { id: 'h-1' }],
    next: (words) => [/handoff_list/.exec(words)?.[0] ?? '', {}],
    says: /Login form/,
  },
  {
    title: 'a question by a part of its id',
    first: () => ['answer_twin', { question_id: ids.question?.slice(2, 8), answer: 'A' }],
    next: (words) => ['answer_twin', { question_id: idIn(words), answer: 'A' }],
  },
  {
    title: 'an action by a part of its id',
    first: () => ['get_action', { id: ids.action?.slice(2) }],
    next: (words) => ['get_action', { id: idIn(words) }],
    says: /Count\./,
  },
  {
    title: 'a handoff as an action',
    first: () => ['claim_action', { id: ids.handoff }],
    next: (words) => [/handoff_claim/.exec(words)?.[0] ?? '', { id: ids.handoff }],
    says: /Yours now/,
  },
  {
    title: 'an action as a handoff',
    first: () => ['handoff_read', { id: ids.action }],
    next: (words) => [/get_action/.exec(words)?.[0] ?? '', { id: ids.action }],
    says: /Count\./,
  },
  {
    title: 'a question as a handoff',
    first: () => ['handoff_claim', { id: ids.question }],
    next: (words) => [/handoff_read/.exec(words)?.[0] ?? '', { id: ids.question }],
    says: /Which font/,
  },
  {
    title: 'a result before the action was taken',
    first: () => ['complete_action', { id: ids.action, result: 7 }],
    next: (words) => [/claim_action/.exec(words)?.[0] ?? '', { id: ids.action }],
    says: /Count\./,
  },
  {
    title: 'a type of action that there is not',
    who: 'desktop',
    first: () => ['queue_action', { type: 'run_task', params: { prompt: 'P' } }],
    next: (words) => ['queue_action', { type: /execute_from_code/.exec(words)?.[0], params: { prompt: 'P' } }],
  },
  {
    title: 'params of another type',
    who: 'desktop',
    first: () => ['queue_action', { type: 'execute_from_code', params: { task: 'P' } }],
    next: (words) => ['queue_action', { type: 'execute_from_code', params: { [takes(words, /prompt/)]: 'P' } }],
  },
  {
    title: 'whom a wish is for, among its params',
    who: 'desktop',
    first: () => ['queue_action', { type: 'update_mcp_config', params: { name: 'foo', command: 'npx -y foo-mcp@1.0.0', to: 'code' } }],
    refusal: /"to" stands beside "params"/,
    next: () => ['queue_action', { type: 'update_mcp_config', params: { name: 'foo', command: 'npx -y foo-mcp@1.0.0' }, to: 'code' }],
    says: /config of Claude Code/,
  },
  {
    title: 'a decision that quotes a key',
    first: () => ['memory_set', { key: 'deploy', value: `export GITHUB_TOKEN=${madeUp}` }],
    refusal: /value holds what looks like a key \("ghp_…"\)[\s\S]*name it instead/,
    next: () => ['memory_set', { key: 'deploy', value: 'export GITHUB_TOKEN={secret:GITHUB_TOKEN}' }],
  },
  {
    title: 'a line of npx as a command',
    who: 'desktop',
    first: () => ['queue_action', { type: 'update_mcp_config', params: { name: 'foo', command: 'npx -y foo-mcp@1.0.0' } }],
    says: /needs_user[\s\S]*foo-mcp/,
  },
  {
    title: 'commands that are off',
    first: () => ['execute_command', { command: 'ls' }],
    refusal: /switched off; a person can set bridge\.terminal/,
    next: () => ['list_directory', { path: site }],
  },
  {
    title: 'a setting that there is not',
    first: () => ['set_config', { key: 'max_result', value: 9 }],
    next: (words) => ['set_config', { key: /max_results/.exec(words)?.[0], value: 9 }],
  },
  {
    title: 'a search that is over',
    first: () => ['more_results', { search: 's9' }],
    refusal: /Search again/,
    next: () => ['search_text', { path: site, pattern: 'login' }],
  },
  {
    title: 'a cursor of another store',
    first: () => ['wait_for_change', { since: 999_999, timeout_ms: 1 }],
    next: (words) => ['wait_for_change', { since: Number(/from cursor (\d+)/.exec(words)?.[1]), timeout_ms: 1 }],
  },
  {
    title: 'an edit that nearly fits',
    first: () => [
      'edit_file',
      { path: `${site}/src/login.ts`, edits: [{ old_string: 'export const  login', new_string: 'export const logout' }] },
    ],
    refusal: /Nearest is line 1/,
    next: () => [
      'edit_file',
      { path: `${site}/src/login.ts`, edits: [{ old_string: 'export const login', new_string: 'export const logout' }] },
    ],
  },
]

const mostly = [...recipients, ...paths, ...args, ...names]

describe('what a model tries first', () => {
  it('covers some sixty calls, in words alone for Claude Code', async () => {
    expect(mostly.length).toBeGreaterThanOrEqual(60)
    expect((await bridges.code.call('bridge_status')).data).toBeUndefined()
  })

  it.each(mostly)('succeeds, or after the advice of its refusal: $title', async ({ who = 'code', first, refusal, next, says }) => {
    const call = first()
    const answer = await ask(who, call)
    const told = `${JSON.stringify(call)} answered ${answer.text}`
    if (next === undefined) {
      expect(answer.refused, told).toBe(false)
      if (says !== undefined) expect(answer.text).toMatch(says)
      return
    }
    if (refusal !== undefined) expect(answer.text).toMatch(refusal)
    const again = next(answer.text)
    const second = await ask(who, again)
    expect(second.refused, `${told}\n${JSON.stringify(again)} answered ${second.text}`).toBe(false)
    if (says !== undefined) expect(second.text).toMatch(says)
  })
})
