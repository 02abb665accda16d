import { join } from 'node:path'
import type { ToolsFile } from '../../core/foreign/tools-file.ts'
import { versionOf } from '../base/access.ts'
import type { Call } from '../base/call.ts'
import { InputTrouble } from '../base/input.ts'
import { limits } from '../base/limits.ts'
import type { Redaction } from '../base/redaction.ts'
import { afterColon } from '../base/quote.ts'
import { failed, type Refusal } from '../base/refusal.ts'
import type { Settings } from '../base/settings.ts'
import { oneLine } from '../base/text.ts'
import type { ForeignResult, ForeignTool } from '../foreign/tool.ts'
import type { BridgeLog } from '../records/log.ts'
import { endOrphansLater } from '../terminal/ending.ts'
import { markOfBridge } from '../terminal/tree.ts'
import { changed, pluginsFolder, readPluginFile } from './file.ts'
import { childProgram } from './start-process.ts'
import type { PluginAnswer, Patience, RunningPlugin } from './running.ts'
import { startPlugin } from './start-plugin.ts'
import { PluginTrouble } from './description.ts'
import { pluginLimits } from './limits.ts'

/** What plugins need of their bridge. */
export interface PluginRunnerParts {
  readonly settings: Pick<Settings, 'folder' | 'platform' | 'execPath' | 'pid' | 'variables' | 'random' | 'changeTools'>
  readonly log: BridgeLog
  readonly redaction: Redaction
  /** For tests: the file that runs in the processes, and other times. */
  readonly program?: string
  readonly patience?: Patience
  readonly idleMs?: number
}

/** A plugin with its process, from the first call to a minute after the last one. */
interface Live {
  readonly digest: string
  /** The version of its file when it was read, as `versionOf` names it. */
  readonly version: string
  readonly plugin: Promise<RunningPlugin>
  calls: number
  idle: NodeJS.Timeout | undefined
  /** True: it is ended after its last call, since a handler that nobody waits for may still be at work. */
  stale: boolean
}

/** Runs the allowed plugins of one bridge, each in a process of its own. What breaks is switched off for all bridges, until it is allowed again. */
export class PluginRunner {
  private readonly parts: PluginRunnerParts
  private readonly live = new Map<string, Live>()
  /** Processes that are being ended. */
  private readonly ending = new Set<Promise<void>>()
  /** Why a plugin is off, by its digest, for as long as `tools.json` does not say so. */
  private readonly off = new Map<string, string>()
  private readonly switching = new Map<string, Promise<Refusal>>()
  private readonly mark: string
  private count = 0
  private closed = false

  constructor(parts: PluginRunnerParts) {
    this.parts = parts
    this.mark = `${markOfBridge(parts.settings)}plugin`
    if (parts.settings.platform === 'linux') endOrphansLater()
  }

  /** Calls a tool of the plugin whose file had this digest when it was allowed. */
  async call({ name, source, tool }: ForeignTool, digest: string, args: unknown, call: Omit<Call, 'room'>): Promise<ForeignResult> {
    const bytes = Buffer.byteLength(JSON.stringify(args))
    if (bytes > pluginLimits.arguments)
      throw new InputTrouble(`${name}: the arguments have ${bytes} bytes as JSON; ${pluginLimits.arguments} are the most`)
    if (this.closed) throw failed('The bridge is ending, so no plugin runs.')
    const live = this.take(source, digest)
    live.calls++
    clearTimeout(live.idle)
    try {
      const plugin = await live.plugin
      const answered = await plugin.call(tool, args, call.signal)
      if (answered.kind === 'slow') live.stale = true
      return resultOf(name, answered)
    } catch (error) {
      if (!(error instanceof PluginTrouble)) throw error
      throw this.closed ? failed('The bridge is ending; the call may have been carried out.') : await this.switchOff(source, digest, error)
    } finally {
      live.calls--
      this.rest(source, live)
    }
  }

  async close(): Promise<void> {
    this.closed = true
    for (const [source, live] of [...this.live]) this.drop(source, live)
    await Promise.all(this.ending)
  }

