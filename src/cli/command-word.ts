import type { CommandSpec } from '../model/command-line.ts'

/** Common flags that take the next word for their value. */
const TAKES_VALUE = ['--manifest', '--client', '--on']

/** The words before `--`; those after it belong to another program. */
export const ownWords = (argv: readonly string[]): readonly string[] => (argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv)

/** The command of a line that could not be parsed: its name where there is one of that name or alias, else the word itself; null: none. */
export function commandWord(specs: readonly CommandSpec[], argv: readonly string[]): { word: string; isKnown: boolean } | null {
  const words = ownWords(argv)
  const word = words.find((each, at) => !each.startsWith('-') && !TAKES_VALUE.includes(words[at - 1] ?? ''))
  if (word === undefined) return null
  const spec = specs.find(({ name, aliases = [] }) => name === word || aliases.includes(word))
  return { word: spec?.name ?? word, isKnown: spec !== undefined }
}
