import type { TrustDigests } from '../../model/trust.ts'
import { manifestDigest } from '../manifest/digest.ts'

/** The bytes of a project that decide what its servers are. */
export interface ProjectBytes {
  readonly manifest: Uint8Array
  /** Null: the project has no lock. */
  readonly lock: Uint8Array | null
}

export const digestsOf = ({ manifest, lock }: ProjectBytes): TrustDigests => ({
  manifest: manifestDigest(manifest),
  lock: lock === null ? null : manifestDigest(lock),
})

export const sameDigests = (a: TrustDigests, b: TrustDigests): boolean => a.manifest === b.manifest && a.lock === b.lock

/** Both digests in one text, as `state.json` keeps those of manifests that a sync was given by name. */
export const pinText = (bytes: ProjectBytes): string => {
  const { manifest, lock } = digestsOf(bytes)
  return `${manifest} ${lock ?? 'no lock'}`
}
