import type { AbandonedLock, CheckDefinition } from '../../model/check.ts'
import type { ClientDefinition } from '../../model/client.ts'
import type { Entry } from '../../model/entry.ts'
import type { Environment } from '../../model/environment.ts'
import type { Extensions } from '../../model/extension.ts'
import type { ReadConfig } from '../../model/format.ts'
import type { LoginState } from '../../model/login.ts'
import type { ServerSpec } from '../../model/manifest.ts'
import type { NativePath, ReachablePath } from '../../model/path.ts'
import type { WatchRecord } from '../../model/watch.ts'
import type { LocatedFile } from '../../model/located.ts'
import type { Unreadable } from '../launch/meaning.ts'
import type { StartSide } from '../plan/input.ts'
import type { Plan, PlanInput } from '../plan/plan.ts'
import type { ProgramWeight } from '../tokens/programs.ts'
import type { BridgeFacts, StoreFacts } from './bridge-facts.ts'
import type { ClientScopes, CommandFacts, HookFacts, StaleCopy, WindowsPolicies } from './client-facts.ts'
import type { ProbeFacts, UnstartedFacts } from './probes.ts'

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

export type { BridgeFacts, BridgeRules, BridgeStatus, PortFacts, RootFacts, StartedBridge, TokenFacts } from './bridge-facts.ts'
export type { ProbeFacts, UnstartedFacts } from './probes.ts'
export type { ManagedPolicy, ScopedEntry } from '../../model/scopes.ts'
export type { ClientScopes, CommandFacts, HookFacts, StaleCopy, WindowsPolicies } from './client-facts.ts'

/** Everything that the checks judge, gathered once. Nothing in it is looked up later. */
export interface Facts {
  readonly manifest: ManifestFacts
  readonly input: PlanInput
  readonly plan: Plan
  readonly sides: readonly SideFacts[]
  readonly files: readonly ClientFile[]
  readonly keys: DoctorKey
  readonly logins: LoginFacts
  readonly packages: readonly PackageFacts[]
  readonly modes: readonly ModeFacts[]
  readonly owners: OwnerFacts
  readonly locks: readonly LockFacts[]
  /** What the watcher had to remember of programs that drop our entries; absent: nothing. */
  readonly watch?: WatchRecord
  /** Files under version control that hold a key, and what was looked at to find them. */
  readonly tracked: readonly TrackedFile[]
  readonly repositories?: readonly RepositoryFacts[]
  /** A client and side each that has more scopes than the user's file. */
  readonly scopes: readonly ClientScopes[]
  /** The hook that we wrote; absent: we wrote none. */
  readonly hook?: HookFacts
  /** The commands that we wrote; absent: none. */
  readonly commands?: readonly CommandFacts[]
  /** Names of the variables that are set in this process. */
  readonly variables: ReadonlySet<string>
  /** Does this distribution's own configuration let Windows programs be started? True where nothing is said. */
  readonly interopWished: boolean
  /** How this process's shell writes a path of its own side. */
  readonly shell: 'posix' | 'windows'
  /** Null: it is switched off, or nothing is set up, or this is a project, which has none. */
  readonly bridge: BridgeFacts | null
  /** The user's store where there is no bridge; null: nothing was ever stored. Absent: `bridge` has it, or this is a project. */
  readonly store?: StoreFacts | null
  /** How every server answered; null: none was asked (`--deep`). */
  readonly probes: readonly ProbeFacts[] | null
  /** What the tools of each program cost, as far as it is known. */
  readonly weights: readonly ProgramWeight[]
  /** Entries of a project that `--deep` does not start, since they are not trusted. Absent: none. */
  readonly unstarted?: readonly UnstartedFacts[]
  /** What policies say of a client, a side each that may have some; null: nobody asked (`--deep`). */
  readonly policies: readonly WindowsPolicies[] | null
  /** What a person installed in a program by itself; absent: a project, which has none. */
  readonly extensions?: Extensions
}

interface ManifestFacts {
  readonly shown: NativePath
  readonly exists: boolean
  readonly project: NativePath | null
}

/** What one side's own programs answered, or why they did not; null: they were not asked. */
export type Pulse =
  | { readonly ok: true; readonly nodeVersion: string; readonly skewMs: number }
  | { readonly ok: false; readonly why: string }

export interface SideFacts {
  readonly environment: Environment
  readonly pulse: Pulse | null
  /** Is the node that is known still there? Null: that cannot be seen from here. */
  readonly nodeThere: boolean | null
  readonly npmThere: boolean | null
  readonly nodeVersion: string | null
  /** Names of programs that run there; null: it did not tell. */
  readonly running: readonly string[] | null
  /** Programs that this side's PATH finds on a Windows drive, where its own should be found. */
  readonly foreignPrograms: readonly { readonly name: string; readonly path: string }[]
  /** Where packages go there; `writable` null: that cannot be told. */
  readonly store: { readonly path: NativePath | null; readonly kind: 'own' | 'npm'; readonly writable: boolean | null }
  /** Of the disk where our folder lies there, in bytes; null: it did not tell. `files` null: it counts none. */
  readonly room: { readonly path: NativePath; readonly free: number; readonly files: number | null } | null
}

