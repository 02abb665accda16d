import { localTime } from '../../../src/core/local-time.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CallResult } from '../../../src/bridge/contract/pipeline.ts'
import { begin, end } from '../../../src/bridge/sharing/records.ts'
import { tools } from '../../../src/bridge/tools/index.ts'
import { type Caller, type Desk, desk, textOf } from '../../support/desk.ts'

const code: Caller = { client: 'claude-code', session: 'c' }
const desktop: Caller = { client: 'claude-desktop', session: 'd' }

let place: Desk
const ids: Record<string, string> = {}
const idOf = async (name: string, args: object, who: Caller): Promise<string> => String((await place.data(name, args, who)).id)
const session = async (command: string): Promise<unknown> =>
  (await place.data('execute_command', { command, background: true }, code)).session

const task = (prompt: string): object => ({ type: 'execute_from_code', params: { prompt, files: ['f'] }, to: 'code' })
const handoff = { title: 'Login "form"', goal: 'Users log in\nby name.', sections: [{ heading: 'API', body: 'POST /login', priority: 1 }] }

beforeAll(async () => {
  place = desk({ terminal: 'on', problems: ['Something is odd.'] })
  for (const name of ['f', 'g', 'h', 'gone']) place.put(name, 'one hit\ntwo hits\n')
  await place.ok('memory_set', { key: 'db', value: { engine: 'SQLite', modes: ['WAL'] }, rationale: 'one file', tags: ['store'] })
  await place.ok('memory_set', { key: 'db', value: 'Postgres', namespace: 'site', rationale: 'many\nwriters' })
  await place.ok('memory_set', { key: 'gone', value: 1, tags: ['a', 'b c'] })
  await place.ok('memory_delete', { key: 'gone' })
  await place.ok('memory_set', { key: 'long', value: 'long words '.repeat(200) })
  await place.ok('memory_set', { key: 'why', value: 1, rationale: 'r'.repeat(400) })
  ids.handoff = await idOf('handoff_create', { ...handoff, acceptance: 'All green', files: ['f'], to: 'code' }, desktop)
  ids.open = await idOf('handoff_create', { ...handoff, title: 'Open', to: 'code' }, desktop)
  await place.call('handoff_claim', { id: ids.handoff }, code)
  await place.call('handoff_update', { id: ids.handoff, note: 'Begun.\nHalf done.' }, code)
  ids.asked = await idOf('ask_twin', { question: 'Which colour?', handoff: ids.handoff }, code)
  await place.call('answer_twin', { question_id: ids.asked, answer: 'Blue' }, desktop)
  ids.question = await idOf('ask_twin', { question: 'Which font?', handoff: ids.handoff, to: 'code' }, desktop)
  ids.done = await idOf('queue_action', task('Count the lines.'), desktop)
  await place.call('claim_action', { id: ids.done }, code)
  await place.call('complete_action', { id: ids.done, result: { lines: 17, files: ['a.ts'] } }, code)
  ids.pending = await idOf('queue_action', task('Run the tests.'), desktop)
  ids.model = await idOf('queue_action', { type: 'switch_model', params: { model: 'opus' }, to: 'code' }, desktop)
  ids.wish = await idOf(
    'queue_action',
    { type: 'update_mcp_config', params: { name: 'web', command: 'npx -y tavily-mcp@0.2.22' } },
    desktop,
  )
  const store = await place.bridge.store()
  await store.write({ client: 'claude-code', session: 's' }, (transaction) => {
    begin(transaction, { id: 's-1', server: 'web', tool: 'find', arguments: JSON.stringify({ q: 'moon phases' }), key: null })
    end(transaction, 's-1', 'done', { content: [{ type: 'text', text: 'New moon\non Friday' }], structuredContent: { next: 'Friday' } })
  })
})
afterAll(() => place.close())

type Sample = readonly [args: object, who?: Caller]

