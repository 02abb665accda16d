import { groups, specs } from '../../src/cli/specs/index.ts'
import { COMMON } from '../../src/model/command-line.ts'
import { code, page, table } from './markdown.ts'

interface Word {
  readonly name: string
  readonly description: string
}

interface Flag {
  readonly flags: string
  readonly description: string
  readonly choices?: readonly string[]
}

/** What the page says of a command, and of each of its verbs. */
export interface Described {
  readonly name: string
  readonly summary: string
  readonly aliases?: readonly string[]
  readonly arguments?: readonly Word[]
  readonly options?: readonly Flag[]
  readonly examples: readonly string[]
  readonly verbs?: readonly Described[]
  /** The verb that is meant where there is none. */
  readonly usual?: string
}

export const commands: readonly Described[] = specs

const wordsOf = ({ description, choices }: Flag): string =>
  choices === undefined ? description : `${description} (${choices.map(code).join(', ')})`

const usage = ({ name, options, arguments: words = [], verbs = [], usual }: Described): string =>
  [
    ...['mcp-twin', name, ...(verbs.length > 0 && words.length === 0 ? [usual === undefined ? '<action>' : '[action]'] : [])],
    ...((options?.length ?? 0) > 0 ? ['[options]'] : []),
    ...words.map((each) => each.name),
  ].join(' ')

const flagTable = (flags: readonly Flag[]): string =>
  table(
    ['flag', 'what'],
    flags.map((flag) => [code(flag.flags), wordsOf(flag)]),
  )

function section(spec: Described, depth: string): string {
  const also = (spec.aliases ?? []).map((each) => code(`mcp-twin ${each}`))
  return [
    `${depth} mcp-twin ${spec.name}`,
    `${spec.summary[0]?.toUpperCase()}${spec.summary.slice(1)}.${also.length === 0 ? '' : ` Also ${also.join(', ')}.`}`,
    spec.examples.length === 0 ? '' : `\`\`\`text\n${spec.examples.join('\n')}\n\`\`\``,
    code(usage(spec)),
    table(
      ['word', 'what'],
      (spec.arguments ?? []).map(({ name, description }) => [code(name), description]),
    ),
    flagTable(spec.options ?? []),
    ...(spec.verbs ?? []).map((verb) => section({ ...verb, name: `${spec.name} ${verb.name}` }, `${depth}#`)),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

/** docs/reference/commands.md. */
export const commandsPage = (): string =>
  page('Commands', [
    'Every command has `--help` with the same words. In a checkout type `npx mcp-twin` for `mcp-twin`.',
    [...groups, { title: 'For programs', commands: specs.filter((spec) => !groups.some((group) => group.commands.includes(spec))) }]
      .map((group) => `${group.title}: ${group.commands.map(({ name }) => `[${name}](#mcp-twin-${name})`).join(' · ')}`)
      .join('\n\n'),
    '## Flags of every command',
    flagTable(COMMON),
    ...commands.map((spec) => section(spec, '##')),
  ])
