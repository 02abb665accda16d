import { clients } from '../catalog/clients/index.ts'
import type { Context } from '../context.ts'
import type { Imported } from '../core/import/merge.ts'
import { lookUp } from '../core/lookup.ts'
import { keysOf } from '../core/manifest/names.ts'
import type { PlanInput } from '../core/plan/plan.ts'
import { serverChanges } from '../effects/sync/compose.ts'
import { importBeside, importFound } from '../effects/sync/import.ts'
import { askBridge, bridgeChanges } from './init-bridge.ts'
import type { ManifestChange } from '../effects/sync/edit-manifest.ts'
import type { Situation } from '../effects/manifest/open.ts'
import type { ServerSpec } from '../model/manifest.ts'
import type { Secret } from '../model/secret.ts'
import { describeFound } from '../ui/found.ts'
import { labelsFor } from '../ui/labels.ts'
import { askKeys } from './ask-keys.ts'
import { keysFromFile } from './keys-file.ts'
import { askServers } from './init-questions.ts'
import { namedServers, passedOver } from './named-servers.ts'
import { demandClients } from './narrowing.ts'

/** What a person, or the command line, chose. Asked once; laid over whatever the manifest is when it is written. */
export interface Choices {
  readonly imported: Imported
  readonly brought: ReadonlyMap<string, Secret>
  /** Names of the servers that were asked for, by a flag or from the built-in list. */
  readonly chosen: readonly string[]
  additions(situation: Situation, input: PlanInput): { changes: readonly ManifestChange[]; imported: Imported }
}

const words = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : [])

/** Finds out what init shall put into the manifest: by questions on a terminal, else what is there and what the flags name. */
export async function choose(context: Context, situation: Situation, input: PlanInput, options: Record<string, unknown>): Promise<Choices> {
  const from = typeof options.from === 'string' ? options.from.split(',').map((word) => word.trim()) : (context.options.client ?? [])
  demandClients(from)
  const wishes = { from, everywhere: new Set<string>(), without: new Set<string>() }
  const isImporting = options.import !== false
  const { imported: first } = await importBeside(context.system, situation, input, isImporting ? wishes : { ...wishes, from: [''] })
  const named = await namedServers(words(options.server))
  showFound(context, situation, first)
  const asked =
    context.prompt.able && options.dryRun !== true
      ? await askServers(context, situation, first, named)
      : { everywhere: new Set<string>(), without: new Set<string>(), builtin: {} }
  const bridge = await askBridge(context, situation, options)
  const settled = isImporting ? { ...wishes, everywhere: asked.everywhere, without: asked.without } : { ...wishes, from: [''] }
  const chosen: Record<string, ServerSpec> = { ...named, ...asked.builtin }
  const brought = new Map(await keysFromFile(context, situation, options.secrets))
  const { imported, known } = await importBeside(context.system, situation, input, settled)
  for (const { name, value } of imported.secrets) {
    context.io.hide(value)
    if (!brought.has(name)) brought.set(name, value)
  }
  await askKeys(context, situation, Object.values({ ...imported.servers, ...chosen }).flatMap(keysOf), brought)
  return {
    imported: { ...imported, notes: [...imported.notes, ...passedOver(named, imported.servers, situation.manifest.servers)] },
    brought,
    chosen: Object.keys(chosen),
    additions: (now, seen) => {
      const again = importFound(now, seen, settled, known)
      const fresh = Object.fromEntries(Object.entries(chosen).filter(([name]) => lookUp(again.servers, name) === undefined))
      return { changes: [...serverChanges(now.manifest, { ...again.servers, ...fresh }), ...bridgeChanges(now, bridge)], imported: again }
    },
  }
}

function showFound({ io }: Context, situation: Situation, imported: Imported): void {
  const lines = describeFound(imported, labelsFor(situation.world, clients), situation.sides.length > 1, io.paint, io.width)
  for (const line of lines.length === 0 ? [] : [...lines, '']) io.out(line)
}
