import type { CommandSpec, Offers, OptionSpec } from '../context.ts'

/** Flags of every command. */
export const COMMON: readonly OptionSpec[] = [
  { flags: '--json', description: 'print one JSON document' },
  { flags: '--manifest <path>', description: 'use this manifest', offers: 'file' },
  { flags: '--user', description: "use the user's manifest" },
  { flags: '--client <ids>', description: 'only these clients', many: 'words', offers: 'client' },
  { flags: '--on <environments>', description: 'only these environments', many: 'words', offers: 'side' },
  { flags: '--yes', description: 'ask nothing' },
  { flags: '--offline', description: 'use no network' },
  { flags: '--quiet', description: 'print no progress' },
  { flags: '--verbose', description: 'more detail' },
  { flags: '--help', description: 'show help' },
]

/** A word that is offered, and what it means. */
export interface Offered {
  readonly word: string
  readonly about?: string
}

/** The words that the last of the typed words can become. */
export interface Expected {
  /** Words that the command line itself knows: commands or flags. */
  readonly words: readonly Offered[]
  /** What else is offered; null: nothing. */
  readonly offers: Offers | null
  /** The part of the last word before the part that is completed: a flag with `=`, words before a comma. */
  readonly before: string
  /** Words behind the command that are there already, and so are not offered again. */
  readonly used: readonly string[]
}

const nameOf = ({ flags }: OptionSpec): string => /--[a-z-]+/.exec(flags)?.[0] ?? ''

/** Every flag that a command takes. */
export const optionsOf = (spec: CommandSpec | undefined): readonly OptionSpec[] => [
  ...(spec?.options ?? []),
  ...COMMON.filter(({ flags }) => flags !== '--json' || spec?.noJson !== true),
]

const takesValue = ({ flags }: OptionSpec): boolean => flags.includes('<')

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
  let open: OptionSpec | undefined
  for (const word of words.slice(0, -1)) {
    if (open !== undefined) open = undefined
    else if (word === '--') return { ...nothing, offers: 'file' }
    else if (word.startsWith('--')) {
      const option = optionsOf(spec).find((each) => nameOf(each) === word)
      open = option !== undefined && takesValue(option) ? option : undefined
    } else if (spec !== undefined) used.push(word)
    else if (!word.startsWith('-')) {
      spec = specs.find(({ name, aliases = [] }) => name === word || aliases.includes(word))
      if (spec === undefined) return nothing
    }
  }
  if (open !== undefined) return offered(open, '', typed, [])
  const [, flag = '', value = ''] = /^(--[a-z-]+)=(.*)$/s.exec(typed) ?? []
  const joined = optionsOf(spec).find((each) => nameOf(each) === flag)
  if (joined !== undefined && takesValue(joined)) return offered(joined, `${flag}=`, value, [])
  const flags = optionsOf(spec).map((option) => ({ word: nameOf(option), about: option.description }))
  if (spec === undefined) {
    const names = specs.flatMap(({ name, aliases = [], summary }) => [name, ...aliases].map((word) => ({ word, about: summary })))
    return { ...nothing, words: [...names, ...flags] }
  }
  const places = spec.arguments ?? []
  const last = places.at(-1)
  const place = places[used.length] ?? (last?.name.includes('...') ? last : undefined)
  // What a person types first behind a command is what it is about.
  const offers = typed.startsWith('-') ? null : (place?.offers ?? null)
  return { words: typed.startsWith('-') || offers === null ? flags : [], offers, before: '', used }
}

/** A word that every shell takes literally. */
const plain = /^[\w@%+./][\w@%+./:-]*$|^--[a-z-]+$/

/** The words to offer. Names from files are left out where a shell could read anything else in them. */
export const matching = ({ words, before, used }: Expected, names: readonly Offered[], typed: string): Offered[] =>
  [...words, ...names.filter(({ word }) => !used.includes(word))]
    .filter(({ word }) => plain.test(word))
    .map(({ word, about }) => ({ word: before + word, ...(about === undefined ? {} : { about }) }))
    .filter(({ word }) => word.startsWith(typed))