  /** The live process of the allowed bytes, or a new one. */
  private take(source: string, digest: string): Live {
    const version = versionOf(join(pluginsFolder(this.parts.settings.folder), source))
    const live = this.live.get(source)
    if (live !== undefined && live.digest === digest && live.version === version && !live.stale) return live
    // The newly allowed file takes over; the former process finishes its calls.
    if (live !== undefined) {
      live.stale = true
      this.live.delete(source)
      this.rest(source, live)
    }
    const started: Live = { digest, version, plugin: this.start(source, digest), calls: 0, idle: undefined, stale: false }
    // Callers that await it get the error.
    started.plugin.catch(() => undefined)
    this.live.set(source, started)
    return started
  }

  private async start(file: string, digest: string): Promise<RunningPlugin> {
    const { settings, log, program = childProgram(), patience: times } = this.parts
    const reason = this.off.get(digest)
    if (reason !== undefined) throw new PluginTrouble(reason)
    const source = readPluginFile(pluginsFolder(settings.folder), file)
    if (source.digest !== digest) throw new PluginTrouble(changed)
    this.count++
    const { plugin } = await startPlugin(source, {
      settings,
      program,
      tag: `${this.mark}${this.count}.`,
      take: (line) => log.write('mcp-server', 'info', `plugin ${file}: ${line}`),
      ...(times !== undefined && { patience: times }),
    })
    return plugin
  }

  /** After its last call a plugin waits for the next one for a while. */
  private rest(source: string, live: Live): void {
    if (live.calls > 0) return
    clearTimeout(live.idle)
    if (live.stale) this.drop(source, live)
    else live.idle = setTimeout(() => this.drop(source, live), this.parts.idleMs ?? pluginLimits.idleMs).unref()
  }

  private drop(source: string, live: Live): void {
    clearTimeout(live.idle)
    if (this.live.get(source) === live) this.live.delete(source)
    const end = live.plugin.then(
      (plugin) => plugin.end(),
      () => undefined,
    )
    this.ending.add(end)
    void end.finally(() => this.ending.delete(end))
  }

  /** All calls that fail together switch it off together. */
  private switchOff(file: string, digest: string, trouble: PluginTrouble): Promise<Refusal> {
    const known = this.switching.get(digest)
    if (known !== undefined) return known
    const switching = this.writeOff(file, digest, trouble).finally(() => this.switching.delete(digest))
    this.switching.set(digest, switching)
    return switching
  }

  /** Records that a plugin broke, and returns the refusal for its caller. */
  private async writeOff(file: string, digest: string, trouble: PluginTrouble): Promise<Refusal> {
    const { settings, log, redaction } = this.parts
    const live = this.live.get(file)
    if (live?.digest === digest) this.drop(file, live)
    await redaction.ready()
    const reason = oneLine(redaction.text(trouble.message))
    log.write('mcp-server', 'error', `the plugin ${file} is switched off: ${reason}`)
    this.off.set(digest, reason)
    try {
      await settings.changeTools?.((tools) => withoutPlugin(tools, file, digest, reason))
      // From now on `tools.json` says so, until it is allowed again.
      if (settings.changeTools !== undefined) this.off.delete(digest)
    } catch (error) {
      log.write('mcp-server', 'error', `that cannot be written down: ${error instanceof Error ? error.message : String(error)}`)
    }
    return failed(`The plugin ${file} was switched off: ${reason}. A person can look at it and then run: mcp-twin plugin allow ${file}`)
  }
}

/** The list with a plugin switched off, unless another version of it was allowed meanwhile. */
function withoutPlugin(tools: ToolsFile, file: string, digest: string, reason: string): ToolsFile {
  const list = tools.plugins[file]
  if (list?.digest !== digest || list.off !== undefined) return tools
  return { ...tools, plugins: { ...tools.plugins, [file]: { ...list, off: reason } } }
}

function resultOf(name: string, answered: PluginAnswer): ForeignResult {
  if (answered.kind === 'invalid')
    throw new InputTrouble(`${name}: the arguments do not fit:${afterColon(answered.message.slice(0, limits.lineCharacters))}`)
  if (answered.kind === 'slow')
    throw failed(`${name} did not answer within ${pluginLimits.callMs / 1000} s and is no longer waited for; it may have been carried out.`)
  if (answered.kind === 'error')
    return { content: [{ type: 'text', text: `${name} failed:${afterColon(answered.message)}` }], isError: true }
  const { content, data, isError } = answered
  return { content, ...(data !== undefined && { structuredContent: data as Record<string, unknown> }), ...(isError && { isError }) }
}
