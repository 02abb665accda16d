import { join } from 'node:path'
import type { ToolsFile } from '../../core/foreign/tools-file.ts'
import { versionOf } from '../base/access.ts'
import type { Call } from '../base/call.ts'
import type { ForeignProvider, ForeignResult, ForeignTool } from '../foreign/tool.ts'
import { fileTrouble, pluginsFolder } from './file.ts'
import type { PluginRunner, PluginRunnerParts } from './runner.ts'

/** The annotations of every plugin's tool. Nobody has checked what it does, so no read-only bridge lists one. */
const hints = { readOnlyHint: false, destructiveHint: true, openWorldHint: true } as const

/** The tools of allowed plugins, without those that were switched off. */
export const pluginTools = ({ plugins }: Pick<ToolsFile, 'plugins'>): readonly ForeignTool[] =>
  Object.entries(plugins).flatMap(([source, { tools, off }]) =>
    off !== undefined
      ? []
      : tools.map((tool): ForeignTool => ({ ...tool, annotations: hints, family: 'plugins', source, tool: tool.name })),
  )

/** The tools of allowed plugins. Their processes are started by the first call. */
export class PluginProvider implements ForeignProvider {
  readonly family = 'plugins'
  private readonly parts: PluginRunnerParts
  private plugins: ToolsFile['plugins'] = {}
  private runner: Promise<PluginRunner> | undefined
  /** The last check of each file, by its name; valid while the file's version and the allowed digest stay the same. */
  private readonly seen = new Map<string, { readonly key: string; readonly trouble: string | null }>()

  constructor(parts: PluginRunnerParts) {
    this.parts = parts
  }

  list(file: ToolsFile): readonly ForeignTool[] {
    this.plugins = file.plugins
    return pluginTools(file)
  }

  /** Only tools of a file that is the one that was allowed are shown. Costs one look at each file, and its digest after a change. */
  isOffered({ source }: ForeignTool): boolean {
    const plugin = this.plugins[source]
    return plugin !== undefined && this.look(source, plugin.digest) === null
  }

  async call(tool: ForeignTool, args: Readonly<Record<string, unknown>>, call: Omit<Call, 'room'>): Promise<ForeignResult> {
    this.runner ??= import('./runner.ts').then(({ PluginRunner }) => new PluginRunner(this.parts))
    return (await this.runner).call(tool, this.plugins[tool.source]?.digest ?? '', args, call)
  }

  gone(name: string): string | null {
    const found = Object.entries(this.plugins).find(([, { tools, off }]) => off !== undefined && tools.some((tool) => tool.name === name))
    return found?.[1].off === undefined ? null : isOff(found[0], found[1].off)
  }

  problems(): readonly string[] {
    return Object.entries(this.plugins).flatMap(([file, { digest, off }]) => {
      const trouble = off ?? this.look(file, digest)
      return trouble === null ? [] : [isOff(file, trouble)]
    })
  }

  async close(): Promise<void> {
    await (await this.runner)?.close()
  }

  private look(file: string, digest: string): string | null {
    const folder = pluginsFolder(this.parts.settings.folder)
    const key = `${versionOf(join(folder, file))} ${digest}`
    const seen = this.seen.get(file)
    if (seen?.key === key) return seen.trouble
    const trouble = fileTrouble(folder, file, digest)
    this.seen.set(file, { key, trouble })
    return trouble
  }
}

/** A plugin that does not run, why, and what a person can do. */
const isOff = (file: string, why: string): string =>
  `The plugin ${file} is off: ${why}. A person can look at it and then run: mcp-twin plugin allow ${file}`
