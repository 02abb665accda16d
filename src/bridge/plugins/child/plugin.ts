import { CfWorkerJsonSchemaValidator } from '@modelcontextprotocol/server/validators/cf-worker'
import { isObject } from '../../../core/object.ts'
import type { JsonObject } from '../../../model/entry.ts'

/** A tool as its plugin exports it, read once. */
export interface LoadedTool {
  readonly name: string
  readonly description: string
  readonly parameters: JsonObject
  /** Returns what is wrong with arguments; null: nothing. */
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

/** Reads what a plugin exports; throws an Error that says what is missing. */
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

/** A copy of the parameters as JSON, which is what the bridge reads and which the plugin can no longer change. */
function asJson(parameters: Members, name: string): JsonObject {
  try {
    return JSON.parse(JSON.stringify(parameters))
  } catch (error) {
    throw new Error(`the parameters of ${name} cannot be written as JSON: ${wordsOf(error)}`)
  }
}

/** Makes the check of arguments. It runs in the plugin's own process, so that a pattern without end takes the plugin's time, not the bridge's. */
function checker(schema: JsonObject, name: string): LoadedTool['check'] {
  try {
    const validate = new CfWorkerJsonSchemaValidator().getValidator({ ...schema, type: 'object' })
    // Faults of the schema itself, such as a reference to nothing or to itself, only show when it is used.
    validate({})
    return (args) => {
      const { valid, errorMessage } = validate(args)
      return valid ? null : innermost(errorMessage ?? 'they do not fit its parameters')
    }
  } catch (error) {
    throw new Error(`the parameters of ${name} are no usable JSON Schema: ${wordsOf(error)}`)
  }
}

/** Shortens the validator's message: it has an error for each level around the one that says what is wrong. */
function innermost(message: string): string {
  const errors = message.split('; ')
  const own = errors.filter((each) => !/ does not match schema\.$/.test(each))
  return (own.length > 0 ? own : errors).join('; ').replace(/\.$/, '')
}

/** The message of an error. A plugin may throw anything. */
export function wordsOf(error: unknown): string {
  try {
    return error instanceof Error ? error.message || error.name : String(error)
  } catch {
    return 'something that has no text was thrown'
  }
}
