import { clients } from '../../catalog/clients/index.ts'
import { lookUp } from '../../core/lookup.ts'
import { parseManifest } from '../../core/manifest/parse.ts'
import type { BackedUpFile } from '../../model/backup.ts'
import type { Manifest, ServerSpec } from '../../model/manifest.ts'
import type { Situation } from './open.ts'
import { digestOf } from '../store/digest.ts'

/** The manifest in these bytes; null: they are none. */
export function manifestIn(bytes: Uint8Array): Manifest | null {
  const parsed = parseManifest(
    bytes,
    clients.map(({ id }) => id),
  )
  return parsed.ok ? parsed.manifest : null
}

/** The manifest as it is written, where `situation.manifest` is the one that counts on this machine. */
export const writtenIn = ({ bytes, manifest, place }: Pick<Situation, 'bytes' | 'manifest' | 'place'>): Manifest =>
  (bytes === null || place.scope === 'project' ? null : manifestIn(bytes)) ?? manifest

/** Differs for two servers that say something else; null: there is none. */
export const serverDigest = (server: ServerSpec | undefined): string | null =>
  server === undefined ? null : digestOf(Buffer.from(JSON.stringify(server)))

/** The servers that differ between two manifests, as the later one says them. */
export function serverChanges(before: Uint8Array | null, after: Uint8Array): NonNullable<BackedUpFile['servers']> {
  const [was, is] = [before === null ? null : manifestIn(before), manifestIn(after)].map((manifest) => manifest?.servers ?? {})
  const names = new Set([...Object.keys(was ?? {}), ...Object.keys(is ?? {})])
  return [...names].flatMap((server) => {
    const [then, digest] = [serverDigest(lookUp(was ?? {}, server)), serverDigest(lookUp(is ?? {}, server))]
    return then === digest ? [] : [{ server, digest }]
  })
}
