import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, lstat, open, rename, unlink } from 'node:fs/promises'
import { limits } from '../limits.ts'
import { type Folder, inFolder, openFile } from '../policy/folder.ts'
import type { Admitted, Policy } from '../policy/policy.ts'
import { codeOf, denied, failed, fromFileTrouble } from '../refusal.ts'
import { encodingOf, fileBytes, bytesOf, lineEnd, plain, textOf, withLineEnd } from './encoding.ts'

/** Bits of a mode that stay with new content. Not those that lend a program its owner's rights: the kernel takes them too. */
export const ordinaryModes = 0o1777

/** What is kept of a file that is written anew. */
interface Kept {
  readonly mode: number
  readonly uid: number
  readonly gid: number
}

/** Facts of the file in the way, null when there is none; refuses what is not an ordinary file that may be written. */
async function before(folder: Folder, found: Admitted): Promise<(Kept & { readonly size: number }) | null> {
  const facts = await lstat(folder.at(found.name)).catch((error) => {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  })
  if (facts === null) return null
  if (facts.isSymbolicLink()) throw denied(`${JSON.stringify(found.real)} was swapped for a link; try again.`)
  if (facts.isDirectory()) throw failed(`${JSON.stringify(found.real)} is a directory.`)
  if (!facts.isFile()) throw denied(`${JSON.stringify(found.real)} is a pipe, a socket or a device; only ordinary files are written.`)
  if ((facts.mode & 0o222) === 0) throw denied(`${JSON.stringify(found.real)} is read-only; a person can change its mode.`)
  return { mode: facts.mode & ordinaryModes, uid: facts.uid, gid: facts.gid, size: facts.size }
}

async function keepOwner(handle: FileHandle, kept: Kept): Promise<void> {
  const made = await handle.stat()
  // Only a privileged process may give files away; for anyone else the file stays their own.
  if (made.uid !== kept.uid || made.gid !== kept.gid) await handle.chown(kept.uid, kept.gid).catch(() => undefined)
  if ((made.mode & 0o7777) !== kept.mode) await handle.chmod(kept.mode)
}

/** All bytes, in one go where the system takes them so; node's own `writeFile` makes two of a MiB. */
async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length; ) done += (await handle.write(bytes, done, bytes.length - done)).bytesWritten
}

/**
 * New content for a file, whole or not at all: written beside it, then renamed over it, in a folder that is held open.
 * Mode and owner stay. A hard link elsewhere keeps the old content, so nothing outside the folder can change.
 */
async function replaceFile(folder: Folder, name: string, bytes: Uint8Array, kept: Kept | null): Promise<void> {
  const beside = folder.at(`.${name.slice(0, 100)}.${randomBytes(6).toString('hex')}.mcp-twin-tmp`)
  const handle = await open(beside, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o666)
  try {
    try {
      await writeAll(handle, bytes)
      if (kept !== null) await keepOwner(handle, kept)
    } finally {
      await handle.close()
    }
    await rename(beside, folder.at(name))
  } catch (error) {
    await unlink(beside).catch(() => undefined)
    throw error
  }
}

/** How the text of a file is written: its encoding with its mark, and its line ends. */
interface Habits {
  readonly encoding: ReturnType<typeof encodingOf>
  readonly end: ReturnType<typeof lineEnd>
}

/** Those of a file, by its beginning; the usual ones for an empty file. */
async function habitsOf(found: Admitted, folder: Folder, policy: Policy, size: number): Promise<Habits> {
  if (size === 0) return { encoding: plain, end: '\n' }
  const handle = await openFile(found.real, found.name, folder, policy, constants.O_RDONLY)
  try {
    const head = Buffer.alloc(Math.min(size, 64 * 1024))
    await handle.read(head, 0, head.length, 0)
    const encoding = encodingOf(head)
    return { encoding, end: lineEnd(textOf(head, encoding)) }
  } finally {
    await handle.close()
  }
}

function inItsFolder<T>(found: Admitted, policy: Policy, work: (folder: Folder) => Promise<T>): Promise<T> {
  if (found.missing.length > 1) throw failed(`The folder of ${JSON.stringify(found.real)} does not exist; make it with create_directory.`)
  return inFolder(found.folder, policy, work).catch((error) => {
    throw fromFileTrouble(error, `${JSON.stringify(found.real)} cannot be written`)
  })
}

export interface Written {
  readonly real: string
  readonly bytes: number
  readonly created: boolean
}

/** A file that is to be written, looked at in its folder, which is held open. */
interface Writing {
  readonly found: Admitted
  readonly folder: Folder
  /** Null: there is no such file yet. */
  readonly was: Kept | null
  readonly habits: Habits
}

/** Looks at the file in the way, lets `work` write, and tells of it. `work` answers how many bytes it wrote. */
async function into(policy: Policy, path: string, work: (writing: Writing) => Promise<number>): Promise<Written> {
  const found = await policy.admit(path)
  return inItsFolder(found, policy, async (folder) => {
    const was = await before(folder, found)
    const bytes = await work({ found, folder, was, habits: await habitsOf(found, folder, policy, was?.size ?? 0) })
    return { real: found.real, bytes, created: was === null }
  })
}

/** Writes a whole file. An existing one keeps its mode, its encoding with its mark, and its CRLF line ends. */
export const rewrite = (policy: Policy, path: string, content: string): Promise<Written> =>
  into(policy, path, async ({ found, folder, was, habits }) => {
    const bytes = fileBytes(withLineEnd(content, habits.end), habits.encoding)
    await replaceFile(folder, found.name, bytes, was)
    return bytes.length
  })

/** Adds all of it or, where the disk is full in the middle, nothing: then the file ends where it did. */
async function addTo(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  const { size, mode } = await handle.stat()
  if ((mode & 0o6000) !== 0) await handle.chmod(mode & ordinaryModes)
  let added = 0
  try {
    while (added < bytes.length) added += (await handle.write(bytes, added)).bytesWritten
  } catch (error) {
    // Unless somebody else added to it too.
    if (added > 0 && (await handle.stat()).size === size + added) await handle.truncate(size)
    throw error
  }
}

/** Adds to the end of a file in its own encoding, or makes it. */
export const append = (policy: Policy, path: string, content: string): Promise<Written> =>
  into(policy, path, async ({ found, folder, habits }) => {
    const bytes = bytesOf(withLineEnd(content, habits.end), habits.encoding)
    const handle = await openFile(found.real, found.name, folder, policy, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT)
    try {
      await addTo(handle, bytes)
    } finally {
      await handle.close()
    }
    return bytes.length
  })

/** A file's whole content and facts for an edit, and the way to write it back. */
export async function change(policy: Policy, path: string, edit: (bytes: Buffer) => Promise<Buffer>): Promise<Written> {
  const found = await policy.existing(path)
  return inItsFolder(found, policy, async (folder) => {
    const was = await before(folder, found)
    if (was === null) throw failed(`${JSON.stringify(path)} does not exist.`)
    if (was.size > limits.editFile)
      throw failed(`${JSON.stringify(path)} has ${was.size} bytes; files up to ${limits.editFile} are edited.`)
    const handle = await openFile(found.real, found.name, folder, policy, constants.O_RDONLY)
    const old = await handle.readFile().finally(() => handle.close())
    const bytes = await edit(old)
    await replaceFile(folder, found.name, bytes, was)
    return { real: found.real, bytes: bytes.length, created: false }
  })
}
