import type { ClientDefinition } from '../../model/client.ts'
import type { Environment } from '../../model/environment.ts'
import type { Launches } from '../../model/launches.ts'
import type { NativePath } from '../../model/path.ts'
import type { Step } from '../../model/plan.ts'
import type { Secret } from '../../model/secret.ts'

/** `launches.json` of one side that is not home, as it was seen. */
export interface ObservedLaunches {
  readonly side: Environment
  readonly file: NativePath
  /** It holds keys. Null: there is none. Empty: there is one that may not be used, since others can read it. */
  readonly text: Secret<string> | null
  /** Our folder is there. Without it nothing of ours starts there, trusted or not. */
  readonly hasFolder: boolean
  /** The keys of trusted projects, as the store has them; null: they cannot be told now, so those in the file stay. */
  readonly projects: Secret<Launches['projects']> | null
}

/** What is known of how servers are started by name on the sides that are not home. */
export interface LaunchesFacts {
  readonly files: readonly ObservedLaunches[]
  /** Every client that there is. */
  readonly clients: readonly ClientDefinition[]
  /** The manifest is home's own; another one, named for once, knows nothing of the servers of the first. */
  readonly isOwn: boolean
  /** This run looks at a few clients or sides only. */
  readonly isNarrowed: boolean
}

/** What one side's `launches.json` is to say. */
export interface LaunchesPlan {
  readonly side: Environment
  readonly file: NativePath
  readonly text: Secret<string>
  readonly step: Step
  /** The servers that are started in another way than before, gone ones too. */
  readonly servers: readonly string[]
  /** Steps of entries of that side say all of it already, so it needs no line of its own. */
  readonly isTold: boolean
}
