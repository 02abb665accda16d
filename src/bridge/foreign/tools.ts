import { count } from '../../core/count.ts'
import { isToolName, serverOfName } from '../../core/foreign/names.ts'
import { type ToolsFile, noTools, parseToolsFile, toolsFileBytes } from '../../core/foreign/tools-file.ts'
import { SmallFile } from '../base/small-file.ts'
import { inName } from '../base/text.ts'
import type { ForeignProvider, ForeignTool } from './tool.ts'
import { FileWatch } from './watch.ts'

/** `bridge/tools.json`, at this path. */
export const toolsFileAt = (path: string): SmallFile<ToolsFile> =>
  new SmallFile(path, { most: toolsFileBytes, none: noTools, parse: parseToolsFile })

export interface ForeignOptions {
  /** `bridge/tools.json`. */
  readonly path: string
  readonly providers: readonly ForeignProvider[]
  /** Names of our own tools, which no other tool can take. */
  readonly reserved: ReadonlySet<string>
  /** Whether the bridge offers such tools at this moment. */
  mayOffer(tool: ForeignTool): boolean
}

interface Listed {
  readonly tools: ReadonlyMap<string, { readonly tool: ForeignTool; readonly provider: ForeignProvider }>
  readonly problems: readonly string[]
}

/** The tools of shared servers and plugins, as `tools.json` lists them now. Looking costs one `stat` while the file stays the same. */
export class ForeignTools {
  private readonly options: ForeignOptions
  private readonly watch: FileWatch
  private readonly listeners = new Set<() => void>()
  private readonly file: SmallFile<ToolsFile>
  /** The version of the file that `listed` was made from; null: of none yet. */
  private version: string | null = null
  private listed: Listed = { tools: new Map(), problems: [] }
  /** Names of the tools in the last list that the client on stdio got; null: it has not asked. */
  private shown: ReadonlySet<string> | null = null
  /** The list when the listeners were last called. */
  private told = ''

  constructor(options: ForeignOptions) {
    this.options = options
    this.file = toolsFileAt(options.path)
    this.watch = new FileWatch(options.path, () => this.tell())
  }

  /** Those that can be called as things are now. */
  list(): readonly ForeignTool[] {
    const { mayOffer } = this.options
    return [...this.current().tools.values()].flatMap(({ tool, provider }) =>
      mayOffer(tool) && provider.isOffered?.(tool) !== false ? [tool] : [],
    )
  }

  find(name: string): { readonly tool: ForeignTool; readonly provider: ForeignProvider } | null {
    return this.current().tools.get(name) ?? null
  }

  /** Why the tool of this name is no longer offered, in a sentence; null: there never was one. */
  gone(name: string): string | null {
    this.current()
    return this.options.providers.map((provider) => provider.gone?.(name) ?? null).find((why) => why !== null) ?? null
  }

  problems(): readonly string[] {
    const missing = this.unseen()
    const few = missing.slice(0, 5).map(inName).join(', ')
    return [
      ...this.current().problems,
      ...this.options.providers.flatMap((provider) => provider.problems?.() ?? []),
      ...(missing.length === 0
        ? []
        : [
            `${count(missing.length, 'tool was', 'tools were')} added after this program asked for its tools (${few}${missing.length > 5 ? ', …' : ''}): restart it if it does not show ${missing.length === 1 ? 'it' : 'them'}. Claude Desktop asks only once.`,
          ]),
    ]
  }

  /** Remembers the list that the client on stdio gets now. Claude Desktop asks once; other clients ask again after a notification. */
  note(tools: readonly ForeignTool[]): void {
    this.shown = new Set(tools.map(({ name }) => name))
  }

  /** Calls `listener` when the list has changed. The file is watched once there is a listener. Returns a function that removes it. */
  onChange(listener: () => void): () => void {
    if (this.listeners.size === 0) {
      this.told = this.print()
      this.watch.start()
    }
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  async close(): Promise<void> {
    this.watch.close()
    await Promise.all(this.options.providers.map((provider) => provider.close?.()))
  }

  private unseen(): string[] {
    const { shown } = this
    return shown === null ? [] : this.list().flatMap(({ name }) => (shown.has(name) ? [] : [name]))
  }

  /** Calls the listeners when other tools are offered than before, those of the bridge included. */
  announce(): void {
    this.told = this.print()
    for (const listener of this.listeners) listener()
  }

  private tell(): void {
    if (this.print() !== this.told) this.announce()
  }

  private print(): string {
    return JSON.stringify(this.list())
  }

  private current(): Listed {
    const file = this.file.read()
    if (this.file.version === this.version) return this.listed
    this.version = this.file.version
    this.listed = this.merged(file, this.file.trouble === null ? [] : [this.unusable(this.file.trouble)])
    return this.listed
  }

  private unusable(why: string): string {
    const what = this.options.providers.map(({ family }) => (family === 'shared' ? 'shared servers' : 'plugins')).join(' and ')
    return `bridge/tools.json cannot be used (${why}), so no tools of ${what} are listed; mcp-twin sync writes it again.`
  }

  /** Of tools with the same name only the first is listed: ours come first, then those of servers, then those of plugins. */
  private merged(file: ToolsFile, problems: string[]): Listed {
    const { providers, reserved } = this.options
    const tools = new Map<string, { tool: ForeignTool; provider: ForeignProvider }>()
    for (const provider of providers)
      for (const tool of provider.list(file)) {
        const { name, source } = tool
        const why = !isToolName(name)
          ? 'its name is not one that all clients take'
          : reserved.has(name)
            ? 'it is the name of a tool of the bridge'
            : tools.has(name)
              ? 'another tool has that name'
              : provider.family === 'plugins'
                ? likeShared(name, file)
                : null
        if (why !== null) problems.push(`The tool ${inName(name.slice(0, 100))} of ${inName(source)} is not listed: ${why}.`)
        else tools.set(name, { tool, provider })
      }
    return { tools, problems }
  }
}

/** Why a plugin's tool would pass for one of a shared server, whether or not that has such a tool now; null: it would not. */
function likeShared(name: string, { shared }: ToolsFile): string | null {
  const server = serverOfName(name, Object.keys(shared))
  return server === null ? null : `its name says that it belongs to the shared server ${inName(server)}`
}
