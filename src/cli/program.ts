import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import type { CommandSpec, CommonOptions, OptionSpec } from '../context.ts'
import { EXIT, TwinError } from '../errors.ts'
import { fold } from '../ui/fold.ts'
import { commandWord } from './command-word.ts'

/** What was asked for on the command line, or the text of a help page. */
export type Parsed =
  | {
      readonly kind: 'command'
      readonly spec: CommandSpec
      readonly common: CommonOptions
      readonly args: string[]
      readonly options: Record<string, unknown>
    }
  | { readonly kind: 'done'; readonly code: number }

/** Streams for what the parser itself prints: help on `out`, usage errors on `error`. */
export interface Words {
  out(text: string): void
  /** Columns for help; absent: 80. */
  readonly width?: number
}

const INTRO = `Claude Desktop on Windows and Claude Code in WSL, one set of MCP servers:
installed once on each side, merged into every config without harming it, proven to answer.`

const START = `
Start here:
  $ npx mcp-twin init               detect both sides, install, write, check
  $ npx mcp-twin sync               make every config match the manifest again
  $ npx mcp-twin list               which program has which server
  $ npx mcp-twin <command> --help   flags and examples of one command`

function describe(program: Command, spec: CommandSpec, found: (parsed: Parsed) => void): void {
  const command = program.command(spec.name).summary(spec.summary).description(spec.summary)
  for (const alias of spec.aliases ?? []) command.alias(alias)
  for (const argument of spec.arguments ?? []) command.argument(argument.name, argument.description)
  for (const option of spec.options ?? []) addOption(command, option)
  command.addHelpText('after', `\nExamples:\n${spec.examples.map((example) => `  $ ${example}`).join('\n')}`)
  command.action(() => {
    found({ kind: 'command', spec, common: commonOptions(program.opts()), args: command.args, options: command.opts() })
  })
}

/** Parses a command line against the registry. Wrong usage is a TwinError with exit code 2. */
export function parse(specs: readonly CommandSpec[], version: string, argv: readonly string[], words: Words): Parsed {
  let parsed: Parsed = { kind: 'done', code: EXIT.ok }
  let complaint = ''
  const program = new Command('mcp-twin')
    .description(INTRO)
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .configureOutput({
      getOutHelpWidth: () => words.width ?? 80,
      getErrHelpWidth: () => words.width ?? 80,
      writeOut: (text) => words.out(words.width === undefined ? text : fold(text, words.width)),
      writeErr: (text) => {
        complaint += text
      },
    })
    .addHelpText('after', START)
    .exitOverride()
  addCommonOptions(program)
  // For a known command only that one is registered: no help page needs the others.
  const asked = specs.filter(({ name, aliases = [] }) => [name, ...aliases].includes(argv[0] ?? ''))
  refuseMisread(specs, argv)
  for (const spec of asked.length > 0 ? asked : specs)
    describe(program, spec, (found) => {
      parsed = found
    })
  for (const command of program.commands) command.exitOverride().configureOutput(program.configureOutput())
  try {
    program.parse([...argv], { from: 'user' })
  } catch (error) {
    return settle(error, specs, argv, complaint, program)
  }
  return parsed
}

function refuseMisread(specs: readonly CommandSpec[], argv: readonly string[]): void {
  const names = specs.map(({ name }) => name)
  const at = argv.findIndex((word) => names.includes(word))
  const wrong =
    argv.includes('--help') || argv.includes('-h') ? undefined : specs.find(({ name }) => name === argv[at])?.misread?.(argv.slice(at + 1))
  if (wrong) throw new TwinError('usage', wrong.message, { exit: EXIT.usage, hint: wrong.hint })
}

function settle(error: unknown, specs: readonly CommandSpec[], argv: readonly string[], complaint: string, program: Command): Parsed {
  if (!(error instanceof CommanderError)) throw error
  if (error.exitCode === 0) return { kind: 'done', code: EXIT.ok }
  if (error.code === 'commander.help') {
    program.configureOutput().writeOut?.(complaint)
    return { kind: 'done', code: EXIT.usage }
  }
  const found = commandWord(specs, argv)
  const message = (complaint.trim() || error.message)
    .replace(/^error: /, '')
    .replaceAll('\n', ' ')
    .replace(/('--[\w-]+)=[^']*/g, '$1=…')
  throw new TwinError('usage', message, { exit: EXIT.usage, hint: `mcp-twin ${found?.isKnown === true ? `${found.word} ` : ''}--help` })
}

/** `--client a,b --client c` → three; never greedy, so that what follows stays an argument. */
const gather = (value: string, before: string[] | undefined): string[] => {
  const words = value
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')
  if (words.length === 0) throw new InvalidArgumentError('a name is required.')
  return [...(before ?? []), ...words]
}

/** Repeatable without splitting at commas, for values that may hold one: `--env K=a,b`. */
const append = (value: string, before: string[] | undefined): string[] => [...(before ?? []), value]

/** Flags that every command takes, listed in every help page. */
function addCommonOptions(program: Command): void {
  program
    .option('--json', 'print one JSON document on stdout, and nothing else there')
    .option('--manifest <path>', 'use this manifest')
    .option('--user', "use the user's manifest, even inside a project that has its own")
    .option('--client <ids>', 'only these clients (repeatable, or comma-separated)', gather)
    .option('--on <environments>', 'only these environments: windows, wsl, wsl:Ubuntu, … (repeatable)', gather)
    .option('-y, --yes', 'ask nothing; take the safe answer')
    .option('--offline', 'use no network')
    .option('-q, --quiet', 'print no progress and no notes')
    .option('--verbose', 'more detail; stack traces of crashes')
}

function addOption(command: Command, spec: OptionSpec): void {
  const option = new Option(spec.flags, spec.description)
  if (spec.choices) option.choices([...spec.choices])
  if (spec.many) option.argParser(spec.many === 'words' ? gather : append)
  command.addOption(option)
  if (spec.synonym === undefined) return
  const synonym = new Option(spec.synonym).hideHelp()
  // Its value is that of the flag it stands for, and of no other that shares its word (`--check` and `--no-check`).
  synonym.attributeName = () => option.attributeName()
  command.addOption(synonym)
}

/** The common flags out of everything that was parsed. */
function commonOptions(all: Record<string, unknown>): CommonOptions {
  const common: CommonOptions = {}
  for (const key of ['json', 'user', 'yes', 'offline', 'quiet', 'verbose'] as const) if (all[key] === true) common[key] = true
  if (typeof all.manifest === 'string') common.manifest = all.manifest
  if (Array.isArray(all.client)) common.client = all.client.map(String)
  if (Array.isArray(all.on)) common.on = all.on.map(String)
  return common
}