/** Calls of each tool whose answers hold as much as it can answer. What a tool changes is made for its calls alone. */
const samples: Readonly<Record<string, () => readonly Sample[] | Promise<readonly Sample[]>>> = {
  read_file: () => [[{ path: 'f' }]],
  read_files: () => [[{ paths: ['f', 'g'] }]],
  write_file: () => [[{ path: 'new', content: 'x' }], [{ path: 'new', content: 'y' }], [{ path: 'new', content: 'z', mode: 'append' }]],
  edit_file: () => [[{ path: 'g', edits: [{ old_string: 'two', new_string: 'three' }] }]],
  create_directory: () => [[{ path: 'd' }], [{ path: 'd' }]],
  list_directory: () => [[{ path: '.' }]],
  move_file: () => [[{ source: 'h', destination: 'moved' }]],
  copy_file: () => [[{ source: 'f', destination: 'copied' }]],
  delete_file: () => [[{ path: 'gone' }]],
  file_info: () => [[{ path: 'f' }]],
  search_files: () => [[{ path: '.', glob: '*' }]],
  search_text: () => [[{ path: '.', pattern: 'hit', max_results: 1 }]],
  more_results: async () => {
    const said = await place.ok('search_text', { path: '.', pattern: 'hit', max_results: 1 })
    return [[{ search: /search "(s\d+)"/.exec(said)?.[1] }]]
  },
  stop_search: async () => {
    const said = await place.ok('search_text', { path: '.', pattern: 'hit', max_results: 1 })
    return [[{ search: /search "(s\d+)"/.exec(said)?.[1] }]]
  },
  execute_command: () => [[{ command: 'echo hi; exit 3' }], [{ command: 'sleep 60', background: true }]],
  read_output: async () => [[{ session: await session('cat') }, code]],
  send_input: async () => [
    [{ session: await session('cat'), input: 'x' }, code],
    [{ session: await session('cat'), input: 'x', end: true }, code],
  ],
  list_sessions: async () => {
    await session('sleep 60')
    return [[{}, code]]
  },
  list_processes: async () => {
    await session('sleep 60')
    return [[{}, code]]
  },
  stop_session: async () => [[{ session: await session('sleep 60') }, code]],
  kill_process: async () => {
    await session('sleep 60')
    const { processes } = (await place.data('list_processes', {}, code)) as { processes: { pid: number }[] }
    return [[{ pid: processes[0]?.pid }, code]]
  },
  memory_set: () => [[{ key: 'k', value: 1 }], [{ key: 'k', value: 1, namespace: 'sit' }]],
  memory_get: () => [
    [{ key: 'db' }],
    [{ key: 'db', namespace: 'site' }],
    [{ key: 'dbs' }],
    [{ key: 'db', namespace: 'sita' }],
    [{ key: 'long', max_tokens: 300 }],
  ],
  memory_list: () => [[{}], [{ limit: 1 }], [{ namespace: 'sita' }]],
  memory_search: () => [[{ query: 'postgres' }], [{ query: 'long words', max_tokens: 300 }], [{ query: 'long', namespace: 'sita' }]],
  memory_delete: async () => {
    await place.ok('memory_set', { key: 'k2', value: 1 })
    return [[{ key: 'k2', history: true }], [{ key: 'd b' }], [{ key: 'db', namespace: 'sita' }]]
  },
  memory_history: () => [[{ key: 'db' }], [{ key: 'gone' }], [{ key: 'db', namespace: 'sita' }]],
  handoff_create: () => [
    [handoff, desktop],
    [{ ...handoff, to: 'code' }, desktop],
  ],
  handoff_list: () => [[{}], [{ status: 'claimed', to: 'code' }]],
  handoff_read: () => [[{ id: ids.handoff }], [{ id: ids.asked }], [{ id: ids.question }]],
  handoff_claim: async () => [[{ id: await idOf('handoff_create', handoff, desktop) }, code]],
  handoff_update: () => [[{ id: ids.handoff, note: 'More.' }, code]],
  ask_twin: async () => [
    [{ question: 'Why?', to: 'code' }, desktop],
    [{ withdraw: await idOf('ask_twin', { question: 'x', to: 'code' }, desktop) }, desktop],
  ],
  answer_twin: async () => [[{ question_id: await idOf('ask_twin', { question: 'x', to: 'code' }, desktop), answer: 'y' }, code]],
  inbox: () => [
    [{}, code],
    [{}, desktop],
  ],
  wait_for_change: () => [
    [
      { since: 0, timeout_ms: 1 },
      { client: 'cursor', session: 'w' },
    ],
    [{ since: 1_000_000 }],
  ],
  queue_action: () => [
    [task('Sweep.'), desktop],
    [{ type: 'switch_model', params: { model: 'opus' }, to: 'code' }, desktop],
  ],
  get_action: () => [[{ id: ids.done }, desktop], [{ id: ids.pending }], [{ id: ids.wish }]],
  list_actions: () => [[{}], [{ limit: 1 }]],
  claim_action: () => [
    [{ id: ids.pending }, code],
    [{}, desktop],
  ],
  complete_action: async () => {
    const id = await idOf('queue_action', task('Paint.'), desktop)
    await place.call('claim_action', { id }, code)
    return [[{ id, result: { painted: 4 } }, code]]
  },
  cancel_action: async () => [[{ id: await idOf('queue_action', task('Stop.'), desktop) }, desktop]],
  bridge_status: () => [[{}, code]],
  get_config: () => [[{}]],
  set_config: () => [[{ key: 'max_results', value: 9 }]],
  translate_path: () => [[{ path: '/x/y', to: 'linux' }]],
  search_history: () => [[{}]],
  search_reuse: () => [[{ id: 's-1' }]],
}

