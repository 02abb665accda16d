import { specs } from '../../src/cli/specs/index.ts'
import type { VerbSpec } from '../../src/model/command-line.ts'

/**
 * Commands that change nothing; `doctor`, which changes nothing without `--fix` and is tried with it elsewhere; and `ui`, whose page shows
 * a plan before each change.
 */
const readers = [
  ...[
    'list',
    'diff',
    'doctor',
    'try',
    'outdated',
    'logs',
    'events',
    'inbox',
    'schema',
    'completion',
    'run',
    'serve',
    'search',
    'ui',
    'undo list',
    'trust list',
  ],
  ...['secret list', 'roots list', 'session list', 'plugin list', 'store show', 'store sql'],
  ...['memory get', 'memory list', 'memory search', 'memory history'],
  ...['handoff list', 'handoff show', 'actions list', 'actions show', 'actions sign'],
]
/** What changes the bridge's store: looking at the store opens it, and so changes its files, but nothing that it holds. */
export const ofTheStore: Readonly<Record<string, readonly string[]>> = {
  'memory set': ['port', '4000'],
  'memory delete': ['auth'],
  'memory import': ['memory.jsonl'],
  'handoff new': ['Login', '--goal', 'Users can log in'],
  'handoff answer': ['QUESTION', 'JWT'],
  'actions run': ['NEEDS_USER'],
  'actions cancel': ['NEEDS_USER'],
  'actions drop': ['execute_from_code', '--param', 'prompt=Run the tests'],
}
/** What writes a file from the store, or its standard output. */
const exports = ['memory export']

const parts = specs.flatMap((spec): [string, VerbSpec][] => [
  ...(spec.verbs === undefined || spec.arguments !== undefined ? [[spec.name, spec] as [string, VerbSpec]] : []),
  ...(spec.verbs ?? []).map((verb): [string, VerbSpec] => [`${spec.name} ${verb.name}`, verb]),
])
/** Every other command and verb. */
export const writers = parts.filter(([name]) => !readers.includes(name) && !exports.includes(name))

/** Command lines of each that would change something in the home of `e2e/dry-run/dry-run.test.ts`. */
export const dryRuns: Readonly<Record<string, readonly string[][]>> = {
  init: [['--yes', '--server', 'memory']],
  sync: [[], ['--force'], ['--adopt']],
  undo: [[]],
  add: [['fresh', '--command', '/bin/true'], ['filesystem']],
  remove: [['mine']],
  enable: [['off']],
  disable: [['mine']],
  ignore: [['foreign']],
  rename: [['mine', 'yours']],
  update: [[]],
  'secret set': [['NEW_KEY']],
  'secret remove': [['A_KEY']],
  'secret merge': [['B_KEY', 'A_KEY']],
  trust: [['project']],
  'trust revoke': [['trusted']],
  export: [['exported']],
  import: [['setup']],
  'roots add': [['project']],
  'roots remove': [['trusted']],
  'store move': [['embedded']],
  'store upgrade': [[]],
  'store link': [['.', 'site-4f2a']],
  'session new': [[]],
  'session revoke': [['SESSION']],
  'plugin new': [['fresh']],
  'plugin allow': [['words.js']],
  'plugin revoke': [['words.js']],
  tools: [['mine', '--all']],
  login: [['remote']],
  logout: [['remote']],
  uninstall: [[], ['--purge']],
}
