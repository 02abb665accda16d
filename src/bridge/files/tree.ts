import { constants } from 'node:fs'
import { chmod, copyFile, lstat, mkdir, open, readdir, readlink, rmdir, symlink, unlink, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import type { Folder } from '../policy/folder.ts'
import type { Policy } from '../policy/policy.ts'
import { failed } from '../base/refusal.ts'
import { quoted } from './names.ts'

/**
 * Copies a file, a link or a whole folder from an open folder to a place of our own. Goes from open folder to open
 * folder and follows no link, so that swapping a part of the tree in the meantime leads nowhere else.
 */
export async function copyTree(folder: Folder, name: string, to: string, policy: Policy): Promise<void> {
  const from = folder.at(name)
  const facts = await lstat(from)
  if (facts.isSymbolicLink()) await symlink(await readlink(from), to)
  else if (facts.isDirectory()) {
    await mkdir(to, { mode: 0o700 })
    await within(folder, name, policy, async (inner, names) => {
      for (const each of names) await copyTree(inner, each, join(to, each), policy)
    })
    await chmod(to, facts.mode & 0o777)
  } else if (facts.isFile()) await copyOne(folder, name, to)
  else throw failed(`${quoted(join(folder.real, name))} is a pipe, a socket or a device, which is not copied to the trash.`)
  if (!facts.isSymbolicLink()) await utimes(to, facts.atime, facts.mtime)
}

async function copyOne(folder: Folder, name: string, to: string): Promise<void> {
  const from = folder.at(name)
  // Windows has neither flag; there a path is all there is.
  const handle = await open(from, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
  try {
    if (!(await handle.stat()).isFile()) throw failed(`${quoted(join(folder.real, name))} was swapped while it was copied; try again.`)
    await copyFile(folder.descriptor === null ? from : `/proc/self/fd/${handle.fd}`, to, constants.COPYFILE_EXCL)
  } finally {
    await handle.close()
  }
}

/** Removes for good what `name` is in an open folder. A link goes itself. */
export async function removeTree(folder: Folder, name: string, policy: Policy): Promise<void> {
  if (!(await lstat(folder.at(name))).isDirectory()) return unlink(folder.at(name))
  await within(folder, name, policy, async (inner, names) => {
    for (const each of names) await removeTree(inner, each, policy)
  })
  await rmdir(folder.at(name))
}

async function within(
  folder: Folder,
  name: string,
  policy: Policy,
  work: (inner: Folder, names: readonly string[]) => Promise<void>,
): Promise<void> {
  const inner = await folder.below(name, policy)
  try {
    await work(inner, await readdir(inner.at('.')))
  } finally {
    inner.close()
  }
}
