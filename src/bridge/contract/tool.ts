import type { Bridge } from './bridge.ts'
import type { Answer, Call } from '../base/call.ts'
import type { Family } from '../../model/bridge-words.ts'
import { type Fields, type Input, objectSchema, type PathPlace, pathsIn, readFields } from '../base/input.ts'

/**
 * What a tool does to the world. Everything else derives from it: the hints that clients see, whether read-only mode
 * allows it, whether it is audited. `create` makes something new and harms nothing that is there.
 */
export type Effect = 'read' | 'create' | 'write' | 'run'

export interface ToolDefinition<F extends Fields> {
  readonly name: string
  readonly family: Family
  readonly effect: Effect
  readonly description: string
  readonly input: F
  /** What the call is about, for the audit: a path, a command. */
  subject?(input: Input<F>): string
  handle(input: Input<F>, bridge: Bridge, call: Call): Promise<Answer>
}

/** A tool as the registry holds it: its input type stays inside. */
export interface Tool {
  readonly name: string
  readonly family: Family
  readonly effect: Effect
  readonly description: string
  readonly inputSchema: ReturnType<typeof objectSchema>
  /** The arguments that are paths. */
  readonly paths: readonly PathPlace[]
  /** Checks the arguments and gives the work that is left; throws InputTrouble. */
  prepare(raw: unknown): { readonly subject: string; run(bridge: Bridge, call: Call): Promise<Answer> }
}

export function defineTool<F extends Fields>(definition: ToolDefinition<F>): Tool {
  const { name, family, effect, description, input } = definition
  return {
    name,
    family,
    effect,
    description,
    inputSchema: objectSchema(input),
    paths: pathsIn(input),
    prepare(raw) {
      const read = readFields(input, raw ?? {}, name)
      return { subject: definition.subject?.(read) ?? '', run: (bridge, call) => definition.handle(read, bridge, call) }
    },
  }
}

/** The MCP hints, from what the tool does. */
export function annotations(effect: Effect): Record<string, boolean> {
  if (effect === 'read') return { readOnlyHint: true, openWorldHint: false }
  if (effect === 'run') return { readOnlyHint: false, destructiveHint: true, openWorldHint: true }
  return { readOnlyHint: false, destructiveHint: effect === 'write', openWorldHint: false }
}

/** The tool as `tools/list` shows it. */
export const listed = (tool: Tool) => ({
  name: tool.name,
  description: tool.description,
  inputSchema: tool.inputSchema,
  annotations: annotations(tool.effect),
})
