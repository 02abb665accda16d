import type { Command, Help } from 'commander'
import { nearHint } from '../commands/unknown.ts'
import { usageError } from '../errors.ts'
import { COMMON, type CommandSpec, type VerbSpec } from '../model/command-line.ts'
import { nextWord } from './line.ts'
import { groups } from './specs/index.ts'
import { type Topic, topics } from './topics.ts'

const INTRO =
  'One set of MCP servers for Claude Desktop on Windows and Claude Code in WSL: installed once on each side, merged into every config without harming it, proven to answer.'

const START = [
  ['mcp-twin init --dry-run', 'see what it would do'],
  ['mcp-twin init', 'do it'],
  ['mcp-twin doctor', 'see what is wrong, and how to fix it'],
  ['mcp-twin undo', 'take it back'],
] as const

type Row = readonly [term: string, words: string]

/** Lines of a page of help, in parts with a blank line between them. */
const lined = (parts: readonly (readonly string[])[]): string =>
  `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`

function list(helper: Help, title: string, rows: readonly Row[]): string[] {
  const width = Math.max(0, ...rows.map(([term]) => term.length))
  return rows.length === 0 ? [] : [title, ...rows.map(([term, words]) => helper.formatItem(term, width, words, helper))]
}

const wrapped = (helper: Help, text: string): string => helper.boxWrap(text, helper.helpWidth ?? 80)

const options = (helper: Help, found: ReturnType<Help['visibleOptions']>): Row[] =>
  found.map((option) => [helper.optionTerm(option), helper.optionDescription(option)])

/** The page of `mcp-twin --help`. */
export const firstPage = (program: Command, helper: Help): string =>
  lined([
    ['Usage: mcp-twin <command> [options]'],
    [wrapped(helper, INTRO)],
    list(
      helper,
      'Examples:',
      START.map(([line, words]) => [`$ ${line}`, words]),
    ),
    ...groups.map(({ title, commands }) =>
      list(
        helper,
        `${title}:`,
        commands.map(({ name, summary }) => [name.padEnd(10), summary]),
      ),
    ),
    list(helper, 'Help:', [
      ['help <command>', 'its examples and flags'] as const,
      ...topics.map(({ name, summary }) => [`help ${name}`, summary] as const),
    ]),
    list(helper, 'Options of every command:', options(helper, helper.visibleOptions(program))),
  ])

/** The page of one command, or of one of its verbs. */
export const commandPage = (command: Command, helper: Help, spec: VerbSpec): string =>
  lined([
    [`Usage: ${helper.commandUsage(command)}`],
    [wrapped(helper, `${spec.summary[0]?.toUpperCase()}${spec.summary.slice(1)}.`)],
    ['Examples:', ...spec.examples.map((example) => `  $ ${example}`)],
    list(
      helper,
      'Actions:',
      helper.visibleCommands(command).map((verb) => [helper.subcommandTerm(verb), helper.subcommandDescription(verb)]),
    ),
    list(
      helper,
      'Arguments:',
      helper.visibleArguments(command).map((word) => [helper.argumentTerm(word), helper.argumentDescription(word)]),
    ),
    list(helper, 'Options:', options(helper, helper.visibleOptions(command))),
    list(helper, 'Options of every command:', options(helper, helper.visibleGlobalOptions(command))),
  ])

/** The page of a topic. */
export const topicPage = (helper: Help, { text, rows, more }: Topic): string =>
  lined([[wrapped(helper, text)], list(helper, '', rows).slice(1), [wrapped(helper, more)]]).replaceAll('`', '')

/**
 * What `mcp-twin help …` asks for: a topic, or the same as `--help` behind the words, which are returned then. Null: the line is another
 * one. Throws where there is neither a command nor a topic of that name.
 */
export function helpAsked(specs: readonly CommandSpec[], argv: readonly string[]): Topic | string[] | null {
  const at = nextWord(argv, 0, COMMON)
  if (at < 0 || argv[at] !== 'help') return null
  const rest = argv.filter((_, each) => each !== at)
  const next = nextWord(rest, 0, COMMON)
  const word = next < 0 ? undefined : rest[next]
  const topic = topics.find(({ name }) => name === word)
  if (topic !== undefined) return topic
  const names = specs.flatMap(({ name, aliases = [] }) => [name, ...aliases])
  if (word === undefined || names.includes(word)) return [...rest, '--help']
  const known = [...names, ...topics.map(({ name }) => name)]
  throw usageError(`There is no command and no topic ${JSON.stringify(word)}.`, { hint: nearHint(word, known, 'mcp-twin --help') })
}
