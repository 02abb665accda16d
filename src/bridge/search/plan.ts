import type { Confirming } from './confirming.ts'
import type { Found } from './found.ts'

/** Why a search was ended before it was over. */
export type Why = 'time' | 'person' | 'memory'

export interface Page {
  readonly found: readonly Found[]
  /** Found, but not there any more when it was to be shown. */
  readonly gone: number
  /** Nothing more will come. */
  readonly done: boolean
}

export interface SearchPlan {
  readonly program: string
  readonly args: readonly string[]
  /** Only names are asked for. */
  readonly names: boolean
  /** ripgrep runs here and its globs and paths are relative to it. */
  readonly folder: string
  /** The one file that is searched, open, as its third descriptor, and its name; null: a folder. */
  readonly file: { readonly fd: number; readonly name: string } | null
  /** Whether a found path, relative to `folder`, was asked for and may be shown. */
  readonly mayShow: (path: string) => boolean
  /** Characters kept on both sides of what is shown of a long line. */
  readonly margin: number
  /** Looks at once more what is about to be shown; null where nothing could have come in between. */
  readonly confirm: Confirming | null
  readonly now: () => number
  /** Called once, when ripgrep has ended and its last page is out, or nobody wants it. */
  readonly release: () => void
}

/** The name under which ripgrep finds its third descriptor. */
export const thirdDescriptor = '/proc/self/fd/3'
