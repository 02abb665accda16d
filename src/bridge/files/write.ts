import { constants } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { sep } from 'node:path'
import { limits } from '../base/limits.ts'
import { type Folder, inFolder, openFile } from '../policy/folder.ts'
import type { Admitted, Policy } from '../policy/policy.ts'
import { codeOf, failed, fromFileTrouble, type Refusal } from '../base/refusal.ts'
import { beyondAscii, bytesOf, fileBytes, withLineEnd } from './encoding.ts'
import { type TextStyle, textStyleOf } from './text-style.ts'
import { admitNew } from './directory.ts'
import { checkNew, quoted } from './names.ts'
import { type Before, before, gone, ordinaryModes, replaceFile, replaceUnchanged } from './replace.ts'
import { exclusively } from './exclusive.ts'

/** Runs work in the open folder of a file while nothing else changes that file. `own`: the bridge's own folder. */
export async function inItsFolder<T>(own: string, found: Admitted, policy: Policy, work: (folder: Folder) => Promise<T>): Promise<T> {
  checkNew(found)
  if (found.missing.length > 1) throw failed(`The folder of ${quoted(found.real)} does not exist; make it with create_directory.`)
  return exclusively(own, [found.real], policy, () =>
    inFolder(found, 'write', policy, work).catch((error) => {
      throw fromFileTrouble(error, `${quoted(found.real)} cannot be written`)
    }),
  )
}

export interface WrittenFile {
  readonly real: string
  readonly bytes: number
  readonly created: boolean
  /** It was text in no encoding that we know, or none at all, and is UTF-8 now. */
  readonly converted: boolean
}

/** A file that is to be written, looked at in its folder, which is held open. */
interface Writing {
  readonly found: Admitted
  readonly folder: Folder
  /** Null: there is no such file yet. */
  readonly was: Before | null
  readonly style: TextStyle
}

/** Inspects the existing file, lets `work` write, and returns what was written. */
async function into(
  own: string,
  policy: Policy,
  path: string,
  whole: boolean,
  work: (writing: Writing) => Promise<Pick<WrittenFile, 'bytes' | 'converted'>>,
): Promise<WrittenFile> {
  const found = await admitNew(policy, path)
  return inItsFolder(own, found, policy, async (folder) => {
    const was = before(folder, found)
    const style = await textStyleOf(found, folder, policy, was?.size ?? 0, whole)
    const { bytes, converted } = await work({ found, folder, was, style })
    return { real: found.real, bytes, created: was === null, converted }
  })
}

/** Writes a whole file. An existing one keeps its mode, its encoding with its mark where we know that, and its CRLF line ends. */
export const rewrite = (own: string, policy: Policy, path: string, content: string): Promise<WrittenFile> =>
  into(own, policy, path, false, async ({ found, folder, was, style }) => {
    const bytes = fileBytes(withLineEnd(content, style.end), style.encoding)
    await replaceFile(folder, found.name, bytes, was)
    return { bytes: bytes.length, converted: style.quality !== 'text' }
  })

/** A file whose encoding we do not know, which a text of ours would garble. */
const foreign = (found: Admitted): Refusal =>
  failed(
    `${quoted(found.real)} is neither UTF-8 nor UTF-16, so only ASCII is added to it; nothing was changed. Write to another path, or convert it to UTF-8 with a command first.`,
  )

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
export const append = (own: string, policy: Policy, path: string, content: string): Promise<WrittenFile> =>
  into(own, policy, path, beyondAscii(content), async ({ found, folder, was, style }) => {
    if (style.quality === 'other' && beyondAscii(content)) throw foreign(found)
    const bytes = bytesOf(withLineEnd(content, style.end), style.encoding)
    const flags = constants.O_WRONLY | constants.O_APPEND | (was === null ? constants.O_CREAT : 0)
    const handle = await openFile(found.real, found.name, folder, policy, flags)
    try {
      await addTo(handle, bytes)
    } finally {
      await handle.close()
    }
    return { bytes: bytes.length, converted: false }
  })

/**
 * Edits a file's whole content. Where another program changed it meanwhile, `edit` begins anew on what is there now; a
 * file that is gone is not made again.
 */
export async function change(own: string, policy: Policy, path: string, edit: (bytes: Buffer) => Promise<Buffer>): Promise<WrittenFile> {
  const found = await policy.existing(path, 'write')
  return inItsFolder(own, found, policy, async (folder) => {
    for (let tries = 0; tries < limits.editTries; tries++) {
      const bytes = await changeOnce(found, folder, policy, edit)
      if (bytes !== null) return { real: found.real, bytes, created: false, converted: false }
    }
    throw failed(`${quoted(path)} keeps changing, since another program writes to it; nothing was changed. Try again when it is done.`)
  })
}

/** How many bytes the file has now; null when it changed in between. */
async function changeOnce(
  found: Admitted,
  folder: Folder,
  policy: Policy,
  edit: (bytes: Buffer) => Promise<Buffer>,
): Promise<number | null> {
  const was = before(folder, found)
  if (was === null) throw gone(found)
  const { size } = was
  if (size > limits.editFile) throw failed(`${quoted(found.real)} has ${size} bytes; files up to ${limits.editFile} are edited.`)
  const handle = await openFile(found.real, found.name, folder, policy, constants.O_RDONLY).catch((error) => {
    throw codeOf(error) === 'ENOENT' ? gone(found) : error
  })
  let open = true
  const close = async () => {
    if (open) await handle.close()
    open = false
  }
  try {
    const old = await handle.readFile()
    // There a file that is open is not replaced.
    if (sep === '\\') await close()
    const bytes = await edit(old)
    const done = await replaceUnchanged(folder, found, bytes, { before: was, handle: open ? handle : null, length: old.length })
    return done ? bytes.length : null
  } finally {
    await close()
  }
}
