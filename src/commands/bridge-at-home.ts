import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InputTrouble } from '../bridge/base/input.ts'
import { Refusal } from '../bridge/base/refusal.ts'
import { inText } from '../bridge/base/text.ts'
import type { Bridge } from '../bridge/contract/bridge.ts'
import { callTool } from '../bridge/contract/own-call.ts'
import type { CallResult } from '../bridge/contract/pipeline.ts'
import type { Tool } from '../bridge/contract/tool.ts'
import { families } from '../model/bridge-words.ts'
import { repositoryOf } from '../bridge/memory/namespace.ts'
import { openBridge } from '../bridge/start/open.ts'
import { decideSettings } from '../bridge/start/settings.ts'
import { clients } from '../catalog/clients/index.ts'
import type { Context } from '../context.ts'
import { manifestName } from '../core/layout.ts'
import { workingFolder } from '../effects/machine/delegate.ts'
import { hiddenKeys, keyNamed } from '../effects/store/hidden-keys.ts'
import { type ExitCode, TwinError, usageError } from '../errors.ts'
import { reachable } from '../model/path.ts'
import { version } from '../version.ts'
import { atHome, type HomeContext } from './at-home.ts'
import { clientFiles } from './client-files.ts'
import { rehearsing } from './rehearsal.ts'

/** Who the author is of what a person stores from a terminal. */
export const terminalClient = 'terminal'

/** What the bridge refuses, as an error of a command. */
export const refused = <T>(work: Promise<T>): Promise<T> =>
  work.catch((error: unknown) => Promise.reject(error instanceof Refusal ? new TwinError('refused', error.message) : error))

/** The bridge's parts for a command that a person types. */
export interface OpenBridge {
  readonly bridge: Bridge
  readonly homeContext: HomeContext
  /** The bridge's part of our own folder. Where a command only looks and there is no store, the bridge works in another one, empty and passing. */
  readonly folder: string
  /** Runs a tool as a client would; what it refuses is thrown as a TwinError. */
  call(tool: Tool, args: Record<string, unknown>): Promise<{ readonly text: string; readonly data: Readonly<Record<string, unknown>> }>
}

/**
 * Runs a command over the store of home's bridge, with the rules, the audit and the removal of keys that tools have. Families
 * that are off and read-only mode limit programs, not the person who set them.
 */
export const withBridge = (context: Context, work: (open: OpenBridge) => Promise<ExitCode>): Promise<ExitCode> =>
  runOver(context, work, context.isDry === true)

/** As `withBridge`, for a command that only looks, or changes only what is stored already: where there is no store yet, it makes none. */
export const lookInBridge = (context: Context, work: (open: OpenBridge) => Promise<ExitCode>): Promise<ExitCode> =>
  runOver(context, work, true)

const runOver = (context: Context, work: (open: OpenBridge) => Promise<ExitCode>, onlyLooks: boolean): Promise<ExitCode> =>
  atHome(context, { mayBeAbsent: true }, async (homeContext) => {
    const settings = await settingsOf(context, homeContext)
    const { folder } = settings
    const passing = onlyLooks && !existsSync(join(folder, 'store')) ? await mkdtemp(join(tmpdir(), 'mcp-twin-none-')) : null
    const opened = openBridge(passing === null ? settings : { ...settings, folder: passing })
    const bridge = context.isDry === true ? rehearsing(opened) : opened
    try {
      return await work({
        ...{ bridge, homeContext, folder },
        async call(tool, args) {
          demandUsable(tool, args)
          const call = { client: terminalClient, session: bridge.session, signal: context.signal, progress: () => undefined }
          const answer = answered(await callTool(tool, args, bridge, call))
          if (context.isDry !== true) return answer
          return { text: `Nothing was changed (--dry-run). Without it:\n${answer.text}`, data: { ...answer.data, dryRun: true } }
        },
      })
    } finally {
      await opened.close()
      if (passing !== null) await rm(passing, { recursive: true, force: true })
    }
  })

/** The parts of home's bridge, for a person who typed a command. To be closed. */
export const bridgeOf = async (context: Context, homeContext: HomeContext): Promise<Bridge> =>
  openBridge(await settingsOf(context, homeContext))

async function settingsOf({ system, options }: Context, { home, world }: HomeContext) {
  const settings = await decideSettings(
    {
      ...{ system, version, clientFiles, folder: home.here },
      manifest: reachable(options.manifest ?? join(home.here, manifestName)),
      isNamed: options.manifest !== undefined,
      self: async () => home.environment,
      world: async () => world,
      clientIds: clients.map(({ id }) => id),
      keys: (manifest) => hiddenKeys(system, home.here, manifest),
      keyNamed: (manifest, name) => keyNamed(system, home.here, manifest, name),
    },
    { client: terminalClient, roots: [], tools: [], terminal: 'off', readOnly: false },
  )
  // A shell has no project of Claude Code; the repository that it is in is one.
  const project = settings.variables.CLAUDE_PROJECT_DIR || (await repositoryOf(workingFolder(system, home.environment))) || undefined
  return {
    ...settings,
    families,
    readOnly: false,
    isBrief: true as const,
    variables: { ...settings.variables, CLAUDE_PROJECT_DIR: project },
  }
}

/** What a tool refuses without looking at anything was typed wrongly. */
function demandUsable(tool: Tool, args: Record<string, unknown>): void {
  try {
    tool.prepare(args)
  } catch (error) {
    throw error instanceof InputTrouble ? usageError(`${typed(error.message)}.`) : error
  }
}

function answered({ content, structuredContent = {}, isError }: CallResult) {
  const text = content.map((part) => (part.type === 'text' ? part.text : '')).join('\n')
  if (isError === true) throw new TwinError('refused', typed(text))
  return { text: inText(text), data: structuredContent }
}

const commands: Readonly<Record<string, string>> = { create: 'new', read: 'show' }

/** Names of tools and arguments as a person types them. */
const typed = (text: string): string =>
  text
    .replace(
      /\b(memory|handoff)_(get|set|list|search|delete|history|create|read)\b/g,
      (_, family, verb) => `${family} ${commands[verb] ?? verb}`,
    )
    .replace(/\b(get|list|cancel)_actions?\b/g, (_, verb) => `mcp-twin actions ${verb === 'get' ? 'show' : verb}`)
    .replaceAll('if_version', '--if-version')
    // What a program would do next, and a person cannot.
    .replace(/; ask_twin [^.]*(?=\.)/, '')
