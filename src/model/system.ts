import type { ReachablePath } from './path.ts'

/** What a look at a path finds, without following a link at its end unless asked to. */
export interface FileFacts {
  readonly kind: 'file' | 'directory' | 'link' | 'other'
  readonly size: number
  /** Permission bits, `0o600`. Meaningless on file systems without modes. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly links: number
  /** Identity of the file: device, inode, modification time in ns. Two looks that differ in it saw two files or two contents. */
  readonly identity: string
  /** Device and inode alone: another one under the same name means that the file was replaced whole. Where known. */
  readonly inode?: string
  /** Creation time in ns; an inode number is used again, its creation time is not. Absent where the disk does not keep it. */
  readonly born?: string
  readonly modifiedMs: number
  /** When anything about it changed last, its name included; later than `modifiedMs` once it was renamed. Where known. */
  readonly changedMs?: number
}

/** Trouble of the file system in the words of the platform: `ENOSPC`, `EACCES`, `EBUSY`. */
export interface FileTrouble extends Error {
  readonly code: string
}

/**
 * The machine's files. Reading functions answer `null` or an empty list for what is not there and throw
 * FileTrouble for all else. The read-only decorator refuses everything below the line.
 */
export interface Files {
  read(path: ReachablePath): Promise<Uint8Array | null>
  look(path: ReachablePath, follow?: 'follow'): Promise<FileFacts | null>
  /** Names in a directory, sorted; `[]` when it is not there. */
  list(path: ReachablePath): Promise<string[]>
  realPath(path: ReachablePath): Promise<ReachablePath | null>
  readLink(path: ReachablePath): Promise<string | null>
  // ---- from here on: changes ----
  /** A new file, flushed to the disk; `EEXIST` when there is one already. */
  create(path: ReachablePath, bytes: Uint8Array, mode: number): Promise<void>
  /** Whole new content by a temporary file beside it, flushed, renamed, directory flushed. For our own files. */
  replace(path: ReachablePath, bytes: Uint8Array, mode: number): Promise<void>
  /**
   * Renames; on Windows a busy target is tried again for a bounded time, then the trouble is thrown. With `expected`
   * the target is looked at in the same breath: it must have this identity (else `ESTALE`) or, with null, not be
   * there (else `EEXIST`). `folder`: the real path of the target's folder, which must still lead to itself (else `ESTALE`).
   */
  rename(from: ReachablePath, to: ReachablePath, expected?: string | null, folder?: ReachablePath): Promise<void>
  makeDirectory(path: ReachablePath, mode?: number): Promise<void>
  /** `mkdir` that must be the one to make it: false when it was there already. */
  claimDirectory(path: ReachablePath, mode?: number): Promise<boolean>
  /** `rmdir`: true when it was an empty folder and is gone; false where it holds something or is not there. */
  removeEmptyDirectory(path: ReachablePath): Promise<boolean>
  /** Removes a file or a whole tree; nothing there is fine. */
  remove(path: ReachablePath): Promise<void>
  setMode(path: ReachablePath, mode: number): Promise<void>
  setOwner(path: ReachablePath, uid: number, gid: number): Promise<void>
  touch(path: ReachablePath): Promise<void>
  flush(path: ReachablePath): Promise<void>
}

/** A program to start from here: `argv[0]` is a path or a name that this process can start unchanged. */
export interface Program {
  readonly argv: readonly string[]
  readonly cwd?: ReachablePath | undefined
  /** Added to (or, with `onlyEnv`, instead of) the environment of this process. `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
  readonly onlyEnv?: boolean | undefined
  readonly input?: string | Uint8Array | undefined
  /** Time limit in ms; the whole tree is ended when it passes. Every call has one. */
  readonly timeoutMs: number
  /** Most bytes kept of each stream; the rest is dropped. Default 4 MiB. */
  readonly maxBytes?: number | undefined
  readonly onOutput?: ((chunk: Uint8Array, stream: 'stdout' | 'stderr') => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** How a program ended. `code` null: it never started (`trouble` says why), timed out, or was signalled. */
export interface ProgramAnswer {
  readonly code: number | null
  readonly stdout: Uint8Array
  readonly stderr: Uint8Array
  readonly timedOut: boolean
  /** `ENOENT`, `EACCES`, … when it could not be started. */
  readonly trouble?: string | undefined
}

/** The one port to the machine. Only `system/` implements it. */
export interface System {
  readonly platform: NodeJS.Platform
  readonly pid: number
  readonly uid: number | undefined
  /** The group of this process, where the platform has groups. */
  readonly gid?: number | undefined
  /** The node that runs us, real path. */
  readonly execPath: ReachablePath
  /** The working directory; the root where it was deleted, so that programs can be started in it. */
  readonly cwd: ReachablePath
  /** The working directory was deleted under us: no path may be read from it. */
  readonly cwdIsGone?: boolean
  readonly variables: Readonly<Record<string, string | undefined>>
  readonly files: Files
  /** Now, in ms since the epoch. */
  now(): number
  /** Random bytes as lower-case hex. */
  random(bytes: number): string
  sleep(ms: number): Promise<void>
  /** True while a process with this id lives on this side. */
  isAlive(pid: number): boolean
  /** Runs a program that only looks. */
  ask(program: Program): Promise<ProgramAnswer>
  /** Runs a program that may change something. The read-only decorator refuses it. */
  run(program: Program): Promise<ProgramAnswer>
  /**
   * Removes these if the process exits, or is ended by a signal, before the returned function is called: each a
   * file or an empty folder, in this order, up to the first that is not there. Absent where nothing can be done then.
   */
  removeAtExit?(paths: readonly ReachablePath[]): () => void
}