export interface ClientFile {
  readonly environment: Environment
  readonly client: ClientDefinition
  readonly scope: 'user' | 'project'
  readonly startsOn?: StartSide
  readonly file: NativePath
  readonly here: ReachablePath | null
  /** Null: there is no such file, or it could not be read at all (`refusal`). */
  readonly read: ReadConfig | null
  readonly refusal: { readonly reason: string; readonly hint: string } | null
  readonly bom: boolean
  readonly entries: readonly DoctorEntry[]
  /** Other copies of this file that the program does not read. */
  readonly stale: readonly StaleCopy[]
  /** How the file was chosen; absent: its program has one place only. */
  readonly located?: LocatedFile
  /** Set where the file is chosen among several and that failed. */
  readonly undecided: boolean
}

export interface DoctorEntry {
  readonly name: string
  /** The server of the manifest that it belongs to; null: the entry is not ours. */
  readonly server: string | null
  /** It starts our bridge, whoever wrote it. */
  readonly isBridge: boolean
  readonly duplicate: boolean
  /** Switched off in the file by the user. */
  readonly disabled: boolean
  /** What it says. Its variables and headers may be keys: never to be shown. */
  readonly entry: Entry | Unreadable
  /** The side where its program runs; another one than the file's where the entry crosses the border. */
  readonly runs: Environment
  /** What it is in the manifest's words; null where it cannot be read. */
  readonly neutral: ServerSpec | null
  /** The exact package that it starts, where that can be told. */
  readonly package: { readonly name: string; readonly version: string | null } | null
  /** What it needs and what is not there; `on`: the side that lacks it, where that is not the one that the entry runs on. */
  readonly missing: readonly { readonly what: 'program' | 'script'; readonly path: string; readonly on?: Environment }[]
  /** Keys of the manifest in it: does it hold the value of the store? */
  readonly keys: readonly { readonly key: string; readonly same: boolean }[]
}

export interface DoctorKey {
  /** Keys that the manifest's servers need and that are missing, with the error of the user's own program. */
  readonly missing: readonly { readonly name: string; readonly servers: readonly string[]; readonly why: string | null }[]
  /** The store could not be read as it is. */
  readonly trouble: { readonly message: string; readonly fix: string } | null
  /** Keys that another side's `launches.json` holds with another value. */
  readonly launches: readonly { readonly environment: Environment; readonly server: string; readonly key: string }[]
  /** The same of trusted projects. */
  readonly projects?: readonly { readonly environment: Environment; readonly project: string; readonly key: string }[]
}

interface LoginFacts {
  /** Servers that are reached by a login and have none. */
  readonly lacking: readonly { readonly server: string; readonly state: LoginState }[]
  /** The file of logins could not be read as it is. */
  readonly trouble: { readonly message: string; readonly fix: string } | null
}

export interface PackageFacts {
  readonly environment: Environment
  readonly words: string
  readonly name: string
  /** What the lock pins. */
  readonly pinned: string
  readonly engines: string | null
  /** What lies in its place; null: nothing. */
  readonly installed: string | null
  readonly servers: readonly string[]
  /** Packages of its tree whose install scripts were not run. */
  readonly scripts: readonly string[]
}

/** A file of ours, or one of a client with a key in it, that others than its owner may read. */
export interface ModeFacts {
  readonly environment: Environment
  readonly shown: NativePath
  readonly here: ReachablePath
  readonly mode: number
  readonly wanted: number
  readonly what: 'keys' | 'folder' | 'client'
}

export interface LockFacts {
  readonly shown: string
  readonly holder: string | null
  readonly abandoned: AbandonedLock | null
}

/** Identity helper, so that a check's file reads as one declaration and is checked as one. */
export const defineCheck = (check: CheckDefinition<Facts>): CheckDefinition<Facts> => check
export type Check = CheckDefinition<Facts>

/** Somebody else decides what a file says that decides what is started. */
export interface OwnerFault {
  readonly path: ReachablePath
  /** Who, in words. */
  readonly words: string
  readonly fix: string
  /** The mode that closes it, where it is a file or folder of this user's own; null: it is not. */
  readonly autofix: number | null
}

interface OwnerFacts {
  readonly faults: readonly OwnerFault[]
  /** Folders on file systems where owner and mode say nothing. */
  readonly withoutOwners: readonly ReachablePath[]
}
