import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { versionOf } from './access.ts'
import { open } from 'node:fs/promises'
import { codeOf } from './refusal.ts'

/** Returns the text of a file of at most `most` bytes. Never waits for a writer, as opening a pipe would. Throws for any other file. */
export function readSmallFile(path: string, most: number): string {
  const fd = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  try {
    const facts = fstatSync(fd)
    if (!facts.isFile() || facts.size > most) throw new Error('it is no file of a fitting size')
    const bytes = Buffer.alloc(facts.size)
    return bytes.toString('utf8', 0, readSync(fd, bytes, 0, facts.size, 0))
  } finally {
    closeSync(fd)
  }
}

/**
 * The text of a file of at most `most` bytes; null where there is none, or one that this user may not read, or anything else. Never waits
 * for a writer, and keeps nobody waiting while a disk does not answer.
 */
export async function readIfSmall(path: string, most: number): Promise<string | null> {
  try {
    const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    try {
      const facts = await file.stat()
      if (!facts.isFile() || facts.size > most) return null
      const bytes = Buffer.alloc(facts.size)
      return bytes.toString('utf8', 0, (await file.read(bytes, 0, facts.size, 0)).bytesRead)
    } finally {
      await file.close()
    }
  } catch (error) {
    if (codeOf(error) === '') throw error
    return null
  }
}

export interface SmallFileOptions<T> {
  /** The size of the largest file that is read, in bytes. */
  readonly most: number
  /** The content where there is no file, or none that can be used. */
  readonly none: T
  /** Throws an Error that says why the text cannot be used. */
  parse(text: string): T
}

/** A small file that other processes may replace. It is read again when it has changed; until then `read` costs one `stat`. */
export class SmallFile<T> {
  /** Why the file cannot be used; null: it can, or there is none. */
  trouble: string | null = null
  /** The version that was read last, as `versionOf` names it; '' before the first time. */
  version = ''
  private readonly path: string
  private readonly options: SmallFileOptions<T>
  private content: T

  constructor(path: string, options: SmallFileOptions<T>) {
    this.path = path
    this.options = options
    this.content = options.none
  }

  read(): T {
    const version = versionOf(this.path)
    if (version === this.version) return this.content
    const { most, none, parse } = this.options
    this.version = version
    this.trouble = null
    try {
      this.content = parse(readSmallFile(this.path, most))
    } catch (error) {
      this.content = none
      if (codeOf(error) !== 'ENOENT') this.trouble = error instanceof Error ? error.message : String(error)
    }
    return this.content
  }
}
