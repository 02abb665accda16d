import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { EXIT, type TwinError, usageError } from '../errors.ts'
import {
  COMMON,
  type CommandSpec,
  type CommonOptions,
  namesOf,
  type OptionSpec,
  type OptionValue,
  type OptionValues,
  takesValue,
  type VerbSpec,
} from '../model/command-line.ts'
import { fold } from '../ui/fold.ts'
import { commandPage, firstPage, helpAsked, topicPage } from './help.ts'
import { type Line, nameOf, nextWord, readLine } from './line.ts'
import { readValue, WrongValue } from './values.ts'

/** What was asked for on the command line, or the text of a help page. */
export type Parsed<Spec extends CommandSpec = CommandSpec> =
  | {
      readonly kind: 'command'
      readonly spec: Spec
      readonly verb: VerbSpec | null
      readonly common: CommonOptions
      readonly args: readonly string[]
      readonly options: OptionValues
    }
  | { readonly kind: 'done'; readonly code: number }

/** Streams for what the parser itself prints: help on `out`, usage errors on `error`. */
export interface Words {
  out(text: string): void
  /** Columns for help; absent: 80. */
  readonly width?: number
}

function describe(program: Command, spec: VerbSpec, name: string): Command {
  const command = program.command(name.split(' ')[0] ?? '').name(name)
  command.summary(spec.summary).configureHelp({ showGlobalOptions: true, formatHelp: (_, helper) => commandPage(command, helper, spec) })
  for (const { name: word, description } of spec.arguments ?? []) command.argument(word, description)
  for (const option of spec.options ?? []) addOption(command, option, `mcp-twin ${name} --help`)
  return command
}

/** A command as its page and its lines need it. Its verbs stand on its page; a line with a verb is read by that alone. */
function describeCommand(program: Command, spec: CommandSpec): Command {
  const command = describe(program, spec, spec.name)
  for (const alias of spec.aliases ?? []) command.alias(alias)
  if (spec.verbs !== undefined && spec.arguments === undefined) command.usage(spec.usual === undefined ? '<action>' : '[action]')
  for (const verb of spec.verbs ?? []) describe(command.helpCommand(false), verb, verb.name)
  return command
}

/** Parses a command line against the registry. Wrong usage is a TwinError with exit code 2. */
export function parse<Spec extends CommandSpec>(
  specs: readonly Spec[],
  version: string,
  argv: readonly string[],
  words: Words,
): Parsed<Spec> {
  let parsed: Parsed<Spec> = { kind: 'done', code: EXIT.ok }
  let complaint = ''
  const program = new Command('mcp-twin')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand(false)
    .configureHelp({ formatHelp: firstPage })
    .configureOutput({
      getOutHelpWidth: () => words.width ?? 80,
      getErrHelpWidth: () => words.width ?? 80,
      writeOut: (text) => words.out(words.width === undefined ? text : fold(text, words.width)),
      writeErr: (text) => {
        complaint += text
      },
    })
    .exitOverride()
  for (const option of COMMON) addOption(program, option, 'mcp-twin --help')
  const asked = helpAsked(specs, argv)
  if (asked !== null && !Array.isArray(asked)) {
    const helper = program.createHelp()
    helper.helpWidth = words.width ?? 80
    program.configureOutput().writeOut?.(topicPage(helper, asked))
    return parsed
  }
  const typed = asked ?? argv
  const line = readLine(specs, typed)
  // For a known command only that one is registered: no help page needs the others.
  if (line === null) for (const spec of specs) describeCommand(program, spec)
  else {
    const { spec, verb } = line
    const command = verb === null ? describeCommand(program, spec) : describe(program, verb, nameOf(spec, verb))
    command.action(() => {
      parsed = { kind: 'command', spec, verb, common: program.opts(), args: command.args, options: command.opts() }
    })
  }
  for (const command of program.commands) command.exitOverride().configureOutput(program.configureOutput())
  try {
    program.parse(line === null ? withoutHelp(typed) : [...line.argv], { from: 'user' })
  } catch (error) {
    return settle(error, complaint, program, line)
  }
  return parsed
}

/** There is no help of a command that does not exist: the parser then says so, and names the nearest. */
const withoutHelp = (argv: readonly string[]): string[] =>
  nextWord(argv, 0, COMMON) < 0 ? [...argv] : argv.filter((word) => word !== '--help' && word !== '-h')

