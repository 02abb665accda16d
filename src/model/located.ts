import type { Environment } from './environment.ts'
import type { NativePath } from './path.ts'
import type { FileState } from './state.ts'
import type { FileFacts } from './system.ts'

/** Files of one side by their own paths. What is not there, not reached from here or not readable is null, or an empty list. */
export interface SideFiles {
  list(folder: NativePath): Promise<readonly string[]>
  look(path: NativePath, follow?: 'follow'): Promise<FileFacts | null>
  read(path: NativePath): Promise<Uint8Array | null>
  realPath(path: NativePath): Promise<string | null>
}

/** Which of several files a program reads, and why that one. */
export interface LocatedFile {
  readonly file: NativePath
  readonly reason: string
  /** Other copies, which it does not read. `ours`: entries that we wrote are left in it. */
  readonly stale: readonly { readonly file: NativePath; readonly ours: boolean }[]
  /** A person named the file, and yet the folder of this one was used more than a day later. */
  readonly likelier?: NativePath
  /** Folders that the variable `by` names and that cannot be looked at from here. */
  readonly unseen: readonly { readonly by: string; readonly folder: NativePath }[]
  /**
   * The file is not there yet, and Windows shows the program this one in its place: a package sees the usual folder behind its own
   * (MicrosoftDocs/msix-docs, "Write under AppData"). Once the file is there it hides this one for good.
   */
  readonly fallbackFile?: NativePath
  /** Every file that the program may come to read by itself: entries of ours stay in it. Empty where a person named one. */
  readonly places: readonly NativePath[]
}

/** What a locator may ask. */
export interface LocateRequest {
  readonly environment: Environment
  readonly files: SideFiles
  /** In ms since the epoch. */
  readonly now: number
  /** What we wrote into this client's files: of several, the one written last is at the end. */
  readonly records: Readonly<Record<string, FileState>>
  /** The file that a person named, and by what; null: nobody did. */
  readonly named: { readonly file: NativePath; readonly by: string } | null
  /** Values of a key of Windows' registry; none where there is no such key. A text: why it could not be asked. */
  registry(key: string): Promise<ReadonlyMap<string, string> | string>
}

/** `candidates`: the files among which nobody can tell. */
export type Located = LocatedFile | { readonly refuse: string; readonly candidates: readonly NativePath[] }
