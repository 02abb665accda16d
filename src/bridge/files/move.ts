import { constants, type Stats } from 'node:fs'
import { copyFile as copyBytes, link, lstat, mkdir, readlink, rename, rmdir, symlink, unlink } from 'node:fs/promises'
import { limits } from '../base/limits.ts'
import { type Folder, inFolder, openFile } from '../policy/folder.ts'
import { checkLink, checkWhole } from '../policy/meaning.ts'
import type { Admitted, Policy } from '../policy/policy.ts'
import { within } from '../policy/region.ts'
import { codeOf, denied, failed, fromFileTrouble } from '../base/refusal.ts'
import { checkNew, quoted } from './names.ts'
import { gone, ordinaryModes } from './replace.ts'
import { exclusively } from './exclusive.ts'

async function factsOf(folder: Folder, name: string): Promise<Stats | null> {
  return lstat(folder.at(name)).catch((error) => {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  })
}

/** Both ends, checked and held open for the work. The destination must be free and its folder there. */
async function betweenFolders<T>(
  own: string,
  policy: Policy,
  source: string,
  destination: string,
  what: string,
  work: (ends: Ends) => Promise<T>,
): Promise<T> {
  const from = await (what === 'moved' ? policy.itself(source) : policy.existing(source, 'read'))
  const to = await policy.admit(destination, 'write')
  if (to.exists) throw failed(`${quoted(destination)} already exists, and nothing is replaced; choose another name or delete it first.`)
  checkNew(to)
  if (to.missing.length > 1) throw failed(`The folder of ${quoted(destination)} does not exist; make it with create_directory.`)
  try {
    return await exclusively(own, what === 'moved' ? [from.real, to.real] : [to.real], policy, () =>
      inFolder(from, what === 'moved' ? 'take' : 'read', policy, (fromFolder) =>
        inFolder(to, 'write', policy, (toFolder) => work({ from, to, fromFolder, toFolder })),
      ),
    )
  } catch (error) {
    if (codeOf(error) === 'EEXIST')
      throw failed(`${quoted(destination)} already exists, and nothing is replaced; choose another name or delete it first.`)
    throw fromFileTrouble(error, `${quoted(source)} cannot be ${what}`)
  }
}

interface Ends {
  readonly from: Admitted
  readonly to: Admitted
  readonly fromFolder: Folder
  readonly toFolder: Folder
}

/** Copies a file's bytes and mode from an opened, checked file to a new name. */
async function copyOpened({ from, to, fromFolder, toFolder }: Ends, policy: Policy): Promise<number> {
  const handle = await openFile(from.real, from.name, fromFolder, policy, constants.O_RDONLY)
  try {
    const { size, mode } = await handle.stat()
    if (size > limits.copyFile) throw failed(`${quoted(from.real)} has ${size} bytes; ${limits.copyFile} are the most.`)
    // COPYFILE_EXCL: the destination is made by this copy or not at all.
    const opened = openedPath(handle.fd, fromFolder, from.name)
    await copyBytes(opened, toFolder.at(to.name), constants.COPYFILE_EXCL)
    await orNothing(toFolder, to.name, async () => {
      const made = await openFile(to.real, to.name, toFolder, policy, constants.O_RDONLY)
      await made.chmod(mode & ordinaryModes).finally(() => made.close())
    })
    return size
  } finally {
    await handle.close()
  }
}

/** Runs what follows on making a file; when it fails, removes that file, unless another has replaced it by then. */
async function orNothing(folder: Folder, name: string, work: () => Promise<void>): Promise<void> {
  const made = await factsOf(folder, name)
  try {
    await work()
  } catch (error) {
    const now = await factsOf(folder, name).catch(() => null)
    if (now !== null && now.ino === made?.ino && now.dev === made.dev) await unlink(folder.at(name)).catch(() => undefined)
    throw error
  }
}

/** The opened file itself where the kernel lets it be named by its descriptor. */
const openedPath = (fd: number, folder: Folder, name: string): string =>
  folder.at(name).startsWith('/proc/self/fd/') ? `/proc/self/fd/${fd}` : folder.at(name)

/**
 * Renames a folder to a free name. An empty folder claims the name; rename replaces only an empty folder, so a race
 * cannot lose anything. Windows renames onto no folder at all and says EPERM (nodejs/node#21957): there the claim is
 * given up a moment before.
 */
async function renameFolder(from: string, to: string): Promise<void> {
  await mkdir(to)
  try {
    await rename(from, to)
  } catch (error) {
    await rmdir(to)
    if (!['EPERM', 'EACCES'].includes(codeOf(error))) throw error
    await rename(from, to)
  }
}

/** Moves a file, a folder or a link itself to a free name. */
export function moveFile(own: string, policy: Policy, source: string, destination: string): Promise<{ from: string; to: string }> {
  return betweenFolders(own, policy, source, destination, 'moved', async (ends) => {
    const { from, to, fromFolder, toFolder } = ends
    await checkWhole(policy, from.real, 'Moving', true)
    const facts = await factsOf(fromFolder, from.name)
    if (facts === null) throw gone(from)
    if (facts.isSymbolicLink()) await checkLink(policy, to)
    if (facts.isFile() || facts.isSymbolicLink()) {
      try {
        // link + unlink: unlike rename, link never replaces what appeared in the meantime.
        await link(fromFolder.at(from.name), toFolder.at(to.name))
      } catch (error) {
        if (!['EXDEV', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK', 'ENOSYS'].includes(codeOf(error))) throw error
        // Another disk, or a file that is not ours to link. A link is made anew, which replaces nothing either.
        if (facts.isSymbolicLink()) await symlink(await readlink(fromFolder.at(from.name)), toFolder.at(to.name))
        else await copyOpened(ends, policy)
      }
      // A source that cannot be taken away is not moved, so it is not in two places either.
      await orNothing(toFolder, to.name, () => unlink(fromFolder.at(from.name)))
    } else if (facts.isDirectory()) {
      if (within(to.real, from.real, await policy.fold()))
        throw failed(`${quoted(source)} cannot be moved into itself; choose a destination outside it.`)
      await checkWhole(policy, to.real, 'Moving something to this name')
      await renameFolder(fromFolder.at(from.name), toFolder.at(to.name)).catch((error) => {
        if (codeOf(error) === 'EXDEV') throw failed(`${quoted(destination)} is on another disk; folders are moved within one disk only.`)
        throw error
      })
    } else throw denied(`${quoted(source)} is neither a file nor a folder.`)
    return { from: from.real, to: to.real }
  })
}

/** Copies a file to a free name, with its mode. `commands`: a refused folder can be copied by a command. */
export function copyFile(
  own: string,
  policy: Policy,
  source: string,
  destination: string,
  commands: boolean,
): Promise<{ from: string; to: string; bytes: number }> {
  return betweenFolders(own, policy, source, destination, 'copied', async (ends) => {
    if ((await factsOf(ends.fromFolder, ends.from.name))?.isDirectory())
      throw failed(
        `${quoted(source)} is a directory, and only files are copied; ${commands ? 'copy it by execute_command (cp -r, Copy-Item -Recurse)' : 'make the folder with create_directory and copy its files one by one'}.`,
      )
    return { from: ends.from.real, to: ends.to.real, bytes: await copyOpened(ends, policy) }
  })
}
