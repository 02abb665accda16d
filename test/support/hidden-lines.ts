import { specs } from '../../src/cli/specs/index.ts'

/** One of each kind: C0, ESC with a colour of ours, C1, bidi, zero width, filler, separators, a tag that spells an A. */
export const nasty =
  'x\u001b[31mq\u0007\u0008\u007f\u009b2J\u0085\u202a\u202e\u2066\u2069\u200b\u200d\ufeff\u00ad\u3164\u2028\u{e0041}\u{e007f}z'

/** What lines name of a home that `plant` made. */
export interface Planted {
  /** A folder called so, which holds a project. */
  readonly folder: string
  readonly handoff: string
  readonly question: string
  readonly action: string
  readonly wish: string
  readonly token: string
  read(file: string): string
}

/** What a person types. */
export interface Line {
  readonly argv: readonly string[]
  /** It prints none of the planted text. */
  readonly silent?: true
  readonly cwd?: string
  readonly input?: string
  readonly env?: Record<string, string>
}

const says = (...argv: string[]): Line => ({ argv })
const keeps = (...argv: string[]): Line => ({ argv, silent: true })
const inside = ({ folder }: Planted, ...argv: string[]): Line => ({ argv, cwd: folder })

/** What a person types of each command, so that it prints what others wrote wherever it can. */
export const lines: Readonly<Record<string, (place: Planted) => readonly Line[]>> = {
  init: () => [says('init', '--yes')],
  sync: (place) => [
    says('sync', '--adopt', '--yes'),
    inside(place, 'sync', '--trust', '--yes'),
    says('sync', '--manifest', 'broken.json'),
    says('sync', '--client', nasty),
    says('sync', nasty),
  ],
  doctor: (place) => [says('doctor', '--deep', '--verbose'), inside(place, 'doctor')],
  add: (place) => [
    says('add', nasty, '--command', '/bin/true'),
    says('add', 'odd', '--command', nasty),
    says('add', `extension:${nasty}`),
    { ...says('add', '-', '--yes'), input: place.read('snippet.json') },
  ],
  remove: () => [says('remove', nasty)],
  enable: () => [says('enable', nasty)],
  disable: () => [says('disable', nasty)],
  ignore: () => [says('ignore', nasty)],
  rename: () => [says('rename', 'tiny', nasty)],
  list: (place) => [says('list', '--verbose'), inside(place, 'list')],
  try: () => [keeps('try', 'tiny'), says('try', nasty)],
  tools: () => [keeps('tools', 'tiny', '--no-try'), says('tools', nasty)],
  login: () => [says('login', nasty)],
  logout: () => [says('logout', nasty)],
  search: () => [keeps('search', nasty, '--registry', 'http://127.0.0.1:9')],
  ui: () => [says('ui', '--idle', nasty)],
  diff: (place) => [inside(place, 'diff')],
  'secret set': () => [{ ...keeps('secret', 'set', nasty), input: 'value' }],
  'secret list': () => [keeps('secret', 'list')],
  'secret remove': () => [keeps('secret', 'remove', nasty)],
  'secret merge': () => [keeps('secret', 'merge', nasty, 'A_KEY')],
  outdated: (place) => [{ ...inside(place, 'outdated', '--offline'), silent: true }],
  update: () => [says('update', nasty, '--offline')],
  undo: (place) => [says('undo', nasty), inside(place, 'sync', '--yes', '--trust'), says('undo')],
  'undo list': (place) => [keeps('undo', 'list'), inside(place, 'sync', '--yes', '--trust'), keeps('undo', 'list')],
  logs: () => [says('logs'), says('logs', 'tiny'), says('logs', nasty)],
  run: (place) => [says('run', nasty), inside(place, 'run', 'odd', '--project', '.')],
  serve: (place) => [{ ...inside(place, 'serve', '--manifest', '../broken.json', '--root', nasty), silent: true }],
  'session new': () => [keeps('session', 'new'), says('session', 'new', '--ttl', nasty)],
  'session list': () => [keeps('session', 'list')],
  'session revoke': () => [says('session', 'revoke', nasty)],
  'roots list': () => [says('roots', 'list')],
  'roots add': (place) => [says('roots', 'add', `${place.folder}/more`), says('roots', 'add', `${place.folder}/.git`)],
  'roots remove': (place) => [says('roots', 'remove', `${nasty}/none`), says('roots', 'remove', place.folder)],
  'memory get': () => [says('memory', 'get', `k${nasty}`), says('memory', 'get', nasty)],
  'memory set': () => [says('memory', 'set', nasty, nasty, '--rationale', nasty, '--tag', nasty, '--namespace', nasty)],
  'memory list': () => [says('memory', 'list'), says('memory', 'list', '--namespace', nasty)],
  'memory search': () => [says('memory', 'search', 'findable')],
  'memory history': () => [says('memory', 'history', `k${nasty}`)],
  'memory delete': () => [says('memory', 'delete', nasty), says('memory', 'delete', `k${nasty}`)],
  'memory export': () => [
    says('memory', 'export'),
    keeps('memory', 'import', 'reference.jsonl'),
    says('memory', 'export', '--format', 'reference'),
    keeps('memory', 'export', 'all.jsonl'),
  ],
  'memory import': () => [says('memory', 'import', nasty), keeps('memory', 'import', 'other.jsonl')],
  'handoff new': () => [
    keeps('handoff', 'new', nasty, '--goal', nasty, '--to', 'claude-code', '--file', nasty),
    says('handoff', 'new', 'a', '--goal', 'b', '--to', nasty),
    says('handoff', 'new', 'a', '--goal', 'b', '--repository', nasty),
  ],
  'handoff list': () => [says('handoff', 'list')],
  'handoff show': ({ handoff, question }) => [
    says('handoff', 'show', handoff),
    says('handoff', 'show', question),
    says('handoff', 'show', nasty),
  ],
  'handoff answer': ({ question }) => [says('handoff', 'answer', nasty, 'yes'), keeps('handoff', 'answer', question, nasty)],
  inbox: () => [
    says('inbox', '--client', 'claude-code'),
    keeps('inbox', '--brief', '--client', 'claude-code'),
    says('inbox', '--client', nasty),
  ],
  'actions list': () => [says('actions', 'list')],
  'actions show': ({ action, wish }) => [says('actions', 'show', action), says('actions', 'show', wish), says('actions', 'show', nasty)],
  'actions run': ({ action, wish }) => [says('actions', 'run', wish, '--yes'), says('actions', 'run', action, '--yes')],
  'actions cancel': ({ action }) => [says('actions', 'cancel', nasty), keeps('actions', 'cancel', action)],
  'actions drop': ({ token }) => [
    { ...says('actions', 'drop', nasty), env: { MCP_TWIN_TOKEN: token } },
    { ...says('actions', 'drop', 'execute_from_code', '--param', `prompt=${nasty}`, '--to', nasty), env: { MCP_TWIN_TOKEN: token } },
  ],
  'actions sign': ({ token }) => [
    { ...says('actions', 'sign', 'execute_from_code', '--param', `prompt=${nasty}`), env: { MCP_TWIN_TOKEN: token } },
  ],
  events: () => [says('events', '--lines', '200')],
  'plugin new': () => [says('plugin', 'new', nasty)],
  'plugin list': () => [keeps('plugin', 'list')],
  'plugin allow': () => [says('plugin', 'allow', `${nasty}.js`), says('plugin', 'allow', 'loud.js')],
  'plugin revoke': () => [says('plugin', 'revoke', `${nasty}.js`)],
  'store show': () => [keeps('store', 'show')],
  'store move': () => [keeps('store', 'move', nasty), keeps('store', 'move', 'embedded')],
  'store link': (place) => [
    keeps('store', 'link', place.folder, nasty),
    says('store', 'link', place.folder, 'site-4f2a'),
    says('store', 'link', `${nasty}/none`, 'site-4f2a'),
  ],
  'store upgrade': () => [keeps('store', 'upgrade')],
  'store sql': () => [says('store', 'sql', '--person', nasty)],
  export: ({ folder }) => [says('export', `${folder}/out`), says('export', folder)],
  import: (place) => [says('import', place.folder, '--trust', '--yes', '--offline'), says('import', nasty)],
  trust: (place) => [inside(place, 'trust', '--yes'), says('trust', nasty)],
  'trust list': (place) => [keeps('trust', 'list'), inside(place, 'trust', '--yes'), says('trust', 'list')],
  'trust revoke': (place) => [says('trust', 'revoke', nasty), inside(place, 'trust', '--yes'), says('trust', 'revoke', place.folder)],
  schema: () => [keeps('schema')],
  uninstall: () => [says('init', '--yes'), keeps('uninstall', '--dry-run'), keeps('uninstall', '--yes')],
  ...Object.fromEntries(['bash', 'zsh', 'fish', 'powershell'].map((shell) => [`completion ${shell}`, () => [keeps('completion', shell)]])),
}

/** Every command and verb, and whether it prints JSON. */
export const commands = specs.flatMap(({ name, verbs, noJson, arguments: [first] = [] }) => {
  const words = verbs?.map((verb) => verb.name) ?? (Array.isArray(first?.offers) ? first.offers : [])
  const alone = words.length === 0 || (verbs !== undefined && first !== undefined)
  return [...(alone ? [name] : []), ...words.map((word) => `${name} ${word}`)].map((command) => ({ command, json: noJson !== true }))
})
