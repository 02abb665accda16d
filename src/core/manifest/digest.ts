import { createHash } from 'node:crypto'

/** SHA-256, in hex, of a manifest's bytes: what a person has looked at is known again by it, and a change since is noticed. */
export const manifestDigest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
