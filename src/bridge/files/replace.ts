import { randomBytes } from 'node:crypto'
import { type BigIntStats, constants, fstatSync, lstatSync, renameSync } from 'node:fs'
import { type FileHandle, open, rename, unlink } from 'node:fs/promises'
import { sep } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { accessTrouble } from '../base/access.ts'
import { limits } from '../base/limits.ts'
import type { Folder } from '../policy/folder.ts'
import type { Admitted } from '../policy/policy.ts'
import { denied, failed, type Refusal } from '../base/refusal.ts'
import { quoted } from './names.ts'

/** Bits of a mode that stay with new content. Not those that lend a program its owner's rights: the kernel takes them too. */
export const ordinaryModes = 0o1777

/** What is kept of a file that is written anew. */
export interface Kept {
  readonly mode: number
  readonly uid: number
  readonly gid: number
}

export interface Before extends Kept {
  readonly size: number
  /** Another one: the file is another, or was changed. */
  readonly stamp: string
  /** Another program wrote it a moment ago, and may go on. */
  readonly busy: boolean
}

/** Of what another program may change in a file, something changes here, as finely as its file system counts time. */
const stampOf = ({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string => [dev, ino, size, mtimeNs, ctimeNs].join(' ')

/** What our latest edits put in place, so that many in a row are not taken for another program's. */
const ours = new Set<string>()
const contentOf = ({ dev, ino, size, mtimeNs }: BigIntStats): string => [dev, ino, size, mtimeNs].join(' ')

function remember(facts: BigIntStats): void {
  ours.add(contentOf(facts))
  for (const oldest of ours) if (ours.size > 100) ours.delete(oldest)
}

const isBusy = (facts: BigIntStats): boolean => Date.now() - Number(facts.mtimeMs) < limits.fileBusyMs && !ours.has(contentOf(facts))

/** Whether this user may write a file. Replacing it asks for no more than a right to its folder, so it is asked here. */
export const mayWrite = (path: string): boolean => ['', 'ENOENT'].includes(accessTrouble(path, constants.W_OK))

/**
 * Facts of the file that will be replaced, null when there is none; refuses what is not an ordinary, writable file. Synchronous,
 * since its folder has just been opened and node's threads would take longer.
 */
export function before(folder: Folder, found: Admitted): Before | null {
  const facts = lstatSync(folder.at(found.name), { bigint: true, throwIfNoEntry: false })
  if (facts === undefined) return null
  const [path, mode] = [quoted(found.real), Number(facts.mode)]
  if (facts.isSymbolicLink()) throw denied(`${path} was swapped for a link; try again.`)
  if (facts.isDirectory()) throw failed(`${path} is a directory.`)
  if (!facts.isFile()) throw denied(`${path} is a pipe, a socket or a device; only ordinary files are written.`)
  if ((mode & 0o222) === 0) throw denied(`${path} is read-only; a person can change its mode.`)
  if (!mayWrite(folder.at(found.name))) throw denied(`${path} may not be written by this user; a person can change its mode or owner.`)
  return {
    ...{ mode: mode & ordinaryModes, uid: Number(facts.uid), gid: Number(facts.gid), size: Number(facts.size) },
    ...{ stamp: stampOf(facts), busy: isBusy(facts) },
  }
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

/** A file with new bytes beside another one, still open; nothing stays when it could not be made whole. */
async function besides(folder: Folder, name: string, bytes: Uint8Array, kept: Kept | null): Promise<{ path: string; handle: FileHandle }> {
  const path = folder.at(`.${name.slice(0, 100)}.${randomBytes(6).toString('hex')}.mcp-twin-tmp`)
  const handle = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_APPEND, 0o666)
  try {
    await writeAll(handle, bytes)
    if (kept !== null) await keepOwner(handle, kept)
    return { path, handle }
  } catch (error) {
    await handle.close()
    await unlink(path).catch(() => undefined)
    throw error
  }
}

/**
 * New content for a file, whole or not at all: written beside it, then renamed over it, in a folder that is held open.
 * Mode and owner stay. A hard link elsewhere keeps the old content, so nothing outside the folder can change.
 */
export async function replaceFile(folder: Folder, name: string, bytes: Uint8Array, kept: Kept | null): Promise<void> {
  const { path, handle } = await besides(folder, name, bytes, kept)
  try {
    await handle.close()
    await rename(path, folder.at(name))
  } catch (error) {
    await unlink(path).catch(() => undefined)
    throw error
  }
}

/** What an edit was made of. `handle`: the old file, kept open where a file may be replaced while it is. */
export interface EditOrigin {
  readonly before: Before
  readonly handle: FileHandle | null
  readonly length: number
}

/**
 * The same for a file that must still be what was read: answers false, and changes nothing, when another program wrote
 * it meanwhile, and refuses when it is gone. Look and rename follow each other at once, without a thread between.
 */
export async function replaceUnchanged(folder: Folder, found: Admitted, bytes: Uint8Array, origin: EditOrigin): Promise<boolean> {
  const { path, handle } = await besides(folder, found.name, bytes, origin.before)
  let placed = false
  try {
    // Windows replaces no file by one that is open.
    if (sep === '\\') await handle.close()
    const now = lstatSync(folder.at(found.name), { bigint: true, throwIfNoEntry: false })
    if (now === undefined) throw gone(found)
    if (stampOf(now) !== origin.before.stamp) return false
    renameSync(path, folder.at(found.name))
    placed = true
    if (origin.handle === null) return true
    const carried = await carryOver(origin.handle, origin.length, handle)
    // Another program is writing to it, and may have had the old file open at the rename: what it writes late is copied too.
    const busy = carried > origin.length || origin.before.busy
    remember(fstatSync(handle.fd, { bigint: true }))
    if (!busy) return true
    await pause(limits.fileLateMs)
    await carryOver(origin.handle, carried, handle)
    return true
  } finally {
    if (sep !== '\\') await handle.close()
    if (!placed) await unlink(path).catch(() => undefined)
  }
}

export const gone = (found: Admitted): Refusal =>
  failed(`${quoted(found.real)} was moved or deleted meanwhile; nothing was changed and no new file was made.`)

/** What a program added to the old file, beyond `length`, since the look is added to the new one too; answers how long it is now. */
async function carryOver(old: FileHandle, length: number, to: FileHandle): Promise<number> {
  const piece = Buffer.allocUnsafe(16 * 1024)
  for (let at = length; ; ) {
    const { bytesRead } = await old.read(piece, 0, piece.length, at)
    if (bytesRead === 0) return at
    await writeAll(to, piece.subarray(0, bytesRead))
    at += bytesRead
  }
}
