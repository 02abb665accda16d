import { nearHint } from '../commands/unknown.ts'
import { usageError } from '../errors.ts'
import { COMMON, type CommandSpec, namesOf, type OptionSpec, takesValue, type VerbSpec } from '../model/command-line.ts'
import { ownWords } from './command-word.ts'

/** A command line of which the command is known, and its verb. */
export interface Line<Spec extends CommandSpec> {
  readonly spec: Spec
  /** Null: the command itself, or its page. */
  readonly verb: VerbSpec | null
  /** The words for the parser: where there is a verb, both are one word at the front. */
  readonly argv: readonly string[]
}

/** The name of what runs: `undo`, `memory get`. */
export const nameOf = (spec: CommandSpec, verb: VerbSpec | null): string => (verb === null ? spec.name : `${spec.name} ${verb.name}`)

/** Where the next word stands that is neither a flag nor the value of one; -1: there is none. */
export function nextWord(words: readonly string[], from: number, options: readonly OptionSpec[]): number {
  for (let at = from; at < words.length; at++) {
    const word = words[at] ?? ''
    if (!word.startsWith('-') || word === '-') return at
    if (options.some((option) => takesValue(option) && namesOf(option).includes(word))) at++
  }
  return -1
}

const asksForHelp = (words: readonly string[]): boolean => words.includes('--help') || words.includes('-h')

/** Finds the command of a line, and its verb. Null where there is no such command; a verb that there is not is a usage error. */
export function readLine<Spec extends CommandSpec>(specs: readonly Spec[], argv: readonly string[]): Line<Spec> | null {
  const own = ownWords(argv)
  const at = nextWord(own, 0, COMMON)
  const spec = specs.find(({ name, aliases = [] }) => at >= 0 && [name, ...aliases].includes(own[at] ?? ''))
  if (spec === undefined) return null
  const { verbs = [], usual } = spec
  const wrong = asksForHelp(argv) ? undefined : spec.misread?.(argv.slice(at + 1))
  if (wrong) throw usageError(wrong.message, { hint: wrong.hint })
  if (verbs.length === 0) return { spec, verb: null, argv }
  const flags = [...COMMON, ...[spec, ...verbs].flatMap(({ options = [] }) => options)]
  const next = nextWord(own, at + 1, flags)
  const typed = verbs.find(({ name }) => next >= 0 && name === own[next])
  if (typed !== undefined) return { spec, verb: typed, argv: fronted(spec, typed, argv, [at, next]) }
  const meant = verbs.find(({ synonym }) => synonym !== undefined && own.includes(synonym))
  if (meant !== undefined) return { spec, verb: meant, argv: fronted(spec, meant, argv, [at, own.indexOf(meant.synonym ?? '')]) }
  if (asksForHelp(own) || spec.arguments !== undefined) return { spec, verb: null, argv }
  const silent = next < 0 ? verbs.find(({ name }) => name === usual) : undefined
  if (silent !== undefined) return { spec, verb: silent, argv: fronted(spec, silent, argv, [at]) }
  throw noVerb(spec, verbs, own[next])
}

const fronted = (spec: CommandSpec, verb: VerbSpec, argv: readonly string[], taken: readonly number[]): string[] => [
  nameOf(spec, verb),
  ...argv.filter((_, at) => !taken.includes(at)),
]

function noVerb({ name }: CommandSpec, verbs: readonly VerbSpec[], typed: string | undefined): Error {
  const names = verbs.map((verb) => verb.name)
  const help = `mcp-twin ${name} --help`
  if (typed === undefined) return usageError(`${name} needs one of ${names.join(', ')}.`, { hint: help })
  const listed = `${name} takes ${names.slice(0, -1).join(', ')} or ${names.at(-1)}`
  // What is no usual word is not repeated: it may be a key.
  const shown = /^[a-z-]{1,12}$/.test(typed) ? `, not ${JSON.stringify(typed)}` : ''
  return usageError(`${listed}${shown}.`, { hint: nearHint(typed, names, help) })
}
