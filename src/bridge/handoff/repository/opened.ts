import { type BigIntStats, constants, fstatSync } from 'node:fs'
import { type FileHandle, lstat, opendir, readlink, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import type { GitFile, GitFolder } from '../../../core/git/opened.ts'
import { codeOf, denied, failed, type Refusal } from '../../base/refusal.ts'
import { inName } from '../../base/text.ts'
import { Folder, liesAt, openFile } from '../../policy/folder.ts'
import type { Policy } from '../../policy/policy.ts'
import type { Allowance } from './allowance.ts'

const quoted = (path: string): string => `"${inName(path)}"`
const moved = (path: string): Refusal => failed(`${quoted(path)} was moved while it was read; try again.`)

/** What everything of a repository is opened with. */
export interface RepositoryOpening {
  readonly policy: Policy
  readonly allowance: Allowance
}

/**
 * A folder of a repository that is held open. What is in it is reached through it alone, name by name: no link is followed, only ordinary
 * files are opened, policy judges each, and one that lies elsewhere by the time it is opened is refused.
 */
export class OpenedFolder implements GitFolder {
  readonly path: string
  private readonly folder: Folder
  private readonly opening: RepositoryOpening

  private constructor(folder: Folder, opening: RepositoryOpening) {
    this.path = folder.real
    this.folder = folder
    this.opening = opening
  }

  /** `real`: a canonical path. Throws a Refusal if policy does not allow it. */
  static async open(real: string, opening: RepositoryOpening): Promise<OpenedFolder> {
    const folder = await Folder.open(real, opening.policy, 'read')
    return OpenedFolder.at(real, folder, opening)
  }

  private static async at(real: string, folder: Folder, opening: RepositoryOpening): Promise<OpenedFolder> {
    try {
      await opening.policy.check(real, 'read')
      // Where folders are not held open, a path could lead through a link by now.
      if (folder.real !== real || (folder.descriptor === null && (await realpath(real)) !== real)) throw moved(real)
      return new OpenedFolder(folder, opening)
    } catch (error) {
      folder.close()
      throw error
    }
  }

  close(): void {
    this.folder.close()
  }

  /** A folder in this one; null: there is none, but a file, a link or nothing. Throws a Refusal if policy does not allow it. */
  async below(name: string): Promise<OpenedFolder | null> {
    if (!(await this.look(name))?.isDirectory()) return null
    try {
      return await OpenedFolder.at(join(this.path, name), await this.folder.below(name, this.opening.policy), this.opening)
    } catch (error) {
      if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(codeOf(error))) return null
      throw error
    }
  }

  /** What a name is, a link itself; null: nothing. */
  async look(name: string): Promise<BigIntStats | null> {
    await this.opening.allowance.take(0)
    try {
      return await lstat(this.folder.at(name), { bigint: true })
    } catch (error) {
      if (['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'EINVAL'].includes(codeOf(error))) return null
      throw error
    }
  }

  async names(): Promise<string[]> {
    const names: string[] = []
    for await (const { name } of await opendir(this.folder.at('.'), { bufferSize: 512 })) {
      this.opening.allowance.takeNames(1)
      names.push(name)
      if (names.length % 512 === 0) await this.opening.allowance.take(0)
    }
    return names.sort()
  }

  /** Where a link leads, as it is written. */
  async target(name: string): Promise<Buffer> {
    return readlink(this.folder.at(name), 'buffer')
  }

  /** A file of at most `most` bytes; null: it is not there, or a folder. Throws a Refusal for anything else. */
  async read(name: string, most: number): Promise<Buffer | null> {
    const file = await this.file(name)
    if (file === null) return null
    try {
      if (file.size > most)
        throw failed(`${quoted(join(this.path, name))} has ${file.size} bytes; ${most} are the most that is read of it.`)
      return await file.read(0, file.size)
    } finally {
      await file.close()
    }
  }

  /** As `read`, for a part of a file. To be closed. */
  async file(name: string): Promise<GitFile | null> {
    const path = join(this.path, name)
    const facts = await this.look(name)
    if (facts === null || facts.isDirectory()) return null
    if (facts.isSymbolicLink()) throw denied(`${quoted(path)} is a link; links are not allowed in what is read of a repository.`)
    await this.opening.policy.check(path, 'read')
    const handle = await openFile(path, name, this.folder, this.opening.policy, constants.O_RDONLY).catch((error) => {
      if (codeOf(error) === 'ENOENT') return null
      throw error
    })
    if (handle === null) return null
    try {
      if (!(liesAt(handle.fd, path) ?? (await realpath(path)) === path)) throw moved(path)
      return { size: fstatSync(handle.fd).size, read: (at, length) => this.part(handle, at, length), close: () => handle.close() }
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  private async part(handle: FileHandle, at: number, length: number): Promise<Buffer> {
    await this.opening.allowance.take(length)
    const bytes = Buffer.allocUnsafe(length)
    let filled = 0
    while (filled < length) {
      const { bytesRead } = await handle.read(bytes, filled, length - filled, at + filled)
      if (bytesRead === 0) break
      filled += bytesRead
    }
    return bytes.subarray(0, filled)
  }
}
