import type { JsonObject, JsonValue } from './entry.ts'

/** Half-open range of UTF-16 offsets into a document's text. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** One member of the object at the watched path, in file order. */
export interface Member {
  readonly name: string
  readonly key: Span
  readonly value: Span
}

/** Why a file is left alone. Line and column count from 1. */
export interface Refusal {
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
  /** The line itself, shortened; callers mask keys before they show it. */
  readonly excerpt?: string
}

/** A config file's text with what an edit must know of it. Offsets are valid for `text` (which has no BOM). */
export interface Document {
  readonly text: string
  readonly bom: boolean
  readonly eol: '\n' | '\r\n'
  /** One level of indentation as the file uses it. */
  readonly indent: string
  readonly path: readonly string[]
  /** The object at `path`; null where a part of the path is absent. */
  readonly container: { readonly span: Span; readonly members: readonly Member[] } | null
  readonly dialect: 'strict' | 'jsonc'
  /** Things worth a notice: duplicate foreign names, a key that differs from ours only in case. */
  readonly notices: readonly string[]
  /** The file holds nothing but white space (or was never there): `container` is null and an edit starts it afresh. */
  readonly blank?: true
}

export type Read = { readonly ok: true; readonly document: Document } | { readonly ok: false; readonly refusal: Refusal }

/** One entry as the client reads it: of two with one name, the last. */
export interface PresentEntry {
  readonly name: string
  readonly value: JsonValue
  /** The name stands more than once in the container. */
  readonly duplicate: boolean
}

/**
 * A change to one entry. `set` on an absent name inserts `value` whole; on a present one it edits key by key: each of
 * `owned` gets its new value or goes when `value` lacks it, and every other key of the entry stays as it is.
 */
export type EntryChange =
  | { readonly kind: 'set'; readonly name: string; readonly value: JsonObject; readonly owned: readonly string[] }
  | { readonly kind: 'remove'; readonly name: string }
