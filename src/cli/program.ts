import { Command, CommanderError } from 'commander'
import type { CommandSpec, CommonOptions } from '../context.ts'
import { EXIT, TwinError } from '../errors.ts'
import { commandWord } from './command-word.ts'
import { addCommonOptions, addOption, commonOptions } from './options.ts'

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
      writeOut: (text) => words.out(text),
      writeErr: (text) => {
        complaint += text
      },
    })
    .addHelpText('after', START)
    .exitOverride()
  addCommonOptions(program)
  // Where the line begins with a command, no page lists the others.
  const asked = specs.filter(({ name, aliases = [] }) => [name, ...aliases].includes(argv[0] ?? ''))
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
