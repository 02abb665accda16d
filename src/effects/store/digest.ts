import { createHash } from 'node:crypto'

/** SHA-256 of a file's bytes, in hex; null for a file that is not there. */
export const digestOf = (bytes: Uint8Array | null): string | null =>
  bytes === null ? null : createHash('sha256').update(bytes).digest('hex')

/** True when both are the same bytes, or both are absent. */
export const sameBytes = (a: Uint8Array | null, b: Uint8Array | null): boolean =>
  a === null || b === null ? a === b : Buffer.compare(a, b) === 0
