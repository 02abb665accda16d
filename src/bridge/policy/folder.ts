import { closeSync, constants, fstatSync, open as openDescriptor, readlinkSync } from 'node:fs'
import { type FileHandle, open, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { promisify } from 'node:util'
import { codeOf, denied, failed } from '../base/refusal.ts'
import { Semaphore } from '../base/semaphore.ts'
import { makesGitDirectory } from './git.ts'
import type { Policy } from './policy.ts'
import type { Use } from './ruling.ts'

const openFolder = promisify(openDescriptor)
/** The number of no file. */
const CLOSED = -1

/**
 * An open folder that policy allows. On Linux `at(name)` leads through the open descriptor, like `openat`: what the
 * folder was called when it was checked does not matter any more, so swapping a part of the path for a link between
 * check and use changes nothing. Elsewhere the canonical path is used and the opened file is compared afterwards.
 */
export class Folder {
  readonly real: string
  private number: number | null

  private constructor(real: string, descriptor: number | null) {
    this.real = real
    this.number = descriptor
  }

  /** `use`: what is to be done in it. */
  static async open(real: string, policy: Policy, use: Use): Promise<Folder> {
    return Folder.openAt(real, real, policy, use)
  }

  /** A folder in this one, reached through it, to be read. */
  below(name: string, policy: Policy): Promise<Folder> {
    return Folder.openAt(this.at(name), join(this.real, name), policy, 'read')
  }

  private static async openAt(path: string, real: string, policy: Policy, use: Use): Promise<Folder> {
    if (sep === '\\') return new Folder(real, null)
    const descriptor = await openFolder(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW)
    try {
      const opened = where(descriptor)
      await policy.checkOpened(descriptor, opened ?? real, real, use)
      if (opened !== null) return new Folder(opened, descriptor)
    } catch (error) {
      closeSync(descriptor)
      throw error
    }
    closeSync(descriptor)
    return new Folder(real, null)
  }

  /** Its number among our open files; null where a path is all there is. */
  get descriptor(): number | null {
    return this.number
  }

  /** A path to a name in this folder, for one file operation. */
  at(name: string): string {
    return this.number === null ? join(this.real, name) : `/proc/self/fd/${this.number}/${name}`
  }

  /** Once: its number may be another file's afterwards, so `at` leads nowhere then. */
  close(): void {
    const { number } = this
    if (number === null || number === CLOSED) return
    this.number = CLOSED
    closeSync(number)
  }
}

/**
 * Returns the path of an open descriptor as the kernel knows it; null if it cannot be asked. Synchronous: the kernel answers from
 * memory, and node's threads would take many times as long.
 */
function where(descriptor: number): string | null {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  }
}

/** Whether an open file lies at its path, or did until it was replaced. Null: this system cannot tell. */
export function liesAt(descriptor: number, path: string): boolean | null {
  const opened = where(descriptor)
  return opened === null ? null : opened === path || opened === `${path} (deleted)`
}

/** What is to be done in a folder: everything in it read, or a name in it read, made, changed or taken away. */
export interface Within {
  readonly folder: string
  readonly name?: string
}

/** Writes that could complete a git directory run one by one: each part alone is harmless, so each is judged after the one before. */
const gitWrites = new Semaphore(1)

/** Runs work in an open, checked folder and closes it. `take`: a name is taken away from it; to the policy that is a write. */
export async function inFolder<T>(
  { folder: real, name = '.' }: Within,
  purpose: Use | 'take',
  policy: Policy,
  work: (folder: Folder) => Promise<T>,
): Promise<T> {
  const use = purpose === 'read' ? 'read' : 'write'
  const folder = await Folder.open(real, policy, use)
  const check = () => policy.check(join(folder.real, name), use, join(real, name))
  try {
    if (purpose === 'write' && makesGitDirectory(name)) return await gitWrites.run(() => check().then(() => work(folder)))
    // It was renamed since it was checked: the name may mean something else there.
    if (folder.real !== real) await check()
    return await work(folder)
  } finally {
    folder.close()
  }
}

/**
 * Opens an ordinary file that policy allows. Never follows a link at its end, never waits for the other end of a pipe
 * and never opens a device. Policy judges the opened file.
 */
export async function openFile(real: string, name: string, folder: Folder, policy: Policy, flags: number): Promise<FileHandle> {
  const follow = sep === '\\' ? 0 : constants.O_NOFOLLOW | constants.O_NONBLOCK
  const handle = await open(folder.at(name), flags | follow, 0o666).catch((error) => {
    if (codeOf(error) === 'ELOOP') throw denied(`${JSON.stringify(real)} was swapped for a link while it was opened; try again.`)
    throw error
  })
  try {
    const facts = fstatSync(handle.fd)
    if (facts.isDirectory()) throw failed(`${JSON.stringify(real)} is a directory; list_directory shows what is in it.`)
    if (!facts.isFile()) throw denied(`${JSON.stringify(real)} is a pipe, a socket or a device; only ordinary files are opened.`)
    const use: Use = (flags & (constants.O_WRONLY | constants.O_RDWR)) === 0 ? 'read' : 'write'
    const opened = where(handle.fd)
    if (opened === null) await sameFile(real, facts, policy, use)
    await policy.checkOpened(handle.fd, (opened ?? real).replace(/ \(deleted\)$/, ''), real, use)
    return handle
  } catch (error) {
    await handle.close()
    throw error
  }
}

async function sameFile(real: string, opened: { dev: number; ino: number }, policy: Policy, use: Use): Promise<void> {
  const now = await realpath(real)
  await policy.check(now, use, real)
  const facts = await stat(now)
  if (facts.dev !== opened.dev || facts.ino !== opened.ino)
    throw denied(`${JSON.stringify(real)} was swapped while it was opened; try again.`)
}
