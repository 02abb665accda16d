import type { JsonObject, JsonValue } from './entry.ts'

/** One thing that a program does not take, with its place. Line and column count from 1. */
export interface Extra {
  readonly line: number
  readonly column: number
  readonly what: string
}

/** Why a file is left alone. Line and column count from 1. */
export interface FileRefusal {
  readonly code:
    | 'syntax'
    | 'comment'
    | 'trailing-comma'
    | 'duplicate-key'
    | 'encoding'
    | 'root-not-object'
    | 'container-not-object'
    | 'too-large'
    | 'unwritable'
  readonly reason: string
  readonly line?: number
  readonly column?: number
  /** The line itself, shortened; what looks like a key is dots. */
  readonly excerpt?: string
  /** Of a file that is sound but for things its program does not take: all of them, since a program tells of the first only. */
  readonly extras?: readonly Extra[]
}

/** One entry as the client reads it: of two with one name, the last. */
export interface PresentEntry {
  readonly name: string
  readonly value: JsonValue
  /** The name occurs more than once in the container. */
  readonly duplicate: boolean
}

/**
 * A change to one entry. `set` on an absent name inserts `value` whole; on a present one it edits key by key: each of
 * `owned` gets its new value or goes when `value` lacks it, and every other key of the entry stays as it is.
 */
export type EntryChange =
  | { readonly kind: 'set'; readonly name: string; readonly value: JsonObject; readonly owned: readonly string[] }
  | { readonly kind: 'remove'; readonly name: string }
