import { WrongRequest } from './answers.ts'

/** Words of the command line for an option of a request. */
export type PageOption = readonly string[] | 'value' | 'values'

interface Reading {
  readonly argv: readonly string[]
  /** How many words may stand behind it. */
  readonly words?: number
  readonly options?: Readonly<Record<string, PageOption>>
}

const where = { client: 'value', on: 'value' } as const
const page = { limit: 'value', cursor: 'value', newest: ['--newest'], namespace: 'value' } as const

/** What the page may read: forms of commands that list what is there, start no server and change nothing. */
const readings: Readonly<Record<string, Reading>> = {
  list: { argv: ['list'], options: { ...where, tokens: ['--tokens', '--no-try'] } },
  diff: { argv: ['diff'], words: 1, options: where },
  doctor: { argv: ['doctor'], options: { check: 'value' } },
  outdated: { argv: ['outdated'] },
  // Of a server whose tools nobody has asked for yet it says so; nothing is started.
  tools: { argv: ['tools', '--no-try'], words: 1 },
  secret: { argv: ['secret', 'list'] },
  logs: { argv: ['logs'], words: 1, options: { lines: 'value' } },
  memory: { argv: ['memory', 'list', '--values'], options: { ...page, prefix: 'value', tag: 'value' } },
  'memory/search': { argv: ['memory', 'search'], words: 1, options: { namespace: 'value', limit: 'value' } },
  'memory/get': { argv: ['memory', 'get'], words: 1, options: { namespace: 'value', at: 'value' } },
  'memory/history': { argv: ['memory', 'history'], words: 1, options: { namespace: 'value' } },
  handoff: { argv: ['handoff', 'list'], options: { status: 'value' } },
  'handoff/show': { argv: ['handoff', 'show'], words: 1 },
  inbox: { argv: ['inbox'] },
  actions: { argv: ['actions', 'list'], options: { status: 'value', limit: 'value' } },
  'actions/show': { argv: ['actions', 'show'], words: 1 },
  events: { argv: ['events'], options: { lines: 'value' } },
  undo: { argv: ['undo', 'list'] },
  trust: { argv: ['trust', 'list'] },
  plugin: { argv: ['plugin', 'list'] },
  session: { argv: ['session', 'list'] },
}

/** Names behind `/api/`. */
export const readingNames: readonly string[] = Object.keys(readings)

/** The command line of a request. A value never becomes a flag: it stands behind `=`, and a word behind `--`. */
export function readingLine(name: string, query: URLSearchParams): string[] {
  const reading = Object.hasOwn(readings, name) ? readings[name] : undefined
  if (reading === undefined) throw new WrongRequest(`The page cannot read ${name}.`)
  const flags: string[] = []
  for (const option of new Set(query.keys())) {
    const values = query.getAll(option)
    if (option === 'word' || option === 'fresh') continue
    const words = optionWords(reading.options ?? {}, option, values[0] ?? '')
    if (words === null || values.length > 1) throw new WrongRequest(`${name} takes no ${option} here.`)
    flags.push(...words)
  }
  const words = query.getAll('word')
  if (words.length > (reading.words ?? 0)) throw new WrongRequest(`${name} takes fewer words.`)
  return [...reading.argv, ...flags, ...(words.length === 0 ? [] : ['--', ...words])]
}

/** The words of one option; null: there is no such option, or its value cannot be one. */
export function optionWords(options: Readonly<Record<string, PageOption>>, name: string, value: unknown): string[] | null {
  const option = Object.hasOwn(options, name) ? options[name] : undefined
  if (option === undefined) return null
  if (option === 'values')
    return Array.isArray(value) && value.every((each) => typeof each === 'string') ? value.map((each) => `--${name}=${each}`) : null
  if (option !== 'value') return value === true || value === 'true' || value === '' ? [...option] : null
  return typeof value === 'string' || typeof value === 'number' ? [`--${name}=${value}`] : null
}
