import type { ClientDefinition } from '../../model/client.ts'
import type { Environment, World } from '../../model/environment.ts'
import type { Launches } from '../../model/launches.ts'
import type { LockedPackage } from '../../model/lock.ts'
import type { Manifest } from '../../model/manifest.ts'
import type { NativePath } from '../../model/path.ts'
import type { EntryStep, Step } from '../../model/plan.ts'
import type { Secret } from '../../model/secret.ts'
import type { State } from '../../model/state.ts'
import type { RenderContext } from '../launch/request.ts'

/** One client file as it was seen. */
export interface ObservedFile {
  readonly environment: Environment
  readonly client: ClientDefinition
  readonly scope: 'user' | 'project'
  readonly file: NativePath
  readonly bytes: Uint8Array | null
  /** It is not there: `bytes` are those of this file, which its program is shown in its place until it is. */
  readonly fallbackFile?: NativePath
  /** The side on which its program starts the servers, where that is not the file's own, and why. */
  readonly startsOn?: StartSide
  /** Its client no longer takes part: entries of ours are removed, everything else is left alone. */
  readonly unused?: true
  /** It can be read, but must not be written, and why: read-only, a hard link, a link that leads nowhere. */
  readonly unfit?: Why & { readonly isReadOnly?: true }
  /** Why the file is left alone. */
  readonly refusal?: { readonly reason: string; readonly hint: string }
}

/** A side on which a program starts the servers of a file of another side. */
export interface StartSide {
  readonly environment: Environment
  readonly because: string
}

/** The side on which the program of a file starts its servers. */
export const startSide = ({ environment, startsOn }: Pick<ObservedFile, 'environment' | 'startsOn'>): Environment =>
  startsOn?.environment ?? environment

export interface Why {
  readonly reason: string
  readonly hint: string
}

/** All that the plan is made from. Nothing in it is looked up later. */
export interface PlanInput {
  readonly world: World
  readonly home: Environment
  readonly manifest: Manifest
  readonly files: readonly ObservedFile[]
  readonly state: State
  /** What rendering needs besides the file: lock, keys, folders, variables. */
  readonly render: RenderContext
  /** Is this package whole on that side? */
  isInstalled(environment: string, words: string): boolean
  /** Why a package cannot be had: it was not resolved, or its installation failed on that side. */
  unavailable(environment: string, words: string): Why | null
  /** Sides whose copy of this program is not this very code. */
  readonly outdatedSelf: ReadonlySet<string>
  /** Sides where this program could not be put, and why: no entry may name it there. */
  readonly withoutSelf?: ReadonlyMap<string, Why>
  /** Put this program on every side that can be reached, even where no entry names it yet (init). */
  readonly selfEverywhere: boolean
  /** How servers are started by name on the other sides; absent: there are none that can be reached. */
  readonly launches?: LaunchesInput
  readonly force: boolean
  readonly prune: boolean
  /** The servers that this run is about: entries of others stay as they are. Absent: all. */
  readonly only?: ReadonlySet<string>
}

/** What was seen of the other sides, and what plans for them: it comes along, since a home without any loads nothing of it. */
export interface LaunchesInput extends LaunchesFacts {
  plan(input: PlanInput, asked: ReadonlyMap<string, ReadonlySet<string>>, entries: readonly EntryStep[]): LaunchesPlan[]
}

/** A package that is to be installed on one side. */
export interface InstallStep {
  readonly step: Step
  readonly environment: string
  readonly words: string
  readonly locked: LockedPackage
  readonly allowScripts: boolean
}

/** `launches.json` of one side that is not home, as it was seen. */
export interface ObservedLaunches {
  readonly side: Environment
  readonly file: NativePath
  /** It holds keys. Null: there is none. Empty: there is one that may not be used, since others can read it. */
  readonly text: Secret<string> | null
  /** Our folder is there. Without it nothing of ours starts there, trusted or not. */
  readonly hasFolder: boolean
  /** The keys of trusted projects, as the store has them; null: they are unknown now, so those in the file stay. */
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
