import type { init as spec } from '../cli/specs/init.ts'
import { type FoundOptions, importFound } from '../core/import/from-files.ts'
import { clients } from '../catalog/clients/index.ts'
import { builtinServers } from '../catalog/servers/index.ts'
import type { Context } from '../context.ts'
import type { Imported } from '../core/import/merge.ts'
import { identities, startedWords } from '../core/launch/what.ts'
import { lookUp } from '../core/lookup.ts'
import { keysOf } from '../core/manifest/names.ts'
import type { PlanInput } from '../core/plan/plan.ts'
import type { Situation } from '../effects/manifest/open.ts'
import { importPresent } from '../effects/sync/absent.ts'
import { serverChanges } from '../effects/sync/compose.ts'
import { spotsOf } from '../effects/sync/enable.ts'
import type { ManifestChange } from '../effects/sync/edit-manifest.ts'
import { allFound, importBeside } from '../effects/sync/import.ts'
import type { OptionsOf } from '../model/command-line.ts'
import type { Lock } from '../model/lock.ts'
import type { ServerSpec } from '../model/manifest.ts'
import type { Secret } from '../model/secret.ts'
import { visible } from '../ui/escape.ts'
import { describeFound } from '../ui/found.ts'
import { labelsFor } from '../ui/labels.ts'
import { columns, pad } from '../ui/width.ts'
import { askKeys, keysFromFile } from './keys.ts'
import { askFolder } from './init-folder.ts'
import { chooseExtensions, type ExtensionChoice } from './init-extensions.ts'
import { askHook, type HookChoice } from './init-hook.ts'
import { acrossNotes, askConflicts, reachedAcross, stayingNotes, withRunIn } from './init-both.ts'
import { pathNotes, stayNotes, stays, travels, withTicked } from './init-ticks.ts'
import { namedServers, passedOver } from './named-servers.ts'
import { demandClients } from './narrowing.ts'
import { syncOptions } from './sync-options.ts'

/** What was chosen by answers or flags. Asked once, and applied to the manifest as it is at the moment of writing. */
export interface Choices {
  readonly imported: Imported
  readonly brought: ReadonlyMap<string, Secret>
  /** Package versions that were looked up on the way. */
  readonly found: Lock['packages']
  /** Names of the servers that were asked for, by a flag or from the built-in list. */
  readonly chosen: readonly string[]
  readonly hook: HookChoice
  readonly bridge: BridgeChoice
  readonly extensions: ExtensionChoice
  additions(situation: Situation, input: PlanInput): { changes: readonly ManifestChange[]; imported: Imported }
}

