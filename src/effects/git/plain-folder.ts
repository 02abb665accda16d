import { type BigIntStats, constants } from 'node:fs'
import { lstat, open, opendir } from 'node:fs/promises'
import { join } from 'node:path'
import type { GitFile, GitFolder } from '../../core/git/opened.ts'
import { UnreadableRepository } from '../../core/git/unreadable.ts'
import { isTrouble } from '../store/trouble.ts'

const mostNames = 100_000

/** A folder of a repository in which this user reads. Pipes and devices are not opened, and nothing is waited for. */
export class PlainFolder implements GitFolder {
  readonly path: string

  constructor(path: string) {
    this.path = path
  }

  close(): void {}

  async look(name: string): Promise<BigIntStats | null> {
    return orNull(lstat(join(this.path, name), { bigint: true }))
  }

  async below(name: string): Promise<PlainFolder | null> {
    return (await this.look(name))?.isDirectory() ? new PlainFolder(join(this.path, name)) : null
  }

  async names(): Promise<string[]> {
    const names: string[] = []
    for await (const { name } of await opendir(this.path)) {
      if (names.push(name) > mostNames) throw new UnreadableRepository(`${this.path} holds too many names`)
    }
    return names.sort()
  }

  async file(name: string): Promise<GitFile | null> {
    const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0)
    if ((await this.look(name))?.isDirectory() !== false) return null
    const handle = await orNull(open(join(this.path, name), flags))
    if (handle === null) return null
    const facts = await handle.stat()
    if (!facts.isFile()) {
      await handle.close()
      throw new UnreadableRepository(`${join(this.path, name)} is no ordinary file`)
    }
    return {
      size: facts.size,
      async read(at, length) {
        const bytes = Buffer.alloc(length)
        let filled = 0
        for (let read = -1; filled < length && read !== 0; filled += read)
          read = (await handle.read(bytes, filled, length - filled, at + filled)).bytesRead
        return bytes.subarray(0, filled)
      },
      close: () => handle.close(),
    }
  }

  /** A file of at most `most` bytes; null: it is not there, or a folder. Throws UnreadableRepository for a larger one. */
  async read(name: string, most: number): Promise<Buffer | null> {
    const file = await this.file(name)
    try {
      if (file !== null && file.size > most) throw new UnreadableRepository(`${join(this.path, name)} has more than ${most} bytes`)
      return (await file?.read(0, file.size)) ?? null
    } finally {
      await file?.close()
    }
  }
}

/** What is not there is no answer; what may not be read, and a link where none is followed, is a reason. */
async function orNull<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked
  } catch (error) {
    if (!isTrouble(error)) throw error
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null
    throw new UnreadableRepository(`a file of it cannot be read (${error.code})`)
  }
}
