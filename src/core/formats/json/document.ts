import type { FileRefusal } from '../../../model/document.ts'

/** What a client's parser takes: neither comments nor trailing commas, comments, or both. */
export type Dialect = 'strict' | 'commented' | 'jsonc'

/** Half-open range of UTF-16 offsets into a document's text. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** One member of the object at the watched path, in file order. */
interface Member {
  readonly name: string
  readonly key: Span
  readonly value: Span
}

/** A config file's text with what an edit must know of it. Offsets are valid for `text` (which has no BOM). */
export interface JsonDocument {
  readonly text: string
  readonly bom: boolean
  readonly eol: '\n' | '\r\n'
  /** One level of indentation as the file uses it. */
  readonly indent: string
  readonly path: readonly string[]
  /** The object at `path`; null where a part of the path is absent. */
  readonly container: { readonly span: Span; readonly members: readonly Member[] } | null
  readonly dialect: Dialect
  /** Things worth a notice: duplicate foreign names, a key that differs from ours only in case. */
  readonly notices: readonly string[]
  /** The file holds nothing but white space (or was never there): `container` is null and an edit starts it afresh. */
  readonly blank?: true
}

export type ReadJson = { readonly ok: true; readonly document: JsonDocument } | { readonly ok: false; readonly refusal: FileRefusal }
