import { type CommandSpec, DRY_RUN, type VerbSpec, type WordSpec } from '../../model/command-line.ts'

const name = {
  name: '<name>',
  description: 'the name of a key; a value is never given here, where other programs can read it',
  offers: 'key',
} as const satisfies WordSpec

/** Said about a word with =, and about one behind the name of a key: most likely it is the key. */
const keyOnLine = {
  message: 'A key must not be on the command line: every program on this computer can read it there, and the shell history keeps it.',
  hint: 'to be asked for it: mcp-twin secret set NAME; to pipe it in: pass show … | mcp-twin secret set NAME',
}

const verbs = [
  {
    name: 'set',
    arguments: [name],
    excess: keyOnLine,
    options: [DRY_RUN],
    summary: 'store a key: asks for it, or reads standard input',
    examples: ['mcp-twin secret set TAVILY_API_KEY', 'pass show tavily | mcp-twin secret set TAVILY_API_KEY'],
  },
  { name: 'list', summary: 'list the names of keys, and who uses them', examples: ['mcp-twin secret list'] },
  {
    name: 'remove',
    arguments: [name],
    excess: keyOnLine,
    options: [DRY_RUN],
    summary: 'forget a key, and say where copies of it are',
    examples: ['mcp-twin secret remove TAVILY_API_KEY'],
  },
  {
    name: 'merge',
    arguments: [
      { name: '<from>', description: 'the name of the key that goes', offers: 'key' },
      { name: '<into>', description: 'the name of the key that stays', offers: 'key' },
    ],
    excess: keyOnLine,
    options: [DRY_RUN],
    summary: 'make two keys one',
    examples: ['mcp-twin secret merge TAVILY_API_KEY_2 TAVILY_API_KEY'],
    missing: 'mcp-twin secret merge FROM INTO',
  },
] as const satisfies readonly VerbSpec[]

export const secret = {
  name: 'secret',
  summary: 'store, list, remove and merge API keys',
  verbs,
  misread: (words: readonly string[]) =>
    words.some((word, at) => word.includes('=') && !word.startsWith('-') && words[at - 1] !== '--manifest') ? keyOnLine : null,
  examples: verbs.flatMap(({ examples }) => examples),
} as const satisfies CommandSpec
