import { createHash } from 'node:crypto'
import { builtinServers } from '../../catalog/servers/index.ts'
import { clients } from '../../catalog/clients/index.ts'
import { sharedToolName } from '../../core/foreign/names.ts'
import { type ListedTool, listedTool, type ToolList } from '../../core/foreign/tools-file.ts'
import { digest } from '../../core/launch/meaning.ts'
import { runOn } from '../../core/launch/launcher.ts'
import { renderLaunch } from '../../core/launch/render.ts'
import { serverOn } from '../../core/launch/side.ts'
import { lookUp } from '../../core/lookup.ts'
import { layout } from '../../core/layout.ts'
import { keysOf } from '../../core/manifest/names.ts'
import { asksToShare, isShared, whyNotShared } from '../../core/plan/sharing.ts'
import type { PlanInput } from '../../core/plan/plan.ts'
import { parseWords } from '../../core/packages/words.ts'
import type { Entry } from '../../model/entry.ts'
import type { ServerSpec } from '../../model/manifest.ts'
import { reveal } from '../../model/secret.ts'
import type { System } from '../../model/system.ts'
import { reach, type Situation } from '../manifest/open.ts'
import { type Probe, probeLaunch, probeRemote } from '../probe/probe.ts'
import { changeToolsFile, readToolsFile } from '../store/tools-file.ts'
import type { SyncOptions } from './options.ts'
import { prepare } from './prepare.ts'
import { type Asked, keepWeights } from './weights.ts'

/** Time for a shared server's first answers, in ms. */
const answerMs = 30_000

/** The most characters that describe the tools of one server, so that no server fills the file. */
const listCharacters = 512 * 1024

/** What became of the lists of tools of shared servers. */
export interface SharedTools {
  readonly notices: readonly string[]
  /** Servers that did not answer; their earlier lists are kept. */
  readonly silent: readonly string[]
}

const nothing: SharedTools = { notices: [], silent: [] }

/**
 * Brings the shared servers of `bridge/tools.json` up to date, so that the first `tools/list` of a bridge has their tools. A server whose
 * definition, version or key is another one than when it was asked is started once, as home's bridge starts it; where it does not answer,
 * its earlier list stays. `starts` false: none is started.
 */
export async function listSharedTools(system: System, situation: Situation, options: SyncOptions, starts: boolean): Promise<SharedTools> {
  const { home, place, manifest } = situation
  const { bridge: bridgeFolder, manifest: ownManifest } = layout(home.environment, home.folder)
  if (place.project !== null || place.here !== reach(home, ownManifest)) return nothing
  const folder = reach(home, bridgeFolder)
  const before = (await readToolsFile(system, folder)).shared
  const wanted = Object.entries(manifest.servers).filter(([, server]) => asksToShare(server))
  if (wanted.length === 0 && Object.keys(before).length === 0) return nothing
  const { input } = await prepare(system, situation, { ...options, clients: [], on: [], resolve: false, refresh: false })
  const notices = wanted.flatMap(([name, server]) => {
    const why = whyNotShared(input.render, server)
    return why === null ? [] : [`${name} is not shared: ${why}`]
  })
  const silent: string[] = []
  const answers: Asked[] = []
  const found = await Promise.all(
    wanted
      .filter(([, server]) => isShared(input.render, server))
      .map(async ([name, server]): Promise<[string, ToolList][]> => {
        const known = Object.hasOwn(before, name) ? before[name] : undefined
        const asked = await askTools(system, input, name, server, known, options, starts)
        notices.push(...asked.notices)
        if (asked.isSilent) silent.push(name)
        answers.push({ server: name, side: home.environment, probe: asked.probe })
        return asked.list === null ? [] : [[name, asked.list]]
      }),
  )
  const shared = Object.fromEntries(found.flat())
  await keepWeights(system, input, answers)
  await changeToolsFile(system, folder, home.environment.id, (file) => ({ ...file, shared }))
  return { notices, silent }
}

interface Answered {
  readonly list: ToolList | null
  readonly notices: readonly string[]
  readonly isSilent: boolean
  readonly probe?: Probe
}

async function askTools(
  system: System,
  input: PlanInput,
  name: string,
  server: ServerSpec,
  known: ToolList | undefined,
  options: SyncOptions,
  starts: boolean,
): Promise<Answered> {
  const kept = (why: string, isSilent: boolean): Answered => {
    const left = known === undefined ? 'it has no tools in the bridge yet' : 'the tools that it had stay listed'
    return { list: known ?? null, notices: [`${name}, which is shared, ${why}; ${left}. To ask again: mcp-twin sync`], isSilent }
  }
  const entry = homeLaunch(input, name, server)
  if ('reason' in entry) return kept(`cannot be started: ${entry.reason}`, false)
  const cached = await cachedTools(server, input)
  const stamp = stampOf(entry, server, cached)
  if (known?.digest === stamp && !options.refresh) return { list: known, notices: [], isSilent: false }
  if (!starts) return kept('was not asked for its tools', false)
  const probe = await ask(system, input, name, server, entry, options)
  if (!probe.ok) return kept(`did not answer: ${probe.reason}`, true)
  return { ...listOf(name, server, stamp, probe.listed, cached), isSilent: false, probe }
}

