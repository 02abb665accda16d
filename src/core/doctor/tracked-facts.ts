/** A file under version control that holds a key. */
export interface TrackedFile {
  readonly shown: string
  readonly folder: string
  /** `stored`: it holds a key of the store; else the name of the value that looks like one. */
  readonly why: { readonly stored: true } | { readonly stored: false; readonly name: string; readonly server: string }
  /** The staged content holds it, the file no longer. */
  readonly staged?: boolean
}

/** What was looked at in a repository. */
export interface RepositoryFacts {
  readonly folder: string
  /** Why git did not tell what it tracks; null: it did. */
  readonly trouble: string | null
  /** Tracked files in which configs are written and that were searched, and those that were not: too many or too large. */
  readonly searched: number
  readonly leftOut: number
  /** Of them, files of programs that start servers, judged value by value. */
  readonly configs: number
  /** Those that could not be read as such, and were searched as text alone. */
  readonly unread: readonly { readonly shown: string; readonly reason: string }[]
  /** False: the stored keys are unknown, since the user's own program stores them or the store cannot be read. */
  readonly keysKnown: boolean
}
