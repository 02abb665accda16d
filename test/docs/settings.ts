import { options } from '../../src/bridge/config/options.ts'
import { manifestJsonSchema, type Shape } from '../../src/model/schema.ts'
import { code, page, table } from './markdown.ts'

/** What may stand there, in words. */
function typeOf({ type, enum: words, const: only, items, anyOf, properties, additionalProperties }: Shape): string {
  if (only !== undefined) return code(JSON.stringify(only))
  if (words !== undefined) return words.map((word) => code(JSON.stringify(word))).join(', ')
  if (anyOf !== undefined) return [...new Set(anyOf.map(typeOf))].join(' or ')
  if (items !== undefined) return `list of ${typeOf(items)}`
  if (type === 'object' && properties === undefined && typeof additionalProperties === 'object')
    return `names, each with ${typeOf(additionalProperties)}`
  return { string: 'text', boolean: 'true or false', integer: 'number', number: 'number' }[type ?? ''] ?? type ?? ''
}

/** A setting with its path: `servers.NAME.env`. */
interface Setting {
  readonly path: string
  readonly shape: Shape
}

/** The settings below a shape, in their order. What is named by its user stands as `NAME`. */
export function settingsOf(shape: Shape, path = ''): Setting[] {
  const { properties, additionalProperties, items, anyOf } = shape
  const below = (name: string): string => (path === '' ? name : `${path}.${name}`)
  return [
    ...Object.entries(properties ?? {}).flatMap(([name, each]) => [{ path: below(name), shape: each }, ...settingsOf(each, below(name))]),
    ...(typeof additionalProperties === 'object' ? settingsOf(additionalProperties, below('NAME')) : []),
    ...(items === undefined ? [] : settingsOf(items, path)),
    ...(anyOf ?? []).flatMap((each) => settingsOf(each, path)),
  ]
}

const isOverride = ({ path }: Setting): boolean => path.startsWith('servers.NAME.on.NAME.')

const settingTable = (settings: readonly Setting[], skip: number): string =>
  table(
    ['setting', 'what may stand there', 'what it means'],
    settings.map(({ path, shape }) => [code(path.split('.').slice(skip).join('.')), typeOf(shape), shape.description ?? '']),
  )

/** docs/reference/settings.md. */
export function settingsPage(): string {
  const all = settingsOf(manifestJsonSchema())
  const of = (start: string): Setting[] => all.filter((setting) => setting.path.startsWith(start) && !isOverride(setting))
  const server = of('servers.NAME.')
  const bridge = of('bridge.')
  const rest = all.filter((setting) => !server.includes(setting) && !bridge.includes(setting) && !isOverride(setting))
  const overrides = all.filter(isOverride).map(({ path }) => code(path.split('.').at(-1) ?? ''))
  return page('Settings', [
    'Of [the manifest](../manifest.md), `mcp-twin.json`. `mcp-twin schema` prints the same for editors. An unknown name is an error that names the nearest known one.',
    '## The file',
    settingTable(rest, 0),
    '## A server',
    'One of `package`, `command`, `url` and `extension` says what it is.',
    settingTable(server, 2),
    `In \`on\`, each side by its kind or id: ${overrides.join(', ')}, with the same meaning there.`,
    '## bridge',
    'A person decides these. A running bridge takes them at its next start; open folders (`roots`) and `plugins` at once.',
    settingTable(bridge, 1),
    '## Settings that a conversation may change',
    'With the tool `set_config`, for every program at once: matters of taste, never of permission.',
    table(
      ['key', 'usually', 'what it means'],
      options.map(({ key, usual, means }) => [code(key), code(String(usual)), means]),
    ),
  ])
}
