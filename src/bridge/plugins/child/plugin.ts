import { CfWorkerJsonSchemaValidator } from '@modelcontextprotocol/server/validators/cf-worker'
import { isObject } from '../../../core/object.ts'
import type { JsonObject } from '../../../model/entry.ts'

/** A tool as its plugin exports it, read once. */
export interface LoadedTool {
  readonly name: string
  readonly description: string
  readonly parameters: JsonObject
  /** What is wrong with arguments; null: they fit. */
  check(args: unknown): string | null
  handle(args: unknown, context: { readonly signal: AbortSignal }): unknown
}

export interface LoadedPlugin {
  readonly name: string
  readonly version: string
  readonly description: string
  readonly tools: readonly LoadedTool[]
}

const shape = 'export default { name, version, description, tools: [{ name, description, parameters, handler }] }'

type Members = Readonly<Record<string, unknown>>

function textOf(members: Members, name: string, where: string): string {
  const text = members[name]
  if (typeof text !== 'string' || text.trim() === '') throw new Error(`${where} has no ${name}; a plugin is: ${shape}`)
  return text
}

/** What a plugin exports, as data and functions; throws an Error that says what is missing. */
export function readPlugin(exported: unknown): LoadedPlugin {
  if (!isObject(exported)) throw new Error(`it exports no object by default; a plugin is: ${shape}`)
  const { tools } = exported
  const [name, version, description] = ['name', 'version', 'description'].map((each) => textOf(exported, each, 'it')) as [
    string,
    string,
    string,
  ]
  if (!Array.isArray(tools) || tools.length === 0) throw new Error(`it has no tools; a plugin is: ${shape}`)
  return { name, version, description, tools: tools.map(readTool) }
}

function readTool(tool: unknown, at: number): LoadedTool {
  const where = `tools[${at}]`
  if (!isObject(tool)) throw new Error(`${where} is no object; a plugin is: ${shape}`)
  const [name, description] = [textOf(tool, 'name', where), textOf(tool, 'description', where)]
  const { parameters = {}, handler }: Members = tool
  if (!isObject(parameters)) throw new Error(`the parameters of ${name} are no JSON Schema`)
  if (typeof handler !== 'function') throw new Error(`${where} (${name}) has no handler; a plugin is: ${shape}`)
  const schema = asJson(parameters, name)
  return {
    name,
    description,
    parameters: schema,
    check: checker(schema, name),
    handle: (args, context) => Reflect.apply(handler, tool, [args, context]),
  }
}

/** As the bridge will read it: a copy that its plugin cannot change any more. */
function asJson(parameters: Members, name: string): JsonObject {
  try {
    return JSON.parse(JSON.stringify(parameters))
  } catch (error) {
    throw new Error(`the parameters of ${name} cannot be written as JSON: ${wordsOf(error)}`)
  }
}

/** Checks arguments here, in the plugin's own process: a pattern that takes for ever takes the plugin's time, not the bridge's. */
function checker(schema: JsonObject, name: string): LoadedTool['check'] {
  try {
    const validate = new CfWorkerJsonSchemaValidator().getValidator({ ...schema, type: 'object' })
    // What is wrong with the schema itself, a reference to nothing or to itself, shows when it is used.
    validate({})
    return (args) => {
      const { valid, errorMessage } = validate(args)
      return valid ? null : innermost(errorMessage ?? 'they do not fit its parameters')
    }
  } catch (error) {
    throw new Error(`the parameters of ${name} are no usable JSON Schema: ${wordsOf(error)}`)
  }
}

/** The validator says of each level that something in it does not fit; only the last one says what. */
function innermost(message: string): string {
  const errors = message.split('; ')
  const own = errors.filter((each) => !/ does not match schema\.$/.test(each))
  return (own.length > 0 ? own : errors).join('; ').replace(/\.$/, '')
}

/** What was thrown, in words; a plugin may throw anything. */
export function wordsOf(error: unknown): string {
  try {
    return error instanceof Error ? error.message || error.name : String(error)
  } catch {
    return 'something that has no text was thrown'
  }
}
