/** What the page reads of the documents of commands; docs/reference/json.md says all that they hold. */

export interface Cell {
  readonly environment: string
  readonly client: string
  readonly state: string
  readonly hint?: string
}

export interface ListedServer {
  readonly name: string
  readonly kind: string
  readonly version: string | null
  readonly cells: readonly Cell[]
  readonly tools?: number | null
  readonly tokens?: number | null
}

export interface ListDocument {
  readonly servers: readonly ListedServer[]
  readonly unmanaged: readonly {
    readonly environment: string
    readonly client: string
    readonly server: string
    readonly reason?: string
    readonly ignored?: boolean
  }[]
  readonly leftover: readonly unknown[]
  readonly extensions: readonly {
    readonly id: string
    readonly name: string
    readonly version: string | null
    readonly server: string | null
    readonly reason: string | null
  }[]
}

export interface PlannedStep {
  readonly kind: string
  readonly change: string
  readonly outcome: string
  readonly server: string | null
  readonly client: string | null
  readonly environment: string
  readonly file: string | null
  readonly reason: string | null
  readonly hint: string | null
  readonly fields?: readonly { readonly field: string; readonly before: string | null; readonly after: string | null }[]
}

export interface SyncedDocument {
  readonly steps?: readonly PlannedStep[]
  readonly notices?: readonly string[]
}

export interface DoctorDocument {
  readonly environments: readonly { readonly id: string; readonly reach: string; readonly asleep?: boolean }[]
  readonly findings: readonly {
    readonly check: string
    readonly level: string
    readonly subject: string
    readonly message: string
    readonly fix: string | null
    readonly detail?: readonly string[]
  }[]
}

export interface KeysDocument {
  readonly keeper: string
  readonly keys: readonly {
    readonly name: string
    readonly stored: boolean
    readonly usedBy: readonly string[]
    readonly projects?: readonly string[]
  }[]
}

/** What the page is about, and the words for what it shows. */
export interface AboutDocument {
  readonly title: string
  readonly version: string
  readonly typed: string
  readonly readOnly: boolean
  readonly environments: Readonly<Record<string, string>>
  readonly clients: Readonly<Record<string, string>>
  readonly copies: Readonly<Record<string, string>>
  readonly builtins: readonly { readonly name: string; readonly description: string }[]
}

export interface PlanDocument {
  readonly document: SyncedDocument
  readonly starts: readonly string[]
  readonly asks: 'page' | 'terminal'
  readonly typed: string
  readonly seen: string
}

export interface ShownTrouble {
  readonly code: string
  readonly message: string
  readonly file?: string | null
  readonly line?: number | null
  readonly column?: number | null
  readonly hint?: string | null
}

export interface LogsDocument {
  readonly logs: readonly {
    readonly environment: string
    readonly program: string
    readonly file: string
    readonly lines: readonly { readonly at: string | null; readonly text: string }[]
  }[]
}

/** One thing that happened through a bridge. */
export interface Happened {
  readonly kind: string
  readonly at: number
  readonly by?: string
  readonly key?: string
  readonly id?: string
  readonly client?: string
  readonly tool?: string
  readonly subject?: string
  readonly outcome?: string
}
