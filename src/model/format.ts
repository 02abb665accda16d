import type { EntryChange, PresentEntry, FileRefusal } from './document.ts'
import type { JsonObject } from './entry.ts'

export interface EditOptions {
  /** Keep a byte order mark, or take it off since the file's program rejects one. */
  readonly bom: 'keep' | 'strip'
  /** Remove the object of entries too when it ends up empty: it was not there before us. */
  readonly emptied?: 'keep' | 'remove'
}

export type Edit =
  | {
      readonly ok: true
      readonly bytes: Uint8Array
      readonly notices: readonly string[]
      /** False: the bytes are those that were read. */
      readonly changed: boolean
    }
  | { readonly ok: false; readonly refusal: FileRefusal }

/** A config file that its format could read. What it is made of is the format's own affair. */
export interface ConfigDocument {
  readonly bom: boolean
  /** Things worth a notice: duplicate foreign names, a key that differs from ours only in case. */
  readonly notices: readonly string[]
  /**
   * Does the object that holds the entries exist? `implied`: the format has none apart from its entries (a TOML table
   * exists by what is in it), so that its absence says nothing about who removed the last entry.
   */
  readonly container: 'present' | 'absent' | 'implied'
  /** The entries as the client reads them, in the order of the file: of two with one name the last. */
  entries(): readonly PresentEntry[]
  /** Why a change cannot be made in this file; null when it can. */
  obstacle(change: EntryChange): FileRefusal | null
  /**
   * Carries out changes, one after another. Nothing but the named entries changes; comments, order and layout stay. What
   * cannot be edited without guessing is refused.
   */
  edit(changes: readonly EntryChange[], options: EditOptions): Edit
  /**
   * Reads the result of `edit` back and looks for damage: foreign bytes must be as they were, and every change must be
   * where the client reads it. Null when all is right, else what is wrong. Shares the scanner with `edit`, but no other code.
   */
  check(after: Uint8Array, changes: readonly EntryChange[], options: EditOptions): string | null
}

export type ReadConfig = { readonly ok: true; readonly document: ConfigDocument } | { readonly ok: false; readonly refusal: FileRefusal }

/**
 * The formats there are: `json` as programs read it that take neither comments nor trailing commas, `commented` with comments,
 * `jsonc` with both.
 */
export type FormatName = 'json' | 'commented' | 'jsonc' | 'toml'

/**
 * How a config file is written. `path` says where the entries are: `['mcpServers']`. Nobody outside `core/formats` asks
 * which format it is.
 */
export interface Format {
  /** Of files written by `print`, without a dot. */
  readonly extension: string
  /** Reads a file; no bytes are an empty one. What its program could not read, or what cannot be read exactly, is refused. */
  read(bytes: Uint8Array | null, path: readonly string[]): ReadConfig
  /** Does the file hold nothing but white space and the way to its entries? */
  isEmpty(bytes: Uint8Array, path: readonly string[]): boolean
  /** A new file with these entries and nothing else. */
  print(entries: JsonObject, path: readonly string[]): string
  /** The format that takes more than the program does: for copies that only we look at. */
  readonly lenient?: Format
}
