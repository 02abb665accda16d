import { isObject } from '../../core/object.ts'
import { isToolName, longestName, serverOfName } from '../../core/foreign/names.ts'
import type { ListedTool } from '../../core/foreign/tools-file.ts'
import type { JsonObject } from '../../model/entry.ts'
import { visible } from '../base/text.ts'
import { schemaTrouble } from './schema.ts'
import { pluginLimits } from './limits.ts'

/** A plugin that cannot be allowed or used; the message says why, and begins in the middle of a sentence. */
export class PluginTrouble extends Error {}

/** A plugin's description of itself, checked. */
export interface PluginDescription {
  readonly name: string
  readonly version: string
  readonly description: string
  readonly tools: readonly ListedTool[]
}

function words(value: unknown, what: string, most: number): string {
  if (typeof value !== 'string' || value.trim() === '') throw new PluginTrouble(`it has no ${what}`)
  if (value.length > most) throw new PluginTrouble(`its ${what} has ${value.length} characters; ${most} are the most`)
  return visible(value.trim())
}

/** Checks the description that the process of a plugin sends, which may be anything. Throws a PluginTrouble. */
export function readDescription(said: unknown): PluginDescription {
  if (!isObject(said) || !Array.isArray(said.tools)) throw new PluginTrouble('it does not describe its tools')
  const { tools } = said
  if (tools.length === 0) throw new PluginTrouble('it has no tools')
  if (tools.length > pluginLimits.tools) throw new PluginTrouble(`it has ${tools.length} tools; ${pluginLimits.tools} are the most`)
  const read = tools.map(readTool)
  const twice = read.find(({ name }, at) => read.findIndex((each) => each.name === name) !== at)
  if (twice !== undefined) throw new PluginTrouble(`it has two tools named ${twice.name}`)
  return {
    name: words(said.name, 'name', pluginLimits.nameCharacters),
    version: words(said.version, 'version', pluginLimits.nameCharacters),
    description: words(said.description, 'description', pluginLimits.descriptionCharacters),
    tools: read,
  }
}

function readTool(tool: unknown): ListedTool {
  const { name, description, parameters } = isObject(tool) ? tool : {}
  if (typeof name !== 'string' || !isToolName(name))
    throw new PluginTrouble(
      `${JSON.stringify(name ?? null).slice(0, 80)} is no name for a tool: letters, digits, _ and -, at most ${longestName} of them`,
    )
  if (!isObject(parameters)) throw new PluginTrouble(`the parameters of ${name} are no JSON Schema`)
  const trouble = schemaTrouble(parameters)
  if (trouble !== null) throw new PluginTrouble(`the parameters of ${name} are refused: ${trouble}`)
  const { $schema: _, ...schema } = parameters
  return {
    name,
    description: words(description, `description for ${name}`, pluginLimits.descriptionCharacters),
    inputSchema: { ...(schema as JsonObject), type: 'object' },
    // The provider gives all tools of plugins the same annotations, since nobody has checked what they do.
    annotations: {},
  }
}

/** For each name that a tool has already: its owner, as a message names it. */
export type TakenNames = ReadonlyMap<string, string>

/** Throws a PluginTrouble if a tool of the plugin has a name that is taken, or that begins as those of a shared server do. */
export function checkNames({ tools }: Pick<PluginDescription, 'tools'>, taken: TakenNames, servers: readonly string[]): void {
  for (const { name } of tools) {
    const server = serverOfName(name, servers)
    if (server !== null) throw new PluginTrouble(`its tool ${name} would pass for one of the shared server ${server}; rename it`)
    const owner = taken.get(name)
    if (owner !== undefined) throw new PluginTrouble(`its tool ${name} has the name of a tool of ${owner}; rename it`)
  }
}
