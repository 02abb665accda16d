import { constants } from 'node:fs'
import {
  chmod,
  copyFile,
  lstat,
  mkdir,
  open,
  readdir,
  readlink,
  rename,
  rm,
  rmdir,
  symlink,
  unlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { limits } from '../base/limits.ts'
import { type Folder, inFolder } from '../policy/folder.ts'
import { checkWhole } from '../policy/meaning.ts'
import type { Admitted, Policy } from '../policy/policy.ts'
import { codeOf, failed, fromFileTrouble } from '../base/refusal.ts'
import { quoted } from './names.ts'

/** Keeps deleted files: one folder for each deletion, named by its time, with a note of where the file was. */
export class Trash {
  private readonly folder: string
  private readonly now: () => number
  private readonly random: (bytes: number) => string
  private cleaned = false

  constructor(folder: string, now: () => number, random: (bytes: number) => string) {
    this.folder = folder
    this.now = now
    this.random = random
  }

  /** Moves a file or a folder to the trash; returns where it is now. A link is moved itself, never its target. */
  async take(policy: Policy, path: string): Promise<{ real: string; kept: string }> {
    const found = await policy.itself(path)
    // Loaded when needed: a bridge starts without it.
    const { exclusively } = await import('./exclusive.ts')
    return exclusively(dirname(this.folder), [found.real], policy, () => this.takeNow(policy, found))
  }

  private async takeNow(policy: Policy, found: Admitted): Promise<{ real: string; kept: string }> {
    await checkWhole(policy, found.real, 'Deleting', true)
    const stamp = new Date(this.now()).toISOString().replaceAll(':', '-')
    const place = join(this.folder, `${stamp}-${this.random(4)}`)
    let begun = false
    try {
      await mkdir(place, { recursive: true, mode: 0o700 })
      await writeFile(join(place, 'origin.json'), `${JSON.stringify({ path: found.real, at: new Date(this.now()).toISOString() })}\n`, {
        mode: 0o600,
      })
      const kept = join(place, 'item', found.name)
      await mkdir(join(place, 'item'), { mode: 0o700 })
      await inFolder(found, 'take', policy, async (folder) => {
        const from = folder.at(found.name)
        await rename(from, kept).catch(async (error) => {
          if (codeOf(error) !== 'EXDEV') throw error
          // Another disk: copied whole, then removed.
          await copyTree(folder, found.name, kept, policy)
          begun = true
          await removeTree(folder, found.name, policy)
        })
        begun = true
      })
      // What is old and cannot be removed now is removed another time.
      await this.clean().catch(() => undefined)
      return { real: found.real, kept }
    } catch (error) {
      // Nothing was taken away, so a copy of a part of it is of no use.
      if (!begun) await rm(place, { recursive: true, force: true }).catch(() => undefined)
      throw fromFileTrouble(error, `${quoted(found.real)} cannot be deleted`)
    }
  }

  /** Once in a process, deletes for good what is older than the limit. */
  private async clean(): Promise<void> {
    if (this.cleaned) return
    this.cleaned = true
    for (const name of await readdir(this.folder)) {
      const path = join(this.folder, name)
      const facts = await lstat(path)
      if (/^\d{4}-\d\d-\d\dT/.test(name) && this.now() - facts.mtimeMs > limits.trashAgeMs) await rm(path, { recursive: true, force: true })
    }
  }
}

/**
 * Copies a file, a link or a whole folder from an open folder to a place of our own. Goes from open folder to open
 * folder and follows no link, so that swapping a part of the tree in the meantime leads nowhere else.
 */
async function copyTree(folder: Folder, name: string, to: string, policy: Policy): Promise<void> {
  const from = folder.at(name)
  const facts = await lstat(from)
  if (facts.isSymbolicLink()) await symlink(await readlink(from), to)
  else if (facts.isDirectory()) {
    await mkdir(to, { mode: 0o700 })
    await inSubfolder(folder, name, policy, async (inner, names) => {
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

/** Removes for good what `name` is in an open folder. A link is removed itself. */
async function removeTree(folder: Folder, name: string, policy: Policy): Promise<void> {
  if (!(await lstat(folder.at(name))).isDirectory()) return unlink(folder.at(name))
  await inSubfolder(folder, name, policy, async (inner, names) => {
    for (const each of names) await removeTree(inner, each, policy)
  })
  await rmdir(folder.at(name))
}

async function inSubfolder(
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
