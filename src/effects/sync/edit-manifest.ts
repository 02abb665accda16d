import { clients } from '../../catalog/clients/index.ts'
import { removeAt, renameKey, setAt } from '../../core/formats/json/tree-edit.ts'
import { onMachine } from '../../core/manifest/machines.ts'
import { parseManifest } from '../../core/manifest/parse.ts'
import { projectManifest } from '../../core/launch/project-manifest.ts'
import { usageError } from '../../errors.ts'
import type { JsonValue } from '../../model/entry.ts'
import { machineName } from '../machine/machine-name.ts'
import type { Situation } from '../manifest/open.ts'
import { participants } from '../../core/participants.ts'
import type { Edited } from './sync.ts'

/** One change of the manifest's text; comments and layout around it stay. */
export type ManifestChange =
  | { readonly kind: 'set'; readonly path: readonly string[]; readonly value: JsonValue }
  | { readonly kind: 'remove'; readonly path: readonly string[] }
  | { readonly kind: 'rename'; readonly path: readonly string[]; readonly name: string }

const EMPTY = '{\n  "version": 1,\n  "servers": {}\n}\n'

/** Returns the manifest with the changes, validated. Throws where the schema refuses it. */
export function editManifest(situation: Situation, changes: readonly ManifestChange[], empty = EMPTY): Edited {
  let text = situation.bytes === null || situation.bytes.length === 0 ? empty : new TextDecoder().decode(situation.bytes)
  for (const change of changes) {
    const edited =
      change.kind === 'set'
        ? setAt(text, change.path, change.value)
        : change.kind === 'remove'
          ? removeAt(text, change.path)
          : renameKey(text, change.path, change.name)
    if (!edited.ok)
      throw usageError(edited.refusal.reason, {
        place: { file: situation.place.shown, line: edited.refusal.line, column: edited.refusal.column },
      })
    text = edited.text
  }
  const bytes = new TextEncoder().encode(text)
  const parsed = parseManifest(
    bytes,
    clients.map((client) => client.id),
  )
  if (!parsed.ok) throw usageError(`${parsed.message}.`, { hint: 'nothing was changed' })
  const manifest =
    situation.place.scope === 'project'
      ? projectManifest(parsed.manifest, situation.manifest)
      : onMachine(parsed.manifest, machineName(situation.state))
  const sides = participants(situation.world, situation.home.environment, manifest)
  return { situation: { ...situation, manifest, sides }, bytes }
}
