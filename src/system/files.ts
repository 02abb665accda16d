import { realpath as walk } from 'node:fs'
import { chmod, chown, lstat, mkdir, readdir, readlink, realpath, rm, rmdir, stat, utimes } from 'node:fs/promises'
import { dirname, isAbsolute } from 'node:path'
import { promisify } from 'node:util'
import { reachable } from '../model/path.ts'
import type { Files } from '../model/system.ts'
import { factsOf } from './facts.ts'
import { readWhole } from './read.ts'
import { rename } from './rename.ts'
import { codeOf } from './trouble.ts'
import { create, flush, replace } from './write.ts'

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  )

/**
 * `mkdir -p`. Not Node's own, which takes a refusal that is called ENOENT for a folder above that is missing: below /proc it
 * tries for ever, and for a full disk or a spent quota it says ENOENT instead of the cause (nodejs/node, MKDirpSync).
 */
export async function makeDirectory(path: string, mode?: number): Promise<void> {
  const make = () => mkdir(path, mode === undefined ? {} : { mode })
  try {
    await make()
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') {
      if (await isFolder(path)) return
      throw error
    }
    const above = dirname(path)
    if (above === path) throw error
    // Another call or process may make either of them at the same time: also between our attempt and this look.
    if (!(await isFolder(above))) await makeDirectory(above, mode)
    await make().catch(async (again: unknown) => {
      if (!(await isFolder(path))) throw again
    })
  }
}

/** ESRCH: a file of /proc whose process ended after it was opened. */
const absent = ['ENOENT', 'ENOTDIR', 'ESRCH']

/** Error codes of reading a link that is not one. */
const noLink = ['EINVAL', 'UNKNOWN']

/** The result of `work`; `otherwise` if the path does not exist. */
async function orAbsent<T, U>(work: Promise<T>, otherwise: U, codes: readonly string[] = absent): Promise<T | U> {
  try {
    return await work
  } catch (error) {
    if (codes.includes(codeOf(error))) return otherwise
    throw error
  }
}

/**
 * Resolves by the system, which follows what only it knows (junctions, drives made by `subst`). For a share it may answer with no
 * path at all: `unix\home\ana` for `\\wsl.localhost\Debian\home\ana`, seen with node 22.23 under Wine 10. Then Node resolves it part by part.
 */
async function realPathOf(path: string): Promise<string> {
  const real = await realpath(path)
  return isAbsolute(real) ? real : promisify(walk)(path)
}

/** The files of this machine. */
export const nodeFiles: Files = {
  read: (path) => orAbsent(readWhole(path), null),
  look: async (path, follow) => {
    const stats = await orAbsent(follow === 'follow' ? stat(path, { bigint: true }) : lstat(path, { bigint: true }), null)
    return stats === null ? null : factsOf(stats)
  },
  list: async (path) => (await orAbsent(readdir(path), [])).sort(),
  realPath: async (path) => {
    const real = await orAbsent(realPathOf(path), null)
    return real === null ? null : reachable(real)
  },
  readLink: (path) => orAbsent(readlink(path), null, [...absent, ...noLink]),
  create,
  replace,
  rename,
  makeDirectory,
  claimDirectory: async (path, mode) => {
    try {
      await mkdir(path, mode === undefined ? {} : { mode })
      return true
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false
      throw error
    }
  },
  removeEmptyDirectory: (path) =>
    orAbsent(
      rmdir(path).then(() => true),
      false,
      [...absent, 'ENOTEMPTY', 'EEXIST'],
    ),
  remove: (path) => rm(path, { recursive: true, force: true, maxRetries: 4, retryDelay: 50 }),
  setMode: chmod,
  setOwner: chown,
  touch: async (path) => {
    const now = new Date()
    await utimes(path, now, now)
  },
  flush,
}
