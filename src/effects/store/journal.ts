import { join } from 'node:path'
import type { BackedUpFile, RecordedChange } from '../../model/backup.ts'
import { type ReachablePath, reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import type { Saved } from './decision.ts'
import { digestOf } from './digest.ts'
import { newRunId, storedPath, writeIndex } from './run-index.ts'
import { ifPossible } from './trouble.ts'

/** What a backup records about a file besides its bytes. */
export interface FileNote {
  readonly environment: string
  /** Null for files of our own: the manifest, its lock. */
  readonly client: string | null
  /** As its environment spells it. */
  readonly file: string
  /** Names of our entries that the run changes in it. */
  readonly entries: readonly string[]
  readonly changes?: readonly RecordedChange[] | undefined
  /** Of a manifest: the servers that the run changes, and digests of what it writes. */
  readonly servers?: BackedUpFile['servers']
  /** Of a project's file: the real path of the project's root. */
  readonly project?: string | undefined
  /** The file is the client's settings, in which the run gives one setting this value. */
  readonly setting?: { readonly path: string[]; readonly value: string } | undefined
  /** The file is the client's settings, in which the run changes our hook. */
  readonly hook?: boolean | undefined
}

export interface RunAbout {
  readonly command: string
  /** When the run began, ms since the epoch. */
  readonly at: number
  /** The run that this one undoes. */
  readonly undoes?: string
}

/** The base name of either side's path, in characters that every file system accepts. */
const plainName = (file: string): string => (file.split(/[\\/]/).at(-1) ?? '').replace(/[^A-Za-z0-9._-]/g, '_').slice(-60)

/** The folder of one run: stored bytes, and the index that describes them. It is made for the first file. */
export class Journal {
  readonly files: BackedUpFile[] = []
  readonly #system: System
  readonly #folder: ReachablePath
  readonly #about: RunAbout
  #id: Promise<string> | null = null
  #stored = 0
  #isComplete = false

  constructor(system: System, folder: ReachablePath, about: RunAbout) {
    this.#system = system
    this.#folder = folder
    this.#about = about
  }

  /** Null: nothing has been stored, so there is no folder. */
  get started(): Promise<string> | null {
    return this.#id
  }

  async #start(): Promise<string> {
    const { files } = this.#system
    await files.makeDirectory(this.#folder, 0o700)
    const id = await newRunId(this.#system, this.#folder, this.#about.at)
    await files.makeDirectory(reachable(join(this.#folder, id)), 0o700)
    await files.flush(this.#folder)
    return id
  }

  #open(): Promise<string> {
    this.#id ??= this.#start().catch((error: unknown) => {
      this.#id = null
      throw error
    })
    return this.#id
  }

  /** Writes the index to the disk. */
  async write(): Promise<void> {
    const { command, at, undoes } = this.#about
    await writeIndex(this.#system, this.#folder, {
      version: 1,
      id: await this.#open(),
      at: new Date(at).toISOString(),
      command,
      ...(undoes === undefined ? {} : { undoes }),
      ...(this.#isComplete ? { complete: true } : {}),
      files: this.files,
    })
  }

  async complete(): Promise<void> {
    this.#isComplete = true
    await this.write()
  }

  async #removeBytes(entry: BackedUpFile): Promise<void> {
    if (entry.stored !== null) await this.#system.files.remove(storedPath(this.#folder, await this.#open(), entry.stored))
  }

  /** Stores the bytes before the index: the index names only existing bytes. */
  async add(note: FileNote, { bytes, mode, after, folders }: Saved): Promise<BackedUpFile> {
    // Numbered, since files of several clients have the same name.
    const stored = bytes === null ? null : `${String(++this.#stored).padStart(3, '0')}-${plainName(note.file)}`
    if (bytes !== null && stored !== null)
      await this.#system.files.create(storedPath(this.#folder, await this.#open(), stored), bytes, 0o600)
    const { environment, client, file, entries, changes, servers, project, setting, hook } = note
    const kept = {
      environment,
      client,
      file,
      entries: [...entries],
      // The index is sealed as text, and read back with its names in the order of its schema.
      ...(changes === undefined ? {} : { changes: changes.map(({ entry, change, fields }) => ({ entry, change, fields })) }),
      ...(servers === undefined ? {} : { servers: servers.map(({ server, digest }) => ({ server, digest })) }),
      ...(project === undefined ? {} : { project }),
      ...(setting === undefined ? {} : { setting }),
      ...(hook === undefined ? {} : { hook }),
      stored,
      size: bytes?.length ?? 0,
      mode,
      before: digestOf(bytes),
      after,
    }
    const entry: BackedUpFile = { ...kept, written: false, folders }
    this.files.push(entry)
    try {
      await this.write()
    } catch (error) {
      // The new index may have been written all the same (its folder could not be flushed), so the bytes are removed after its entry.
      await ifPossible(this.drop(entry))
      throw error
    }
    return entry
  }

  async drop(entry: BackedUpFile): Promise<void> {
    this.files.splice(this.files.indexOf(entry), 1)
    await this.write()
    await this.#removeBytes(entry)
  }

  /** Removes the run: nothing was changed. */
  async forget(): Promise<void> {
    await this.#system.files.remove(reachable(join(this.#folder, await this.#open())))
  }
}
