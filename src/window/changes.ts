import { quotedPath } from '../model/quoted-path.ts'
import { WrongRequest } from './answers.ts'
import { type PageOption, optionWords } from './reading.ts'

/**
 * Who answers. `launches`: the page alone, if a person has agreed to everything that could start afterwards; else the terminal.
 * `afterwards`: the same of a change that leads to another manifest than the one that is there, which its plan tells. A page alone never brings new code: a model that steers a browser can click, and a session can be stolen.
 */
type Asks = 'page' | 'launches' | 'afterwards' | 'terminal'

interface Change {
  readonly argv: readonly string[]
  /** How many words it takes: fewest, most. */
  readonly words: readonly [number, number]
  readonly options?: Readonly<Record<string, PageOption>>
  readonly asks: Asks
  /** Added when it is carried out: the plan was the question. */
  readonly sure?: readonly string[]
}

const where = { client: 'value', on: 'value' } as const
const many = 1000

/** What the page may ask for. Everything else belongs to the terminal, and the page only names the command. */
const changes: Readonly<Record<string, Change>> = {
  sync: { argv: ['sync', '--no-try'], words: [0, many], options: { force: ['--force'] }, asks: 'launches' },
  // Its entries are whatever a program's file holds by now.
  'sync --adopt': { argv: ['sync', '--no-try', '--adopt'], words: [0, many], asks: 'afterwards' },
  enable: { argv: ['enable', '--no-try'], words: [1, many], options: where, asks: 'launches' },
  disable: { argv: ['disable'], words: [1, many], options: where, asks: 'launches' },
  remove: { argv: ['remove'], words: [1, many], asks: 'launches', sure: ['--yes'] },
  rename: { argv: ['rename'], words: [2, 2], asks: 'launches' },
  // Alone only what comes with the program.
  add: { argv: ['add', '--no-try'], words: [1, 1], asks: 'launches' },
  // What it brings back may start something that nobody agreed to.
  undo: { argv: ['undo'], words: [0, 1], asks: 'afterwards' },
  // What it fixes may be a sync.
  'doctor --fix': { argv: ['doctor', '--fix'], words: [0, 0], asks: 'launches' },
  'secret remove': { argv: ['secret', 'remove'], words: [1, 1], asks: 'page' },
  'memory set': {
    ...{ argv: ['memory', 'set'], words: [2, 2], asks: 'page' },
    options: { 'if-version': 'value', namespace: 'value', rationale: 'value', tag: 'values', text: ['--text'] },
  },
  'memory delete': { argv: ['memory', 'delete'], words: [1, 1], options: { 'if-version': 'value', namespace: 'value' }, asks: 'page' },
  'handoff answer': { argv: ['handoff', 'answer'], words: [2, 2], asks: 'page' },
  'actions cancel': { argv: ['actions', 'cancel'], words: [1, 1], asks: 'page' },
  'actions run': { argv: ['actions', 'run'], words: [1, 1], asks: 'terminal' },
  'session revoke': { argv: ['session', 'revoke'], words: [1, 1], asks: 'page' },
  'plugin revoke': { argv: ['plugin', 'revoke'], words: [1, 1], asks: 'page' },
  'plugin allow': { argv: ['plugin', 'allow'], words: [1, 1], asks: 'terminal' },
  'trust revoke': { argv: ['trust', 'revoke'], words: [1, 1], asks: 'page' },
  trust: { argv: ['trust'], words: [1, 1], asks: 'terminal' },
}

export const changeNames: readonly string[] = Object.keys(changes)

/** A change that the page asks for, understood. */
export interface Wish {
  readonly command: string
  readonly words: readonly string[]
  readonly asks: Asks
  /** The command line that shows what it would do, and the one that does it. */
  readonly plan: readonly string[]
  readonly line: readonly string[]
  /** As a person types it. */
  readonly typed: string
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
const isTexts = (value: unknown): value is string[] => Array.isArray(value) && value.every((each) => typeof each === 'string')

/** What a body asks for. Throws for anything that is not on the list. */
export function wishOf(body: unknown): Wish {
  const { command, args: words = [], options = {} } = isRecord(body) ? body : {}
  const change = typeof command === 'string' && Object.hasOwn(changes, command) ? changes[command] : undefined
  if (typeof command !== 'string' || change === undefined) throw new WrongRequest('The page cannot do this.')
  const [fewest, most] = change.words
  if (!isTexts(words) || words.length < fewest || words.length > most) throw new WrongRequest(`${command} takes other words.`)
  // As a word it means standard input, which belongs to the terminal.
  if (words.includes('-')) throw new WrongRequest(`${command} takes no standard input here.`)
  if (!isRecord(options)) throw new WrongRequest(`${command} takes other options.`)
  const flags = Object.entries(options).flatMap(([name, value]) => {
    const found = optionWords(change.options ?? {}, name, value)
    if (found === null) throw new WrongRequest(`${command} takes no ${name} here.`)
    return found
  })
  const behind = words.length === 0 ? [] : ['--', ...words]
  const shown = [...change.argv.filter((word) => word !== '--no-try'), ...words, ...flags]
  return {
    ...{ command, words, asks: change.asks },
    plan: [...change.argv, '--dry-run', ...flags, ...behind],
    line: [...change.argv, ...(change.sure ?? []), ...flags, ...behind],
    typed: `mcp-twin ${shown.map(quotedPath).join(' ')}`,
  }
}
