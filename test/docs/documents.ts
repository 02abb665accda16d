import type { Shape } from './shapes.ts'

/** A command line whose document is compared with what the page says. */
interface Run {
  readonly args: readonly string[]
  /** What it gets on standard input. */
  readonly input?: string
  /** How it ends; 0. */
  readonly code?: number
}

/** A document as `docs/reference/json.md` describes it, and command lines that print one. */
export interface Document {
  readonly title: string
  readonly words: string
  readonly runs: readonly Run[]
  readonly shape: Readonly<Record<string, Shape>>
}

const command: Shape = 'text'
const fields: Shape = [{ field: 'text', before: 'null|text', after: 'null|text' }]
const step: Shape = {
  kind: 'text',
  environment: 'text',
  client: 'null|text',
  file: 'null|text',
  server: 'null|text',
  change: 'text',
  outcome: 'text',
  reason: 'null|text',
  hint: 'null|text',
  'fields?': fields,
}
const check: Shape = '…'
const imported: Shape = { kind: 'text', name: 'text', change: 'text', here: ['text'], there: ['text'] }
const environment: Shape = {
  ...{ id: 'text', kind: 'text', label: 'text', home: 'text' },
  ...{ node: { path: 'text', version: 'null|text' }, npmPrefix: 'null|text', reach: 'text', 'asleep?': 'yes' },
}
const sync = {
  ...{ command, inSync: 'yes', changed: 'yes', run: 'null|text', steps: [step] },
  unmanaged: [{ environment: 'text', client: 'text', server: 'text', 'ignored?': 'yes' }],
  restart: ['text'],
  notices: ['text'],
} as const
const handoff: Shape = {
  ...{ id: 'text', title: 'text', status: 'text', to: 'text', by: 'text', at: 'number', updated: 'number' },
  ...{ namespace: 'text', tokens: 'number', 'claimed_by?': 'text' },
}
const entry: Readonly<Record<string, Shape>> = { version: 'number', rationale: 'null|text', tags: ['text'], by: 'text', at: 'number' }

const extension: Shape = {
  ...{ id: 'text', name: 'text', version: 'null|text', enabled: 'yes', source: 'null|text', signature: 'null|text' },
  ...{ server: 'null|text', reason: 'null|text' },
}

