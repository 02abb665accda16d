import type { Environment } from '../../model/environment.ts'
import type { LockedPackage } from '../../model/lock.ts'

export interface ResolveOptions {
  readonly offline: boolean
  /** The sides that take part: the first of them that has uv resolves Python packages. */
  readonly sides?: readonly Environment[]
  /** Words of Python packages that may be built from source. */
  readonly builds?: ReadonlySet<string>
  /** Looks pinned packages up again too. */
  readonly refresh: boolean
  /** Names of well-known packages, to suggest one for a mistyped name. */
  readonly known?: readonly string[]
  readonly onProgress?: ((text: string) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** A package that could not be resolved, and why. */
export interface ResolveTrouble {
  readonly words: string
  readonly reason: string
  readonly hint: string
  /** npm's error code; `E404` and `ETARGET`: no such package or version. */
  readonly code: string
  /** npm's own output, keys masked, for `--verbose`. */
  readonly detail?: string
}

/** What became of one package's words. */
export type Resolution = { readonly words: string; readonly locked: LockedPackage } | ResolveTrouble