/** What words tell of a field that is true or false. A field that is not here must be in `untold`. */
const told: Readonly<Record<string, readonly [yes: RegExp, no: RegExp]>> = {
  'write_file created': [/^Created/, /^(?:Wrote|Appended)/],
  'create_directory created': [/^Made/, /already existed/],
  'execute_command timed_out': [/Time limit/, /Exit code|Session/],
  'send_input sent': [/^Sent/, /never/],
  'send_input end': [/its input is closed/, /never/],
  'stop_search ended': [/was stopped/, /never/],
  'list_sessions running': [/running/, /ended/],
  'memory_get found': [/version \d/, /^There is no/],
  'memory_get cut': [/\[Left out: /, /never/],
  'memory_search cut': [/\[Left out: /, /never/],
  'memory_delete deleted': [/^Forgot/, /^There is no/],
  'memory_history deleted': [/: deleted by/, /never/],
  'memory_set new_namespace': [/Nobody has used/, /never/],
  'memory_get new_namespace': [/Nobody has used/, /never/],
  'memory_list new_namespace': [/Nobody has used/, /never/],
  'memory_search new_namespace': [/Nobody has used/, /never/],
  'memory_delete new_namespace': [/Nobody has used/, /never/],
  'memory_history new_namespace': [/Nobody has used/, /never/],
  'ask_twin withdrawn': [/is taken back/, /never/],
  'claim_action found': [/claimed by/, /No action waits/],
  'wait_for_change reset': [/read again what matters/, /never/],
  'wait_for_change deleted': [/deleted|no longer kept/, /never/],
  'list_directory cut': [/Cut after|do not fit/, /./],
  'bridge_status connected': [/connected|you/, /not connected/],
  'bridge_status read_only': [/nothing can be changed/, /Folders/],
  'wait_for_change changed_by_you_since': [/by you after/, /never/],
  'inbox params_left_out': [/\[Params: \d+ tokens?/, /never/],
}

/** Fields that the words leave out, or tell in another way. */
const untold: Readonly<Record<string, string>> = {
  'translate_path to': 'the side that the call names; the words are the path alone, to be used as they are',
  'list_directory path': 'the folder that the call names',
  'list_directory kind': 'a mark behind the name',
  'list_directory closed': 'zero is not told',
  'execute_command cut': 'the way to the rest is named',
  'memory_get value_text': 'words and data each show as much of the beginning as fits',
  'memory_search value_text': 'as of memory_get',
  'memory_get tokens': 'of what the data leave out, as the words tell theirs',
  'memory_search tokens': 'as of memory_get',
  'bridge_status engine': "node is named as node's SQLite",
  'bridge_status bytes': 'the sum of both is told in KiB',
  'bridge_status log_bytes': 'the sum of both is told in KiB',
  'get_action digest': 'what `actions run` compares with the config as it is then',
  'list_actions digest': 'as of get_action',
  'search_reuse next': 'the answer of another server, passed on as it came',
  'wait_for_change kind': 'an answer is a question that is answered, a question taken back one that is withdrawn',
}

interface Leaf {
  /** The name of the field that holds it, in whatever list or object. */
  readonly field: string
  readonly value: string | number | boolean
}

/** Every text, number, yes and no in a value. Null says that there is nothing. */
function leaves(value: unknown, field = ''): Leaf[] {
  if (Array.isArray(value)) return value.flatMap((each) => leaves(each, field))
  if (value !== null && typeof value === 'object') return Object.entries(value).flatMap(([name, each]) => leaves(each, name))
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? [{ field, value }] : []
}

/** Whether words tell a text, as it is or as JSON writes it, or a number, times in minutes and bytes perhaps as tokens. */
function tells(words: string, { field, value }: Leaf): boolean {
  if (typeof value === 'string') return [value.trim(), JSON.stringify(value).slice(1, -1)].some((each) => words.includes(each))
  const forms = Number(value) > Date.UTC(2020) ? [localTime(Number(value))] : [String(value)]
  return [...forms, ...(field === 'bytes' ? [`${Math.ceil(Number(value) / 4)} token`] : [])].some((each) => words.includes(each))
}

/** The leaves of the data that the words do not tell. */
function missing(tool: string, { content, structuredContent }: CallResult): string[] {
  const words = textOf({ content }).replace(/^> /gm, '').trim()
  return leaves(structuredContent).flatMap((leaf) => {
    const name = `${tool} ${leaf.field}`
    if (name in untold) return []
    const yesOrNo = told[name]
    if (typeof leaf.value !== 'boolean' || yesOrNo === undefined) return tells(words, leaf) ? [] : [`${name}: ${String(leaf.value)}`]
    return (leaf.value ? yesOrNo[0] : yesOrNo[1]).test(words) ? [] : [`${name}: ${leaf.value}`]
  })
}

/** One thing, told as several. */
const manyOfOne =
  /(?<![\d.-])1 (?:more |older |other )?(?:bytes|calls|characters|files|lines|names|notes|parts|processes|questions|replacements|results|tags|tokens|versions)\b/

describe('the words of an answer', () => {
  it.each(tools.map(({ name }) => name))('tell all that its data hold: %s', async (name) => {
    const calls = await samples[name]?.()
    expect(calls, 'a call of it in the samples').toBeDefined()
    for (const [args, who] of calls ?? []) {
      const answer = await place.call(name, args, who)
      expect(answer.isError ?? false, textOf(answer)).toBe(false)
      expect(textOf(answer), 'of one thing it speaks as of one').not.toMatch(manyOfOne)
      expect(missing(name, answer), `${JSON.stringify(args)} answered\n${textOf(answer)}`).toEqual([])
    }
  })
  it('show a person a wish without the digest that is for programs', async () => {
    const answer = await place.call('get_action', { id: ids.wish })
    expect(answer.structuredContent).toMatchObject({ result: { digest: expect.any(String) } })
    expect(textOf(answer)).toContain('To approve it: ')
    expect(textOf(answer)).not.toContain('digest')
  })
  it('say once what the bridge asks of a person', async () => {
    const answer = await place.call('get_action', { id: ids.model })
    expect(textOf(answer)).toContain('gets the model opus once a person types')
    expect(textOf(answer)).not.toContain('{"change"')
  })
})
