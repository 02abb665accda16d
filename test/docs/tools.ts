import { families } from '../../src/model/bridge-words.ts'
import { annotations, type Effect } from '../../src/bridge/contract/tool.ts'
import { tools } from '../../src/bridge/tools/index.ts'
import { code, page, table } from './markdown.ts'

const effects: Readonly<Record<Effect, string>> = {
  read: 'reads',
  create: 'makes something new, harms nothing',
  write: 'changes or deletes',
  run: 'runs programs or reaches further',
}

/** What stands in a family's place where it has no tools of its own. */
const others: Readonly<Record<string, string>> = {
  plugins: 'Tools of [plugins](../bridge/plugins.md): none until you allow a file.',
  shared: 'Beside these, the tools of every [shared server](../bridge/shared-servers.md), as `SERVER__TOOL`.',
  terminal: 'Listed only where the [terminal](../bridge/files-search-terminal.md#terminal) is not off.',
}

interface Schema {
  readonly type?: unknown
  readonly enum?: readonly unknown[]
  readonly description?: string
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
}

/** An object by its fields, each as an argument is written. */
const fieldsOf = ({ properties = {}, required = [] }: Schema): string =>
  Object.entries(properties)
    .map(([name, each]) => [`${code(name)}${required.includes(name) ? '' : '?'}`, typeOf(each), each.description ?? ''])
    .map(([name, ...words]) => [name, words.filter((word) => word !== '').join('; ')].join(' ').trim())
    .join(', ')

const typeOf = (schema: Schema): string => {
  const { type, enum: words, items, anyOf, properties } = schema
  if (words !== undefined) return words.map((word) => code(String(word))).join(', ')
  if (anyOf !== undefined) return anyOf.map(typeOf).join(' or ')
  if (items !== undefined) return `list of ${typeOf(items) || 'anything'}`
  if (properties !== undefined) return `{ ${fieldsOf(schema)} }`
  return typeof type === 'string' ? type : ''
}

function argumentsOf(schema: { readonly [key: string]: unknown }): string {
  const required: readonly unknown[] = Array.isArray(schema.required) ? schema.required : []
  const rows = Object.entries((schema.properties ?? {}) as Record<string, Schema>).map(([name, each]) => {
    const words = [typeOf(each), each.description ?? ''].filter((word) => word !== '').join('; ')
    return `${code(name)}${required.includes(name) ? '' : '?'}${words === '' ? '' : ` ${words}`}`
  })
  return rows.join('<br>')
}

/** docs/reference/tools.md. */
export const toolsPage = (): string =>
  page('Tools of the bridge', [
    'What a program sees of [the bridge](../bridge/overview.md). Arguments with `?` may be left out. What a tool does decides the hints that a program gets (`readOnlyHint` and so on), and whether a read-only bridge offers it.',
    ...families.flatMap((family) => [
      `## ${family}`,
      table(
        ['tool', 'what', 'does', 'arguments'],
        tools
          .filter((tool) => tool.family === family)
          .map((tool) => [code(tool.name), tool.description, effects[tool.effect], argumentsOf(tool.inputSchema)]),
      ),
      others[family] ?? '',
    ]),
    '## Hints',
    table(
      ['does', 'hints'],
      (Object.keys(effects) as Effect[]).map((effect) => [
        effects[effect],
        Object.entries(annotations(effect))
          .map(([name, value]) => code(`${name}: ${value}`))
          .join(', '),
      ]),
    ),
  ])