function settle(error: unknown, complaint: string, program: Command, line: Line<CommandSpec> | null): Parsed<never> {
  if (!(error instanceof CommanderError)) throw error
  if (error.exitCode === 0) return { kind: 'done', code: EXIT.ok }
  if (error.code === 'commander.help') {
    program.configureOutput().writeOut?.(complaint)
    return { kind: 'done', code: EXIT.usage }
  }
  const text = complaint.trim() || error.message
  const message = text
    .replace(/^error: /, '')
    .replaceAll('\n', ' ')
    .replace(/('--[\w-]+)=[^']*/g, '$1=…')
  throw (
    valued(error.code, text, line) ??
    unnamed(error.code, message, line) ??
    misplaced(error.code, message, line) ??
    usageError(message, { hint: helpOf(line) })
  )
}

const helpOf = (line: Line<CommandSpec> | null): string => `mcp-twin ${line === null ? '' : `${nameOf(line.spec, line.verb)} `}--help`

/** The error for a value behind a flag that takes none; null for anything else. The value is not repeated: it may be a key. */
function valued(code: string, text: string, line: Line<CommandSpec> | null): TwinError | null {
  const [, flag] = (code === 'commander.unknownOption' && /'(--[\w-]+)=/.exec(text)) || []
  const known = [...COMMON, ...(line?.spec.options ?? []), ...(line?.verb?.options ?? [])]
  return flag === undefined || !known.some((option) => namesOf(option).includes(flag) && !takesValue(option))
    ? null
    : usageError(`${flag} takes no value.`, { hint: helpOf(line) })
}

/** The error for a word that is missing, where it is one of a few; null for anything else. */
function unnamed(code: string, message: string, line: Line<CommandSpec> | null): TwinError | null {
  const [, missing = ''] = (code === 'commander.missingArgument' && /argument '(.+)'/.exec(message)) || []
  const { offers = [] } = (line?.verb ?? line?.spec)?.arguments?.find(({ name }) => name === `<${missing}>`) ?? {}
  return line === null || typeof offers === 'string' || offers.length === 0
    ? null
    : usageError(`${nameOf(line.spec, line.verb)} needs one of ${offers.join(', ')}.`, { hint: helpOf(line) })
}

/** The error for a flag that belongs to another verb, and for a word too many; null for anything else. */
function misplaced(code: string, message: string, line: Line<CommandSpec> | null): TwinError | null {
  if (line === null) return null
  const { spec, verb } = line
  const [flag = ''] = (code === 'commander.unknownOption' && /--[\w-]+/.exec(message)) || []
  const owners =
    flag === '' ? [] : [spec, ...(spec.verbs ?? [])].filter(({ options = [] }) => options.some((each) => namesOf(each).includes(flag)))
  if (owners.length > 0) {
    const names = owners.map((owner) => (owner === spec ? spec.name : `${spec.name} ${owner.name}`))
    return usageError(`${nameOf(spec, verb)} does not take ${flag}, which belongs to ${names.join(' and ')}.`, { hint: helpOf(line) })
  }
  const { excess, missing, arguments: places = [] } = verb ?? spec
  if (code === 'commander.excessArguments' && excess !== undefined) return usageError(excess.message ?? message, { hint: excess.hint })
  const lacking =
    code === 'commander.missingArgument' ? places.find(({ name }) => message.includes(`'${name.replace(/[<>.]/g, '')}'`)) : undefined
  return lacking === undefined
    ? null
    : usageError(`${nameOf(spec, verb)} needs ${lacking.description.split(';')[0]}.`, { hint: missing ?? helpOf(line) })
}

function addOption(command: Command, spec: OptionSpec, help: string): void {
  const option = new Option(spec.flags, spec.description)
  if (spec.choices) option.choices([...spec.choices])
  if (spec.flags.includes('<') || spec.flags.includes('[')) option.argParser(reader(spec, help))
  command.addOption(option)
  if (spec.synonym === undefined) return
  const synonym = new Option(spec.synonym).hideHelp()
  // Its value is that of the flag it stands for, and of no other that shares its word (`--check` and `--no-check`).
  synonym.attributeName = () => option.attributeName()
  command.addOption(synonym)
}

const reader =
  (spec: OptionSpec, help: string) =>
  (text: string, before: OptionValue | undefined): OptionValue => {
    try {
      return readValue(spec, text, before, help)
    } catch (error) {
      throw error instanceof WrongValue ? new InvalidArgumentError(error.message) : error
    }
  }
