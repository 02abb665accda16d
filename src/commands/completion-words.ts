import { COMMON, type CommandSpec, namesOf, type Offers, type OptionSpec, takesValue, type VerbSpec } from '../model/command-line.ts'

/** Every page has it, though no command takes it. */
const HELP: OptionSpec = { flags: '--help', description: 'show help' }

/** A word that is offered, and what it means. */
export interface OfferedWord {
  readonly word: string
  readonly about?: string
}

/** The words that the last of the typed words can become. */
export interface Expected {
  /** Words that the command line itself knows: commands or flags. */
  readonly words: readonly OfferedWord[]
  /** What else is offered; null: nothing. */
  readonly offers: Offers | null
  /** The part of the last word before the part that is completed: a flag with `=`, words before a comma. */
  readonly before: string
  /** Words behind the command that are there already, and so are not offered again. */
  readonly used: readonly string[]
}

const longName = (option: OptionSpec): string => namesOf(option).find((name) => name.startsWith('--')) ?? ''

/** Every flag that a command takes, or a verb of it. */
export const optionsOf = (spec: CommandSpec | undefined, verb?: VerbSpec): readonly OptionSpec[] => [
  ...((verb ?? spec)?.options ?? []),
  ...COMMON.filter(({ flags }) => flags !== '--json' || spec?.noJson !== true),
  HELP,
]

const offered = (option: OptionSpec, before: string, typed: string, used: readonly string[]): Expected => {
  const comma = option.many === 'words' ? typed.lastIndexOf(',') + 1 : 0
  return {
    words: [],
    offers: option.offers ?? option.choices ?? null,
    before: before + typed.slice(0, comma),
    used: [...used, ...typed.slice(0, comma).split(',')],
  }
}

/** Reads a command line up to the word that is being typed, the last one; it may be empty. */
export function expected(specs: readonly CommandSpec[], words: readonly string[]): Expected {
  const nothing: Expected = { words: [], offers: null, before: '', used: [] }
  const typed = words.at(-1) ?? ''
  const used: string[] = []
  let spec: CommandSpec | undefined
  let verb: VerbSpec | undefined
  let open: OptionSpec | undefined
  for (const word of words.slice(0, -1)) {
    if (open !== undefined) open = undefined
    else if (word === '--') return { ...nothing, offers: 'file' }
    else if (word.startsWith('--')) {
      const option = optionsOf(spec, verb).find((each) => longName(each) === word)
      open = option !== undefined && takesValue(option) ? option : undefined
    } else if (spec !== undefined) {
      const found = verb === undefined && used.length === 0 ? spec.verbs?.find(({ name }) => name === word) : undefined
      if (found === undefined) used.push(word)
      else verb = found
    } else if (!word.startsWith('-')) {
      spec = specs.find(({ name, aliases = [] }) => name === word || aliases.includes(word))
      if (spec === undefined) return nothing
    }
  }
  if (open !== undefined) return offered(open, '', typed, [])
  const options = optionsOf(spec, verb)
  const [, flag = '', value = ''] = /^(--[a-z-]+)=(.*)$/s.exec(typed) ?? []
  const joined = options.find((each) => longName(each) === flag)
  if (joined !== undefined && takesValue(joined)) return offered(joined, `${flag}=`, value, [])
  const flags = options.map((option) => ({ word: longName(option), about: option.description }))
  if (spec === undefined) {
    const names = specs.flatMap(({ name, aliases = [], summary }) => [name, ...aliases].map((word) => ({ word, about: summary })))
    return { ...nothing, words: [...names, ...flags] }
  }
  return typed.startsWith('-') ? { ...nothing, words: flags, used } : { ...next(spec, verb, used, flags), before: '', used }
}

/** What the next word of a command can be; its flags where that is anything. */
function next(spec: CommandSpec, verb: VerbSpec | undefined, used: readonly string[], flags: readonly OfferedWord[]) {
  const verbs = verb === undefined && used.length === 0 ? (spec.verbs ?? []) : []
  const places = (verb ?? spec).arguments ?? []
  const last = places.at(-1)
  const place = places[used.length] ?? (last?.name.includes('...') ? last : undefined)
  const offers = place?.offers ?? null
  // What a person types first behind a command is what it is about.
  const words = verbs.length > 0 ? verbs.map(({ name, summary }) => ({ word: name, about: summary })) : offers === null ? flags : []
  return { words, offers }
}

/** A word that every shell takes literally. */
const plain = /^[\w@%+./][\w@%+./:-]*$|^--[a-z-]+$/

/** The words to offer. Names from files are left out where a shell could read anything else in them. */
export const matching = ({ words, before, used }: Expected, names: readonly OfferedWord[], typed: string): OfferedWord[] =>
  [...words, ...names.filter(({ word }) => !used.includes(word))]
    .filter(({ word }) => plain.test(word))
    .map(({ word, about }) => ({ word: before + word, ...(about === undefined ? {} : { about }) }))
    .filter(({ word }) => word.startsWith(typed))
