import { isDeeper, isObject } from '../object.ts'

/** A tool of a shared server or a plugin, as it was when a command (`sync`, `plugin allow`) asked for it. */
export interface ListedTool {
  /** As its server or plugin calls it. */
  readonly name: string
  readonly description: string
  /** JSON Schema of an object, without `$schema`. */
  readonly inputSchema: Readonly<Record<string, unknown>>
  /** MCP's hints, as its server or plugin gives them. */
  readonly annotations: Readonly<Record<string, unknown>>
  /** The name under which clients call it, where that is another one. */
  readonly as?: string
  /** Its answers may be used again for the same arguments. */
  readonly cache?: true
}

/** The tools of one server or plugin. */
export interface ToolList {
  /** Digest of the server's definition with its pinned version, or of the plugin's file. If that has changed, the list may be out of date. */
  readonly digest: string
  readonly tools: readonly ListedTool[]
  /** Only for a plugin: why a bridge switched it off, to be put into a sentence. Absent: it may run. */
  readonly off?: string
}

/**
 * `bridge/tools.json`: the tools that are not the bridge's own. A plain file, replaced by rename, so that the first `tools/list` of a
 * bridge shows them without starting a server or a plugin and without waiting for the store.
 */
export interface ToolsFile {
  /** By the server's name in the manifest. */
  readonly shared: Readonly<Record<string, ToolList>>
  /** By the name of the file in `bridge/plugins`. */
  readonly plugins: Readonly<Record<string, ToolList>>
}

export const toolsFileName = 'tools.json'

/** A larger file is not read. */
export const toolsFileBytes = 4 * 1024 * 1024

/** Bounds of one tool as JSON: every conversation pays for its length. */
const toolCharacters = 64 * 1024
const toolNesting = 64

export const noTools: ToolsFile = { shared: {}, plugins: {} }

export const toolsFileText = (file: ToolsFile): string => `${JSON.stringify(file)}\n`

/** Reads the file's text; throws an Error that says what is wrong with it. Unknown members are left out. */
export function parseToolsFile(text: string): ToolsFile {
  const file: unknown = JSON.parse(text)
  if (!isObject(file)) throw new Error('it holds no object')
  return { shared: lists(file.shared, 'shared'), plugins: lists(file.plugins, 'plugins') }
}

function lists(value: unknown, where: string): Readonly<Record<string, ToolList>> {
  if (value === undefined) return {}
  if (!isObject(value)) throw new Error(`"${where}" is no object`)
  return Object.fromEntries(
    Object.entries(value).map(([name, list]) => {
      const at = `${where}.${name}`
      if (!isObject(list) || typeof list.digest !== 'string' || !Array.isArray(list.tools)) throw new Error(`"${at}" is no list of tools`)
      const { digest, tools, off } = list
      return [name, { digest, tools: tools.map((tool) => listedTool(tool, at)), ...(typeof off === 'string' && { off }) }]
    }),
  )
}

/** Reads a tool as `tools/list` of a server or the file describes it; throws an Error if clients could not use it. */
export function listedTool(tool: unknown, where: string): ListedTool {
  if (!isObject(tool) || typeof tool.name !== 'string' || tool.name === '') throw new Error(`"${where}" holds a tool without a name`)
  const { name, description, inputSchema, annotations, as, cache } = tool
  if (!isObject(inputSchema) || inputSchema.type !== 'object')
    throw new Error(`the tool "${name.slice(0, 100)}" of "${where}" has no schema of an object as its inputSchema`)
  const at = `the tool "${name.slice(0, 100)}" of "${where}"`
  if (isDeeper(inputSchema, toolNesting)) throw new Error(`the schema of ${at} is nested more than ${toolNesting} levels deep`)
  const { $schema: _, ...schema } = inputSchema
  const read: ListedTool = {
    name,
    description: typeof description === 'string' ? description : '',
    inputSchema: { ...schema, ...propertiesOf(inputSchema, at) },
    annotations: isObject(annotations) ? hintsIn(annotations) : {},
    ...(typeof as === 'string' && { as }),
    ...(cache === true && { cache }),
  }
  const size = JSON.stringify(read).length
  if (size > toolCharacters) throw new Error(`${at} is described by ${size} characters; ${toolCharacters} are the most`)
  return read
}

/** Returns properties in a form that all clients accept: some refuse a whole list of tools if one property has `true` for its schema. */
function propertiesOf({ properties, required }: Readonly<Record<string, unknown>>, at: string): { properties?: object } {
  if (required !== undefined && !(Array.isArray(required) && required.every((each) => typeof each === 'string')))
    throw new Error(`"required" of ${at} is no list of names`)
  if (properties === undefined) return {}
  if (!isObject(properties)) throw new Error(`"properties" of ${at} is no object`)
  const schemas = Object.entries(properties).map(([name, schema]) => {
    if (typeof schema !== 'boolean' && !isObject(schema)) throw new Error(`a property of ${at} has no schema`)
    return [name, schema === true ? {} : schema === false ? { not: {} } : schema]
  })
  return { properties: Object.fromEntries(schemas) }
}

const hints = ['readOnlyHint', 'destructiveHint', 'idempotentHint', 'openWorldHint']

/** The annotations that the protocol knows, if their values have the right type. */
const hintsIn = (annotations: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(annotations).filter(([name, value]) =>
      name === 'title' ? typeof value === 'string' : hints.includes(name) && typeof value === 'boolean',
    ),
  )