/** Every document that has a shape of its own. The runs follow one another, in a home where `init` was typed. */
export const documents: readonly Document[] = [
  {
    title: 'sync, and what ends in one',
    words:
      '`init`, `sync`, `diff`, `add`, `remove`, `enable`, `disable`, `rename`, `login`. A step says what is done where: `kind` is install, write, remove or refuse; `change` is add, update, remove, adopt or none; `outcome` is planned, done, refused, failed or skipped. `restart` says what to restart, `run` is what `undo` takes. A step whose entry differs in fields that can be shown has `fields`; keys in them are dots. `sync --watch` prints one a line, each with `at`.',
    runs: [
      { args: ['init', '--yes', '--both'] },
      { args: ['sync'] },
      { args: ['sync', '--check'] },
      { args: ['add', 'context7'] },
      { args: ['disable', 'context7'] },
      { args: ['enable', 'context7'] },
      { args: ['rename', 'context7', 'docs'] },
      { args: ['diff'] },
      { args: ['remove', 'docs'] },
    ],
    shape: {
      ...sync,
      'environments?': [environment],
      'imported?': ['…'],
      'checks?': [check],
      'manifest?': 'text',
      'extensions?': [extension],
    },
  },
  {
    title: 'list',
    words:
      '`kind` is package, pypi, command, url, extension, or bridge for mcp-twin itself. `state` is in sync, differs, missing, off, not here, shared, needs key, unmanaged, file is read-only, file is not writable or file is broken; `hint` is what helps. Without a manifest the lists of servers and programs are empty, and the exit code is 0. The numbers, and `clients`, come with `--tokens`; `login` is in, out or ended, of a server with a login. `extensions` are those that Claude Desktop has: `server` is what one is called in the manifest, `reason` why it cannot become one.',
    runs: [{ args: ['list'] }, { args: ['list', '--tokens'] }],
    shape: {
      command,
      servers: [
        {
          ...{
            name: 'text',
            kind: 'text',
            version: 'null|text',
            cells: [{ environment: 'text', client: 'text', state: 'text', 'hint?': 'text' }],
          },
          ...{ 'tools?': 'null|number', 'tokens?': 'null|number', 'reason?': 'null|text', 'login?': 'text' },
        },
      ],
      'clients?': [{ environment: 'text', client: 'text', tools: 'number', tokens: 'number', unknown: ['text'] }],
      unmanaged: ['…'],
      leftover: ['…'],
      extensions: [extension],
    },
  },
  {
    title: 'ui',
    words: 'Printed at once, while the page is served.',
    runs: [{ args: ['ui', '--no-open', '--idle', '1s'] }],
    shape: { command, url: 'text', port: 'number' },
  },
  {
    title: 'tools',
    words: '`listed` is false for tools that "share" leaves out. With `--only`, `--without` or `--all` it is the document of a sync.',
    runs: [{ args: ['tools', 'memory'] }],
    shape: { command, server: 'text', tools: [{ name: 'text', tokens: 'number', listed: 'yes' }] },
  },
  {
    title: 'search',
    words: '`kind` is what `add` would take; where `addable` is false, `reason` says why. `more`: the registry has further ones.',
    runs: [],
    shape: {
      command,
      servers: [
        {
          ...{ name: 'text', title: 'null|text', description: 'text', version: 'text', kind: 'text', keys: ['text'] },
          ...{ status: 'text', addable: 'yes', reason: 'null|text' },
        },
      ],
      more: 'yes',
    },
  },
  {
    title: 'doctor',
    words:
      '`level` is ok, info, skipped, warning, error or failed. `ok` is false where there is an error. With `--fix`, `fixed` lists what was fixed; `outcome` is done, planned or failed.',
    runs: [{ args: ['doctor'] }, { args: ['doctor', '--fix'] }],
    shape: {
      command,
      ok: 'yes',
      environments: [environment],
      findings: [
        {
          ...{ check: 'text', level: 'text', subject: 'text', message: 'text', fix: 'null|text' },
          ...{ 'environment?': 'text', 'detail?': ['text'] },
        },
      ],
      'fixed?': [{ what: 'text', outcome: 'text', reason: 'null|text' }],
    },
  },
  {
    title: 'secret',
    words: 'By `action`: set, list, remove or merge. No document holds a key.',
    runs: [
      { args: ['secret', 'set', 'OTHER_KEY'], input: 'abcdefgh12345678\n' },
      { args: ['secret', 'list'] },
      { args: ['secret', 'remove', 'OTHER_KEY'] },
      { args: ['secret', 'set', 'TAVILY_API_KEY_2'], input: 'tvly-dev-0123456789zzzz\n' },
      { args: ['secret', 'merge', 'TAVILY_API_KEY_2', 'TAVILY_API_KEY'] },
    ],
    shape: {
      ...{ command, action: 'text', 'name?': 'text', 'changed?': 'yes', 'usedBy?': ['text'], 'keeper?': 'text' },
      'keys?': [{ name: 'text', stored: 'yes', usedBy: ['text'] }],
      ...{ 'copies?': ['…'], 'unsearched?': ['…'], 'from?': 'text', 'into?': 'text', 'servers?': ['text'] },
      ...{ 'removed?': 'yes', 'entries?': ['…'] },
    },
  },
  {
    title: 'store',
    words:
      '`engine` is embedded or postgres. `server` is null where the store is embedded; `since` is when it was reached, or no longer, and `why` says why not; `unsent` counts what is kept here and not on the server yet, `refused` says why the server refused some of that (else null), `conflicts` the keys of which a value lost to one of another machine. `person`, `administrator` and `schema` are null until it was reached. `store sql` prints `{sql}`.',
    runs: [{ args: ['store'] }],
    shape: {
      command,
      engine: 'text',
      counts: { memory: 'number', versions: 'number', handoffs: 'number', questions: 'number', searches: 'number', actions: 'number' },
      server: 'null|…',
    },
  },
  {
    title: 'store move',
    words:
      '`counts` has `{ from, to, conflicts, left_out }` for each kind that `store` counts, `left_out` the names of what holds a stored key and stayed. `verified`: both ends were counted and are alike. With `--dry-run` `holds` has the counts; where nothing had to be moved there is `changed`: whether the manifest was. `pairs` has `{ dir, namespace, machine }` for each checkout here that is likely a project of another machine.',
    runs: [{ args: ['store', 'move', 'embedded'] }],
    shape: {
      ...{ command, from: 'text', to: 'text', 'changed?': 'yes', 'counts?': '…', 'left_out?': ['text'], 'verified?': 'yes' },
      ...{ 'holds?': '…', 'pairs?': '…', 'dryRun?': 'yes' },
    },
  },
  {
    title: 'store link',
    words: '`dir` is the folder of the project, `was` its namespace before. With `--dry-run` nothing is changed.',
    runs: [{ args: ['store', 'link', '~', 'site-4f2a', '--dry-run'] }],
    shape: { command, dir: 'text', namespace: 'text', was: 'text', changed: 'yes', 'dryRun?': 'yes' },
  },
  {
    title: 'logout',
    words: '`before` is in, out or ended. `revoked`: revoked, none (its server has no way to), failed, or null where there was no login.',
    runs: [],
    shape: { command, server: 'text', before: 'text', revoked: 'null|text' },
  },
  {
    title: 'try',
    words: '`untried` has what was not started, and why: an entry that sync would change, a login, a side that is out of reach.',
    runs: [{ args: ['try'] }],
    shape: {
      command,
      checks: [check],
      untried: [{ server: 'text', environment: 'text', client: 'text', reason: 'text', hint: 'null|text' }],
      notices: ['text'],
    },
  },
  {
    title: 'outdated',
    words: '`wanted` is the newest version within the range of the manifest, `latest` the newest of all.',
    runs: [{ args: ['outdated'] }],
    shape: {
      command,
      packages: [
        {
          ...{ name: 'text', words: 'text', servers: ['text'], current: 'null|text', wanted: 'null|text', latest: 'null|text' },
          ...{ reason: 'null|text', hint: 'null|text' },
        },
      ],
    },
  },
  {
    title: 'update',
    words: 'The document of `sync`, plus the packages that were looked up and the servers that were tried.',
    runs: [{ args: ['update'] }],
    shape: { ...sync, packages: ['…'], checks: [check] },
  },
  {
    title: 'logs',
    words: 'With `--follow` each line of a log is a document `{command, environment, program, server, file, at, text}`.',
    runs: [{ args: ['logs'] }],
    shape: {
      command,
      server: 'null|text',
      logs: [
        {
          ...{ environment: 'text', program: 'text', server: 'null|text', file: 'text', modified: 'text' },
          lines: [{ at: 'null|text', text: 'text' }],
        },
      ],
    },
  },
  {
    title: 'roots',
    words: 'The folders that programs may use.',
    runs: [{ args: ['roots'] }],
    shape: { command, changed: 'yes', roots: [{ path: 'text', real: 'null|text', read_only: 'yes' }], workspace: 'text' },
  },
  {
    title: 'memory',
    words: 'By `action`; the fields of the [tools](tools.md#memory) of the same name. Times are milliseconds since 1970.',
    runs: [
      { args: ['memory', 'set', 'auth', 'JWT', '--rationale', 'no session store'] },
      { args: ['memory', 'get', 'auth'] },
      { args: ['memory', 'list'] },
      { args: ['memory', 'search', 'JWT'] },
      { args: ['memory', 'history', 'auth'] },
      { args: ['memory', 'export', 'memory.jsonl'] },
      { args: ['memory', 'import', 'memory.jsonl'] },
      { args: ['memory', 'delete', 'auth'] },
    ],
    shape: {
      ...{ command, action: 'text', 'key?': 'text', 'namespace?': 'text', 'found?': 'yes', 'value?': '…', 'deleted?': 'yes' },
      ...{ 'version?': 'number', 'rationale?': 'null|text', 'tags?': ['text'], 'by?': 'text', 'at?': 'number', 'also_in?': ['…'] },
      'entries?': '…',
      'more?': 'yes',
      ...{ 'cursor?': 'null|text', 'total?': 'number', 'namespaces?': ['text'] },
      'results?': [{ namespace: 'text', key: 'text', value: '…', ...entry }],
      'versions?': '…',
      ...{ 'format?': 'text', 'file?': 'text', 'text?': 'text', 'masked?': 'number', 'dryRun?': 'yes', 'stored?': 'number' },
      ...{ 'unchanged?': 'number', 'differs?': 'number', 'expired?': 'number', 'old?': 'number', 'kept?': ['…'], 'near?': ['…'] },
    },
  },
  {
    title: 'handoff',
    words:
      '`new` and `answer` print the first fields, `list` the last; `more` is how many it leaves out for room, `more_tokens` about how large they are. `show` prints what the tool `handoff_read` answers, of a question `questions`.',
    runs: [{ args: ['handoff', 'new', 'Login', '--goal', 'Log in', '--to', 'claude-code'] }, { args: ['handoff', 'list'] }],
    shape: {
      ...{ command, 'id?': 'text', 'to?': 'text', 'status?': 'text', 'namespace?': 'text' },
      'handoffs?': [handoff],
      ...{ 'more?': 'number', 'more_tokens?': 'number' },
    },
  },
  {
    title: 'inbox',
    words:
      '`client` is null where all programs are meant. With `--brief` the one line is in `waiting`. `approvals`: how many actions wait for a person.',
    runs: [{ args: ['inbox'] }, { args: ['inbox', '--brief'] }],
    shape: {
      ...{ command, client: 'null|text', 'waiting?': 'text', 'handoffs?': [handoff], 'questions?': ['…'], 'answers?': ['…'] },
      ...{ 'actions?': ['…'], 'finished_actions?': ['…'], 'conflicts?': ['…'], 'approvals?': 'number' },
    },
  },
  {
    title: 'actions list',
    words:
      'An action has `id`, `type`, `params`, `from`, `to`, `timestamp`, `status` and `result`; `show`, `run` and `cancel` print one. `drop` prints `id` and `file`, `sign` prints `id`, `payload` and `signature`.',
    runs: [{ args: ['actions', 'list'] }],
    shape: { command, actions: ['…'] },
  },
  {
    title: 'events',
    words: 'With `--follow` one of them a line, by `kind`: `audit` is a call, a refusal or a session.',
    runs: [{ args: ['events'] }],
    shape: {
      command,
      cursor: 'number',
      changes: [{ n: 'number', kind: 'text', 'key?': 'text', 'id?': 'text', namespace: 'null|text', by: 'text', at: 'number' }],
      audit: [{ kind: 'text', event: 'text', client: 'text', tool: 'text', subject: 'text', outcome: 'text', at: 'number' }],
    },
  },
  {
    title: 'session new',
    words: 'The token is printed this once. `session revoke` prints `id` and `revoked`.',
    runs: [{ args: ['session', 'new'] }],
    shape: { command, id: 'text', token: 'text', expires_at: 'text' },
  },
  {
    title: 'session list',
    words: 'Without tokens.',
    runs: [{ args: ['session', 'list'] }],
    shape: { command, sessions: [{ id: 'text', created_at: 'text', expires_at: 'text', last_used_at: 'null|text' }] },
  },
  {
    title: 'plugin',
    words: 'By `action`: new, allow, list or revoke.',
    runs: [
      { args: ['plugin', 'new', 'greet'] },
      { args: ['plugin', 'allow', 'greet.js', '--yes'] },
      { args: ['plugin', 'list'] },
      { args: ['plugin', 'revoke', 'greet.js'] },
    ],
    shape: {
      ...{ command, action: 'text', 'file?': 'text', 'path?': 'text', 'test?': 'text', 'digest?': 'text', 'name?': 'text' },
      ...{ 'version?': 'text', 'description?': 'text', 'tools?': '…', 'folder?': 'text' },
      'plugins?': [{ file: 'text', state: 'text', why: 'null|text', digest: 'null|text', tools: ['text'] }],
    },
  },
  {
    title: 'export',
    words: '`leftOut` says what the folder does not hold: names of keys, how many entries of the memory, how many open handoffs.',
    runs: [{ args: ['export', 'set-up'] }, { args: ['export', 'set-up', '--with-memory'] }],
    shape: {
      ...{ command, folder: 'text', files: ['text'], notices: ['text'] },
      leftOut: { keys: ['text'], memory: 'number', handoffs: 'number' },
    },
  },
  {
    title: 'import',
    words:
      'The document of `sync`, with what the export brings. `shown` has the lines that a person is shown of each server. `changes` names what is not the same here and in the export; `change` is `added`, `changed`, `removed`, `changed here`, `changed on both`, `gone there, changed here` or `removed here`.',
    runs: [{ args: ['import', 'set-up', '--dry-run'] }],
    shape: {
      ...sync,
      from: 'text',
      servers: ['text'],
      shown: '…',
      keys: ['…'],
      leftOut: ['…'],
      memory: 'null|…',
      checks: [check],
      changes: [imported],
    },
  },
  {
    title: 'trust list',
    words:
      '`trust` itself prints `{project, changed, digest, lock, servers, keys, shown, changes, notices}`, and `owner` and `others` where the project is not yours alone; `trust revoke` prints `{project, revoked, notices}`.',
    runs: [{ args: ['trust', 'list'] }],
    shape: { command, projects: [{ project: 'text', at: 'text', state: 'text', keys: ['text'] }], former: ['text'] },
  },
  {
    title: 'undo list',
    words: '',
    runs: [{ args: ['undo', 'list'] }],
    shape: {
      command,
      runs: [
        {
          ...{ id: 'text', at: 'text', command: 'text', files: ['text'] },
          'changes?': [{ ...{ environment: 'text', client: 'text', file: 'text', server: 'null|text', change: 'text' }, fields: ['text'] }],
        },
      ],
    },
  },
  {
    title: 'undo',
    words: 'The document of `sync`; `run` is the run that undoes this one.',
    runs: [{ args: ['undo', '--dry-run'] }, { args: ['undo'] }],
    shape: sync,
  },
  {
    title: 'Dry runs of commands without steps',
    words:
      'What `--dry-run` prints for `secret`, `trust`, `roots`, `session`, `plugin`, `export` and `actions drop`; `would` says in words what would be done. Those of `memory`, `handoff` and `actions` are what the command itself would print, and `dryRun`.',
    runs: [{ args: ['secret', 'set', 'SOME_KEY', '--dry-run'] }, { args: ['session', 'new', '--dry-run'] }],
    shape: { command, dryRun: 'yes', would: 'text' },
  },
  {
    title: 'ignore',
    words: 'The servers that are left as they are.',
    runs: [{ args: ['ignore', '--list'] }],
    shape: { command, ignored: ['text'] },
  },
  {
    title: 'completion',
    words: 'With words behind `--` it prints `{shell, words, files}` instead.',
    runs: [{ args: ['completion', 'bash'] }],
    shape: { command, shell: 'text', script: 'text' },
  },
  {
    title: 'uninstall',
    words: '',
    runs: [{ args: ['uninstall', '--dry-run'] }, { args: ['uninstall', '--yes'] }],
    shape: {
      ...{ command, changed: 'yes', run: 'null|text', steps: [step], ended: ['…'] },
      ...{ removed: [{ environment: 'text', path: 'text' }], kept: [{ environment: 'text', path: 'text' }], notices: ['text'] },
    },
  },
  {
    title: 'Errors',
    words:
      'A command that fails prints this in place of its document, and ends with another [exit code](exit-codes.md) than 0. Every field is always there. `code` is one word for the kind of failure: `usage`, `refused`, `bad-manifest`, `locked`, `offline`, `registry`, `cancelled` and others.',
    runs: [{ args: ['sync', '--nonsense'], code: 2 }],
    shape: {
      command,
      error: { code: 'text', message: 'text', file: 'null|text', line: 'null|number', column: 'null|number', hint: 'null|text' },
    },
  },
]
