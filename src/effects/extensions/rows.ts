import { type ExtensionRow, extensionRows } from '../../core/extensions/offer.ts'
import { extensionsOf } from '../../core/manifest/names.ts'
import type { Extensions } from '../../model/extension.ts'
import type { System } from '../../model/system.ts'
import { forbidsExtensions } from '../machine/policies.ts'
import type { Situation } from '../manifest/open.ts'
import { observeExtensions } from './observe.ts'

/** Every extension that Claude Desktop has here, and what keeps it from the other programs. A project has none. */
export async function installedRows(
  system: System,
  situation: Situation,
): Promise<{ readonly extensions: Extensions; readonly rows: readonly ExtensionRow[] }> {
  if (situation.place.project !== null) return { extensions: { found: new Map(), trouble: null }, rows: [] }
  const extensions = await observeExtensions(system, situation, { isShallow: true })
  const forbidden = new Map<string, boolean>()
  const brought = extensionsOf(situation.manifest)
  for (const { id, environment, enabled } of extensions.found.values())
    if (enabled && !brought.has(id) && !forbidden.has(environment.id))
      forbidden.set(environment.id, await forbidsExtensions(system, situation.world, environment))
  return { extensions, rows: extensionRows(extensions, situation.manifest, ({ environment }) => forbidden.get(environment.id) === true) }
}
