import { createHash } from 'node:crypto'
import type { TrustDigests } from '../../model/trust.ts'
import { quoted } from '../doctor/names.ts'
import { looksWindowsPath } from '../paths.ts'

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

/** SHA-256, in hex, of a manifest's bytes: what a person has looked at is known again by it, and a change since is noticed. */
const manifestDigest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** The command that trusts a project, as it can be typed on the side that spells the path so. */
export const trustCommand = (project: string): string =>
  `mcp-twin trust ${!looksWindowsPath(project) ? quoted(project) : /[\s&^]/.test(project) ? `"${project}"` : project}`
