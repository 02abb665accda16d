import type { PlanInput } from '../core/plan/plan.ts'
import { isWindows } from '../core/paths.ts'
import type { ManifestChange } from '../effects/manifest/edit.ts'
import type { Situation } from '../effects/situation/open.ts'

/** The file that `--desktop-config` named, written down so that every later command knows it; nothing without the flag. */
export function desktopChanges({ manifest, place }: Situation, input: PlanInput, path: string | undefined): ManifestChange[] {
  const seen = input.files.filter(({ client, unused }) => client.locate === 'claude-desktop' && unused !== true)
  const target = seen.find(({ environment }) => isWindows(environment)) ?? seen[0]
  if (path === undefined || target === undefined || place.project !== null) return []
  const said = manifest.clients?.[target.client.id]
  if (typeof said !== 'object') return [{ kind: 'set', path: ['clients', target.client.id], value: { file: target.file } }]
  return said.file === target.file ? [] : [{ kind: 'set', path: ['clients', target.client.id, 'file'], value: target.file }]
}
