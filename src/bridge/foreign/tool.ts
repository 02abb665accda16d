import type { Tool } from '@modelcontextprotocol/server'
import type { ListedTool, ToolsFile } from '../../core/foreign/tools-file.ts'
import { mapTexts } from '../../core/object.ts'
import type { Call } from '../base/call.ts'
import { visible } from '../base/text.ts'

/** Families of tools that are not our own. */
export type ForeignFamily = 'shared' | 'plugins'

/** A tool of a shared server or a plugin: the bridge lists it and passes calls on to it. */
export interface ForeignTool extends ListedTool {
  /** As clients call it; `tool` is what its server or plugin calls it. */
  readonly name: string
  readonly family: ForeignFamily
  /** The server or plugin, by its name in `tools.json`. */
  readonly source: string
  readonly tool: string
}

/** The answer of a foreign tool, before it is checked and keys are removed. */
export interface ForeignResult {
  readonly content: readonly unknown[]
  readonly structuredContent?: Readonly<Record<string, unknown>> | undefined
  readonly isError?: boolean | undefined
}

/**
 * Where foreign tools come from: shared servers, plugins. `start/foreign.ts` makes the providers. One loads what it works with by
 * `await import` in `call`, since `list` runs before the first `tools/list` is answered.
 */
export interface ForeignProvider {
  readonly family: ForeignFamily
  /** The tools that `tools.json` holds of this family. Reads nothing else. */
  list(file: ToolsFile): readonly ForeignTool[]
  /** Whether a tool of that list can be called as things are now; absent: all can. Starts nothing. */
  isOffered?(tool: ForeignTool): boolean
  /** Carries one call out. Throws a Refusal if it cannot. When `call.signal` aborts, work under way is ended. */
  call(tool: ForeignTool, args: Readonly<Record<string, unknown>>, call: Omit<Call, 'room'>): Promise<ForeignResult>
  /** Why a tool of that name is not offered any more, in a sentence; null: there never was one. */
  gone?(name: string): string | null
  /** What is wrong right now, in sentences, for bridge_status. */
  problems?(): readonly string[]
  /** Ends everything that runs. */
  close?(): Promise<void>
}

/** True when the tool says of itself that it changes nothing. */
export const isReading = ({ annotations }: ListedTool): boolean => annotations.readOnlyHint === true

/**
 * The tool as `tools/list` shows it: no `outputSchema` and no `$schema`, whose bytes are paid in every conversation, and nothing
 * invisible, since nobody has read what its server or plugin says.
 */
export const listedForeign = ({ name, description, inputSchema, annotations }: ForeignTool): Tool => ({
  // `listedTool` has checked that it is the schema of an object.
  ...{ name, description: visible(description), inputSchema: mapTexts(inputSchema, visible) as Tool['inputSchema'] },
  ...(Object.keys(annotations).length > 0 && { annotations: mapTexts(annotations, visible) as Tool['annotations'] }),
})