/** What init adds to the manifest: the answers on a terminal, else the servers found and those that flags name. */
export async function choose(context: Context, situation: Situation, input: PlanInput, options: OptionsOf<typeof spec>): Promise<Choices> {
  const from = options.from?.split(',').map((word) => word.trim()) ?? context.options.client ?? []
  demandClients(from)
  const filter = { ...(await allFound(context.system, situation, input)), from }
  const isImporting = options.import !== false
  const looking = options.install === false ? null : syncOptions(context, options)
  const {
    imported: first,
    absent,
    found,
  } = await importPresent(context.system, situation, input, isImporting ? filter : { ...filter, from: [''] }, looking)
  const named = await namedServers(options.server ?? [])
  showFound(context, situation, first)
  const asked =
    context.prompt.able && options.dryRun !== true
      ? await askServers(context, situation, first, named, options.both === true)
      : {
          everywhere: new Set(options.both === true ? Object.keys(first.servers) : []),
          without: new Set<string>(),
          staying: [],
          builtin: {},
        }
  const extensions = await chooseExtensions(context, situation, options, { ...first.servers, ...named, ...asked.builtin })
  const bridge = await askBridge(context, situation, options)
  const hook = await askHook(context, situation, options, bridge)
  const { everywhere, without } = asked
  const wished = isImporting ? { ...filter, everywhere, without, absent } : { ...filter, from: [''] }
  const chosen: Record<string, ServerSpec> = { ...named, ...asked.builtin, ...extensions.servers }
  const brought = new Map([...extensions.keys, ...(await keysFromFile(context, situation, options.secrets))])
  const settled = { ...wished, settled: await settledKeys(context, situation, input, wished, brought, options.dryRun === true) }
  const { imported, known } = await importBeside(context.system, situation, input, settled)
  const across = await reachedAcross(context, situation, imported, asked.everywhere)
  const kept = stays(asked.staying, imported, await spotsOf(context.system, situation))
  for (const { name, value } of imported.secrets) {
    context.io.hide(value)
    if (!brought.has(name)) brought.set(name, value)
  }
  await askKeys(context, situation, Object.values({ ...imported.servers, ...chosen }).flatMap(keysOf), brought)
  return {
    imported: {
      ...imported,
      notes: [
        ...imported.notes,
        ...acrossNotes(across),
        ...pathNotes(withRunIn(imported.servers, across), asked.everywhere, situation, imported),
        ...stayNotes(kept),
        ...stayingNotes(situation, notIn(imported.servers, kept), imported.unmanaged),
        ...(options.both === true ? stayingNotes(situation, situation.manifest.servers, []) : []),
        ...extensions.notes,
        ...passedOver(named, imported.servers, situation.manifest.servers),
      ],
    },
    found,
    brought,
    chosen: Object.keys(chosen),
    hook,
    bridge,
    extensions,
    additions: (now, seen) => {
      const again = importFound(now, seen, settled, known)
      const fresh = Object.fromEntries(Object.entries(chosen).filter(([name]) => lookUp(again.servers, name) === undefined))
      const ticked = withTicked(withRunIn(again.servers, across), asked.everywhere, now, again)
      const placed = Object.entries(ticked).map(([name, server]) => [name, { ...server, ...kept.get(name)?.lists }])
      const servers = { ...Object.fromEntries(placed), ...fresh }
      return { changes: [...serverChanges(now.manifest, servers), ...bridgeChanges(now, bridge)], imported: again }
    },
  }
}

/** Those that `named` has no word about. */
const notIn = (servers: Imported['servers'], named: ReadonlyMap<string, unknown>): Imported['servers'] =>
  Object.fromEntries(Object.entries(servers).filter(([name]) => !named.has(name)))

/** The right values of keys that came with several: those of `--secrets`, else what a person says. */
async function settledKeys(
  context: Context,
  situation: Situation,
  input: PlanInput,
  wishes: FoundOptions,
  brought: ReadonlyMap<string, Secret>,
  isPreview: boolean,
): Promise<ReadonlyMap<string, Secret>> {
  const { conflicts } = (await importBeside(context.system, situation, input, wishes)).imported
  const given = conflicts.flatMap(({ name }): [string, Secret][] => {
    const value = brought.get(name)
    return value === undefined ? [] : [[name, value]]
  })
  const open = conflicts.filter(({ name }) => !brought.has(name))
  const answered = context.prompt.able && !isPreview ? await askConflicts(context, open) : []
  return new Map([...given, ...answered])
}

function showFound({ io }: Context, situation: Situation, imported: Imported): void {
  const lines = describeFound(imported, labelsFor(situation.world, clients), situation.sides.length > 1, io.paint, io.width)
  for (const line of lines.length === 0 ? [] : [...lines, '']) io.out(line)
}

interface Answers {
  /** Imported servers for both sides. */
  readonly everywhere: ReadonlySet<string>
  /** Imported servers that stay out of the manifest. */
  readonly without: ReadonlySet<string>
  /** Imported servers that stay with the programs that have them. */
  readonly staying: readonly string[]
  /** Servers of the built-in list. */
  readonly builtin: Readonly<Record<string, ServerSpec>>
}

const described = (server: ServerSpec): string =>
  [visible(startedWords(server)), ...keysOf(server).map((name) => `needs ${name}`)].join(', ')

