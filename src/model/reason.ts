/** Why a file is left alone, in words for a person. Line and column count from 1. */
export interface Reason {
  readonly reason: string
  readonly hint?: string
  /** The file is meant to be read only. */
  readonly isReadOnly?: true
  readonly line?: number
  readonly column?: number
}
