import { COMMON, type CommandSpec, type CommonOptions, namesOf, type OptionSpec, type OptionValue } from '../model/command-line.ts'
import { keyOf, readValue } from './values.ts'

/** What `readQuickly` found. */
export interface QuickLine {
  readonly common: CommonOptions
  readonly options: Readonly<Record<string, OptionValue>>
}

/** The common flags that a client's entry may have; with any other the full parser reads the line. */
const common: readonly OptionSpec[] = COMMON.filter((spec) => namesOf(spec).some((name) => name === '--client' || name === '--manifest'))

/**
 * The plain command line of a command: `--flag`, `--flag value`, `--flag=value`, each known and fitting. Null for
 * anything else, help included: the full parser then reads it anew and explains.
 */
export function readQuickly(spec: CommandSpec, argv: readonly string[]): QuickLine | null {
  const found = { common: {} as Record<string, OptionValue>, options: {} as Record<string, OptionValue> }
  for (let at = 1; at < argv.length; at++) {
    const [, name = '', joined] = /^(--[a-z][a-z-]*)(?:=(.*))?$/s.exec(argv[at] ?? '') ?? []
    const own = spec.options?.find((option) => namesOf(option).includes(name))
    const option = own ?? common.find((each) => namesOf(each).includes(name))
    if (option === undefined || name.startsWith('--no-')) return null
    const [, placeholder = ''] = option.flags.split(' ')
    const next = argv[at + 1]
    let value: string | undefined = joined
    if (joined === undefined && placeholder !== '' && next !== undefined && !next.startsWith('-')) value = argv[++at]
    const fits = value === undefined ? !placeholder.startsWith('<') : placeholder !== '' && value !== ''
    if (!fits) return null
    const into = own === undefined ? found.common : found.options
    try {
      into[keyOf(option)] = value === undefined ? true : readValue(option, value, into[keyOf(option)], '')
    } catch {
      return null
    }
  }
  return found
}