/** How home's bridge starts a server, or why it cannot. */
function homeLaunch(input: PlanInput, name: string, server: ServerSpec): Entry | { readonly reason: string } {
  const [client] = clients
  if (client === undefined) throw new Error('the catalog of clients is empty')
  if (server.auth === 'oauth') {
    const relay = runOn(input.home, { ...input.render, name, server, client, environment: input.home, scope: 'user' })
    return 'reason' in relay ? relay : { kind: 'stdio', ...relay }
  }
  const made = renderLaunch({ ...input.render, name, server, client, environment: input.home, scope: 'user' })
  return made.kind === 'launch' ? reveal(made.entry) : { reason: made.reason }
}

/** A digest of how it is started, keys included, and of what is shared of it. */
const stampOf = (entry: Entry, { share = false }: ServerSpec, cached: readonly string[]): string =>
  createHash('sha256')
    .update(JSON.stringify([digest(entry), share, cached]))
    .digest('hex')

/** Asks a server that no program has an entry of for all its tools, as home's bridge would. */
export async function askShared(system: System, input: PlanInput, name: string, options: SyncOptions): Promise<Probe> {
  const server = lookUp(input.manifest.servers, name) ?? {}
  const entry = homeLaunch(input, name, server)
  if ('reason' in entry) return { ok: false, ms: 0, reason: entry.reason, stderrTail: '' }
  const probe = await ask(system, input, name, server, entry, options)
  await keepWeights(system, input, [{ server: name, side: input.home, probe }])
  return probe
}

function ask(system: System, input: PlanInput, name: string, server: ServerSpec, entry: Entry, { signal }: SyncOptions): Promise<Probe> {
  const { home } = input
  if (entry.kind === 'stdio')
    return probeLaunch(system, entry, { client: {}, environment: home, world: input.render.world, timeoutMs: answerMs, signal })
  return probeRemote(system, entry, {
    ...{ server: name, keys: keysOf(server), home: home.home, timeoutMs: answerMs, signal },
    ...(home.prefix === undefined ? {} : { prefix: home.prefix }),
  })
}

/** The tools of a server's answer that are shared, as `tools.json` lists them; a tool with a fault is left out, with a notice. */
function listOf(
  name: string,
  { share }: ServerSpec,
  stamp: string,
  listed: readonly unknown[],
  cached: readonly string[],
): { list: ToolList; notices: string[] } {
  const wanted = typeof share === 'object' ? share.tools : undefined
  const notices: string[] = []
  let size = 0
  const tools = listed.flatMap((tool): ListedTool[] => {
    try {
      const { cache: _, as: __, ...read } = listedTool(tool, name)
      if (wanted !== undefined && !wanted.includes(read.name)) return []
      size += JSON.stringify(read).length
      if (size > listCharacters) throw new Error(`the tools of ${name} are described by more than ${listCharacters} characters`)
      const as = sharedToolName(name, read.name)
      const isCached = read.annotations.readOnlyHint === true || cached.includes(read.name)
      return [{ ...read, ...(as === `${name}__${read.name}` ? {} : { as }), ...(isCached && { cache: true }) }]
    } catch (error) {
      if (notices.length < 20) notices.push(`${name}: ${error instanceof Error ? error.message : String(error)}, so it is not listed`)
      return []
    }
  })
  const missing = (wanted ?? []).filter((each) => !tools.some((tool) => tool.name === each))
  if (missing.length > 0) notices.push(`${name} has no tool ${missing.join(', ')}, which "share" names`)
  return { list: { digest: stamp, tools }, notices }
}

/** Tools whose answers may be used again though they do not say that they only read: named by a person, or by the built-in server's template. */
async function cachedTools(server: ServerSpec, { home }: PlanInput): Promise<readonly string[]> {
  const named = typeof server.share === 'object' ? (server.share.cache ?? []) : []
  const { package: words } = serverOn(server, home)
  const name = packageName(words)
  const template = name === null ? undefined : (await builtinServers()).find((each) => packageName(each.server.package) === name)
  return [...named, ...(template?.cache ?? [])]
}

function packageName(words: string | undefined): string | null {
  const read = words === undefined ? null : parseWords(words)
  return read === null || 'refuse' in read ? null : read.name
}
