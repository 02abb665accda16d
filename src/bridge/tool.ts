import type { Bridge } from './bridge.ts'
import { type Fields, type Input, objectSchema, readFields } from './input.ts'

/** Families switch on and off as a whole: one that is off is not listed and costs no tokens. */
export const families = ['files', 'search', 'terminal', 'bridge'] as const
export type Family = (typeof families)[number]

/**
 * What a tool does to the world. Everything else derives from it: the hints that clients see, whether read-only mode
 * allows it, whether it is audited. `create` makes something new and harms nothing that is there.
 */
export type Effect = 'read' | 'create' | 'write' | 'run'

export type Content =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image'; readonly data: string; readonly mimeType: string }

/** What a tool hands back. `data` is complete in itself: Claude Code shows the model nothing else when it is there. */
export interface Answer {
  readonly content: readonly Content[]
  readonly data?: Readonly<Record<string, unknown>>
}

/** One call: who makes it, how it is stopped, and where its progress goes. */
export interface Call {
  readonly client: string
  /** Aborted when the client cancels the request or goes away. */
  readonly signal: AbortSignal
  /** Tells the client how far it is; does nothing when the client did not ask. */
  progress(message: string): void
  /**
   * Said by what runs something, right before it does: the call is recorded then, since what is run could end this
   * process. Throws when it cannot be recorded.
   */
  begin(): void
}

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

export const words = (text: string): Answer => ({ content: [{ type: 'text', text }] })