/** Asks which of the servers found go to both sides, and which built-in ones to add. */
async function askServers(
  context: Context,
  situation: Situation,
  found: Imported,
  named: Readonly<Record<string, ServerSpec>>,
  both: boolean,
): Promise<Answers> {
  const names = Object.keys(found.servers)
  const hasTwin = situation.sides.length > 1
  let [everywhere, without, staying]: [Set<string>, Set<string>, string[]] = [new Set(), new Set(), []]
  if (names.length > 0) {
    const message = hasTwin
      ? 'Servers you already use: which ones should both sides have?'
      : 'Servers you already use: which ones should mcp-twin manage?'
    const widest = Math.max(...names.map((name) => columns(visible(name))))
    const choices = names.map((name) => ({
      value: name,
      name: `${pad(visible(name), widest)}  ${described(found.servers[name] ?? {})}`,
      short: visible(name),
      checked: both || !hasTwin || travels(name, situation, found),
    }))
    const picked = new Set(await context.prompt.chooseMany(message, choices, { flag: '--yes' }))
    if (hasTwin) [everywhere, staying] = [picked, names.filter((name) => !picked.has(name))]
    else without = new Set(names.filter((name) => !picked.has(name)))
  }
  const present = { ...situation.manifest.servers, ...found.servers, ...named }
  const same = new Set(Object.values(present).flatMap(identities))
  const offered = (await builtinServers()).filter(
    (each) => lookUp(present, each.name) === undefined && ![...identities(each.server), ...(each.also ?? [])].some((one) => same.has(one)),
  )
  const picked =
    offered.length === 0
      ? []
      : await context.prompt.chooseMany(
          'More from the list',
          offered.map((each) => ({
            value: each,
            name: `${pad(each.name, 20)}${each.title}`,
            short: each.name,
            description: each.description,
          })),
          { flag: '--server NAME' },
        )
  return { everywhere, without, staying, builtin: Object.fromEntries(picked.map((each) => [each.name, each.server])) }
}

/** What was chosen for the bridge; empty for its defaults. */
interface BridgeChoice {
  readonly enabled?: boolean
  readonly terminal?: 'on'
  /** A folder that both programs may work in. */
  readonly folder?: string
}

/** Asks whether to use the bridge, in which folder, and whether it may run commands; not with `--no-bridge`, an earlier answer, or without a terminal. */
async function askBridge(context: Context, situation: Situation, options: OptionsOf<typeof spec>): Promise<BridgeChoice> {
  if (options.bridge === false) return { enabled: false }
  const { prompt } = context
  if (situation.place.project !== null) return {}
  // A manifest that `add` made has the bridge off, since nobody asked for it there.
  const isOpen = situation.manifest.bridge === undefined || situation.state.unaskedBridge === true
  if (!prompt.able || options.dryRun === true) return situation.state.unaskedBridge === true ? { enabled: true } : {}
  if (!isOpen) return {}
  if (!(await prompt.confirm('Let both programs share files through the bridge?', { flag: '--no-bridge' }))) return { enabled: false }
  const folder = await askFolder(context, situation)
  const question = 'May they also run commands here? This lets a model run programs as you.'
  const runs = await prompt.confirm(question, { flag: '--yes', default: false })
  return { enabled: true, ...(folder !== null && { folder }), ...(runs && { terminal: 'on' }) }
}

/** The choice as changes of the manifest, so that later syncs keep it. */
const bridgeChanges = ({ manifest }: Situation, { enabled, terminal, folder }: BridgeChoice): ManifestChange[] => [
  ...(enabled !== undefined && enabled !== (manifest.bridge?.enabled ?? true)
    ? [{ kind: 'set', path: ['bridge', 'enabled'], value: enabled } as const]
    : []),
  ...(folder !== undefined && manifest.bridge?.roots === undefined
    ? [{ kind: 'set' as const, path: ['bridge', 'roots'], value: [folder] }]
    : []),
  ...(terminal !== undefined && manifest.bridge?.terminal !== terminal
    ? [{ kind: 'set', path: ['bridge', 'terminal'], value: terminal } as const]
    : []),
]
