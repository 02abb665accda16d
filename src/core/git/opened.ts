/** A file that is open to be read at any place. */
export interface GitFile {
  readonly size: number
  /** Bytes from `at` on; fewer at the end of the file. */
  read(at: number, length: number): Promise<Buffer>
  close(): Promise<void>
}

/** What a name is, a link itself. */
export interface GitFacts {
  readonly size: bigint
  isFile(): boolean
  isDirectory(): boolean
  isSymbolicLink(): boolean
}

/** A folder of a repository, opened in a way that leads to nothing else: links are not followed. To be closed. */
export interface GitFolder {
  /** Null: nothing. */
  look(name: string): Promise<GitFacts | null>
  /** Null: there is no folder of that name. */
  below(name: string): Promise<GitFolder | null>
  /** Null: there is nothing of that name, or a folder. Throws for what is no ordinary file. */
  file(name: string): Promise<GitFile | null>
  names(): Promise<string[]>
  close(): void
}

/** What reading objects may take. */
export interface ObjectBounds {
  /** Bytes of an object, and of those that are kept since later ones may be made from them. */
  readonly object: number
  readonly cache: number
  /** Deltas on the way to one object. */
  readonly deltas: number
  readonly packs: number
  /** Bytes that are about to be unpacked. Throws when it is enough. */
  take(bytes: number): Promise<void>
}
