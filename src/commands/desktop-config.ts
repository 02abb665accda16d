import { isWindows } from '../core/paths.ts'
import type { PlanInput } from '../core/plan/plan.ts'
import type { ManifestChange } from '../effects/sync/edit-manifest.ts'
import type { Situation } from '../effects/manifest/open.ts'
import type { SyncOptions } from '../effects/sync/options.ts'
import { prepare } from '../effects/sync/prepare.ts'
import type { Edited } from '../effects/sync/sync.ts'
import type { System } from '../model/system.ts'

/** The file that `--desktop-config` named, written down so that every later command knows it; nothing without the flag. */
export function desktopChanges({ manifest, place }: Situation, input: PlanInput, path: string | undefined): ManifestChange[] {
  const seen = input.files.filter(({ client, unused }) => client.locator !== undefined && unused !== true)
  const target = seen.find(({ environment }) => isWindows(environment)) ?? seen[0]
  if (path === undefined || target === undefined || place.project !== null) return []
  const said = manifest.clients?.[target.client.id]
  if (typeof said !== 'object') return [{ kind: 'set', path: ['clients', target.client.id], value: { file: target.file } }]
  return said.file === target.file ? [] : [{ kind: 'set', path: ['clients', target.client.id, 'file'], value: target.file }]
}

/** A change of the manifest, null where there is none, with the file that `--desktop-config` named written down as well. */
export async function withDesktopConfig(
  system: System,
  opened: Situation,
  edited: Edited | null,
  options: SyncOptions,
): Promise<Edited | null> {
  if (options.desktopConfig === undefined) return edited
  const situation = edited === null ? opened : { ...edited.situation, bytes: edited.bytes ?? opened.bytes }
  const { input } = await prepare(system, situation, { ...options, resolve: false })
  const changes = desktopChanges(situation, input, options.desktopConfig)
  if (changes.length === 0) return edited
  const { compose } = await import('../effects/sync/compose.ts')
  const named = compose(situation, input.files, { changes, adopted: [], brought: situation.brought })
  return { ...named, situation: { ...named.situation, bytes: opened.bytes } }
}
